/**
 * The session era over HTTP: `initialize` opens a session (or, by policy, none), its id comes with every later request,
 * GET holds a stream open, DELETE ends it. What becomes of `initialize` is in `HttpHandshake.ts`, of other
 * requests in `HttpCalls.ts`, of GET in `HttpListening.ts`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Message from "../../jsonrpc/Message.ts"
import * as EventLog from "../../session/EventLog.ts"
import * as HttpAdmission from "../../session/HttpAdmission.ts"
import type { HttpPolicy } from "../../session/HttpPolicy.ts"
import * as InFlight from "../../session/InFlight.ts"
import * as PendingRequests from "../../session/PendingRequests.ts"
import { SessionId } from "../../session/SessionId.ts"
import type { SessionStore } from "../../session/SessionStore.ts"
import type { HttpExchange } from "../../transport/HttpExchange.ts"
import * as Feed from "../listening/Feed.ts"
import type { Server } from "../Server.ts"
import * as EventStream from "./EventStream.ts"
import type { Holding } from "./Holding.ts"
import * as HttpCalls from "./HttpCalls.ts"
import { type Endpoint, headerRevision, refused, sessionOf } from "./HttpEndpoint.ts"
import * as HttpHandshake from "./HttpHandshake.ts"
import * as HttpListening from "./HttpListening.ts"
import * as HttpReply from "./HttpReply.ts"
import { type LiveSession, origin } from "./LiveSession.ts"
import * as Sessions from "./Sessions.ts"

/**
 * The session-era side of an endpoint.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpSessions {
  readonly onRequest: (
    exchange: HttpExchange,
    acceptance: HttpAdmission.Acceptance,
    request: Message.Request
  ) => Effect.Effect<void>
  readonly onNotification: (exchange: HttpExchange, notification: Message.Notification) => Effect.Effect<void>
  readonly onResponse: (exchange: HttpExchange, answer: PendingRequests.Answer) => Effect.Effect<void>
  readonly onBatch: (
    exchange: HttpExchange,
    acceptance: HttpAdmission.Acceptance,
    batch: Message.Batch
  ) => Effect.Effect<void>
  readonly onGet: (exchange: HttpExchange) => Effect.Effect<void>
  readonly onDelete: (exchange: HttpExchange) => Effect.Effect<void>
  /** Ends the streams on which nothing is waited for. */
  readonly endListening: () => void
}

/** Cancels the request that is named, if it is there; why, is for the log (CAN-14). */
const cancel = ({ fork }: Endpoint, { work }: LiveSession, params: Message.Params | undefined): void => {
  const { reason, requestId } = params ?? {}
  const call = work !== undefined && Message.isRequestId(requestId)
    ? InFlight.cancel(work.inFlight, requestId)
    : undefined
  if (call === undefined) return
  call.interruptUnsafe()
  if (typeof reason === "string") fork(Effect.logDebug("A request was cancelled", { requestId, reason }))
}

const noteNotification = (
  endpoint: Endpoint,
  session: LiveSession,
  { method, params }: Message.Notification
): void => {
  if (method === "notifications/initialized") Feed.open(session.feed)
  else if (method === "notifications/cancelled") cancel(endpoint, session, params)
}

/** Gives a notification to whoever listens, beside what the protocol demands. */
const hear = (
  { server }: Endpoint,
  exchange: HttpExchange,
  session: LiveSession,
  notification: Message.Notification
): Effect.Effect<void> =>
  server.onNotification === undefined ? Effect.void : server.onNotification(
    notification,
    // A notification has no stream of its own.
    origin(session, {
      header: exchange.header,
      caller: exchange.caller,
      send: () => Effect.void,
      sendQuestion: undefined,
      pause: undefined
    })
  )

/** The same where no sessions are kept. */
const hearAlone = (
  endpoint: Endpoint,
  exchange: HttpExchange,
  notification: Message.Notification
): Effect.Effect<void> => {
  const listener = endpoint.server.onNotification
  const revision = headerRevision(endpoint, exchange)
  return listener === undefined || Result.isFailure(revision)
    ? Effect.void
    : listener(notification, HttpCalls.originAlone(exchange, revision.success, () => Effect.void))
}

