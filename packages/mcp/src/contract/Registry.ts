/**
 * What a running server offers, changed while it runs. A component that is added lives as long as the scope it was
 * added in: clients that listen hear `list_changed` when it comes and when it goes. Handlers have the registry of their
 * server in their context; other code gets it from the server's layer.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import type { Component } from "./Component.ts"
import type { Kind } from "./Kind.ts"
import type { McpRequest } from "./McpRequest.ts"
import type { Served } from "./Served.ts"

/**
 * Something is wrong with a catalog itself, or with a component that is to be added to it: its name is taken
 * (`NameTaken`), the server has not declared its kind (`KindNotDeclared`), or it cannot be served as it is (`Invalid`).
 *
 * @category errors
 * @since 0.1.0
 */
export class CatalogError extends Schema.TaggedError<CatalogError>()("CatalogError", {
  reason: Schema.Literals(["NameTaken", "KindNotDeclared", "Invalid"]),
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
 * What to do when the name of an added component is taken. `fail`: it is a `CatalogError`. `replace`: the new component
 * stands in the place of the other until its scope closes, and then the other is back.
 *
 * @category models
 * @since 0.1.0
 */
export type DuplicatePolicy = "fail" | "replace"

/**
 * How a component is added.
 *
 * @category models
 * @since 0.1.0
 */
export interface AddOptions {
  /** Default: `fail`. */
  readonly onDuplicate?: DuplicatePolicy
}

/**
 * A component that was added at run time. Once its scope has closed, none of this does anything.
 *
 * @category models
 * @since 0.1.0
 */
export interface Registration {
  /** Hides the component from lists and calls, or shows it again. Clients hear of it. */
  readonly setEnabled: (enabled: boolean) => Effect.Effect<void>
  /** Puts another definition and handler in its place, of the same kind and name. Clients hear of it. */
  readonly update: <S extends AnyServed>(served: S) => Effect.Effect<void, CatalogError, Requirements<S>>
  /** Removes the component before its scope closes. Clients hear of it. */
  readonly remove: Effect.Effect<void>
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
    context: Context.Context<never>,
    options?: AddOptions
  ) => Effect.Effect<Registration, CatalogError, Scope.Scope>
  /** Tells those who subscribed to a URI that what can be read there has changed. */
  readonly resourceUpdated: (uri: string) => Effect.Effect<void>
  /** Tells the session whose user was asked to make a visit that it is over. */
  readonly visited: (elicitationId: string) => Effect.Effect<void>
  /** Tells those who listen that a list has changed, for a reason that the registry does not know of. */
  readonly listChanged: (kind: Kind) => Effect.Effect<void>
}>()("@parley/mcp/contract/Registry") {}

/**
 * Adds a component while the scope is open. Its name must be free, unless the options say otherwise, and its kind one
 * that the server declares: one that it had when it started, or was told of by its option `kinds`.
 *
 * In a handler the nearest scope is that of the call. Use {@link keep} there for what is to stay.
 *
 * @example
 * ```ts
 * import { Registry, Tool } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 *
 * const extra = Tool.serve("extra", {}, () => Effect.succeed("here for a while"))
 *
 * export const whileOpen = Effect.scoped(Effect.andThen(Registry.add(extra), Effect.sleep("1 minute")))
 * ```
 *
 * @category registration
 * @since 0.1.0
 */
export const add = <S extends AnyServed>(
  served: S,
  options?: AddOptions
): Effect.Effect<Registration, CatalogError, Registry | Scope.Scope | Requirements<S>> =>
  Effect.flatMap(Effect.context<Registry | Scope.Scope | Requirements<S>>(), (context) =>
    // The context holds all that the handler's type asks for; which services these are is not known here.
    Context.get(context as Context.Context<Registry>, Registry).add(served, context as Context.Context<never>, options))

/**
 * Adds a component for as long as the server runs, or until its registration removes it.
 *
 * @category registration
 * @since 0.1.0
 */
export const keep = <S extends AnyServed>(
  served: S,
  options?: AddOptions
): Effect.Effect<Registration, CatalogError, Registry | Requirements<S>> =>
  // Nobody closes this scope; what is in it goes with the server. `R` without `Scope` is what the type says is left.
  Effect.flatMap(Scope.make(), (scope) =>
    Effect.provideService(add(served, options), Scope.Scope, scope)) as Effect.Effect<
      Registration,
      CatalogError,
      Registry | Requirements<S>
    >

/**
 * A layer that adds components to a running server for as long as the layer lives.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <S extends AnyServed>(
  served: S | ReadonlyArray<S>,
  options?: AddOptions
): Layer.Layer<never, CatalogError, Registry | Requirements<S>> =>
  // An array of `S` is not told from an `S` by the compiler: `Served` is no array.
  Layer.effectDiscard(
    Effect.forEach(Array.isArray(served) ? served as ReadonlyArray<S> : [served as S], (one) => add(one, options), {
      discard: true
    })
  )

/**
 * Tells those who subscribed to a URI that what can be read there has changed (SUB-05, LSN-06).
 *
 * @category notifications
 * @since 0.1.0
 */
export const resourceUpdated = (uri: string): Effect.Effect<void, never, Registry> =>
  Effect.flatMap(Registry, (registry) => registry.resourceUpdated(uri))

/**
 * Tells those who listen that a list has changed (TOL-05, TOL-06); nobody hears it of a kind that the server does not
 * declare. What the registry itself changes is told without it: this is for lists that are made up as they are asked
 * for, by what a template lists and by rules of visibility.
 *
 * @example
 * ```ts
 * import { Registry } from "@parley/mcp"
 *
 * export const fileWritten = Registry.listChanged("resources")
 * ```
 *
 * @category notifications
 * @since 0.1.0
 */
export const listChanged = (kind: Kind): Effect.Effect<void, never, Registry> =>
  Effect.flatMap(Registry, (registry) => registry.listChanged(kind))

/**
 * Tells the session whose user was asked to make a visit (`Ask.url`, `Ask.urlRequired`) that it is over
 * (`notifications/elicitation/complete`, ELU-05, ELU-06). For those who learn it outside of a request, as the callback of an
 * OAuth server does; over several replicas it goes over their `NotificationBus`. The visit must have been given an id of
 * its own. Each session remembers its last 64 visits; revisions without such a message are told nothing.
 *
 * @category notifications
 * @since 0.1.0
 */
export const visited = (elicitationId: string): Effect.Effect<void, never, Registry> =>
  Effect.flatMap(Registry, (registry) => registry.visited(elicitationId))
