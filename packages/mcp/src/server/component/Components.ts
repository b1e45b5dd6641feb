/**
 * The components of a server, bound to their handlers, by name. What is wrong with a component (a template that cannot
 * be parsed, a header that cannot be mirrored) is found where it is bound, before anything is served.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type AnyEntry, type Component, type HandlerShape, type Kind } from "../../contract/Catalog.ts"
import { CatalogError, Registry } from "../../contract/Registry.ts"
import * as ToolName from "../../contract/ToolName.ts"
import type { Rule, ServerRule } from "../../contract/Visibility.ts"
import type { CacheHint } from "../../schema/Caching.ts"
import * as ParameterHeaders from "../../session/ParameterHeaders.ts"
import { type BoundPrompt, make as bindPrompt } from "./BoundPrompt.ts"
import {
  type Addressed,
  type BoundResource,
  type BoundTemplate,
  make as bindResource,
  makeTemplate,
  type Match
} from "./BoundResource.ts"
import { type BoundTool, make as bindTool } from "./BoundTool.ts"
import * as Caching from "./Caching.ts"
import type { Prepare, Prepared } from "./Handlers.ts"
import * as Shelf from "./Shelf.ts"

/**
 * The components of a server, as a request finds them. Lookup by name does not depend on how many there are; templates
 * are tried in order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Components {
  readonly tools: Shelf.Shelf<BoundTool>
  readonly resources: Shelf.Shelf<BoundResource>
  readonly templates: Shelf.Shelf<BoundTemplate>
  readonly prompts: Shelf.Shelf<BoundPrompt>
}

/**
 * A bound component, and who may know of it; no rule, when everybody may.
 *
 * @category models
 * @since 0.1.0
 */
export type Offered<A> = A & { readonly visible: Rule | undefined }

/**
 * The components of a server, open for changes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shelves extends Components {
  readonly tools: Shelf.OpenShelf<Offered<BoundTool>>
  readonly resources: Shelf.OpenShelf<Offered<BoundResource>>
  readonly templates: Shelf.OpenShelf<Offered<BoundTemplate>>
  readonly prompts: Shelf.OpenShelf<Offered<BoundPrompt>>
}

/**
 * What holds for all components of one server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Setting {
  /** Goes into the context of every handler. */
  readonly registry: Registry["Service"]
  readonly visible: ServerRule | undefined
  /** How long what is read may be kept, where the resource does not say. */
  readonly reading: CacheHint | undefined
  /** Gets each handler ready: with its policies, and what else holds for all handlers. */
  readonly prepare: Prepare
}

/**
 * A component that is bound, and the claim on its name. Binding and claiming are apart, so that one that takes the place
 * of another is bound first.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bound {
  readonly kind: Kind
  readonly name: string
  readonly isTaken: () => boolean
  /** Puts it on its shelf; the number is the place among those that the server starts with. */
  readonly claim: (number?: number) => Registered
}

/**
 * A component that is on its shelf.
 *
 * @category models
 * @since 0.1.0
 */
export interface Registered {
  readonly kind: Kind
  readonly name: string
  readonly version: () => number
  readonly setEnabled: (enabled: boolean) => void
  readonly remove: () => void
  /** Takes over what another bound component of the same shelf is; false when it is of another. */
  readonly update: (bound: Bound) => boolean
}

/**
 * Empty shelves.
 *
 * @category constructors
 * @since 0.1.0
 */
export const empty = (): Shelves => ({
  tools: Shelf.make(),
  resources: Shelf.make(),
  templates: Shelf.make(),
  prompts: Shelf.make()
})

/** A component with the shelf that it belongs on; `value` is what `update` hands over. */
interface ShelfBound<A> extends Bound {
  readonly shelf: Shelf.OpenShelf<A>
  readonly value: A
}

// A component is of the shelf that it was put together with, and its value of what that shelf holds.
const isOf = <A>(shelf: Shelf.OpenShelf<A>, bound: Bound): bound is ShelfBound<A> =>
  (bound as Partial<ShelfBound<A>>).shelf === shelf

const onShelf = <A>(kind: Kind, shelf: Shelf.OpenShelf<A>, name: string, value: A): ShelfBound<A> => ({
  kind,
  name,
  shelf,
  value,
  isTaken: () => shelf.isTaken(name),
  claim: (number) => {
    const { remove, set, setEnabled } = shelf.claim(name, value, number)
    return {
      kind,
      name,
      version: shelf.version,
      setEnabled,
      remove,
      update: (bound) => {
        if (bound.name !== name || !isOf(shelf, bound)) return false
        set(bound.value)
        return true
      }
    }
  }
})

interface Listed {
  readonly definition: object
}

/** What is said of a component beside its definition does not go out with it. */
const offer = <A extends Listed>(bound: A, visible: Rule | undefined): Offered<A> => {
  const { caching: _, visible: __, ...definition } = bound.definition as { readonly [key: string]: unknown }
  return { ...bound, definition, visible }
}

const both = (own: Rule, whole: ServerRule, subject: Parameters<ServerRule>[1]): Rule => (request) => {
  const first = own(request)
  if (!Effect.isEffect(first)) return first && whole(request, subject)
  return Effect.flatMap(first, (isVisible) => {
    const second = isVisible && whole(request, subject)
    return Effect.isEffect(second) ? second : Effect.succeed(second)
  })
}

