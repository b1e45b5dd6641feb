/**
 * The session era over HTTP: `initialize` opens a session (or, by policy, none), its id comes with every later request,
 * GET holds a stream open, DELETE ends it. A client that goes away has not cancelled anything.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Encode from "../jsonrpc/Encode.ts"
import * as Message from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import * as SseFraming from "../jsonrpc/SseFraming.ts"
import type { Revision } from "../revision/Revision.ts"
import { withoutHeader } from "../revision/Revisions.ts"
import * as HttpAdmission from "../session/HttpAdmission.ts"
import type { HttpPolicy } from "../session/HttpPolicy.ts"
import * as InFlight from "../session/InFlight.ts"
import * as PendingRequests from "../session/PendingRequests.ts"
import { SessionId } from "../session/SessionId.ts"
import type { SessionStore } from "../session/SessionStore.ts"
import type { HttpExchange } from "../transport/HttpExchange.ts"
import * as Asking from "./Asking.ts"
import * as Engine from "./Engine.ts"
import * as Handshake from "./Handshake.ts"
import * as HttpReply from "./HttpReply.ts"
import * as LiveSession from "./LiveSession.ts"
import type { Origin } from "./Origin.ts"
import type { Server } from "./Server.ts"
import * as SessionMemo from "./SessionMemo.ts"
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
    reply: HttpReply.HttpReply,
    request: Message.Request
  ) => Effect.Effect<void>
  readonly onNotification: (exchange: HttpExchange, notification: Message.Notification) => Effect.Effect<void>
  readonly onResponse: (exchange: HttpExchange, answer: Message.Success | Message.Failure) => Effect.Effect<void>
  readonly onGet: (exchange: HttpExchange) => Effect.Effect<void>
  readonly onDelete: (exchange: HttpExchange) => Effect.Effect<void>
}

interface Endpoint {
  readonly server: Server
  readonly policy: HttpPolicy
  readonly sessions: Sessions.Sessions
  readonly makeId: () => string
}

type Refusal = HttpAdmission.Refusal

const refusal = (status: number, error: RpcError): Result.Result<never, Refusal> =>
  Result.fail(HttpAdmission.refuse(status, error))

/** The revision that the header names, judged (HTV-03, HTV-04). */
const headerRevision = ({ server }: Endpoint, exchange: HttpExchange): Result.Result<Revision, Refusal> => {
  const version = exchange.header("mcp-protocol-version")
  if (version === undefined) return Result.succeed(withoutHeader)
  const revision = server.revisionsByVersion.get(version.trim())
  return revision === undefined || revision.era !== "session"
    ? refusal(400, Rpc.invalidRequest(`Unsupported MCP-Protocol-Version: ${version}`))
    : Result.succeed(revision)
}

/** The session that a request names, for the credential that opened it (HTS-05, HTS-06). */
const sessionOf = (endpoint: Endpoint, exchange: HttpExchange): Result.Result<LiveSession.LiveSession, Refusal> => {
  const id = exchange.header("mcp-session-id")
  if (id === undefined) return refusal(400, Rpc.invalidRequest("The header Mcp-Session-Id is missing"))
  const session = endpoint.sessions.find(id, exchange.header("authorization"))
  if (session === undefined) return refusal(404, Rpc.invalidRequest("Session not found"))
  const version = headerRevision(endpoint, exchange)
  return Result.isFailure(version) ? Result.fail(version.failure) : Result.succeed(session)
}

const refused = (exchange: HttpExchange, refusal: Refusal, id?: Message.RequestId): Effect.Effect<void> =>
  Effect.sync(() => HttpReply.refuse(exchange, refusal, id))

const initialize = (endpoint: Endpoint, exchange: HttpExchange, request: Message.Request): Effect.Effect<void> => {
  const { policy, server, sessions } = endpoint
  const settled = Handshake.negotiate(request.params, server.identity, server.revisions)
  if (Result.isFailure(settled)) return refused(exchange, HttpAdmission.refuse(400, settled.failure), request.id)
  const { clientCapabilities, clientInfo, resultText, revision } = settled.success
  const text = Encode.success(request.id, resultText)
  if (policy.sessions === "stateless") return Effect.sync(() => HttpReply.json(exchange, 200, text))
  const credential = exchange.header("authorization")
  const opening = { id: endpoint.makeId(), revision, clientInfo, clientCapabilities, credential }
  return Effect.map(sessions.open(opening), (session) =>
    session === undefined
      ? HttpReply.refuse(exchange, HttpAdmission.refuse(503, Rpc.internalError("Too many sessions")), request.id)
      : HttpReply.json(exchange, 200, text, { "mcp-session-id": session.id }))
}

/** A request of a session: it can be cancelled, and ends without an answer then; its end counts as activity. */
const callInSession = (
  endpoint: Endpoint,
  exchange: HttpExchange,
  reply: HttpReply.HttpReply,
  request: Message.Request,
  session: LiveSession.LiveSession
): Effect.Effect<void> => {
  const admitted = InFlight.admits(session.inFlight, request.id)
  if (Result.isFailure(admitted)) return refused(exchange, HttpAdmission.refuse(400, admitted.failure), request.id)
  return Effect.withFiber((fiber) => {
    InFlight.begin(session.inFlight, request.id, fiber)
    const origin = LiveSession.origin(session, {
      header: exchange.header,
      // A call that was cancelled has nothing more to say (CAN-11).
      send: (text) =>
        Effect.suspend(() => InFlight.holds(session.inFlight, request.id, fiber) ? reply.send(text) : Effect.void),
      sendQuestion: reply.mayStream ? reply.send : undefined
    })
    const call = Effect.flatMap(
      Engine.answer(endpoint.server.methods, request, origin),
      (answer) => reply.finish(200, answer.text)
    )
    return Effect.onExit(call, (exit) =>
      Effect.sync(() => {
        InFlight.end(session.inFlight, request.id, fiber)
        endpoint.sessions.touch(session)
        if (exit._tag === "Failure") reply.abandon()
      }))
  })
}

