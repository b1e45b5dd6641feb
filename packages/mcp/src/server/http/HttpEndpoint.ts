/**
 * An HTTP endpoint as its parts see it, and the question that all of them ask first: whose request is this?
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { RequestId } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type { Revision } from "../../revision/Revision.ts"
import { withoutHeader } from "../../revision/Revisions.ts"
import * as Caller from "../../session/Caller.ts"
import type { Log } from "../../session/EventLog.ts"
import * as HttpAdmission from "../../session/HttpAdmission.ts"
import type { HttpPolicy } from "../../session/HttpPolicy.ts"
import type { HttpExchange, ResponseHeaders } from "../../transport/HttpExchange.ts"
import { attempt } from "../Attempt.ts"
import * as Masking from "../Masking.ts"
import type { Server } from "../Server.ts"
import type { Holding } from "./Holding.ts"
import * as HttpReply from "./HttpReply.ts"
import type { LiveSession } from "./LiveSession.ts"
import type { Sessions } from "./Sessions.ts"

/**
 * An endpoint.
 *
 * @category models
 * @since 0.1.0
 */
export interface Endpoint {
  readonly server: Server
  readonly policy: HttpPolicy
  readonly holding: Holding
  readonly sessions: Sessions
  /** Where the events of streams are kept; `undefined` when they are not. */
  readonly log: Log | undefined
  /** Whether it opens sessions. */
  readonly isStateful: boolean
  readonly makeId: () => string
  /** Runs something that outlives the exchange that it began in, as long as the endpoint lives. */
  readonly fork: (effect: Effect.Effect<void>) => void
}

type Refusal = HttpAdmission.Refusal

const refusal = (status: number, error: RpcError): Result.Result<never, Refusal> =>
  Result.fail(HttpAdmission.refuse(status, error))

/**
 * The revision that the header names, judged (HTV-03, HTV-04).
 *
 * @category queries
 * @since 0.1.0
 */
export const headerRevision = ({ server }: Endpoint, exchange: HttpExchange): Result.Result<Revision, Refusal> => {
  const version = exchange.header("mcp-protocol-version")
  if (version === undefined) return Result.succeed(withoutHeader)
  const revision = server.revisionsByVersion.get(version.trim())
  return revision === undefined || revision.era !== "session"
    ? refusal(400, Rpc.invalidRequest(`Unsupported MCP-Protocol-Version: ${version}`))
    : Result.succeed(revision)
}

/**
 * Whose request it is: what is kept for its sender is found by this.
 *
 * @category queries
 * @since 0.1.0
 */
export const ownerOf = ({ caller, header }: HttpExchange): string | undefined =>
  Caller.ownerOf({ principal: caller?.principal, credential: header("authorization") })

/**
 * The session that a request names, for whoever opened it (HTS-05, HTS-06).
 *
 * @category queries
 * @since 0.1.0
 */
export const sessionOf = (endpoint: Endpoint, exchange: HttpExchange): Result.Result<LiveSession, Refusal> => {
  const id = exchange.header("mcp-session-id")
  if (id === undefined) return refusal(400, Rpc.invalidRequest("The header Mcp-Session-Id is missing"))
  const session = endpoint.sessions.find(id, ownerOf(exchange))
  if (session === undefined) return refusal(404, Rpc.invalidRequest("Session not found"))
  const version = headerRevision(endpoint, exchange)
  return Result.isFailure(version) ? Result.fail(version.failure) : Result.succeed(session)
}

/**
 * Answers with a refusal.
 *
 * @category replies
 * @since 0.1.0
 */
export const refused = (exchange: HttpExchange, refusal: Refusal, id?: RequestId): Effect.Effect<void> =>
  Effect.sync(() => HttpReply.refuse(exchange, refusal, id))

/** What breaks outside of handlers, in a store for instance, must not leave the client waiting. */
const onBroken = (exchange: HttpExchange, cause: Cause.Cause<never>): Effect.Effect<void> =>
  Cause.hasInterruptsOnly(cause)
    ? Effect.failCause(cause)
    : Effect.flatMap(
      Masking.mask("A request over HTTP failed", cause),
      ({ message, reference }) =>
        refused(exchange, HttpAdmission.refuse(500, Rpc.internalError(message, { reference })))
    )

/**
 * A handler that answers whatever breaks in it.
 *
 * @category replies
 * @since 0.1.0
 */
export const answering = (handler: (exchange: HttpExchange) => Effect.Effect<void>): typeof handler => (exchange) =>
  Effect.suspend(() =>
    Effect.matchCauseEffectEager(attempt(() => handler(exchange)), {
      onSuccess: () => Effect.void,
      onFailure: (cause) => onBroken(exchange, cause)
    })
  )

/**
 * Where the streams of a session are, and where their events are kept.
 *
 * @category queries
 * @since 0.1.0
 */
export const streamsOf = (endpoint: Endpoint, session: LiveSession): HttpReply.Session => ({
  owner: session,
  log: session.isClosed ? undefined : endpoint.log,
  priming: session.revision.primingEvent
})

/**
 * A reply that has not begun, in the session that it is of; in none, where none are kept.
 *
 * @category replies
 * @since 0.1.0
 */
export const replyTo = (
  endpoint: Endpoint,
  exchange: HttpExchange,
  acceptance: HttpAdmission.Acceptance,
  session: LiveSession | undefined,
  headers?: ResponseHeaders
): HttpReply.HttpReply =>
  HttpReply.make(exchange, {
    policy: endpoint.policy,
    acceptance,
    holding: endpoint.holding,
    headers,
    session: session === undefined ? undefined : streamsOf(endpoint, session)
  })
