/**
 * Requests with tokens, over an HTTP client: those to the server get one, all others go as they are. A response that asks
 * for a token, or for more, is answered with the same request again. Whether and how tokens are to be had is the affair of
 * `Demand.ts`.
 *
 * @since 0.1.0
 */
import * as HttpAnswer from "@parley/mcp/transport/http/HttpAnswer"
import * as McpTransportError from "@parley/mcp/transport/TransportError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import type * as AuthError from "../AuthError.ts"
import type { Dpop } from "../dpop/Dpop.ts"
import * as TrustedUrl from "../http/TrustedUrl.ts"
import * as WwwAuthenticate from "../http/WwwAuthenticate.ts"
import type { Authorizer } from "./Authorizer.ts"
import * as Demand from "./Demand.ts"
import * as Reaction from "./Reaction.ts"
import { accessTokenOf, type Session } from "./Session.ts"

/** How often one request is authorized: with refreshed tokens, and with new ones. */
const authorizationsMax = 2

/** How often one request is sent again with a new nonce in its proof. */
const noncesMax = 3

/** The folder that an endpoint is in: what is beside it is the same program, and endpoints name such URLs (HTTP+SSE). */
const folderOf = ({ origin, pathname }: URL): string => `${origin}${pathname.slice(0, pathname.lastIndexOf("/") + 1)}`

/**
 * Whether a request is one to the server at `server`, and gets its tokens: same scheme, host and port, and in the folder
 * of the server's endpoint or below.
 *
 * @category queries
 * @since 0.1.0
 */
export const isCovered = (server: URL, url: URL): boolean => `${url.origin}${url.pathname}`.startsWith(folderOf(server))

/** A request as it went, and its response. */
interface Sent {
  readonly response: HttpClientResponse.HttpClientResponse
  readonly session: Session | undefined
  readonly proof: string | undefined
  /** Lets the response go. */
  readonly close: Effect.Effect<void>
}

interface Sending {
  readonly request: HttpClientRequest.HttpClientRequest
  readonly url: URL
  readonly signal: AbortSignal
}

/** A client whose responses live as long as a scope, and that has no span of its own: there is one already. */
const innerOf = (client: HttpClient.HttpClient) => {
  const scoped = HttpClient.withScope(client)
  return (request: HttpClientRequest.HttpClientRequest) =>
    Effect.provideService(scoped.execute(request), HttpClient.TracerDisabledWhen, () => true)
}

type Inner = ReturnType<typeof innerOf>

/** The error of a request without the request's token. */
const withoutToken = (
  { reason }: HttpClientError.HttpClientError,
  request: HttpClientRequest.HttpClientRequest
): HttpClientError.HttpClientError => {
  const { cause, description } = reason
  const rest = { request, cause, ...(description === undefined ? {} : { description }) }
  switch (reason._tag) {
    case "EncodeError":
      return new HttpClientError.HttpClientError({ reason: new HttpClientError.EncodeError(rest) })
    case "InvalidUrlError":
      return new HttpClientError.HttpClientError({ reason: new HttpClientError.InvalidUrlError(rest) })
    default:
      return new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError(rest) })
  }
}

/** Sends a request as it is. Its response lives until whoever asked lets it go, by the signal. */
const transmit = (inner: Inner, request: HttpClientRequest.HttpClientRequest, { request: original, signal }: Sending) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const close = Scope.close(scope, Exit.void)
      const run = Effect.runForkWith(yield* Effect.context<never>())
      const answer = Effect.mapError(inner(request), (error) => withoutToken(error, original))
      const exit = yield* Effect.exit(restore(Scope.provide(answer, scope)))
      if (Exit.isFailure(exit)) {
        yield* close
        return yield* Effect.failCause(exit.cause)
      }
      if (signal.aborted) yield* close
      else signal.addEventListener("abort", () => void run(close), { once: true })
      return { response: exit.value, close }
    })
  )

