/**
 * The registry of a server: components come and go while it runs, and who listens on the bus hears that a list has
 * changed. What was cached of a list is dropped by its version, which grows with each change.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Catalog from "../../contract/Catalog.ts"
import type { AddOptions, AnyServed, Registration, Requirements } from "../../contract/Registry.ts"
import { CatalogError, type Registry } from "../../contract/Registry.ts"
import type { Bus } from "../../session/NotificationBus.ts"
import * as Components from "./Components.ts"

type Service = Registry["Service"]

/**
 * What a registry changes, and whom it tells.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly shelves: Components.Shelves
  readonly setting: Omit<Components.Setting, "registry">
  /** The kinds that the server declares; no other can be added. */
  readonly kinds: ReadonlySet<Catalog.Kind>
  readonly bus: Bus
}

/**
 * Runs a change, and tells of it when it changed what can be found.
 */
const telling = (
  { bus }: Options,
  { kind, version }: Components.Registered,
  change: Effect.Effect<void, CatalogError>
): Effect.Effect<void, CatalogError> =>
  Effect.suspend(() => {
    const before = version()
    return Effect.andThen(
      change,
      Effect.suspend(() => version() === before ? Effect.void : bus.publish({ _tag: "ListChanged", kind }))
    )
  })

/** The entry that a component would be in a catalog of its own. */
const entryOf = ({ component }: AnyServed): Catalog.AnyEntry | undefined =>
  Catalog.make("added").add(component).entries[0]

const bindServed = (
  options: Options,
  registry: Service,
  served: AnyServed,
  context: Context.Context<never>
): Effect.Effect<readonly [Components.Bound, Catalog.AnyEntry], CatalogError> => {
  const entry = entryOf(served)
  if (entry === undefined) {
    return Effect.fail(new CatalogError({ reason: "Invalid", message: "There is no component to add" }))
  }
  const { extras, handler } = served
  return Effect.map(
    Components.bind(options.shelves, { ...options.setting, registry }, entry, { run: handler, extras, context }),
    (bound) => [bound, entry] as const
  )
}

const undeclared = (kind: Catalog.Kind, name: string): CatalogError =>
  new CatalogError({
    reason: "KindNotDeclared",
    message: `"${name}" cannot be added, because the server does not declare ${kind}: ` +
      `it started without any, and its option "kinds" does not name them`
  })

const registrationOf = (
  options: Options,
  registry: Service,
  registered: Components.Registered,
  context: Context.Context<never>
): Registration => {
  const quietly = (change: () => void): Effect.Effect<void> =>
    // Only an update can fail.
    telling(options, registered, Effect.sync(change)) as Effect.Effect<void>
  const update = (served: AnyServed): Effect.Effect<void, CatalogError> =>
    Effect.contextWith((own: Context.Context<never>) =>
      Effect.flatMap(bindServed(options, registry, served, Context.merge(context, own)), ([bound]) =>
        telling(
          options,
          registered,
          Effect.suspend(() =>
            registered.update(bound)
              ? Effect.void
              : Effect.fail(
                new CatalogError({
                  reason: "Invalid",
                  message: `"${bound.name}" cannot stand for "${registered.name}"`
                })
              )
          )
        ))
    )
  return {
    setEnabled: (enabled) => quietly(() => registered.setEnabled(enabled)),
    remove: quietly(registered.remove),
    // What the handler needs is in the context that the update runs in, as its type says.
    update: update as <S extends AnyServed>(served: S) => Effect.Effect<void, CatalogError, Requirements<S>>
  }
}

const add = (
  options: Options,
  registry: Service,
  served: AnyServed,
  context: Context.Context<never>,
  { onDuplicate = "fail" }: AddOptions
): Effect.Effect<Registration, CatalogError, Scope.Scope> =>
  Effect.gen(function*() {
    const [bound, entry] = yield* bindServed(options, registry, served, context)
    if (!options.kinds.has(bound.kind)) return yield* Effect.fail(undeclared(bound.kind, bound.name))
    const claim = Effect.suspend(() =>
      onDuplicate === "fail" && bound.isTaken()
        ? Effect.fail(Components.taken(entry))
        : Effect.succeed(registrationOf(options, registry, bound.claim(), context))
    )
    const registration = yield* Effect.acquireRelease(claim, ({ remove }) => remove)
    // After the claim is the scope's, so that a bus that breaks leaves nothing behind.
    yield* options.bus.publish({ _tag: "ListChanged", kind: bound.kind })
    return registration
  })

/**
 * The registry over a server's components.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Service => {
  const registry: Service = {
    add: (served, context, addOptions = {}) => add(options, registry, served, context, addOptions),
    resourceUpdated: (uri) => options.bus.publish({ _tag: "ResourceUpdated", uri }),
    visited: (elicitationId) => options.bus.publish({ _tag: "VisitCompleted", elicitationId }),
    listChanged: (kind) => options.kinds.has(kind) ? options.bus.publish({ _tag: "ListChanged", kind }) : Effect.void
  }
  return registry
}

/**
 * Puts the components that a server starts with on its shelves, in their order. A handler that is missing from the
 * context, which the types exclude, and anything else wrong with the entries is a `CatalogError`.
 *
 * @category stocking
 * @since 0.1.0
 */
export const stock = (
  { setting, shelves }: Pick<Options, "setting" | "shelves">,
  registry: Service,
  entries: ReadonlyArray<Catalog.AnyEntry>,
  context: Context.Context<never>
): Effect.Effect<void, CatalogError> =>
  Effect.forEach(entries, (entry, number) => {
    const handler = Context.getOrUndefined(context, Catalog.handler(entry.key))
    return handler === undefined
      ? Effect.fail(new CatalogError({ reason: "Invalid", message: `No handler for "${entry.key}"` }))
      : Effect.flatMap(
        Components.bind(shelves, { ...setting, registry }, entry, handler),
        (bound) => bound.isTaken() ? Effect.fail(Components.taken(entry)) : Effect.sync(() => bound.claim(number))
      )
  }, { discard: true })