/** Takes a message of a batch that has no answer. */
const note = (endpoint: Endpoint, exchange: HttpExchange) =>
(
  session: LiveSession | undefined
) =>
(message: Message.Notification | PendingRequests.Answer): void => {
  if (message._tag !== "Notification") {
    if (session?.work !== undefined) PendingRequests.settle(session.work.pending, message)
    return
  }
  if (session === undefined) return endpoint.fork(hearAlone(endpoint, exchange, message))
  noteNotification(endpoint, session, message)
  endpoint.fork(hear(endpoint, exchange, session, message))
}

const onNotification = (endpoint: Endpoint): HttpSessions["onNotification"] => (exchange, notification) => {
  if (!endpoint.isStateful) {
    return Effect.suspend(() => {
      HttpReply.empty(exchange, 202)
      return hearAlone(endpoint, exchange, notification)
    })
  }
  const session = sessionOf(endpoint, exchange)
  if (Result.isFailure(session)) return refused(exchange, session.failure)
  return Effect.suspend(() => {
    noteNotification(endpoint, session.success, notification)
    HttpReply.empty(exchange, 202)
    return hear(endpoint, exchange, session.success, notification)
  })
}

const onResponse = (endpoint: Endpoint): HttpSessions["onResponse"] => (exchange, answer) => {
  const session = sessionOf(endpoint, exchange)
  if (Result.isFailure(session)) return refused(exchange, session.failure)
  const { work } = session.success
  return Effect.sync(() => {
    if (answer._tag === "Malformed") HttpReply.refuse(exchange, HttpAdmission.refuse(400, answer.error))
    else HttpReply.empty(exchange, 202)
    if (work !== undefined) PendingRequests.settle(work.pending, answer)
  })
}

const onDelete = (endpoint: Endpoint): HttpSessions["onDelete"] => (exchange) => {
  if (!endpoint.isStateful) return refused(exchange, HttpAdmission.postOnly)
  const session = sessionOf(endpoint, exchange)
  if (Result.isFailure(session)) return refused(exchange, session.failure)
  return Effect.andThen(
    endpoint.sessions.close(session.success),
    Effect.sync(() => HttpReply.empty(exchange, 204))
  )
}

const makeEndpoint = (
  server: Server,
  policy: HttpPolicy,
  holding: Holding
): Effect.Effect<Endpoint, never, Scope.Scope | SessionStore> =>
  Effect.gen(function*() {
    const isStateful = policy.sessions === "stateful" && server.revisions.some(({ era }) => era === "session")
    const given = yield* Effect.serviceOption(EventLog.EventLog)
    const log = isStateful && policy.resumable
      ? Option.getOrUndefined(given) ?? (yield* EventLog.makeMemory)
      : undefined
    const run = yield* FiberSet.makeRuntime()
    const endpoint: Endpoint = {
      server,
      policy,
      holding,
      sessions: yield* Sessions.make(server.sessionLimits, server.subscriptionLimits.pendingMax, log),
      log,
      isStateful,
      makeId: yield* SessionId,
      fork: (effect) => void run(effect)
    }
    if (isStateful) yield* server.bus.listen((event) => HttpListening.onEvent(endpoint, event))
    return endpoint
  })

/**
 * The session-era side of an endpoint; its sessions end with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  server: Server,
  policy: HttpPolicy,
  holding: Holding
): Effect.Effect<HttpSessions, never, Scope.Scope | SessionStore> =>
  Effect.map(makeEndpoint(server, policy, holding), (endpoint) => ({
    onRequest: (exchange, acceptance, request) =>
      request.method === "initialize"
        ? HttpHandshake.initialize(endpoint, exchange, acceptance, request)
        : HttpCalls.call(endpoint, exchange, acceptance, request),
    onNotification: onNotification(endpoint),
    onResponse: onResponse(endpoint),
    onBatch: (exchange, acceptance, batch) =>
      HttpCalls.batch(endpoint, exchange, acceptance, batch, note(endpoint, exchange)),
    onGet: (exchange) => HttpListening.onGet(endpoint, exchange),
    onDelete: onDelete(endpoint),
    endListening: () => {
      for (const session of endpoint.sessions.all()) session.listening.forEach(EventStream.end)
    }
  }))
