/**
 * A catalog: the tools, resources and prompts that a server offers, as one value that servers, clients and tests
 * share. Handlers are services, one for each component, and a layer provides them; one that nobody provided stays in
 * the requirements of the server, so that the compiler names it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as Completion from "./Completion.ts"
import type { AnyEntry, Component, Entry, EntryOf, KindOf, NameOf, ServicesOf } from "./Component.ts"
import type { Kind } from "./Kind.ts"
import type { McpRequest } from "./McpRequest.ts"
import type * as Prompt from "./Prompt.ts"
import type { Registry } from "./Registry.ts"
import type * as Resource from "./Resource.ts"
import type * as ResourceTemplate from "./ResourceTemplate.ts"
import type { AnyHandler, Extras } from "./Served.ts"
import type * as Tool from "./Tool.ts"

export type { AnyEntry, Component, Entry, EntryOf, Kind, KindOf, NameOf }

/**
 * Identifies the service that handles one component.
 *
 * @category services
 * @since 0.1.0
 */
export interface Handler<in out Key extends string> {
  readonly "~@parley/mcp/Handler": Key
}

/**
 * A handler in the context: the function, what goes with it, and the services that it was built with.
 *
 * @category services
 * @since 0.1.0
 */
export interface HandlerShape {
  readonly run: AnyHandler
  readonly extras?: Extras | undefined
  readonly context: Context.Context<never>
}

/**
 * The service of the handler with a key.
 *
 * @category services
 * @since 0.1.0
 */
export const handler = <const Key extends string>(key: Key): Context.Service<Handler<Key>, HandlerShape> =>
  Context.Service<Handler<Key>, HandlerShape>(`@parley/mcp/Handler/${key}`)

/**
 * The handlers that a catalog needs.
 *
 * @category type-level
 * @since 0.1.0
 */
export type HandlersOf<E extends AnyEntry> = E extends AnyEntry ? Handler<E["key"]> : never

/** A function, or one with what goes with it. */
type HandlerInput<C extends Component> = C extends Tool.Any ? Tool.Handler<C>
  : C extends Prompt.Any ? Prompt.Handler<C> | Prompt.Handling<C>
  : C extends ResourceTemplate.Any ? ResourceTemplate.Handler<C> | ResourceTemplate.Handling<C>
  : Resource.Handler

type ByName = { readonly [name: string]: Component }

/** The components on a shelf by name, so that each is found without going through all entries. */
type Components<E extends AnyEntry, K extends Kind> = {
  readonly [X in Extract<E, { readonly kind: K }> as X["name"]]: X["component"]
}

type Shelf<C extends ByName> = {
  readonly [N in keyof C]?: HandlerInput<C[N]>
}

/**
 * What `layer` takes: handlers by shelf and name. Handlers may be given in several layers; those that are missing from
 * all stay required.
 *
 * @category type-level
 * @since 0.1.0
 */
export interface Handlers<E extends AnyEntry> {
  readonly tools?: Shelf<Components<E, "tools">>
  readonly resources?: Shelf<Components<E, "resources">>
  readonly prompts?: Shelf<Components<E, "prompts">>
}

type Provided<E extends AnyEntry, H> = E extends AnyEntry
  ? E["kind"] extends keyof H ? E["name"] extends keyof H[E["kind"]] ? Handler<E["key"]> : never : never
  : never

type Requirement<F> = F extends (...args: never) => Effect.Effect<unknown, unknown, infer R> ? R
  : F extends Effect.Effect<unknown, unknown, infer R> ? R
  : F extends { readonly handle: infer Handle } ?
    Requirement<Handle> | Requirement<ListOf<F>> | CompletionRequirements<F>
  : never

type ListOf<F> = F extends { readonly list: infer List } ? List : never

type CompletionRequirements<F> = F extends { readonly complete: infer C } ? Completion.Requirements<C> : never

/**
 * What the given handlers need, besides the request they serve, a scope that ends with it, and the registry of the
 * server.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Requirements<H> = Exclude<
  { [K in keyof H]: { [N in keyof H[K]]: Requirement<H[K][N]> }[keyof H[K]] }[keyof H],
  McpRequest | Registry | Scope.Scope
>

/**
 * What the compiler shows when two components claim one name.
 *
 * @category type-level
 * @since 0.1.0
 */
