/**
 * What a running server offers, changed while it runs. A component that is added lives as long as the scope it was
 * added in: clients that listen hear `list_changed` when it comes and when it goes. Handlers have the registry of their
 * server in their context; other code gets it from the server's layer.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Component } from "./Catalog.ts"
import type { McpRequest } from "./McpRequest.ts"
import type { Served } from "./Served.ts"

/**
 * Something is wrong with a catalog itself, or with a component that is to be added to it.
 *
 * @category errors
 * @since 0.1.0
 */
export class CatalogError extends Schema.TaggedError<CatalogError>()("CatalogError", {
  message: Schema.String
}) {}

/**
 * Any component with its handler.
 *
 * @category models
 * @since 0.1.0
 */
export type AnyServed<R = unknown> = Served<Component, R>

/**
 * What the handlers of served components need, besides the request they serve, a scope that ends with it, and the
 * registry of the server.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Requirements<S> = S extends Served<Component, infer R> ? Exclude<R, McpRequest | Registry | Scope.Scope>
  : never

/**
 * A component that was added at run time.
 *
 * @category models
 * @since 0.1.0
 */
export interface Registration {
  /** Hides the component from lists and calls, or shows it again. Clients hear of it. */
  readonly setEnabled: (enabled: boolean) => Effect.Effect<void>
}

/**
 * The registry of a server.
 *
 * @category services
 * @since 0.1.0
 */
export class Registry extends Context.Service<Registry, {
  /** Adds a component, with the services that its handler needs, while the scope is open. */
  readonly add: (
    served: AnyServed,
    context: Context.Context<never>
  ) => Effect.Effect<Registration, CatalogError, Scope.Scope>
  /** Tells those who subscribed to a URI that what can be read there has changed. */
  readonly resourceUpdated: (uri: string) => Effect.Effect<void>
}>()("@parley/mcp/contract/Registry") {}

/**
 * Adds a component while the scope is open. Its name must be free, and its kind one that the server declares.
 *
 * @category registration
 * @since 0.1.0
 */
export const add = <S extends AnyServed>(
  served: S
): Effect.Effect<Registration, CatalogError, Registry | Scope.Scope | Requirements<S>> =>
  Effect.flatMap(Effect.context<Registry | Scope.Scope | Requirements<S>>(), (context) =>
    // The context holds all that the handler's type asks for; which services these are is not known here.
    Context.get(context as Context.Context<Registry>, Registry).add(served, context as Context.Context<never>))

/**
 * Tells those who subscribed to a URI that what can be read there has changed (SUB-05, LSN-06).
 *
 * @category notifications
 * @since 0.1.0
 */
export const resourceUpdated = (uri: string): Effect.Effect<void, never, Registry> =>
  Effect.flatMap(Registry, (registry) => registry.resourceUpdated(uri))
