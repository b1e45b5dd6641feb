/**
 * A protected server of ours on a real socket, and a client of ours that logs in, each with an authorization server of
 * others.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { AuthorizationCode, CurrentPrincipal, OAuthClient, ProtectedResource, RequireScopes } from "@parley/auth"
import { InsecureAllowances, TokenStore, UserAgent } from "@parley/auth"
import { DpopProofVerifier, type Grant, IntrospectionVerifier, JwtVerifier } from "@parley/auth"
import { McpClient, McpServer, Tool } from "@parley/mcp"
import * as StreamableHttpClient from "@parley/mcp/transport/StreamableHttpClient"
import { NodeMcpServer } from "@parley/node"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { createServer } from "node:http"
import { visit } from "../../src/foreign/browser.ts"
import type { Oidc } from "../../src/foreign/oidc.ts"
import { document, machine } from "./Logins.ts"

const tools = [
  Tool.serve(
    "whoami",
    { description: "Tells who calls" },
    () => Effect.map(CurrentPrincipal.CurrentPrincipal, ({ clientId, subject }) => subject ?? `client ${clientId}`)
  ),
  RequireScopes.apply(
    Tool.serve("write", { description: "Needs more" }, () => Effect.succeed("written")),
    ["mcp:read", "mcp:write"]
  )
] as const

/** How the tokens of a server are. */
export interface Tokens {
  /** Default: `jwt`. */
  readonly format?: "jwt" | "opaque"
  readonly dpop?: "accepted" | "required"
  readonly tokenSeconds?: number
}

const verifier = (oidc: Oidc, format: "jwt" | "opaque") =>
  format === "jwt"
    ? JwtVerifier.layer({ issuer: oidc.issuer })
    : IntrospectionVerifier.layer({
      issuer: oidc.issuer,
      client: {
        clientId: machine.client_id,
        authentication: { _tag: "client_secret_basic", secret: Redacted.make(machine.client_secret) }
      }
    })

/** Authorization servers of these tests are on this machine, and without TLS. */
const allowances = Layer.succeed(InsecureAllowances.AllowPrivateHosts, ["127.0.0.1"])

/** Where the endpoint of the server in the context is. */
const endpoint = Effect.map(
  HttpServer.HttpServer,
  ({ address }) => `http://127.0.0.1:${"port" in address ? address.port : 0}/mcp`
)

/**
 * A server of ours whose tokens the authorization server issues, until the end of the scope: with `mcp:read` for everything,
 * `mcp:write` for a tool. Gives its URL.
 */
export const ourServer = (oidc: Oidc, { dpop = "accepted", format = "jwt", tokenSeconds = 3_600 }: Tokens = {}) => {
  const app = Layer.unwrap(Effect.map(endpoint, (resource) => {
    oidc.protect(resource, { scopes: ["mcp:read", "mcp:write"], format, tokenSeconds })
    const transport = ProtectedResource.protect(NodeMcpServer.layerRouter({ path: "/mcp" }), {
      resource,
      authorizationServers: [oidc.issuer],
      requiredScopes: ["mcp:read"],
      dpop
    })
    const options = { name: "protected", version: "0.1.0", middleware: [CurrentPrincipal.middleware] } as const
    return McpServer.layer(tools, options).pipe(
      Layer.provide(transport),
      Layer.provide([verifier(oidc, format), DpopProofVerifier.layer({ nonceMillis: 60_000 })]),
      Layer.provide([FetchHttpClient.layer, allowances])
    )
  }))
  const live = HttpRouter.serve(app, { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
    // It tells of refusals, which some of these tests are about.
    Layer.provide(Logger.layer([]))
  )
  return Effect.flatMap(Layer.build(live), (context) => Effect.provideContext(endpoint, context))
}

/** Somebody at a browser; without a name, somebody who does not agree. */
export const personAt = (person = "ada") =>
  Layer.succeed(UserAgent.UserAgent, {
    open: () =>
      Effect.succeed({
        redirectUri: document.redirect_uris[0] ?? "",
        authorize: (url: URL) => Effect.promise(() => visit(url, person))
      })
  })

/** A client of ours that is connected to the server at a URL, and logs in on the way, in whatever way. */
export const ourClient = (
  url: string,
  grant: Effect.Effect<Grant.Grant, never, TokenStore.TokenStore>,
  options: Partial<McpClient.Options> & Pick<OAuthClient.Options, "dpop"> = {}
) => {
  const { dpop, ...client } = options
  return McpClient.layer({ name: "interop", version: "0.1.0", ...client }).pipe(
    Layer.provide(StreamableHttpClient.layer({ url })),
    Layer.provideMerge(OAuthClient.layer({ url, grant, ...(dpop === undefined ? {} : { dpop }) })),
    Layer.provide([FetchHttpClient.layer, TokenStore.layerMemory])
  )
}

/** Logs in with the consent of a person. */
export const withConsent = (options: Partial<AuthorizationCode.Options> = {}) =>
  AuthorizationCode.make({ clientName: "interop", ...options })
