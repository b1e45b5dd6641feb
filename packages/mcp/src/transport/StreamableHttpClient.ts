/**
 * A client transport over Streamable HTTP, both eras: each message is its own POST, and the answer to a request is one
 * JSON document or an SSE stream that ends with it. In a session, a stream that breaks is resumed, and what the server
 * says apart from requests is heard on a stream of its own; without sessions there is neither.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Encode from "../jsonrpc/Encode.ts"
import { JsonRpcLimits } from "../jsonrpc/Limits.ts"
import type { Revision } from "../revision/Revision.ts"
import {
  type Answer,
  ClientTransport,
  type Link,
  type OutgoingNotification,
  type OutgoingRequest
} from "./ClientTransport.ts"
import * as Endpoint from "./http/Endpoint.ts"
import * as EventCursor from "./http/EventCursor.ts"
import * as Exchange from "./http/Exchange.ts"
import * as HttpAnswer from "./http/HttpAnswer.ts"
import * as HttpSession from "./http/HttpSession.ts"
import * as Peer from "./http/Peer.ts"
import * as Reconnecting from "./http/Reconnecting.ts"
import * as RequestHeaders from "./http/RequestHeaders.ts"
import * as HttpSseClient from "./HttpSseClient.ts"
import * as Interlude from "./Interlude.ts"
import * as Taking from "./Taking.ts"
import type { TransportError } from "./TransportError.ts"

/**
 * Where the server is, and what to send along.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly url: string | URL
  /** Headers for every request, for instance `authorization`. Those that the protocol defines cannot be set. */
  readonly headers?: { readonly [name: string]: string | Redacted.Redacted }
  /** How long ending the session may take when the link closes. Default: 5 seconds. */
  readonly closeTimeout?: Duration.Input
  /**
   * When the rest of an answer whose stream broke is asked for, unless the server says when; it begins anew each time
   * something has come, and all but the first are up to a quarter later, by chance. Default: after 1, 1.5, 2.25 seconds
   * and so on, at most 30 seconds apart, eight times.
   */
  readonly resume?: Schedule.Schedule<unknown, TransportError>
}

const defaultResume: Schedule.Schedule<unknown, TransportError> = Schedule.upTo(
  Schedule.min([Schedule.exponential("1 second", 1.5), Schedule.spaced("30 seconds")]),
  { times: 8 }
)

type Context = Reconnecting.Context

/** The session that a message is sent in, by its id; `undefined` where there is none, or none yet. */
const sessionIdOf = ({ session }: Context, revision: Revision | undefined, method?: string): string | undefined =>
  revision?.era === "stateless" || method === "initialize" ? undefined : session.id

const headersOf = ({ session }: Context, outgoing: Omit<OutgoingRequest, "id" | "paramsText">) => {
  if (outgoing.revision.era === "stateless") return RequestHeaders.stateless(outgoing)
  return outgoing.method === "initialize" ? {} : HttpSession.headersOf(session, outgoing.revision)
}

/** The error that a refusal is: that the session is gone, or the status. */
const refusal = (
  { session }: Context,
  response: HttpClientResponse,
  sessionId: string | undefined,
  body: string
): TransportError =>
  sessionId !== undefined && HttpSession.isExpiry(response.status, body)
    ? HttpSession.expire(session, false)
    : HttpAnswer.statusError(response, body)

/** The JSON-RPC error that a refusal of a request brings is its answer; without one, the refusal is an error. */
const onRefusal = Effect.fnUntraced(function*(
  context: Context,
  response: HttpClientResponse,
  { id }: OutgoingRequest,
  sessionId: string | undefined
): Effect.fn.Return<HttpAnswer.Read, TransportError> {
  const { status } = response
  const body = yield* HttpAnswer.errorBody(response)
  const message = HttpAnswer.errorMessage(status, body, id, context.limits)
  // A 400 with the id of the request is the server's answer to it, whatever it says of sessions.
  const isOwn = message?.id !== undefined && status === 400
  if (sessionId !== undefined && isOwn && HttpSession.isOtherEra(message)) {
    return yield* HttpSession.expire(context.session, false)
  }
  const isExpired = sessionId !== undefined && !isOwn && HttpSession.isExpiry(status, body)
  return message === undefined || isExpired
    ? yield* refusal(context, response, sessionId, body)
    : { _tag: "Answered", message, rest: undefined }
})

const exchange = Effect.fnUntraced(
  function*(context: Context, outgoing: OutgoingRequest, cursor: EventCursor.EventCursor) {
    const { method, revision } = outgoing
    const sessionId = sessionIdOf(context, revision, method)
    const text = Encode.request(outgoing.id, method, outgoing.paramsText)
    const response = yield* Endpoint.post(context.endpoint, headersOf(context, outgoing), text)
    const { status } = response
    if (!HttpAnswer.isSuccess(response)) {
      return { ...(yield* onRefusal(context, response, outgoing, sessionId)), status }
    }
    const { receive, session } = context
    const wrong = method === "initialize" ? HttpSession.begin(session, response) : undefined
    if (wrong !== undefined) return yield* wrong
    const read = yield* HttpAnswer.read(
      response,
      outgoing.id,
      context.limits,
      (incoming) => receive(incoming, outgoing.id),
      cursor
    )
    return { ...read, status }
  }
)

