/**
 * A client transport over Streamable HTTP, both eras: each message is its own POST, and the answer to a request is one
 * JSON document or an SSE stream that ends with it. The stream that a session's server may offer on GET, and resuming a
 * broken stream, are not here yet.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Encode from "../jsonrpc/Encode.ts"
import { JsonRpcLimits, type Limits } from "../jsonrpc/Limits.ts"
import type { RequestId } from "../jsonrpc/Message.ts"
import type { Revision } from "../revision/Revision.ts"
import * as HeaderValue from "../session/HeaderValue.ts"
import {
  type Answer,
  ClientTransport,
  type Incoming,
  type Link,
  type OutgoingNotification,
  type OutgoingRequest
} from "./ClientTransport.ts"
import * as HttpAnswer from "./HttpAnswer.ts"
import * as TransportError from "./TransportError.ts"

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
}

/** How long an answered stream may take to end, in milliseconds, and how many of them may be about it at a time. */
const windDownMillis = 1_000
const windingDownMax = 16

interface State {
  readonly client: HttpClient.HttpClient.With<TransportError.TransportError, Scope.Scope>
  readonly options: Options
  readonly limits: Limits
  readonly receive: (incoming: Incoming) => void
  /** The session that `initialize` opened (HTS-04), and the revision agreed in it. */
  sessionId: string | undefined
  revision: Revision | undefined
  /** Answered streams that have not ended, and the scope in which they may. */
  readonly scope: Scope.Scope
  windingDown: number
}

type Headers = { readonly [name: string]: string }

const ownHeaders = (options: Options): Headers =>
  Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, value]) =>
      [name, Redacted.isRedacted(value) ? Redacted.value(value) : value] as const
    )
  )

/** In a session: its id, and the version once it is agreed and the revision has the header (HTS-04, HTV-01). */
const sessionHeaders = (state: State, method: string | undefined, revision: Revision | undefined): Headers =>
  method === "initialize" ? {} : {
    ...(revision === undefined || revision.versionHeader === "None"
      ? {}
      : { "mcp-protocol-version": revision.version }),
    ...(state.sessionId === undefined ? {} : { "mcp-session-id": state.sessionId })
  }

/** Without sessions: what the message says of itself (HDR-01, HDR-06, HDR-07), on notifications too (C13). */
const statelessHeaders = (revision: Revision, method: string, name: string | undefined): Headers => ({
  "mcp-protocol-version": revision.version,
  "mcp-method": method,
  ...(name === undefined ? {} : { "mcp-name": HeaderValue.encode(name) })
})

const headersOf = (state: State, { method, name, revision }: Omit<OutgoingRequest, "id" | "paramsText">): Headers =>
  revision.era === "stateless"
    ? statelessHeaders(revision, method, name)
    : sessionHeaders(state, method, revision)

const post = (state: State, headers: Headers, text: string) =>
  state.client.execute(
    HttpClientRequest.post(state.options.url).pipe(
      HttpClientRequest.setHeaders(ownHeaders(state.options)),
      HttpClientRequest.setHeaders({ accept: "application/json, text/event-stream", ...headers }),
      HttpClientRequest.bodyText(text, "application/json")
    )
  )

const isSuccess = (response: HttpClientResponse): boolean => response.status >= 200 && response.status < 300

const statusError = (state: State, response: HttpClientResponse, sessionId: string | undefined, body: string) => {
  if (response.status === 404 && sessionId !== undefined) {
    // Only the session that was refused is forgotten: another fiber may have opened a new one meanwhile.
    if (state.sessionId === sessionId) state.sessionId = undefined
    return TransportError.make(new TransportError.SessionExpired())
  }
  return HttpAnswer.statusError(response, body)
}

const onRefusal = Effect.fnUntraced(function*(
  state: State,
  response: HttpClientResponse,
  id: RequestId,
  sessionId: string | undefined
) {
  const body = yield* HttpAnswer.errorBody(response)
  const message = HttpAnswer.errorMessage(response.status, body, id, state.limits)
  if (message === undefined || (response.status === 404 && sessionId !== undefined)) {
    return yield* statusError(state, response, sessionId, body)
  }
  return { message, status: response.status }
})

const noteSession = (state: State, request: OutgoingRequest, response: HttpClientResponse): void => {
  if (request.method === "initialize") state.sessionId = response.headers["mcp-session-id"]
  else if (request.revision.era === "session") state.revision = request.revision
}

interface Exchanged extends Answer {
  readonly rest: HttpAnswer.Read["rest"]
}

