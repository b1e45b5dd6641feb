/**
 * Walks through lists, page by page. Nothing may be there twice, and what always belongs to the list must be there.
 *
 * @since 0.1.0
 */
import type { McpClientError } from "@parley/mcp/client/McpClientError"
import * as Effect from "effect/Effect"
import type { User } from "../world/World.ts"
import type { Workload } from "./Workload.ts"

/**
 * A list that can be walked through.
 *
 * @category models
 * @since 0.1.0
 */
export type List = "tools" | "resources" | "resourceTemplates" | "prompts"

/**
 * What is in the lists for as long as the server lives, by name or URI.
 *
 * @category models
 * @since 0.1.0
 */
export type Lasting = { readonly [L in List]?: (user: User) => ReadonlyArray<string> }

const namesIn = (list: List, { client }: User): Effect.Effect<ReadonlyArray<string>, McpClientError> => {
  switch (list) {
    case "tools":
      return Effect.map(client.listTools, (tools) => tools.map(({ name }) => name))
    case "resources":
      return Effect.map(client.listResources, (resources) => resources.map(({ uri }) => uri))
    case "resourceTemplates":
      return Effect.map(client.listResourceTemplates, (templates) => templates.map(({ uriTemplate }) => uriTemplate))
    case "prompts":
      return Effect.map(client.listPrompts, (prompts) => prompts.map(({ name }) => name))
  }
}

const wrongWith = (list: List, names: ReadonlyArray<string>, lasting: ReadonlyArray<string>): string | undefined => {
  const seen = new Set(names)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return `${twice} is twice among the ${list}`
  const missing = lasting.find((name) => !seen.has(name))
  return missing === undefined ? undefined : `${missing} is not among the ${list}`
}

/**
 * Walks through lists.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (lasting: Lasting): Workload => ({
  name: "pages",
  draw: (chance) => ({
    action: "walk",
    input: { list: chance.pick<List>("tools", "resources", "resourceTemplates", "prompts") }
  }),
  perform: (user, { input }) => {
    // It was drawn above, or stands in a test that was printed of what was.
    const { list } = input as { readonly list: List }
    return Effect.flatMap(namesIn(list, user), (names) => {
      const wrong = wrongWith(list, names, lasting[list]?.(user) ?? [])
      return wrong === undefined ? Effect.succeed({ count: names.length }) : Effect.fail(wrong)
    })
  }
})
