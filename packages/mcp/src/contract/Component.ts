/**
 * What a catalog holds: components, and the entries that they become in it. Types only; the catalog is in `Catalog.ts`.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import type { Kind } from "./Kind.ts"
import type * as Prompt from "./Prompt.ts"
import type * as Resource from "./Resource.ts"
import type * as ResourceTemplate from "./ResourceTemplate.ts"
import type * as Tool from "./Tool.ts"

/**
 * Anything that a catalog can hold.
 *
 * @category models
 * @since 0.1.0
 */
export type Component = Tool.Any | Resource.Any | ResourceTemplate.Any | Prompt.Any

/**
 * The shelf that a component stands on.
 *
 * @category type-level
 * @since 0.1.0
 */
export type KindOf<C extends Component> = C extends Tool.Any ? "tools" : C extends Prompt.Any ? "prompts" : "resources"

/**
 * The name that a component goes by: its name, its URI, or its URI template.
 *
 * @category type-level
 * @since 0.1.0
 */
export type NameOf<C extends Component> = C extends { readonly name: infer Name extends string } ? Name
  : C extends { readonly uri: infer Uri extends string } ? Uri
  : C extends { readonly uriTemplate: infer Template extends string } ? Template
  : never

/**
 * A component in a catalog: the name it has on the wire, and the key of the handler that serves it. The key does not
 * change when a prefix changes the name.
 *
 * @category models
 * @since 0.1.0
 */
export interface Entry<out K extends Kind, out Name extends string, out Key extends string, out C extends Component> {
  readonly kind: K
  readonly name: Name
  readonly key: Key
  readonly component: C
}

/**
 * Any entry.
 *
 * @category models
 * @since 0.1.0
 */
export type AnyEntry = Entry<Kind, string, string, Component>

/**
 * The entry that a component becomes in the catalog `Id`.
 *
 * @category type-level
 * @since 0.1.0
 */
export type EntryOf<Id extends string, C extends Component> = C extends Component
  ? Entry<KindOf<C>, NameOf<C>, `${Id}/${KindOf<C>}/${NameOf<C>}`, C>
  : never

/**
 * A component whose handler may need the services `S` of its request.
 *
 * @category models
 * @since 0.1.0
 */
export interface PerRequest<out S> {
  readonly perRequest: ReadonlyArray<Context.Key<S, unknown>>
}

/**
 * The services of the request that handlers of these entries may need.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ServicesOf<E extends AnyEntry> = E["component"] extends infer C ? C extends PerRequest<infer S> ? S : never
  : never
