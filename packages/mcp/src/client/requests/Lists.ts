/**
 * The lists of a server, whole and page by page: which method has which items, and where the pages of one reading may come
 * from. How pages are read to the end is in `Listing.ts`, what is kept of whole lists in `LastKnown.ts`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { ClientRequests } from "../../revision/Methods.ts"
import type { Client } from "../Client.ts"
import type { Limits } from "../ClientLimits.ts"
import type { Connected } from "../connection/Connect.ts"
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

type Listings = {
  readonly "tools/list": "tools"
  readonly "resources/list": "resources"
  readonly "resources/templates/list": "resourceTemplates"
  readonly "prompts/list": "prompts"
}

type Item<M extends keyof Listings> = ClientRequests[M]["result"] extends
  { readonly [K in Listings[M]]: ReadonlyArray<infer A> } ? A : never

/** The cursors of a session are for that session alone (PAG-08); the first page may come from any. */
const position = (cursor: string | undefined, over: Connected | undefined) => {
  if (cursor === undefined) return { params: {} }
  const bound = over?.server.revision.era === "session" ? { only: over } : {}
  return { params: { cursor }, ...bound }
}

const listing = <M extends keyof Listings>(
  { send }: Parts,
  method: M,
  member: Listings[M]
): Listing.Listing<Item<M>> => ({
  method,
  begin: () => {
    let over: Connected | undefined
    const onSent: Call["onSent"] = (_id, connected) => {
      over = connected
    }
    return (cursor) =>
      Effect.map(send({ method, ...position(cursor, over), options: {}, onSent }), (result) => {
        // `Listings` says under which member a result keeps its items; the compiler does not follow the generic method.
        const { [member]: items, nextCursor } = result as
          & {
            readonly [K in Listings[M]]: ReadonlyArray<Item<M>>
          }
          & { readonly nextCursor?: string }
        return { items, nextCursor }
      })
  }
})

/** A whole list, which is remembered. */
const list = <K extends LastKnown.Kind>(
  { lastKnown, limits }: Parts,
  kind: K,
  listing: Listing.Listing<LastKnown.ItemOf<K>>
) =>
  Effect.suspend(() => {
    const keep = lastKnown.reading(kind)
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
  const tools = listing(parts, "tools/list", "tools")
  const resources = listing(parts, "resources/list", "resources")
  const resourceTemplates = listing(parts, "resources/templates/list", "resourceTemplates")
  const prompts = listing(parts, "prompts/list", "prompts")
  return {
    listTools: list(parts, "tools", tools),
    tools: Listing.stream(tools, limits),
    listResources: list(parts, "resources", resources),
    resources: Listing.stream(resources, limits),
    listResourceTemplates: list(parts, "resourceTemplates", resourceTemplates),
    resourceTemplates: Listing.stream(resourceTemplates, limits),
    listPrompts: list(parts, "prompts", prompts),
    prompts: Listing.stream(prompts, limits)
  }
}