/** By itself `fetch` would take the message, and its proof, wherever it is sent. Redirects are for whoever asked. */
const withoutRedirects = <A, E, R>(sending: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(
    Effect.serviceOption(FetchHttpClient.RequestInit),
    (init) =>
      Effect.provideService(sending, FetchHttpClient.RequestInit, {
        ...Option.getOrUndefined(init),
        redirect: "manual"
      })
  )

/** The headers that present tokens (ATU-02, XDP-02, XDP-03): never in the URL (ATU-04). */
const presenting = Effect.fnUntraced(function*(
  session: Session | undefined,
  dpop: Dpop | undefined,
  { request, url }: Sending
) {
  const tokens = session?.credentials.tokens
  if (tokens === undefined) return { headers: {}, proof: undefined }
  const { accessToken, tokenType } = tokens
  const authorization = `${tokenType} ${Redacted.value(accessToken)}`
  if (tokenType === "Bearer" || dpop === undefined) return { headers: { authorization }, proof: undefined }
  const proof = yield* dpop.prove({ method: request.method, url: url.href, accessToken })
  return { headers: { authorization, dpop: proof }, proof }
})

const attempt = Effect.fnUntraced(function*(
  inner: Inner,
  sending: Sending,
  session: Session | undefined,
  dpop: Dpop | undefined
): Effect.fn.Return<Sent, HttpClientError.HttpClientError> {
  const { headers, proof } = yield* presenting(session, dpop, sending)
  const request = HttpClientRequest.setHeaders(sending.request, headers)
  return { ...(yield* withoutRedirects(transmit(inner, request, sending))), session, proof }
})

/** Some servers repeat the token that they refuse: in a challenge, whose scopes and URLs go on to others, or on a page. */
const unrepeated = (text: string, session: Session | undefined): string => {
  const token = accessTokenOf(session)
  return token === undefined ? text : text.replaceAll(token, "<redacted>")
}

const aboutBody = ["content-length", "content-encoding", "transfer-encoding"]

/** A refusal without the token, as far as MCP reads one (64 KiB, in five seconds; else its body is empty). */
const withoutRepetition = (sent: Sent, { request }: Sending): Effect.Effect<HttpClientResponse.HttpClientResponse> => {
  const { close, response, session } = sent
  const { headers, status } = response
  if (status < 400 || status > 599 || accessTokenOf(session) === undefined) return Effect.succeed(response)
  const shown = Headers.removeMany(headers, aboutBody)
  return Effect.map(Effect.ensuring(HttpAnswer.errorBody(response), close), (body) =>
    HttpClientResponse.fromWeb(
      request,
      new globalThis.Response(unrepeated(body, session), {
        status,
        headers: Object.entries(shown).map(([name, value]): [string, string] => [name, unrepeated(value, session)])
      })
    ))
}

const reactionTo = (
  { proof, response: { headers, status }, session }: Sent,
  dpop: Dpop | undefined,
  { url }: Sending
) => {
  const hasNewNonce = proof !== undefined && dpop?.noteNonce(url.href, headers["dpop-nonce"], proof) === true
  if (status !== 401 && status !== 403) return { reaction: pass, challenges: [] }
  const challenges = WwwAuthenticate.parse(unrepeated(headers["www-authenticate"] ?? "", session))
  return { reaction: Reaction.decide({ status, challenges, hasNewNonce }), challenges }
}

const pass: Reaction.Reaction = { _tag: "Pass" }

/** What was read once cannot be sent again. */
const isReplayable = ({ body }: HttpClientRequest.HttpClientRequest): boolean =>
  !(body._tag === "Raw" && body.body instanceof ReadableStream)

/** How an `AuthError` reaches whoever sent the request: as an error of the HTTP client that MCP's transports understand. */
const unauthorized = (cause: AuthError.AuthError, request: HttpClientRequest.HttpClientRequest) =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.TransportError({
      request,
      cause: McpTransportError.make(new McpTransportError.Unauthorized({ cause })),
      description: "the client is not authorized"
    })
  })

