/**
 * What one peer wants to hear of, and what waits to be told to it, as a pure machine. Events that wait coalesce: a list
 * that changed twice is told once, a resource that was updated twice too, so a slow consumer holds no more memory than
 * its own filter. It knows events, not messages, streams or revisions.
 *
 * @since 0.1.0
 */
import type { ServerEvent } from "./NotificationBus.ts"
import type { Limits } from "./SubscriptionLimits.ts"

/**
 * The lists that can change. Resource templates are part of `resources`.
 *
 * @category models
 * @since 0.1.0
 */
export type ListKind = Extract<ServerEvent, { readonly _tag: "ListChanged" }>["kind"]

/**
 * What is wanted. Nothing else is ever told (SUB-01).
 *
 * @category models
 * @since 0.1.0
 */
export interface Filter {
  readonly lists: ReadonlySet<ListKind>
  readonly uris: ReadonlySet<string>
  /** The visits that were asked for here, by id (ELU-05). Absent where none can be. */
  readonly visits?: ReadonlySet<string>
}

/**
 * What waits to be told, oldest first, by what it is about.
 *
 * @category models
 * @since 0.1.0
 */
export type Pending = ReadonlyMap<string, ServerEvent>

/**
 * The state of one subscription. An `Overrun` one is to be ended: its consumer was too slow, and the policy is not to
 * coalesce further.
 *
 * @category models
 * @since 0.1.0
 */
export interface Subscription {
  readonly _tag: "Open" | "Overrun"
  readonly filter: Filter
  readonly bounds: Bounds
  readonly pending: Pending
}

/**
 * The bounds on what waits.
 *
 * @category models
 * @since 0.1.0
 */
export type Bounds = Pick<Limits, "pendingMax" | "slowConsumer">

const none: Pending = new Map()

/**
 * A subscription to which nothing has happened yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (filter: Filter, bounds: Bounds): Subscription => ({
  _tag: "Open",
  filter,
  bounds,
  pending: none
})

/** Where a URI may be cut so that what is left addresses something that it is a part of. */
const boundary = /[/?#]/

/**
 * The subscribed URI that an update is told for: the URI itself, or else the longest one that it is a sub-resource of
 * (RSC-05). One URI is a sub-resource of another when it begins with it and goes on at a boundary: after a `/` that ends
 * the other, or with `/`, `?` or `#`. URIs are compared as text, without normalisation.
 *
 * @category queries
 * @since 0.1.0
 */
export const subscribedFor = (uris: ReadonlySet<string>, uri: string): string | undefined => {
  if (uris.size === 0) return undefined
  if (uris.has(uri)) return uri
  for (let end = uri.length - 1; end >= 0; end--) {
    const at = uri.charAt(end)
    if (!boundary.test(at)) continue
    const through = uri.slice(0, end + 1)
    if (at === "/" && end + 1 < uri.length && uris.has(through)) return through
    const before = uri.slice(0, end)
    if (before !== "" && uris.has(before)) return before
  }
  return undefined
}

/**
 * Whether an event is wanted.
 *
 * @category queries
 * @since 0.1.0
 */
export const wants = (filter: Filter, event: ServerEvent): boolean => {
  switch (event._tag) {
    case "ListChanged":
      return filter.lists.has(event.kind)
    case "ResourceUpdated":
      return subscribedFor(filter.uris, event.uri) !== undefined
    case "VisitCompleted":
      return filter.visits?.has(event.elicitationId) === true
  }
}

/** Two events with one key are told once. */
const keyOf = (event: ServerEvent): string => {
  switch (event._tag) {
    case "ListChanged":
      return `list ${event.kind}`
    case "ResourceUpdated":
      return `resource ${event.uri}`
    case "VisitCompleted":
      return `visit ${event.elicitationId}`
  }
}

/**
 * Tells updates of sub-resources as an update of what they are part of, and nothing that is not wanted any more; as many
 * are left as the filter has members.
 */
const fold = (filter: Filter, pending: Pending): Pending => {
  const folded = new Map<string, ServerEvent>()
  for (const event of pending.values()) {
    if (!wants(filter, event)) continue
    const uri = event._tag === "ResourceUpdated" ? subscribedFor(filter.uris, event.uri) : undefined
    const told: ServerEvent = uri === undefined ? event : { _tag: "ResourceUpdated", uri }
    folded.set(keyOf(told), told)
  }
  return folded
}

/**
 * The state after an event. One that is not wanted, or that waits already, changes nothing. When more than `pendingMax`
 * would wait, the policy decides: `coalesce` tells updates of sub-resources as an update of the subscribed URI, so that
 * no more waits than the filter has members; `close` makes the subscription `Overrun`, with nothing left to tell.
 *
 * @category machine
 * @since 0.1.0
 */
export const step = (subscription: Subscription, event: ServerEvent): Subscription => {
  const { _tag, bounds, filter, pending } = subscription
  if (_tag === "Overrun" || !wants(filter, event)) return subscription
  const key = keyOf(event)
  if (pending.has(key)) return subscription
  const next = new Map(pending).set(key, event)
  if (next.size <= bounds.pendingMax) return { ...subscription, pending: next }
  return bounds.slowConsumer === "close"
    ? { ...subscription, _tag: "Overrun", pending: none }
    : { ...subscription, pending: fold(filter, next) }
}

/**
 * What is told next, and the state after it. The filter of a session changes as it subscribes and unsubscribes: what
 * waited and is not wanted any more is left out.
 *
 * @category machine
 * @since 0.1.0
 */
export const take = (subscription: Subscription): readonly [event: ServerEvent | undefined, next: Subscription] => {
  const { filter, pending } = subscription
  if (pending.size === 0) return [undefined, subscription]
  const rest = new Map(pending)
  for (const [key, event] of pending) {
    rest.delete(key)
    if (wants(filter, event)) return [event, { ...subscription, pending: rest }]
  }
  return [undefined, { ...subscription, pending: none }]
}