const exchange = Effect.fnUntraced(function*(
  state: State,
  outgoing: OutgoingRequest
): Effect.fn.Return<Exchanged, TransportError.TransportError, Scope.Scope> {
  const sessionId = outgoing.revision.era === "session" ? state.sessionId : undefined
  const text = Encode.request(outgoing.id, outgoing.method, outgoing.paramsText)
  const response = yield* post(state, headersOf(state, outgoing), text)
  if (!isSuccess(response)) {
    return { ...yield* onRefusal(state, response, outgoing.id, sessionId), rest: undefined }
  }
  noteSession(state, outgoing, response)
  const { message, rest } = yield* HttpAnswer.read(response, outgoing.id, state.limits, state.receive)
  return { message, status: response.status, rest }
})

/**
 * Lets an answered stream come to its end by itself, for a moment: cutting it off would cost the connection beneath,
 * and the next request a new one. Nobody waits for that.
 */
const windDown = (state: State, rest: Effect.Effect<void>, close: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (state.windingDown >= windingDownMax) return close
    state.windingDown++
    const ended = Effect.andThen(
      close,
      Effect.sync(() => {
        state.windingDown--
      })
    )
    // Started at once, because a fiber that is interrupted before it starts would not even close.
    const ending = Effect.ensuring(Effect.timeoutOption(rest, windDownMillis), ended)
    return Effect.asVoid(Effect.forkIn(ending, state.scope, { startImmediately: true }))
  })

const request = (state: State, outgoing: OutgoingRequest): Effect.Effect<Answer, TransportError.TransportError> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const exit = yield* Effect.exit(restore(Scope.provide(exchange(state, outgoing), scope)))
      const close = Scope.close(scope, exit)
      const rest = Exit.isSuccess(exit) ? exit.value.rest : undefined
      yield* rest === undefined ? close : windDown(state, rest, close)
      const { message, status } = yield* exit
      return { message, status }
    })
  )

/** Sends what has no answer. What the body of the response says is of no interest unless the status says no. */
const deliver = (state: State, headers: Headers, sessionId: string | undefined, text: string) =>
  Effect.scoped(Effect.gen(function*() {
    const response = yield* post(state, headers, text)
    const body = yield* HttpAnswer.errorBody(response)
    if (!isSuccess(response)) return yield* statusError(state, response, sessionId, body)
  }))

const notify = (state: State, { method, paramsText, revision }: OutgoingNotification) => {
  if (revision.era === "session") state.revision = revision
  const headers = headersOf(state, { method, name: undefined, revision })
  const sessionId = revision.era === "session" ? state.sessionId : undefined
  return deliver(state, headers, sessionId, Encode.notification(method, paramsText))
}

/** Ends the session (HTS-08). A server that refuses, or does not answer, keeps it until it expires there. */
const endSession = (state: State) =>
  Effect.suspend(() => {
    if (state.sessionId === undefined) return Effect.void
    const request = HttpClientRequest.delete(state.options.url).pipe(
      HttpClientRequest.setHeaders(ownHeaders(state.options)),
      HttpClientRequest.setHeaders(sessionHeaders(state, undefined, state.revision))
    )
    return Effect.scoped(state.client.execute(request)).pipe(
      Effect.timeoutOption(state.options.closeTimeout ?? "5 seconds"),
      Effect.ignore
    )
  })

const linkOf = (state: State): Link => ({
  request: (outgoing) => Effect.suspend(() => request(state, outgoing)),
  notify: (outgoing) => Effect.suspend(() => notify(state, outgoing)),
  respond: (text, revision) =>
    Effect.suspend(() => deliver(state, sessionHeaders(state, undefined, revision), state.sessionId, text)),
  closed: Effect.never,
  closingCancels: true,
  silence: "Outage"
})

/**
 * A transport to the endpoint at `url`, over the HTTP client in the context. With a session, closing the link ends it.
 * Tokens belong to one origin: the HTTP client should not follow redirects.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Effect.Effect<ClientTransport["Service"], never, HttpClient.HttpClient> =>
  Effect.map(HttpClient.HttpClient, (client) => ({
    open: Effect.fnUntraced(function*(receive) {
      const state: State = {
        client: HttpClient.withScope(HttpClient.transformResponse(client, Effect.mapError(HttpAnswer.fromHttp))),
        options,
        limits: yield* JsonRpcLimits,
        receive,
        sessionId: undefined,
        revision: undefined,
        scope: yield* Effect.scope,
        windingDown: 0
      }
      yield* Effect.addFinalizer(() => endSession(state))
      return linkOf(state)
    })
  }))

/**
 * A transport to the endpoint at `url`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<ClientTransport, never, HttpClient.HttpClient> =>
  Layer.effect(ClientTransport, make(options))
