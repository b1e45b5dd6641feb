/**
 * The specimen behind a gate that wants tokens, and an authorization server that gives out ones that do not last: clients log
 * in by themselves, and renew their tokens while they work. All of it is real but for the site that gives tokens out.
 */
import * as OAuthClient from "@parley/auth/client/OAuthClient"
import * as ClientCredentials from "@parley/auth/grant/ClientCredentials"
import * as InsecureAllowances from "@parley/auth/InsecureAllowances"
import * as ProtectedResource from "@parley/auth/server/ProtectedResource"
import * as TokenStore from "@parley/auth/store/TokenStore"
import { TokenRejection } from "@parley/auth/verifier/TokenRejection"
import { TokenVerifier } from "@parley/auth/verifier/TokenVerifier"
import type { ServerTransport } from "@parley/mcp/server/ServerTransport"
import type { HttpExchange } from "@parley/mcp/transport/HttpExchange"
import * as Life from "@parley/simulation/swarm/Life"
import type { PlannedClient } from "@parley/simulation/swarm/Plan"
import type { ClientOptions } from "@parley/simulation/world/User"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Specimen from "./Specimen.ts"
import * as SpecimenWorkload from "./SpecimenWorkload.ts"
import * as Trespass from "./Trespass.ts"

const resource = "http://server/mcp"
const issuer = "http://login"

interface Issued {
  readonly clientId: string
  readonly endsAt: number
}

/** What the authorization server knows. */
interface Books {
  /** How long a token lasts, in seconds. */
  readonly lastsSeconds: number
  readonly access: Map<string, Issued>
  readonly refresh: Map<string, string>
  issued: number
}

const metadata = {
  issuer,
  token_endpoint: `${issuer}/token`,
  response_types_supported: ["code"],
  grant_types_supported: ["client_credentials", "refresh_token"],
  token_endpoint_auth_methods_supported: ["client_secret_post"]
}

const answer = (exchange: HttpExchange, status: number, body: object): void =>
  exchange.respond(status, { "content-type": "application/json", "cache-control": "no-store" }, JSON.stringify(body))

/** A refresh token is good once; whoever loses the answer begins anew with the secret. */
const clientOf = (books: Books, form: URLSearchParams): string | undefined => {
  if (form.get("grant_type") === "client_credentials") return form.get("client_id") ?? undefined
  const token = form.get("refresh_token") ?? ""
  const clientId = books.refresh.get(token)
  books.refresh.delete(token)
  return clientId
}

const giveToken = (books: Books, exchange: HttpExchange, now: number): void => {
  const clientId = clientOf(books, new URLSearchParams(exchange.body ?? ""))
  if (clientId === undefined) return answer(exchange, 400, { error: "invalid_grant" })
  books.issued += 1
  const access = `access-${books.issued}-${clientId}`
  const refresh = `refresh-${books.issued}-${clientId}`
  books.access.set(access, { clientId, endsAt: now + books.lastsSeconds * 1_000 })
  books.refresh.set(refresh, clientId)
  answer(exchange, 200, {
    access_token: access,
    token_type: "Bearer",
    expires_in: books.lastsSeconds,
    refresh_token: refresh
  })
}

const login = (books: Books) => (exchange: HttpExchange): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    if (exchange.url === "/.well-known/oauth-authorization-server") return answer(exchange, 200, metadata)
    return exchange.url === "/token" && exchange.method === "POST"
      ? giveToken(books, exchange, now)
      : answer(exchange, 404, {})
  })

const verifying = (books: Books) =>
  Layer.succeed(TokenVerifier, {
    verify: (token) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const found = books.access.get(Redacted.value(token))
        if (found === undefined) {
          return Effect.fail(new TokenRejection({ problem: "Malformed", detail: "it is unknown" }))
        }
        if (found.endsAt <= now) return Effect.fail(new TokenRejection({ problem: "Expired", detail: "it is over" }))
        return Effect.succeed({
          issuer,
          subject: found.clientId,
          clientId: found.clientId,
          audience: [resource],
          scopes: [],
          expiresAtMillis: found.endsAt,
          jkt: undefined,
          claims: {}
        })
      })
  })

/** All of this is plain HTTP, within one process. */
const layerAllowances = Layer.mergeAll(
  Layer.succeed(InsecureAllowances.AllowInsecureHttpHosts, ["server", "login"]),
  Layer.succeed(InsecureAllowances.AllowPrivateHosts, ["server", "login"])
)

/** The specimen with its gate, beside the site that gives out tokens, which last for so many seconds. */
export const place =
  (lastsSeconds: number) => (...[world, name, options, revisions]: Parameters<Life.Placing<unknown>["place"]>) =>
    Effect.gen(function*() {
      const books: Books = { lastsSeconds, access: new Map(), refresh: new Map(), issued: 0 }
      yield* world.site("login", login(books))
      return yield* world.server(name, Specimen.server(revisions), {
        ...options,
        protect: (transport: Layer.Layer<ServerTransport>) =>
          ProtectedResource.protect(transport, { resource, authorizationServers: [issuer] }).pipe(
            Layer.provide(verifying(books)),
            Layer.provide(layerAllowances)
          )
      })
    })
/** With tokens that last for less time than most things take. */
export const subject = Life.placing(place(3))

/** Whom a client acts for is known by its token, and not by what it says. */
const layerUnnamed = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(HttpClient.HttpClient, HttpClient.mapRequest(HttpClientRequest.removeHeader("authorization")))
)

/** A client that logs in as who it acts for, or else as itself. */
export const client = ({ name, principal = name }: PlannedClient): ClientOptions => ({
  ...SpecimenWorkload.client,
  httpClient: Layer.provide(
    layerUnnamed,
    OAuthClient.layer({
      url: resource,
      grant: ClientCredentials.make({
        clientId: principal,
        issuer,
        clientSecret: Redacted.make(`secret of ${principal}`)
      })
    }).pipe(
      Layer.provide(TokenStore.layerMemory),
      Layer.provide(layerAllowances),
      Layer.provide(Trespass.layerHttpClient)
    )
  )
})
