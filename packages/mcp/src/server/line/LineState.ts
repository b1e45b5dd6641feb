/**
 * The state of one line: its session, once there is one, and what is under way on it. What is done with it is the
 * driver's affair (`ConnectionDriver.ts`).
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import type { Request } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import { lazy } from "../../revision/common/Lazy.ts"
import type { Revision } from "../../revision/Revision.ts"
import type { LoggingLevel } from "../../schema/Logging.ts"
import * as InFlight from "../../session/InFlight.ts"
import * as Lifecycle from "../../session/Lifecycle.ts"
import * as PendingRequests from "../../session/PendingRequests.ts"
import type { Connection } from "../../transport/Connection.ts"
import type * as Batch from "../Batch.ts"
import type * as Engine from "../Engine.ts"
import type * as Handshake from "../Handshake.ts"
import type * as Delivery from "../listening/Delivery.ts"
import * as Drain from "../listening/Drain.ts"
import type * as Feed from "../listening/Feed.ts"
import type { Origin, OriginSession, Standing } from "../Origin.ts"
import type { Server } from "../Server.ts"
import * as SessionMemo from "../SessionMemo.ts"

/**
 * A fiber that serves a request.
 *
 * @category models
 * @since 0.1.0
 */
export type Running = Fiber.Fiber<Engine.Answer>

/**
 * A request being served; it has a fiber as soon as it runs.
 *
 * @category models
 * @since 0.1.0
 */
export interface Call {
  /** Whether it stays until one side ends it. */
  readonly stands: boolean
  /** Whether anything may be sent for it: it is neither answered nor cancelled. */
  isOpen: boolean
  fiber: Running | undefined
}

/**
 * The session of the line, from its handshake on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Session {
  readonly handshake: Handshake.Handshake
  readonly feed: Feed.Feed
  readonly delivery: Delivery.Delivery
  /** What its requests may know and change of it. */
  readonly own: OriginSession
  /** Asks its client. */
  readonly ask: Origin["ask"]
}

/**
 * A line, from its beginning to its end.
 *
 * @category models
 * @since 0.1.0
 */
export interface LineState {
  /**
   * The id of the line's session, by which handlers and policies tell it from others; it is not on the wire. It is made
   * when somebody asks for it, because platforms take milliseconds to get their cryptography ready.
   */
  readonly id: () => string
  /** A header of the HTTP request that opened the line; nothing on other lines. */
  readonly header: Origin["header"]
  readonly server: Server
  readonly connection: Connection
  readonly inFlight: InFlight.InFlight<Call>
  readonly pending: PendingRequests.PendingRequests
  readonly memo: SessionMemo.ClosableMemo
  readonly standing: Standing
  readonly fork: <A>(effect: Effect.Effect<A>) => Fiber.Fiber<A>
  /** Sends an answer by itself, if there is one. */
  readonly reply: Batch.Settle
  lifecycle: Lifecycle.Lifecycle
  session: Session | undefined
  /** Tells the session what happens on the server. */
  telling: Fiber.Fiber<void> | undefined
  /** Notifications that are being heard. */
  readonly hearing: Set<Fiber.Fiber<void>>
  /** The level that the client asked for; until it does, it hears from `info` on. */
  logLevel: LoggingLevel | undefined
}

const noHeader = (): undefined => undefined

/**
 * A line on which nothing was said yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  server: Server,
  connection: Connection,
  makeId: () => string,
  fork: LineState["fork"]
): LineState => ({
  id: lazy(makeId),
  header: connection.header ?? noHeader,
  server,
  connection,
  inFlight: InFlight.make(server.sessionLimits.inFlightRequestsMax),
  pending: PendingRequests.make(server.sessionLimits.inFlightRequestsMax),
  memo: SessionMemo.make(),
  standing: { drain: Drain.make(), announcesEnd: true, peer: connection },
  fork,
  reply: (text) => {
    if (text !== undefined) connection.send(text)
  },
  lifecycle: Lifecycle.initial,
  session: undefined,
  telling: undefined,
  hearing: new Set(),
  logLevel: undefined
})

/**
 * A request that is about to be served.
 *
 * @category constructors
 * @since 0.1.0
 */
export const callOf = ({ method }: Request): Call => ({
  stands: method === "subscriptions/listen",
  isOpen: true,
  fiber: undefined
})

/**
 * The revision of the session; nothing, while there is no session.
 *
 * @category queries
 * @since 0.1.0
 */
export const revisionOf = ({ session }: LineState): Revision | undefined => session?.handshake.revision

/**
 * Takes a step of the lifecycle, or says why it cannot be taken.
 *
 * @category operations
 * @since 0.1.0
 */
export const advance = (state: LineState, event: Lifecycle.Event): Result.Result<void, RpcError> =>
  Result.map(Lifecycle.step(state.lifecycle, event), (next) => {
    state.lifecycle = next
  })
