/**
 * The bounds on what clients may subscribe to, each with its unit, and what is done with a client that hears too slowly.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"

/**
 * Bounds on subscriptions. What goes beyond the first three is refused with an error; beyond the fourth, the policy
 * decides. Nothing is dropped silently.
 *
 * @category models
 * @since 0.1.0
 */
export interface Limits {
  /** Most URIs in one listen request, or subscribed to by one session. */
  readonly urisMax: number
  /** Most listen requests of one peer at a time: of one line or, over HTTP, of the bearer of one credential. */
  readonly peerSubscriptionsMax: number
  /** Most listen requests of a server at a time, over all peers. */
  readonly subscriptionsMax: number
  /** Most events that wait to be told to one subscription. */
  readonly pendingMax: number
  /**
   * What happens when more would wait. `coalesce`: updates of sub-resources are told as an update of the subscribed URI,
   * so that no more waits than the filter has members. `close`: a listen request is answered, which ends it; the client
   * may listen again, and reads anew what it wants to know. Sessions always coalesce.
   */
  readonly slowConsumer: "coalesce" | "close"
}

/**
 * The limits in force unless others are provided: 1,000 URIs, 100 listen requests of a peer, 10,000 of a server, 1,000
 * events that wait, and slow consumers coalesce.
 *
 * @category references
 * @since 0.1.0
 */
export const defaultLimits: Limits = {
  urisMax: 1_000,
  peerSubscriptionsMax: 100,
  subscriptionsMax: 10_000,
  pendingMax: 1_000,
  slowConsumer: "coalesce"
}

/**
 * The limits that servers read when they are built; provide another value to change them.
 *
 * @category references
 * @since 0.1.0
 */
export const SubscriptionLimits: Context.Reference<Limits> = Context.Reference<Limits>(
  "@parley/mcp/session/SubscriptionLimits",
  { defaultValue: () => defaultLimits }
)