/** Nothing is sent in a session that is gone: a server might take it for something else. */
const ifAlive = <A>(
  { session }: Context,
  revision: Revision | undefined,
  effect: Effect.Effect<A, TransportError>
): Effect.Effect<A, TransportError> =>
  session.isExpired && revision?.era !== "stateless" ? Effect.fail(HttpSession.expire(session, false)) : effect

const request = (context: Context, outgoing: OutgoingRequest): Effect.Effect<Answer, TransportError> => {
  const { revision } = outgoing
  if (outgoing.method !== "initialize") HttpSession.agree(context.session, revision)
  const cursor = EventCursor.make()
  return Effect.flatMap(
    ifAlive(context, revision, Exchange.run(context.ending, exchange(context, outgoing, cursor))),
    (read) => {
      if (read._tag === "Answered") return Effect.succeed<Answer>({ message: read.message, status: read.status })
      return revision.era === "session" && cursor.lastId !== undefined
        ? Reconnecting.resume(context, outgoing, cursor, read.error)
        : Effect.fail(read.error)
    }
  )
}

/** Sends what has no answer. What the body of the response says is of no interest unless the status says no. */
const deliver = (context: Context, revision: Revision | undefined, headers: RequestHeaders.Headers, text: string) => {
  const sessionId = sessionIdOf(context, revision)
  const delivering = Effect.gen(function*() {
    const response = yield* Endpoint.post(context.endpoint, headers, text)
    const body = HttpAnswer.errorBody(response)
    if (HttpAnswer.isSuccess(response)) return { rest: Effect.asVoid(body) }
    return yield* refusal(context, response, sessionId, yield* body)
  })
  return ifAlive(context, revision, Taking.inTime(Effect.asVoid(Exchange.run(context.ending, delivering))))
}

const notify = (context: Context, { method, paramsText, revision }: OutgoingNotification) => {
  HttpSession.agree(context.session, revision)
  const headers = headersOf(context, { method, name: undefined, revision })
  return deliver(context, revision, headers, Encode.notification(method, paramsText))
}

/** Ends the session (HTS-08). A server that refuses, or does not answer, keeps it until it expires there. */
const endSession = ({ endpoint, session }: Context, timeout: Duration.Input) =>
  Effect.suspend(() =>
    session.id === undefined || session.isExpired
      ? Effect.void
      : Effect.scoped(Endpoint.forget(endpoint, HttpSession.headersOf(session, session.revision))).pipe(
        Effect.timeoutOption(timeout),
        Effect.ignore
      )
  )

const linkOf = (context: Context): Link => ({
  request: (outgoing) => Effect.suspend(() => request(context, outgoing)),
  notify: (outgoing) => Effect.suspend(() => notify(context, outgoing)),
  respond: (text, revision) =>
    Effect.suspend(() => deliver(context, revision, HttpSession.headersOf(context.session, revision), text)),
  listen: (revision, onOpen) =>
    revision.era === "stateless" ? Effect.void : Reconnecting.listen(context, revision, onOpen),
  closed: Effect.never,
  closingCancels: true,
  mirrors: true,
  silence: "Outage"
})

/**
 * A transport to the endpoint at `url`, over the HTTP client in the context. With a session, closing the link ends it.
 * Tokens belong to one origin: redirects are followed there only, and the HTTP client must not follow any by itself, as
 * `fetch` does unless it is told not to.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Effect.Effect<ClientTransport["Service"], never, HttpClient.HttpClient> =>
  Effect.map(Effect.all([HttpClient.HttpClient, Interlude.IsPossible]), ([client, hasInterludes]) => {
    const url = String(options.url)
    const headers = RequestHeaders.own(options.headers)
    return {
      peer: Peer.fromUrl(url),
      hasInterludes,
      older: HttpSseClient.fromClient(client, options).open,
      open: Effect.fnUntraced(function*(receive): Effect.fn.Return<Link, never, Scope.Scope> {
        const context: Context = {
          endpoint: Endpoint.make(client, url, headers),
          session: HttpSession.make(),
          ending: { scope: yield* Effect.scope, count: 0 },
          limits: yield* JsonRpcLimits,
          receive,
          resume: options.resume ?? defaultResume
        }
        yield* Effect.addFinalizer(() => endSession(context, options.closeTimeout ?? "5 seconds"))
        return linkOf(context)
      })
    }
  })

/**
 * A transport to the endpoint at `url`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<ClientTransport, never, HttpClient.HttpClient> =>
  Layer.effect(ClientTransport, make(options))

/**
 * A transport to the endpoint at `url`, over `fetch`, which is told not to follow redirects. For browsers and edge
 * runtimes; browsers do not show where a redirect leads, so there none is followed at all. An HTTP client in the context
 * is not used, whatever it is authorized for: {@link layer} uses it.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerFetch = (options: Options): Layer.Layer<ClientTransport> =>
  layer(options).pipe(
    // Not shared with other users of `fetch`, who may want redirects.
    Layer.provide(Layer.fresh(FetchHttpClient.layer)),
    Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
  )
