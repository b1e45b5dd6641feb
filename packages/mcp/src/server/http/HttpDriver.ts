/**
 * Driving a server over HTTP: one endpoint for all revisions. The head of a request is judged first; then the body says
 * which era it is of, and goes to the one driver or the other.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Message from "../../jsonrpc/Message.ts"
import * as HttpAdmission from "../../session/HttpAdmission.ts"
import type { HttpPolicy } from "../../session/HttpPolicy.ts"
import type { SessionStore } from "../../session/SessionStore.ts"
import { isClaimed } from "../../session/StatelessAdmission.ts"
import type { HttpExchange } from "../../transport/HttpExchange.ts"
import type { Server } from "../Server.ts"
import * as Gating from "./Gating.ts"
import * as Holding from "./Holding.ts"
import { answering, refused } from "./HttpEndpoint.ts"
import * as HttpReply from "./HttpReply.ts"
import * as HttpSessions from "./HttpSessions.ts"
import * as HttpStateless from "./HttpStateless.ts"

/**
 * Answers one exchange. It completes when the answer is finished. Interrupting it abandons the request, so an adapter
 * must not do that merely because the peer went away: in the session era that is no cancellation (HTL-09).
 *
 * @category models
 * @since 0.1.0
 */
export type HttpHandler = (exchange: HttpExchange) => Effect.Effect<void>

interface Driver {
  readonly server: Server
  readonly policy: HttpPolicy
  readonly holding: Holding.Holding
  readonly sessions: HttpSessions.HttpSessions
  /** Whether sessions are for nobody here: no revision that has them is served. */
  readonly isStatelessOnly: boolean
  isDraining: boolean
}

/**
 * Whether a message is of the stateless era. The body decides (TRN-06); a version header that no session-era revision
 * has is the word of a client that left the claim out (revisions.md 14).
 */
const isStateless = (
  { isStatelessOnly, server }: Driver,
  exchange: HttpExchange,
  message: Message.Request | Message.Notification
): boolean => {
  if (isClaimed(message)) return true
  // Who asks for a session is told what is spoken here (ERA-02).
  if (isStatelessOnly) return message.method !== "initialize"
  const version = exchange.header("mcp-protocol-version")
  return version !== undefined && exchange.header("mcp-session-id") === undefined &&
    server.revisionsByVersion.get(version.trim())?.era !== "session"
}

const onRequest = (
  driver: Driver,
  exchange: HttpExchange,
  acceptance: HttpAdmission.Acceptance,
  message: Message.Request
): Effect.Effect<void> => {
  if (driver.isDraining) return refused(exchange, HttpAdmission.shuttingDown, message.id)
  if (!isStateless(driver, exchange, message)) return driver.sessions.onRequest(exchange, acceptance, message)
  const { holding, policy, server } = driver
  return HttpStateless.onRequest(server, exchange, { policy, acceptance, holding }, message)
}

const onPost = (driver: Driver, exchange: HttpExchange): Effect.Effect<void> => {
  if (exchange.body === undefined) return refused(exchange, HttpAdmission.bodyTooLarge)
  const acceptance = HttpAdmission.acceptance(exchange.header("accept"))
  if (!acceptance.json && !acceptance.eventStream) return refused(exchange, HttpAdmission.notAcceptable)
  const message = Message.parse(exchange.body, driver.server.messageLimits)
  switch (message._tag) {
    case "Request":
      return onRequest(driver, exchange, acceptance, message)
    case "Notification":
      return isStateless(driver, exchange, message)
        ? HttpStateless.onNotification(driver.server, exchange, message)
        : driver.sessions.onNotification(exchange, message)
    case "Success":
    case "Failure":
      return driver.sessions.onResponse(exchange, message)
    case "Malformed":
      return message.answers !== undefined && message.id === undefined
        ? driver.sessions.onResponse(exchange, message)
        : refused(exchange, HttpAdmission.refuse(400, message.error), message.id)
    case "Batch":
      return driver.isDraining
        ? refused(exchange, HttpAdmission.shuttingDown)
        : driver.sessions.onBatch(exchange, acceptance, message)
  }
}

/** While the endpoint ends, a client may still come back for what it waits for. */
const onGet = (driver: Driver, exchange: HttpExchange): Effect.Effect<void> =>
  driver.isDraining && exchange.header("last-event-id") === undefined
    ? refused(exchange, HttpAdmission.shuttingDown)
    : driver.sessions.onGet(exchange)

/** What stands open is ended; what is worked on gets its time; nothing new is taken. Sessions end after it. */
const drain = (driver: Driver): Effect.Effect<void> =>
  Effect.suspend(() => {
    driver.isDraining = true
    driver.server.standing.drain.begin()
    driver.sessions.endListening()
    return driver.policy.drainMillis > 0
      ? Effect.asVoid(Effect.timeoutOption(driver.holding.emptied, driver.policy.drainMillis))
      : Effect.void
  })

const onAdmitted = (driver: Driver, exchange: HttpExchange, verb: "Get" | "Delete" | "Post"): Effect.Effect<void> => {
  switch (verb) {
    case "Get":
      return onGet(driver, exchange)
    case "Delete":
      return driver.sessions.onDelete(exchange)
    case "Post":
      return onPost(driver, exchange)
  }
}

const onExchange = (driver: Driver, exchange: HttpExchange): Effect.Effect<void> => {
  const admission = HttpAdmission.admit(driver.policy, exchange.method, exchange.header)
  switch (admission._tag) {
    case "Refusal":
      return refused(exchange, admission)
    case "Preflight":
      return Effect.sync(() => HttpReply.empty(exchange, 204, HttpAdmission.preflightHeaders(exchange.header)))
    default:
      return Gating.through(driver.server, exchange, (exchange) => onAdmitted(driver, exchange, admission._tag))
  }
}

/**
 * A handler for an endpoint of the server, behind its gate where it has one. When the scope ends, calls have `drainMillis`
 * to end; then sessions are ended.
 *
 * @category drivers
 * @since 0.1.0
 */
export const make = (
  server: Server,
  policy: HttpPolicy
): Effect.Effect<HttpHandler, never, Scope.Scope | SessionStore> =>
  Effect.gen(function*() {
    const holding = yield* Holding.make(policy.keepAliveMillis)
    const driver: Driver = {
      server,
      policy,
      holding,
      sessions: yield* HttpSessions.make(server, policy, holding),
      isStatelessOnly: server.revisions.every(({ era }) => era === "stateless"),
      isDraining: false
    }
    yield* Effect.addFinalizer(() => drain(driver))
    const { wiretap } = server
    return answering((exchange) => onExchange(driver, wiretap?.exchange(exchange) ?? exchange))
  })
