/**
 * What happened on a server that its clients may want to hear of, and the bus that carries it to whoever serves them.
 * Within one process the bus is memory; over several replicas it is what makes a change on one heard by the clients of
 * all. It carries events, not messages: each listener says them in its own revision, to those who asked.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

/**
 * Something that happened.
 *
 * @category models
 * @since 0.1.0
 */
export type ServerEvent =
  /** Tools, prompts or resources were added, removed or changed. */
  | { readonly _tag: "ListChanged"; readonly kind: "tools" | "prompts" | "resources" }
  /** What can be read at a URI has changed. */
  | { readonly _tag: "ResourceUpdated"; readonly uri: string }
  /** A visit that a user was asked to make is over. */
  | { readonly _tag: "VisitCompleted"; readonly elicitationId: string }

/**
 * A bus: everything published reaches everybody who listens at that time, in one order for each publisher.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bus {
  /** Publishes an event; it does not wait for those who listen. */
  readonly publish: (event: ServerEvent) => Effect.Effect<void>
  /** Listens while the scope is open. The listener is called for each event, and must not block or throw. */
  readonly listen: (listener: (event: ServerEvent) => void) => Effect.Effect<void, never, Scope.Scope>
}

/**
 * The bus of a server. A server that finds none in its context makes one of its own in memory.
 *
 * @category services
 * @since 0.1.0
 */
export class NotificationBus extends Context.Service<NotificationBus, Bus>()("@parley/mcp/session/NotificationBus") {}

/**
 * A bus within this process.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeMemory: Effect.Effect<Bus> = Effect.sync(() => {
  const listeners = new Set<(event: ServerEvent) => void>()
  return {
    publish: (event) => Effect.sync(() => listeners.forEach((listener) => listener(event))),
    listen: (listener) => {
      // Wrapped, so that one function that listens twice is called twice.
      const own = (event: ServerEvent) => listener(event)
      return Effect.acquireRelease(
        Effect.sync(() => void listeners.add(own)),
        () => Effect.sync(() => void listeners.delete(own))
      )
    }
  }
})

/**
 * A bus within this process, for servers that share it.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<NotificationBus> = Layer.effect(NotificationBus, makeMemory)