/** A request that stands alone, because the policy is to keep no sessions. */
const callAlone = (
  endpoint: Endpoint,
  exchange: HttpExchange,
  reply: HttpReply.HttpReply,
  request: Message.Request
): Effect.Effect<void> => {
  const revision = headerRevision(endpoint, exchange)
  if (Result.isFailure(revision)) return refused(exchange, revision.failure, request.id)
  const memo = SessionMemo.make()
  const origin: Origin = {
    revision: revision.success,
    clientInfo: undefined,
    clientCapabilities: {},
    session: undefined,
    logLevel: "info",
    credential: exchange.header("authorization"),
    header: exchange.header,
    send: reply.send,
    ask: Asking.unsupported,
    memo,
    release: memo.close
  }
  return Effect.flatMap(
    Engine.answer(endpoint.server.methods, request, origin),
    (answer) => reply.finish(200, answer.text)
  )
}

const onRequest = (endpoint: Endpoint): HttpSessions["onRequest"] => (exchange, reply, request) => {
  if (request.method === "initialize") return initialize(endpoint, exchange, request)
  if (endpoint.policy.sessions === "stateless") return callAlone(endpoint, exchange, reply, request)
  const session = sessionOf(endpoint, exchange)
  return Result.isFailure(session)
    ? refused(exchange, session.failure, request.id)
    : callInSession(endpoint, exchange, reply, request, session.success)
}

const cancel = (session: LiveSession.LiveSession, notification: Message.Notification): void => {
  const id = notification.params?.requestId
  if (notification.method === "notifications/cancelled" && Message.isRequestId(id)) {
    InFlight.cancel(session.inFlight, id)?.interruptUnsafe()
  }
}

const onNotification = (endpoint: Endpoint): HttpSessions["onNotification"] => (exchange, notification) => {
  if (endpoint.policy.sessions === "stateless") return Effect.sync(() => HttpReply.empty(exchange, 202))
  const session = sessionOf(endpoint, exchange)
  if (Result.isFailure(session)) return refused(exchange, session.failure)
  return Effect.sync(() => {
    cancel(session.success, notification)
    HttpReply.empty(exchange, 202)
  })
}

const onResponse = (endpoint: Endpoint): HttpSessions["onResponse"] => (exchange, answer) => {
  const session = sessionOf(endpoint, exchange)
  if (Result.isFailure(session)) return refused(exchange, session.failure)
  return Effect.sync(() => {
    HttpReply.empty(exchange, 202)
    PendingRequests.settle(session.success.pending, answer)
  })
}

/** A stream that the client holds open keeps the session; its end counts as activity. */
const holdStream = (
  endpoint: Endpoint,
  session: LiveSession.LiveSession,
  exchange: HttpExchange
): Effect.Effect<void> =>
  Effect.gen(function*() {
    const stream = HttpReply.stream(exchange)
    session.streams.add(stream)
    exchange.onClose(() => {
      session.streams.delete(stream)
      endpoint.sessions.touch(session)
    })
    yield* stream.write(SseFraming.keepAlive)
  })

/** Without sessions there is no stream to open and nothing to end. */
const postOnly: Refusal = {
  ...HttpAdmission.refuse(405, Rpc.invalidRequest("No sessions are kept here")),
  headers: { allow: "POST" }
}

const onGet = (endpoint: Endpoint): HttpSessions["onGet"] => (exchange) => {
  if (endpoint.policy.sessions === "stateless") return refused(exchange, postOnly)
  if (!HttpAdmission.acceptance(exchange.header("accept")).eventStream) {
    return refused(exchange, HttpAdmission.notAcceptable)
  }
  const session = sessionOf(endpoint, exchange)
  return Result.isFailure(session)
    ? refused(exchange, session.failure)
    : holdStream(endpoint, session.success, exchange)
}

const onDelete = (endpoint: Endpoint): HttpSessions["onDelete"] => (exchange) => {
  if (endpoint.policy.sessions === "stateless") return refused(exchange, postOnly)
  const session = sessionOf(endpoint, exchange)
  if (Result.isFailure(session)) return refused(exchange, session.failure)
  return Effect.andThen(
    endpoint.sessions.close(session.success),
    Effect.sync(() => HttpReply.empty(exchange, 204))
  )
}

/**
 * The session-era side of an endpoint; its sessions end with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  server: Server,
  policy: HttpPolicy
): Effect.Effect<HttpSessions, never, Scope.Scope | SessionStore> =>
  Effect.gen(function*() {
    const sessions = yield* Sessions.make(server.sessionLimits)
    const endpoint: Endpoint = { server, policy, sessions, makeId: yield* SessionId }
    return {
      onRequest: onRequest(endpoint),
      onNotification: onNotification(endpoint),
      onResponse: onResponse(endpoint),
      onGet: onGet(endpoint),
      onDelete: onDelete(endpoint)
    }
  })
