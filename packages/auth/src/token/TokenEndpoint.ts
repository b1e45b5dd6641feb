/**
 * What all requests to a token endpoint share: who asks whom, the proof of possession and its nonce, and what becomes of
 * the tokens that come. What is asked for is in `protocol/`, a module for each grant.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import type * as oauth from "oauth4webapi"
import * as AuthError from "../AuthError.ts"
import type { Dpop } from "../dpop/Dpop.ts"
import * as Hiding from "../http/Hiding.ts"
import * as OAuthHttp from "../http/OAuthHttp.ts"
import { type AuthorizationServerMetadata, toLibrary } from "../metadata/AuthorizationServerMetadata.ts"
import * as ClientAuthentication from "./ClientAuthentication.ts"
import * as ScopeSet from "./ScopeSet.ts"
import type { TokenSet } from "./TokenSet.ts"

/**
 * Who asks whom.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parties {
  readonly authorizationServer: AuthorizationServerMetadata
  readonly client: ClientAuthentication.Client
  /** The key that tokens are to be bound to. Default: none. */
  readonly dpop?: Dpop | undefined
}

/**
 * What the library makes a request of.
 *
 * @category models
 * @since 0.1.0
 */
export interface Making {
  readonly as: oauth.AuthorizationServer
  readonly client: oauth.Client
  readonly authentication: oauth.ClientAuth
  readonly options: OAuthHttp.Catching
}

/**
 * A request of the library on behalf of these parties. It cannot be sent twice: assertions are good once.
 *
 * @category requests
 * @since 0.1.0
 */
export const request = (
  { authorizationServer, client }: Parties,
  make: (making: Making) => Promise<Response>
): Effect.Effect<HttpClientRequest.HttpClientRequest, AuthError.AuthError> =>
  Effect.flatMap(
    ClientAuthentication.toLibrary(client.authentication),
    (authentication) =>
      OAuthHttp.toRequest(authorizationServer.issuer, (options) =>
        make({
          as: toLibrary(authorizationServer),
          client: { client_id: client.clientId },
          authentication,
          options
        }))
  )

/**
 * The parameters of a request, without those that are absent.
 *
 * @category requests
 * @since 0.1.0
 */
export const parameters = (
  given: { readonly [name: string]: string | ReadonlyArray<string> | undefined }
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === "string" ? value : value.join(" ")]]
    )
  )

/**
 * The reason that an endpoint of this issuer gives for saying no.
 *
 * @category responses
 * @since 0.1.0
 */
export const refused = (issuer: string) => ({ description, error }: OAuthHttp.Refused): AuthError.AuthErrorReason =>
  new AuthError.GrantRefused({ issuer, error, ...(description === undefined ? {} : { description }) })

/**
 * What the library makes of an answer to these parties: `GrantRefused` where the endpoint says no, otherwise as
 * `OAuthHttp.process`.
 *
 * @category responses
 * @since 0.1.0
 */
export const process = (
  { authorizationServer, client }: Parties,
  answer: OAuthHttp.Answer,
  run: (
    as: oauth.AuthorizationServer,
    client: oauth.Client,
    response: Response
  ) => Promise<oauth.TokenEndpointResponse>
): Effect.Effect<oauth.TokenEndpointResponse, AuthError.AuthError> =>
  OAuthHttp.process(
    answer,
    (response) => run(toLibrary(authorizationServer), { client_id: client.clientId }, response),
    { status: 200, refused: refused(authorizationServer.issuer) }
  )

const secret = (value: string, label: string): Redacted.Redacted => Redacted.make(value, { label })

/**
 * The tokens of a response. `asked` is what was asked for, and so what was granted where the response does not say
 * (RFC 6749, 5.1). Fails with `InvalidResponse` where they are bound to a key and no proof was sent, and where the access
 * token has characters that none has (A.12): no header could hold it, and HTTP clients quote what they cannot send.
 *
 * @category responses
 * @since 0.1.0
 */
