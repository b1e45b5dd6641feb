/**
 * The lists of a server, whole and page by page: which method has which items, and where the pages of one reading may come
 * from. How pages are read to the end is in `Listing.ts`, what is kept of whole lists in `LastKnown.ts`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Client } from "../Client.ts"
import type { Limits } from "../ClientLimits.ts"
import type { Connected } from "../connection/Connect.ts"
import { type List, methods } from "../ServerLists.ts"
import type { Call, Send } from "./Call.ts"
import type * as LastKnown from "./LastKnown.ts"
import * as Listing from "./Listing.ts"

/**
 * What lists are read with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parts {
  readonly send: Send
  readonly limits: Limits
  /** Takes each list that was read to its end by `list...`. */
  readonly lastKnown: LastKnown.Store
}

/**
 * The lists, as a client has them.
 *
 * @category models
 * @since 0.1.0
 */
export type Lists = Pick<
  Client,
  | "listTools"
  | "tools"
  | "listResources"
  | "resources"
  | "listResourceTemplates"
  | "resourceTemplates"
  | "listPrompts"
  | "prompts"
>

/** The cursors of a session are for that session alone (PAG-08); the first page may come from any. */
const position = (cursor: string | undefined, over: Connected | undefined) => {
  if (cursor === undefined) return { params: {} }
  const bound = over?.server.revision.era === "session" ? { only: over } : {}
  return { params: { cursor }, ...bound }
}

/** Results keep their items under the name of the list. */
type Result<L extends List> = { readonly [K in L]: ReadonlyArray<LastKnown.ItemOf<L>> } & {
  readonly nextCursor?: string
}

const listing = <L extends List>({ send }: Parts, list: L): Listing.Listing<LastKnown.ItemOf<L>> => ({
  method: methods[list],
  begin: () => {
    let over: Connected | undefined
    const onSent: Call["onSent"] = (_id, connected) => {
      over = connected
    }
    return (cursor) =>
      Effect.map(send({ method: methods[list], ...position(cursor, over), options: {}, onSent }), (result) => {
        // It was read by the codec of the method.
        const { [list]: items, nextCursor } = result as Result<L>
        return { items, nextCursor }
      })
  }
})

/** A whole list, which is remembered. */
const whole = <L extends List>(
  { lastKnown, limits }: Parts,
  list: L,
  listing: Listing.Listing<LastKnown.ItemOf<L>>
) =>
  Effect.suspend(() => {
    const keep = lastKnown.reading(list)
    return Effect.tap(Listing.all(listing, limits), (items) => Effect.sync(() => keep(items)))
  })

/**
 * The lists over what sends calls.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (parts: Parts): Lists => {
  const { limits } = parts
  const tools = listing(parts, "tools")
  const resources = listing(parts, "resources")
  const resourceTemplates = listing(parts, "resourceTemplates")
  const prompts = listing(parts, "prompts")
  return {
    listTools: whole(parts, "tools", tools),
    tools: Listing.stream(tools, limits),
    listResources: whole(parts, "resources", resources),
    resources: Listing.stream(resources, limits),
    listResourceTemplates: whole(parts, "resourceTemplates", resourceTemplates),
    resourceTemplates: Listing.stream(resourceTemplates, limits),
    listPrompts: whole(parts, "prompts", prompts),
    prompts: Listing.stream(prompts, limits)
  }
}
