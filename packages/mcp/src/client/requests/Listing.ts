/**
 * Reading a listing to its end, page by page. A cursor is opaque and the empty string is one (PAG-07, PAG-09); a server
 * that never comes to an end is stopped.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Limits } from "./ClientLimits.ts"
import * as McpClientError from "./McpClientError.ts"

/**
 * One page: its items, and the cursor of the next page if there is one.
 *
 * @category models
 * @since 0.1.0
 */
export interface Page<out A> {
  readonly items: ReadonlyArray<A>
  readonly nextCursor: string | undefined
}

/**
 * All items of all pages, in order. `page` gets the cursor to go on from, `undefined` at the beginning.
 *
 * @category operations
 * @since 0.1.0
 */
export const all = Effect.fnUntraced(function*<A>(
  method: string,
  limits: Limits,
  page: (cursor: string | undefined) => Effect.Effect<Page<A>, McpClientError.McpClientError>
): Effect.fn.Return<ReadonlyArray<A>, McpClientError.McpClientError> {
  const endless = (problem: McpClientError.EndlessListing["problem"]) =>
    McpClientError.make(new McpClientError.EndlessListing({ method, problem }))
  const items: Array<A> = []
  const seen = new Set<string>()
  let cursor: string | undefined
  do {
    const next = yield* page(cursor)
    if (items.length + next.items.length > limits.itemsMax) return yield* endless("TooManyItems")
    for (const item of next.items) items.push(item)
    cursor = next.nextCursor
    if (cursor !== undefined && seen.has(cursor)) return yield* endless("CursorRepeated")
    if (cursor !== undefined && seen.size + 1 >= limits.pagesMax) return yield* endless("TooManyPages")
    if (cursor !== undefined) seen.add(cursor)
  } while (cursor !== undefined)
  return items
})
