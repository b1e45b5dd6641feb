/**
 * The components of a server, bound to their handlers, by name. It is made once, when the server's layer is built; what
 * is wrong with a catalog (two tools of one name, a template that cannot be parsed) is found here, before anything is
 * served.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type AnyEntry, handler, type HandlerShape } from "../contract/Catalog.ts"
import { CatalogError } from "../contract/Registry.ts"
import { type BoundPrompt, make as bindPrompt } from "./BoundPrompt.ts"
import { type BoundResource, type BoundTemplate, make as bindResource, makeTemplate } from "./BoundResource.ts"
import { type BoundTool, make as bindTool } from "./BoundTool.ts"

/**
 * The components of a server. Lookup by name does not depend on how many there are; templates are tried in order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Components {
  readonly tools: Map<string, BoundTool>
  readonly resources: Map<string, BoundResource>
  readonly templates: Map<string, BoundTemplate>
  readonly prompts: Map<string, BoundPrompt>
}

const insert = <A>(map: Map<string, A>, kind: string, name: string, bound: A): string | undefined => {
  if (map.has(name)) return `Two ${kind} are named "${name}"`
  map.set(name, bound)
  return undefined
}

const bind = (components: Components, entry: AnyEntry, handler: HandlerShape): string | undefined => {
  const { component, name } = entry
  switch (component._tag) {
    case "Tool": {
      const bound = bindTool(name, component, handler)
      return bound.definition.inputSchema.type === "object"
        ? insert(components.tools, "tools", name, bound)
        : `The arguments of the tool "${name}" are not an object`
    }
    case "Prompt":
      return insert(components.prompts, "prompts", name, bindPrompt(name, component, handler))
    case "Resource":
      return insert(components.resources, "resources", name, bindResource(component, handler))
    case "ResourceTemplate": {
      const bound = makeTemplate(component, handler)
      return Result.isFailure(bound)
        ? bound.failure
        : insert(components.templates, "resource templates", name, bound.success)
    }
  }
}

/** A schema that cannot be written as JSON Schema says so by an exception. */
const problemOf = (components: Components, entry: AnyEntry, handler: HandlerShape | undefined): string | undefined => {
  if (handler === undefined) return `No handler for "${entry.key}"`
  return Result.getOrElse(
    Result.try({
      try: () => bind(components, entry, handler),
      catch: (cause) => `"${entry.name}" cannot be served: ${cause instanceof Error ? cause.message : String(cause)}`
    }),
    (problem) => problem
  )
}

/**
 * Binds entries to the handlers in the context. A handler that is missing there, which the types exclude, and anything
 * else wrong with the entries is a `CatalogError`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  entries: ReadonlyArray<AnyEntry>,
  context: Context.Context<never>
): Effect.Effect<Components, CatalogError> =>
  Effect.suspend(() => {
    const components: Components = {
      tools: new Map(),
      resources: new Map(),
      templates: new Map(),
      prompts: new Map()
    }
    for (const entry of entries) {
      const problem = problemOf(components, entry, Context.getOrUndefined(context, handler(entry.key)))
      if (problem !== undefined) return Effect.fail(new CatalogError({ message: problem }))
    }
    return Effect.succeed(components)
  })
