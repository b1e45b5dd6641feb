/**
 * The log messages of a server, and the level that they are wanted from: a request in a session, a member of every request
 * without one. A level that was asked for stays asked for when the connection is another one.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { LoggingLevel, LoggingMessageParams } from "../../schema/Logging.ts"
import type { Connected } from "../connection/Connect.ts"
import type { Connection } from "../connection/Connection.ts"
import * as Inbound from "../connection/Inbound.ts"
import type { McpClientError } from "../McpClientError.ts"
import * as Availability from "../requests/Availability.ts"
import type { Send } from "../requests/Call.ts"

/**
 * The level that a client wants to hear log messages from. Only {@link setLevel} writes to it; stateless-era requests read it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Level {
  wanted: LoggingLevel | undefined
  /** Whether somebody sees to it that new connections are told. */
  kept: boolean
}

/**
 * No messages are asked for yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Level => ({ wanted: undefined, kept: false })

/**
 * What asking for messages needs.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parts {
  readonly level: Level
  readonly connection: Connection
  readonly fork: (effect: Effect.Effect<void>) => void
  readonly send: Send
}

const method = "logging/setLevel"

const tell = ({ send }: Parts, level: LoggingLevel) => send({ method, params: { level }, options: {} })

const isTold = ({ server: { capabilities, revision } }: Connected): boolean =>
  revision.era === "session" && capabilities.logging !== undefined

/** Tells each new connection, as long as the client lives; `told` knows already. */
const keep = (parts: Parts, told: Connected): Effect.Effect<void> => {
  const retell = (connected: Connected) =>
    Effect.suspend(() => {
      const { wanted } = parts.level
      return wanted === undefined || !isTold(connected)
        ? Effect.void
        : Effect.catch(tell(parts, wanted), (error) => Effect.logDebug("The logging level was not set again", error))
    })
  return SubscriptionRef.changes(parts.connection.status).pipe(
    Stream.runForEach((status) =>
      status._tag !== "Connected" || status.connected === told ? Effect.void : retell(status.connected)
    )
  )
}

/**
 * Asks for messages from a level on. A server that declares no `logging` sends none, so that asking it is an error.
 *
 * @category operations
 * @since 0.1.0
 */
export const setLevel = (
  parts: Parts,
  wanted: LoggingLevel
): Effect.Effect<void, McpClientError> =>
  Effect.flatMap(parts.connection.current, (connected) => {
    const { level } = parts
    const { server: { capabilities, revision } } = connected
    if (capabilities.logging === undefined) {
      return Effect.fail(Availability.unavailable(revision, method, "Capability"))
    }
    const before = level.wanted
    level.wanted = wanted
    if (!level.kept) {
      level.kept = true
      parts.fork(keep(parts, connected))
    }
    if (!isTold(connected)) return Effect.void
    const undo = Effect.sync(() => {
      if (level.wanted === wanted) level.wanted = before
    })
    return Effect.asVoid(Effect.onError(tell(parts, wanted), () => undo))
  })

/**
 * The messages that come from now on.
 *
 * @category streams
 * @since 0.1.0
 */
export const messages = (inbound: Inbound.Inbound): Stream.Stream<LoggingMessageParams> =>
  Stream.flatMap(
    Inbound.notifications(inbound),
    (notification) =>
      notification.method === "notifications/message" ? Stream.succeed(notification.params) : Stream.empty
  )