export interface NameTaken<Name extends string> {
  readonly "the name is taken already": Name
}

type Taken<E extends AnyEntry, Other extends AnyEntry> = Other extends AnyEntry
  ? [Extract<E, { readonly kind: Other["kind"]; readonly name: Other["name"] }>] extends [never] ? never : Other["name"]
  : never

/** Names are compared one by one only where some name is there already, be it on another shelf. */
type Free<E extends AnyEntry, Other extends AnyEntry> = [E["name"] & Other["name"]] extends [never] ? unknown
  : [Taken<E, Other>] extends [never] ? unknown
  : NameTaken<Taken<E, Other>>

/**
 * Names that are not in the catalog, and completions of arguments that are not there, take nothing. The compiler asks
 * for this once for each handler, so where all is well it comes to `unknown` without a look at each of them. For the
 * same reason it is not mapped over `H`, which would have `H` inferred backwards each time; and it begins with a condition
 * on `H`, so that its bound stands for it as long as nothing is known of it.
 */
type UnknownNames<E extends AnyEntry, H> = H extends Handlers<E> ?
    & Nothing<Exclude<keyof H, Kind>>
    & UnknownOn<"tools", Components<E, "tools">, H>
    & UnknownOn<"resources", Components<E, "resources">, H>
    & UnknownOn<"prompts", Components<E, "prompts">, H>
  : unknown

type UnknownOn<K extends Kind, C extends ByName, H> = K extends keyof H
  ? Under<K, Nothing<Exclude<keyof H[K], keyof C>> & UnknownArguments<C, H[K]>>
  : unknown

type UnknownArguments<C extends ByName, H> = [H[keyof H]] extends [AnyHandler] ? unknown : {
  readonly [N in keyof H & keyof C]: H[N] extends { readonly complete: infer Complete }
    ? Under<"complete", Nothing<Exclude<keyof Complete, ArgumentOf<C[N]>>>>
    : unknown
}

/** Nothing may stand under these names. */
type Nothing<Names extends PropertyKey> = [Names] extends [never] ? unknown : { readonly [N in Names]: never }

/** `T` is to hold under a name; nothing at all when it is `unknown`. */
type Under<Name extends PropertyKey, T> = unknown extends T ? unknown : { readonly [N in Name]: T }

type ArgumentOf<C extends Component> = C extends Prompt.Any ? Prompt.ArgumentOf<C>
  : C extends ResourceTemplate.Any ? ResourceTemplate.ArgumentOf<C>
  : never

/**
 * A catalog with the entries `E`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Catalog<out Id extends string, out E extends AnyEntry> {
  readonly _tag: "Catalog"
  readonly id: Id
  readonly entries: ReadonlyArray<E>
  /** The catalog with more components; a name that is taken does not compile. */
  add<const Components extends ReadonlyArray<Component>>(
    ...components: Components & Free<E, EntryOf<Id, Components[number]>>
  ): Catalog<Id, E | EntryOf<Id, Components[number]>>
  /** A layer of handlers, for some or all entries; what they need is what the layer needs. */
  layer<const H extends Handlers<E>>(
    handlers: H & UnknownNames<E, H>
  ): Layer.Layer<Provided<E, H>, never, Exclude<Requirements<H>, ServicesOf<E>>>
}

/**
 * Any catalog.
 *
 * @category models
 * @since 0.1.0
 */
export type Any = Catalog<string, AnyEntry>

const kindOf = (component: Component): Kind =>
  component._tag === "Tool" ? "tools" : component._tag === "Prompt" ? "prompts" : "resources"

const nameOf = (component: Component): string =>
  component._tag === "Resource"
    ? component.uri
    : component._tag === "ResourceTemplate"
    ? component.uriTemplate
    : component.name

const entryOf = (id: string, component: Component): AnyEntry => {
  const kind = kindOf(component)
  const name = nameOf(component)
  return { kind, name, key: `${id}/${kind}/${name}`, component }
}

