/**
 * Driving a server over HTTP: one endpoint for all revisions. The head of a request is judged first; then the body says
 * which era it is of, and goes to the one driver or the other.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Message from "../jsonrpc/Message.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import * as HttpAdmission from "../session/HttpAdmission.ts"
import type { HttpPolicy } from "../session/HttpPolicy.ts"
import type { SessionStore } from "../session/SessionStore.ts"
import { isClaimed } from "../session/StatelessAdmission.ts"
import type { HttpExchange } from "../transport/HttpExchange.ts"
import * as HttpReply from "./HttpReply.ts"
import * as HttpSessions from "./HttpSessions.ts"
import * as HttpStateless from "./HttpStateless.ts"
import type { Server } from "./Server.ts"

/**
 * Answers one exchange. It completes when the answer is finished. Interrupting it abandons the request, so an adapter
 * must not do that merely because the peer went away: in the session era that is no cancellation (HTL-09).
 *
 * @category models
 * @since 0.1.0
 */
export type HttpHandler = (exchange: HttpExchange) => Effect.Effect<void>

/**
 * Whether a message is of the stateless era. The body decides (TRN-06); a version header that no session-era revision
 * has is the word of a client that left the claim out (revisions.md 14).
 */
const isStateless = (
  server: Server,
  exchange: HttpExchange,
  message: Message.Request | Message.Notification
): boolean => {
  if (isClaimed(message)) return true
  const version = exchange.header("mcp-protocol-version")
  return version !== undefined && exchange.header("mcp-session-id") === undefined &&
    server.revisionsByVersion.get(version.trim())?.era !== "session"
}

const refused = (
  exchange: HttpExchange,
  refusal: HttpAdmission.Refusal,
  id?: Message.RequestId
): Effect.Effect<void> => Effect.sync(() => HttpReply.refuse(exchange, refusal, id))

const onPost = (
  server: Server,
  policy: HttpPolicy,
  sessions: HttpSessions.HttpSessions,
  exchange: HttpExchange
): Effect.Effect<void> => {
  if (exchange.body === undefined) return refused(exchange, HttpAdmission.bodyTooLarge)
  const acceptance = HttpAdmission.acceptance(exchange.header("accept"))
  if (!acceptance.json && !acceptance.eventStream) return refused(exchange, HttpAdmission.notAcceptable)
  const message = Message.parse(exchange.body, server.messageLimits)
  switch (message._tag) {
    case "Request": {
      const reply = HttpReply.make(exchange, policy, acceptance)
      return isStateless(server, exchange, message)
        ? HttpStateless.onRequest(server, exchange, reply, message)
        : sessions.onRequest(exchange, reply, message)
    }
    case "Notification":
      return isStateless(server, exchange, message)
        ? HttpStateless.onNotification(server, exchange)
        : sessions.onNotification(exchange, message)
    case "Success":
    case "Failure":
      return sessions.onResponse(exchange, message)
    case "Malformed":
      return refused(exchange, HttpAdmission.refuse(400, message.error), message.id)
    case "Batch":
      return refused(exchange, HttpAdmission.refuse(400, Rpc.invalidRequest("Batches are not served here")))
  }
}

/**
 * A handler for an endpoint of the server. Sessions end with the scope.
 *
 * @category drivers
 * @since 0.1.0
 */
export const make = (
  server: Server,
  policy: HttpPolicy
): Effect.Effect<HttpHandler, never, Scope.Scope | SessionStore> =>
  Effect.map(HttpSessions.make(server, policy), (sessions) => (exchange) => {
    const admission = HttpAdmission.admit(policy, exchange.method, exchange.header)
    switch (admission._tag) {
      case "Refusal":
        return refused(exchange, admission)
      case "Preflight":
        return Effect.sync(() => HttpReply.empty(exchange, 204, HttpAdmission.preflightHeaders(exchange.header)))
      case "Get":
        return sessions.onGet(exchange)
      case "Delete":
        return sessions.onDelete(exchange)
      case "Post":
        return onPost(server, policy, sessions, exchange)
    }
  })
