/**
 * An authorization server to try the protected server with, which is not ours: `oidc-provider`, with the pages for
 * logging in and consenting that it has for developers. Any name and any password will do, and everything is forgotten at
 * the end. It listens on the port in `PORT` or on 4000; `ISSUER` is its name, where that is not its address.
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import Provider from "oidc-provider"

const { name, port } = Effect.runSync(Effect.all({
  name: Config.String("ISSUER").pipe(Config.withDefault("")),
  port: Config.Int("PORT").pipe(Config.withDefault(4000))
}))

const server = createServer()
server.listen(port, "127.0.0.1")
await once(server, "listening")
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const provider = new Provider(name === "" ? address : name, {
  clients: [{
    client_id: "archivist",
    client_secret: "a secret of the archive, which is no secret",
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: []
  }],
  features: {
    registration: { enabled: true },
    revocation: { enabled: true, allowedPolicy: () => true },
    clientCredentials: { enabled: true },
    // Whatever server a client names, its tokens are JWTs for that server.
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        scope: "diary:read diary:write diary:burn",
        audience: resource,
        accessTokenFormat: "jwt"
      })
    }
  },
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  pkce: { required: () => true },
  issueRefreshToken: (_, client) => client.grantTypeAllowed("refresh_token")
})

server.on("request", provider.callback())
process.stdout.write(`Serving at ${address}\n`)