const ruleOf = (setting: Setting, { component, kind, name }: AnyEntry): Rule | undefined => {
  const own = component.presentation.visible
  const whole = setting.visible
  if (whole === undefined) return own
  const subject = { kind, name }
  return own === undefined ? (request) => whole(request, subject) : both(own, whole, subject)
}

const bindToolEntry = (
  shelves: Shelves,
  { component, kind, name }: EntryOf<"Tool">,
  handler: Prepared,
  visible: Rule | undefined
): Bound | string => {
  if (name === "") return "A tool has no name"
  const bound = bindTool(name, component, handler)
  const { inputSchema } = bound.definition
  if (inputSchema.type !== "object") return `The arguments of the tool "${name}" are not an object`
  const headers = ParameterHeaders.parse(inputSchema)
  return Result.isFailure(headers)
    ? `The tool "${name}" cannot be served: ${headers.failure}`
    : onShelf(kind, shelves.tools, name, offer({ ...bound, headers: headers.success }, visible))
}

type EntryOf<Tag extends Component["_tag"]> = AnyEntry & { readonly component: Extract<Component, { _tag: Tag }> }

/** RFC 3986: a scheme, and after it what may stand in a URI (RSC-16). */
const uri = /^[a-z][a-z0-9+.-]*:(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[0-9a-f]{2})*$/i

const bindResourceEntry = (
  shelves: Shelves,
  setting: Setting,
  { component, kind, name }: EntryOf<"Resource"> | EntryOf<"ResourceTemplate">,
  handler: Prepared,
  visible: Rule | undefined
): Bound | string => {
  const { caching = setting.reading } = component.presentation
  const flaw = Caching.flaw(caching)
  if (flaw !== undefined) return `"${name}" cannot be served: ${flaw}`
  const keep = <A extends Addressed>(addressed: A): A => ({
    ...addressed,
    read: Caching.onRead(addressed.read, caching, visible !== undefined)
  })
  if (component._tag === "Resource") {
    if (!uri.test(name)) return `"${name}" cannot be served: a resource has a URI, and this is none`
    return onShelf(kind, shelves.resources, name, offer(keep(bindResource(component, handler)), visible))
  }
  const template = makeTemplate(component, handler)
  if (Result.isFailure(template)) return template.failure
  const { match } = template.success
  const kept: Match = (uri) => {
    const addressed = match(uri)
    return addressed && Result.map(addressed, keep)
  }
  return onShelf(kind, shelves.templates, name, offer({ ...template.success, match: kept }, visible))
}

const bindEntry = (
  shelves: Shelves,
  setting: Setting,
  entry: AnyEntry,
  handler: Prepared
): Bound | string => {
  const { component, kind, name } = entry
  const visible = ruleOf(setting, entry)
  switch (component._tag) {
    case "Tool":
      return bindToolEntry(shelves, { ...entry, component }, handler, visible)
    case "Prompt":
      return onShelf(kind, shelves.prompts, name, offer(bindPrompt(name, component, handler), visible))
    case "Resource":
      return bindResourceEntry(shelves, setting, { ...entry, component }, handler, visible)
    case "ResourceTemplate":
      return bindResourceEntry(shelves, setting, { ...entry, component }, handler, visible)
  }
}

/** A schema that cannot be written as JSON Schema says so by an exception. */
const guarded = (
  shelves: Shelves,
  setting: Setting,
  entry: AnyEntry,
  handler: Prepared
): Bound | string =>
  Result.getOrElse(
    Result.try({
      try: () => bindEntry(shelves, setting, entry, handler),
      catch: (cause) => `"${entry.name}" cannot be served: ${cause instanceof Error ? cause.message : String(cause)}`
    }),
    (problem) => problem
  )

const warn = ({ component, name }: AnyEntry): Effect.Effect<void> => {
  const flaw = component._tag === "Tool" ? ToolName.flaw(name) : undefined
  return flaw === undefined
    ? Effect.void
    : Effect.logWarning(`The tool ${JSON.stringify(name)} should have another name, because ${flaw}`)
}

/**
 * Binds a component to its handler, for a place on the shelves. What is wrong with it is a `CatalogError`; a tool whose
 * name is not what the specification recommends is a warning in the log (TOL-07, TOL-09).
 *
 * @category binding
 * @since 0.1.0
 */
export const bind = (
  shelves: Shelves,
  setting: Setting,
  entry: AnyEntry,
  handler: HandlerShape
): Effect.Effect<Bound, CatalogError> =>
  Effect.flatMap(setting.prepare(entry, handler), (prepared) => {
    const context = Context.add(prepared.context, Registry, setting.registry)
    const bound = guarded(shelves, setting, entry, { ...prepared, context })
    return typeof bound === "string"
      ? Effect.fail(new CatalogError({ reason: "Invalid", message: bound }))
      : Effect.as(warn(entry), bound)
  })

/**
 * The failure of a component whose name is taken (TOL-11).
 *
 * @category errors
 * @since 0.1.0
 */
export const taken = ({ component, kind, name }: AnyEntry): CatalogError => {
  const kinds = component._tag === "ResourceTemplate" ? "resource templates" : kind
  return new CatalogError({ reason: "NameTaken", message: `Two ${kinds} are named "${name}"` })
}