/** Reads what a refusal says, so that its connection may be used again, and lets it go. */
const drop = ({ close, response }: Sent) => Effect.andThen(HttpAnswer.errorBody(response), close)

interface Rounds {
  readonly authorizations: number
  readonly stepUps: number
  readonly nonces: number
}

const sendWith = (authorizer: Authorizer, inner: Inner, sending: Sending) => {
  const { means: { dpop }, url } = authorizer.parts
  const failed = (error: AuthError.AuthError) => unauthorized(error, sending.request)
  const round = Effect.fnUntraced(function*(
    session: Session | undefined,
    rounds: Rounds
  ): Effect.fn.Return<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> {
    const { denial } = authorizer
    const sent = yield* attempt(inner, sending, session, dpop)
    const { challenges, reaction } = reactionTo(sent, dpop, sending)
    const isOurs = reaction._tag !== "Pass" && isReplayable(sending.request)
    // Whatever else is wrong with the request, a server that looks at it has looked at its token before. What is in front
    // of a server that is not there has not.
    const { status } = sent.response
    if (session !== undefined && status !== 401 && status < 500) Demand.accepted(authorizer, session)
    if (!isOurs) return yield* withoutRepetition(sent, sending)
    if (reaction._tag === "ProveAgain" && rounds.nonces < noncesMax) {
      yield* drop(sent)
      return yield* round(session, { ...rounds, nonces: rounds.nonces + 1 })
    }
    yield* drop(sent)
    if (reaction._tag === "StepUp") {
      const insufficient = { session, challenges, scopes: reaction.scopes, rounds: rounds.stepUps }
      const next = yield* Effect.mapError(Demand.stepUp(authorizer, insufficient), failed)
      return yield* round(next, { ...rounds, stepUps: rounds.stepUps + 1 })
    }
    const { description, scopes } = reaction._tag === "Authorize" ? reaction : nothingSaid
    if (rounds.authorizations >= authorizationsMax) {
      return yield* failed(Demand.notAccepted(TrustedUrl.shown(url), description))
    }
    const refused = { session, challenges, scopes, description, denial }
    const next = yield* Effect.mapError(Demand.authorize(authorizer, refused), failed)
    return yield* round(next, { ...rounds, authorizations: rounds.authorizations + 1 })
  })
  return Effect.flatMap(
    Effect.mapError(Demand.current(authorizer), failed),
    (session) => round(session, { authorizations: 0, stepUps: 0, nonces: 0 })
  )
}

const nothingSaid = { scopes: undefined, description: undefined }

/**
 * A client that sends requests to the server with its tokens. A request that has an `authorization` of its own is left as
 * it is. Fails with an `HttpClientError` whose cause is MCP's `Unauthorized`, whose cause is the `AuthError`
 * (`AuthError.find`). Redirects of such requests are not followed, and of what refusals say 64 KiB are given at most, without
 * the token.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (client: HttpClient.HttpClient, authorizer: Authorizer): HttpClient.HttpClient => {
  const inner = innerOf(client)
  const server = new URL(authorizer.parts.url)
  return HttpClient.make((request, url, signal) => {
    const sending = { request, url, signal }
    return isCovered(server, url) && request.headers["authorization"] === undefined
      ? sendWith(authorizer, inner, sending)
      : Effect.map(transmit(inner, request, sending), ({ response }) => response)
  })
}

/**
 * What the server says to a request without tokens, for logging in before anything is asked.
 *
 * @category operations
 * @since 0.1.0
 */
export const challenges = (
  client: HttpClient.HttpClient,
  url: string
): Effect.Effect<ReadonlyArray<WwwAuthenticate.Challenge>> =>
  Effect.scoped(
    withoutRedirects(innerOf(client)(HttpClientRequest.get(url, { headers: { accept: "text/event-stream" } })))
  ).pipe(
    Effect.map(({ headers, status }) => status === 401 ? WwwAuthenticate.parse(headers["www-authenticate"] ?? "") : []),
    // Where it is looked for metadata anyway is known without the server's word.
    Effect.orElseSucceed(() => [])
  )
