/**
 * The bounds of the client floor, each with its unit. Bounds on single messages are those of the `jsonrpc` floor.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"

/**
 * Bounds on what a server can make a client hold or do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Limits {
  /** Most pages of one listing. */
  readonly pagesMax: number
  /** Most items of one listing, over all pages. */
  readonly itemsMax: number
  /** Most notifications kept for a subscriber that does not keep up; then the oldest go. */
  readonly notificationsPendingMax: number
  /** Most progress notifications kept for a callback that does not keep up; then the oldest go. */
  readonly progressPendingMax: number
  /**
   * Most requests of the server being answered at a time; those beyond stay unanswered, pings only beyond twice as many.
   * Also the most questions of one input-required result that are answered at a time; those beyond wait their turn.
   */
  readonly serverRequestsMax: number
  /** Most visits to URLs that are remembered until the server says that they are done; beyond, the oldest are forgotten. */
  readonly visitsMax: number
  /** Most rounds of questions that a stateless-era server may ask before it answers a request. */
  readonly roundsMax: number
}

/**
 * The limits in force unless others are provided: 1,000 pages and 100,000 items a listing, 1,024 notifications a
 * subscriber, 64 progress notifications a call, 64 requests of the server at a time, 1,024 visits, 32 rounds of questions a
 * request.
 *
 * @category references
 * @since 0.1.0
 */
export const defaultLimits: Limits = {
  pagesMax: 1_000,
  itemsMax: 100_000,
  notificationsPendingMax: 1_024,
  progressPendingMax: 64,
  serverRequestsMax: 64,
  visitsMax: 1_024,
  roundsMax: 32
}

/**
 * The limits that clients read when they are made; provide another value to change them.
 *
 * @category references
 * @since 0.1.0
 */
export const ClientLimits: Context.Reference<Limits> = Context.Reference<Limits>("@parley/mcp/client/ClientLimits", {
  defaultValue: () => defaultLimits
})