/** What `layer` is given for one component, with its types forgotten. */
type AnyInput = AnyHandler | (Extras & { readonly handle: AnyHandler })

type HandlerRecord = { readonly [name: string]: AnyInput | undefined }

const shapeOf = (input: AnyInput, context: Context.Context<never>): HandlerShape => {
  if (typeof input === "function") return { run: input, context }
  const { handle, ...extras } = input
  return { run: handle, extras, context }
}

const provide = (
  entries: ReadonlyArray<AnyEntry>,
  handlers: { readonly [K in Kind]?: HandlerRecord }
): Layer.Layer<never, never, never> =>
  Layer.effectContext(Effect.map(Effect.context<never>(), (context) =>
    entries.reduce((services, entry) => {
      const shelf = handlers[entry.kind]
      const input = shelf !== undefined && Object.hasOwn(shelf, entry.name) ? shelf[entry.name] : undefined
      // The keys are known to the types of `layer`; here they are data.
      return input === undefined
        ? services
        : Context.add(services, handler(entry.key), shapeOf(input, context)) as typeof services
    }, Context.empty())))

const fromEntries = <Id extends string, E extends AnyEntry>(id: Id, entries: ReadonlyArray<E>): Catalog<Id, E> => ({
  _tag: "Catalog",
  id,
  entries,
  add: (...components) =>
    // `entryOf` computes at run time what `EntryOf` says of the types.
    fromEntries(id, [...entries, ...components.map((component) => entryOf(id, component))] as never),
  // `provide` fills exactly the keys that `Provided` lists.
  layer: (handlers) => provide(entries, handlers as never) as never
})

/**
 * An empty catalog. The id keeps its handlers apart from those of other catalogs; it is not sent to anybody.
 *
 * @example
 * ```ts
 * import { Catalog, Tool } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * const Add = Tool.make("add", { parameters: { a: Schema.Number, b: Schema.Number } })
 * const Demo = Catalog.make("demo").add(Add)
 *
 * export const DemoLive = Demo.layer({
 *   tools: { add: ({ a, b }) => Effect.succeed(String(a + b)) }
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <const Id extends string>(id: Id): Catalog<Id, never> => fromEntries(id, [])

/**
 * Two catalogs as one. Names that both have do not compile; `prefix` keeps them apart. Handlers are provided by the
 * layers of either part.
 *
 * @category combinators
 * @since 0.1.0
 */
export const merge = <Id extends string, E extends AnyEntry, Id2 extends string, E2 extends AnyEntry>(
  self: Catalog<Id, E>,
  that: Catalog<Id2, E2> & Free<E, E2>
): Catalog<`${Id}+${Id2}`, E | E2> => {
  const other: Catalog<Id2, E2> = that
  return fromEntries<`${Id}+${Id2}`, E | E2>(`${self.id}+${other.id}`, [...self.entries, ...other.entries])
}

/**
 * The entry under a longer name; resources keep their URIs.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Prefixed<P extends string, E extends AnyEntry> = E extends Entry<infer K, infer Name, infer Key, infer C>
  ? Entry<K, K extends "resources" ? Name : `${P}${Name}`, Key, C>
  : never

/**
 * The catalog with a prefix before the names of its tools and prompts. Resources are named by URI and keep theirs. The
 * handlers stay those of the original catalog.
 *
 * @category combinators
 * @since 0.1.0
 */
export const prefix = <Id extends string, E extends AnyEntry, const P extends string>(
  self: Catalog<Id, E>,
  prefix: P
): Catalog<Id, Prefixed<P, E>> =>
  fromEntries(
    self.id,
    self.entries.map((entry) =>
      // `Prefixed` says of the types what happens to the names here.
      (entry.kind === "resources" ? entry : { ...entry, name: `${prefix}${entry.name}` }) as AnyEntry as Prefixed<P, E>
    )
  )

/**
 * The catalog with each component changed; names, keys and handlers stay. What the types say of the components then is
 * for the caller to say.
 *
 * @category combinators
 * @since 0.1.0
 */
export const mapComponents = (self: Any, change: (component: Component) => Component): Any =>
  fromEntries(self.id, self.entries.map((entry) => ({ ...entry, component: change(entry.component) })))
