/**
 * The bounds on sessions, each with its unit.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"

/**
 * Bounds on sessions and on the requests of one peer.
 *
 * @category models
 * @since 0.1.0
 */
export interface Limits {
  /** Most sessions at a time; beyond it the one idle longest makes room. */
  readonly sessionsMax: number
  /**
   * How long a session may be idle, in milliseconds, before it is closed. Work in flight keeps it. A question to its client
   * waits no longer than that either, unless it says so itself.
   */
  readonly sessionIdleMillis: number
  /** How often idle sessions are looked for, in milliseconds. */
  readonly sweepIntervalMillis: number
  /** Most requests of one session or connection being served at a time. */
  readonly inFlightRequestsMax: number
}

/**
 * The limits in force unless others are provided: 10,000 sessions, idle for 10 minutes at most, looked after every 30
 * seconds, 1,000 requests in flight in each.
 *
 * @category references
 * @since 0.1.0
 */
export const defaultLimits: Limits = {
  sessionsMax: 10_000,
  sessionIdleMillis: 10 * 60_000,
  sweepIntervalMillis: 30_000,
  inFlightRequestsMax: 1_000
}

/**
 * The limits that the drivers read; provide another value to change them.
 *
 * @category references
 * @since 0.1.0
 */
export const SessionLimits: Context.Reference<Limits> = Context.Reference<Limits>(
  "@parley/mcp/session/SessionLimits",
  { defaultValue: () => defaultLimits }
)