export const tokens = Effect.fnUntraced(function*(
  { authorizationServer, client, dpop }: Parties,
  answer: OAuthHttp.Answer,
  response: oauth.TokenEndpointResponse,
  asked: ReadonlyArray<string> | undefined
): Effect.fn.Return<TokenSet, AuthError.AuthError> {
  const now = yield* Clock.currentTimeMillis
  const invalid = (detail: string) => AuthError.make(new AuthError.InvalidResponse({ url: answer.url, detail }))
  const bound = response.token_type === "dpop"
  if (bound && dpop === undefined) return yield* invalid("the token is bound to a key that nobody has")
  if (!/^[\x20-\x7e]+$/.test(response.access_token)) return yield* invalid("the token has characters that none has")
  const { expires_in: expiresIn, refresh_token: refreshToken, scope } = response
  return {
    accessToken: secret(response.access_token, "access token"),
    tokenType: bound ? "DPoP" : "Bearer",
    ...(refreshToken === undefined ? {} : { refreshToken: secret(refreshToken, "refresh token") }),
    ...(expiresIn === undefined ? {} : { expiresAtMillis: now + expiresIn * 1000 }),
    scopes: scope === undefined ? asked ?? [] : ScopeSet.parse(scope),
    issuer: authorizationServer.issuer,
    clientId: client.clientId,
    ...(bound && dpop !== undefined ? { jkt: dpop.jkt } : {})
  }
})

const wantsNonce = (answer: OAuthHttp.Answer): boolean => {
  if (answer.status !== 400 && answer.status !== 401) return false
  const body = Hiding.parsed(Redacted.value(answer.body))
  return typeof body === "object" && body !== null && "error" in body && body.error === "use_dpop_nonce"
}

const sendOnce = Effect.fnUntraced(function*(
  request: HttpClientRequest.HttpClientRequest,
  dpop: Dpop | undefined
) {
  if (dpop === undefined) return { answer: yield* OAuthHttp.send(request), again: false }
  const proof = yield* dpop.prove({ method: request.method, url: request.url })
  const answer = yield* OAuthHttp.send(HttpClientRequest.setHeader(request, "DPoP", proof))
  const isNew = dpop.noteNonce(request.url, answer.headers["dpop-nonce"], proof)
  return { answer, again: isNew && wantsNonce(answer) }
})

/**
 * Sends a request to the token endpoint, with a proof of possession where there is a key (XDP-04). Where the endpoint wants
 * a nonce and gives one, the request is made anew and sent once more with it (XDP-05); a second wish is an error like any
 * other.
 *
 * @category sending
 * @since 0.1.0
 */
export const send = (
  request: Effect.Effect<HttpClientRequest.HttpClientRequest, AuthError.AuthError>,
  dpop: Dpop | undefined
): Effect.Effect<OAuthHttp.Answer, AuthError.AuthError, HttpClient.HttpClient> => {
  const once = Effect.flatMap(request, (made) => sendOnce(made, dpop))
  return Effect.flatMap(
    once,
    ({ again, answer }) => again ? Effect.map(once, (second) => second.answer) : Effect.succeed(answer)
  )
}

/**
 * A grant from its beginning to its end: makes the request, sends it, and processes the answer.
 *
 * @category sending
 * @since 0.1.0
 */
export const run = <Asked extends Parties, A>(
  grant: {
    readonly request: (asked: Asked) => Effect.Effect<HttpClientRequest.HttpClientRequest, AuthError.AuthError>
    readonly process: (asked: Asked, answer: OAuthHttp.Answer) => Effect.Effect<A, AuthError.AuthError>
  },
  asked: Asked
): Effect.Effect<A, AuthError.AuthError, HttpClient.HttpClient> =>
  Effect.flatMap(send(grant.request(asked), asked.dpop), (answer) => grant.process(asked, answer))
