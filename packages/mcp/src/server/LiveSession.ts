/**
 * The live part of an HTTP session: what this process holds of it while it is served. The facts that outlive the process
 * are in the `SessionStore`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Revision } from "../revision/Revision.ts"
import type { ClientCapabilities } from "../schema/Capabilities.ts"
import type { Implementation } from "../schema/Implementation.ts"
import type { LoggingLevel } from "../schema/Logging.ts"
import * as InFlight from "../session/InFlight.ts"
import * as PendingRequests from "../session/PendingRequests.ts"
import type { HttpStream } from "../transport/HttpExchange.ts"
import * as Asking from "./Asking.ts"
import type { Origin } from "./Origin.ts"
import * as SessionMemo from "./SessionMemo.ts"

/**
 * A session being served. An idle one is this record and nothing more: no fiber, no queue.
 *
 * @category models
 * @since 0.1.0
 */
export interface LiveSession {
  readonly id: string
  readonly revision: Revision
  readonly clientInfo: Implementation
  readonly clientCapabilities: ClientCapabilities
  /** The credential that opened the session; requests with another do not find it. */
  readonly credential: string | undefined
  readonly inFlight: InFlight.InFlight<Fiber.Fiber<unknown>>
  /** Streams that the client holds open with GET. */
  readonly streams: Set<HttpStream>
  /** What was asked of the client and is not answered yet. */
  readonly pending: PendingRequests.PendingRequests
  readonly memo: SessionMemo.ClosableMemo
  logLevel: LoggingLevel
  lastActiveMillis: number
}

/**
 * What a session is opened with.
 *
 * @category models
 * @since 0.1.0
 */
export type Opening = Pick<
  LiveSession,
  "id" | "revision" | "clientInfo" | "clientCapabilities" | "credential" | "lastActiveMillis"
>

/**
 * A new session.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (opening: Opening, inFlightRequestsMax: number): LiveSession => ({
  ...opening,
  inFlight: InFlight.make(inFlightRequestsMax),
  streams: new Set(),
  pending: PendingRequests.make(inFlightRequestsMax),
  memo: SessionMemo.make(),
  logLevel: "info"
})

/**
 * Whether something of the session is going on, so that it must not be closed for idleness.
 *
 * @category queries
 * @since 0.1.0
 */
export const isBusy = (session: LiveSession): boolean => session.inFlight.entries.size > 0 || session.streams.size > 0

/**
 * The origin of a request of the session.
 *
 * @category conversions
 * @since 0.1.0
 */
export const origin = (
  session: LiveSession,
  channel: Pick<Origin, "header" | "send"> & { readonly sendQuestion: Origin["send"] | undefined }
): Origin => ({
  revision: session.revision,
  clientInfo: session.clientInfo,
  clientCapabilities: session.clientCapabilities,
  session: {
    id: session.id,
    setLogLevel: (level) => {
      session.logLevel = level
    }
  },
  logLevel: session.logLevel,
  credential: session.credential,
  header: channel.header,
  send: channel.send,
  ask: Asking.over({
    revision: session.revision,
    clientCapabilities: session.clientCapabilities,
    pending: session.pending,
    send: channel.sendQuestion
  }),
  memo: session.memo,
  release: undefined
})

/**
 * Ends what the session holds: its requests are interrupted, its streams ended, its services released.
 *
 * @category operations
 * @since 0.1.0
 */
export const close = (session: LiveSession): Effect.Effect<void> =>
  Effect.suspend(() => {
    for (const stream of session.streams) stream.end()
    return Effect.andThen(Fiber.interruptAll(Array.from(session.inFlight.entries.values())), session.memo.close)
  })
