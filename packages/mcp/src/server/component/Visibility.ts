/**
 * Showing a caller only what it may know of. Methods are made over components; where a component has a rule, a request
 * is served by the same method over the components that its caller sees. Where nothing has a rule, nothing is done.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { RequestInfo } from "../../contract/McpRequest.ts"
import { isObject, type Params } from "../../jsonrpc/Message.ts"
import type { Method } from "../Engine.ts"
import * as RequestContext from "../RequestContext.ts"
import type { Components, Shelves } from "./Components.ts"
import { isVisible, type Ruled } from "./Ruled.ts"
import * as Shelf from "./Shelf.ts"

/**
 * Whether some component on a shelf has a rule; looked up once for each version of the shelf.
 *
 * @category queries
 * @since 0.1.0
 */
export const ruling = (shelf: Pick<Shelf.OpenShelf<Ruled>, "items" | "version">): () => boolean => {
  let version = -1
  let isRuled = false
  return () => {
    if (version !== shelf.version()) {
      version = shelf.version()
      isRuled = shelf.items().some(({ value }) => value.visible !== undefined)
    }
    return isRuled
  }
}

/**
 * What a method is about: shelves, and the components on them that a request may name.
 *
 * @category models
 * @since 0.1.0
 */
export interface Concern {
  readonly shelves: (shelves: Shelves) => ReadonlyArray<Shelf.OpenShelf<Ruled>>
  readonly named: (shelves: Shelves, params: Params | undefined) => Iterable<Ruled | undefined>
}

// A shelf is only read here, so that it may be taken for one of anything with a rule.
const ruled = (shelf: object): Shelf.OpenShelf<Ruled> => shelf as Shelf.OpenShelf<Ruled>

const text = (params: Params | undefined, member: string): string => {
  const value = params?.[member]
  return typeof value === "string" ? value : ""
}

/**
 * The tool that `name` names.
 *
 * @category concerns
 * @since 0.1.0
 */
export const ofTool: Concern = {
  shelves: ({ tools }) => [ruled(tools)],
  named: ({ tools }, params) => [tools.get(text(params, "name"))]
}

/**
 * The prompt that `name` names.
 *
 * @category concerns
 * @since 0.1.0
 */
export const ofPrompt: Concern = {
  shelves: ({ prompts }) => [ruled(prompts)],
  named: ({ prompts }, params) => [prompts.get(text(params, "name"))]
}

/**
 * The resource that `uri` names, and the templates, because each may match.
 *
 * @category concerns
 * @since 0.1.0
 */
export const ofResource: Concern = {
  shelves: ({ resources, templates }) => [ruled(resources), ruled(templates)],
  named: ({ resources, templates }, params) => [resources.get(text(params, "uri")), ...templates.values()]
}

/**
 * The prompt, the template or the resource that `ref` names.
 *
 * @category concerns
 * @since 0.1.0
 */
export const ofReference: Concern = {
  shelves: ({ prompts, resources, templates }) => [ruled(prompts), ruled(resources), ruled(templates)],
  named: ({ prompts, resources, templates }, params) => {
    const reference = isObject(params?.ref) ? params.ref : undefined
    const uri = text(reference, "uri")
    return [prompts.get(text(reference, "name")), templates.get(uri), resources.get(uri)]
  }
}

const uris = (params: Params | undefined): ReadonlyArray<unknown> => {
  const filter = params?.notifications
  return isObject(filter) && Array.isArray(filter.resourceSubscriptions) ? filter.resourceSubscriptions : []
}

/**
 * The resources that a filter of `subscriptions/listen` names, and the templates, because each may match.
 *
 * @category concerns
 * @since 0.1.0
 */
export const ofFilter: Concern = {
  shelves: ofResource.shelves,
  named: ({ resources, templates }, params) => {
    const named = uris(params).flatMap((uri) => typeof uri === "string" ? [resources.get(uri)] : [])
    return named.length === 0 ? [] : [...named, ...templates.values()]
  }
}

const hasRule = (one: Ruled | undefined): one is Ruled => one?.visible !== undefined

/** What the caller may not know of. */
const hiddenAmong = (ruled: ReadonlyArray<Ruled>, info: RequestInfo): Effect.Effect<ReadonlySet<unknown>> =>
  Effect.map(
    Effect.filter(ruled, (one) => Effect.map(isVisible(one, info), (visible) => !visible)),
    (hidden) => new Set<unknown>(hidden)
  )

const without = ({ prompts, resources, templates, tools }: Components, hidden: ReadonlySet<unknown>): Components => ({
  tools: Shelf.without(tools, hidden),
  resources: Shelf.without(resources, hidden),
  templates: Shelf.without(templates, hidden),
  prompts: Shelf.without(prompts, hidden)
})

/**
 * A method that answers as if what the caller may not know of were not there. It is made once for all that is there, and
 * once more for a request that something is hidden from; what it keeps must be kept outside of `make`.
 *
 * @category methods
 * @since 0.1.0
 */
export const guard = (
  shelves: Shelves,
  concern: Concern,
  make: (components: Components) => Method
): Method => {
  const open = make(shelves)
  const rulings = concern.shelves(shelves).map(ruling)
  return (request, origin) => {
    if (!rulings.some((isRuled) => isRuled())) return open(request, origin)
    // What is named twice is asked about once.
    const named = Array.from(new Set(concern.named(shelves, request.params))).filter(hasRule)
    if (named.length === 0) return open(request, origin)
    return Effect.flatMap(
      hiddenAmong(named, RequestContext.make(request, origin)),
      (hidden) => (hidden.size === 0 ? open : make(without(shelves, hidden)))(request, origin)
    )
  }
}
