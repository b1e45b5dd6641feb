/**
 * Reading a listing, page by page. A cursor is opaque and the empty string is one (PAG-07, PAG-09); a server that never
 * comes to an end is stopped. What the items are is not known here.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as ErrorCode from "../../jsonrpc/ErrorCode.ts"
import type { Limits } from "../ClientLimits.ts"
import * as McpClientError from "../McpClientError.ts"

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
 * A listing that can be read from its beginning, any number of times. `begin` gives what reads the pages of one reading,
 * each by the cursor to go on from, which is `undefined` at the beginning.
 *
 * @category models
 * @since 0.1.0
 */
export interface Listing<out A> {
  readonly method: string
  readonly begin: () => (cursor: string | undefined) => Effect.Effect<Page<A>, McpClientError.McpClientError>
}

/** How often a listing begins anew. */
const restartsMax = 3

/** Reads pages by a bound on what they may come to, over one reading. */
const reader = <A>({ begin, method }: Listing<A>, limits: Limits) => {
  const page = begin()
  const seen = new Set<string>()
  let items = 0
  const endless = (problem: McpClientError.EndlessListing["problem"]) =>
    Effect.fail(McpClientError.make(new McpClientError.EndlessListing({ method, problem })))
  return (cursor: string | undefined): Effect.Effect<Page<A>, McpClientError.McpClientError> =>
    Effect.flatMap(page(cursor), (next) => {
      items += next.items.length
      if (items > limits.itemsMax) return endless("TooManyItems")
      const { nextCursor } = next
      if (nextCursor === undefined) return Effect.succeed(next)
      if (seen.has(nextCursor)) return endless("CursorRepeated")
      if (seen.size + 1 >= limits.pagesMax) return endless("TooManyPages")
      seen.add(nextCursor)
      return Effect.succeed(next)
    })
}

/**
 * The items of all pages, in order. A page is asked for when the items before it were taken. Fails with `EndlessListing`
 * beyond the limits, and with `CursorLost` when the session in which it began is lost.
 *
 * @category streams
 * @since 0.1.0
 */
export const stream = <A>(listing: Listing<A>, limits: Limits): Stream.Stream<A, McpClientError.McpClientError> =>
  Stream.suspend(() => {
    const read = reader(listing, limits)
    return Stream.paginate(
      undefined as string | undefined,
      (cursor) =>
        Effect.map(
          read(cursor),
          ({ items, nextCursor }) =>
            [items, nextCursor === undefined ? Option.none() : Option.some(nextCursor)] as const
        )
    )
  })

/** Where a reading has got to. */
interface Position {
  cursor: string | undefined
}

const once = Effect.fnUntraced(function*<A>(
  listing: Listing<A>,
  limits: Limits,
  position: Position
): Effect.fn.Return<ReadonlyArray<A>, McpClientError.McpClientError> {
  const read = reader(listing, limits)
  const all: Array<A> = []
  position.cursor = undefined
  do {
    const { items, nextCursor }: Page<A> = yield* read(position.cursor)
    for (const item of items) all.push(item)
    position.cursor = nextCursor
  } while (position.cursor !== undefined)
  return all
})

/** A list that has changed may have no place any more for its cursors (CAC-22). */
const isOffTrack = ({ cursor }: Position, { reason }: McpClientError.McpClientError): boolean =>
  reason._tag === "CursorLost" ||
  (cursor !== undefined && reason._tag === "RpcError" && reason.code === ErrorCode.InvalidParams)

/**
 * All items of all pages, in order. When the session is lost on the way, or the server does not know a cursor of its own
 * any more, it begins anew, a few times: cursors mean nothing in another session (PAG-08).
 *
 * @category operations
 * @since 0.1.0
 */
export const all = <A>(
  listing: Listing<A>,
  limits: Limits
): Effect.Effect<ReadonlyArray<A>, McpClientError.McpClientError> =>
  Effect.suspend(() => {
    const position: Position = { cursor: undefined }
    return Effect.retry(once(listing, limits, position), {
      times: restartsMax,
      while: (error) => isOffTrack(position, error)
    })
  })
