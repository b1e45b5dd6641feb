/**
 * The lists of a server, page by page. A page is the same text for everybody and is made once for each revision, until
 * the list changes; only where a component has a rule about who may know of it, each caller gets pages of its own.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { RequestInfo } from "../../contract/McpRequest.ts"
import type { Request } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type { Encode, Revision, Wire } from "../../revision/Revision.ts"
import type { CacheHint } from "../../schema/Caching.ts"
import type { Sender } from "../../session/Caller.ts"
import { compare, type Cursors, type Place, type Use } from "../../session/Cursor.ts"
import type { Dialect } from "../Dialect.ts"
import type { Method } from "../Engine.ts"
import type { Origin } from "../Origin.ts"
import * as RequestContext from "../RequestContext.ts"
import * as Caching from "./Caching.ts"
import type { Offered } from "./Components.ts"
import { isVisible } from "./Ruled.ts"
import type { Item, OpenShelf } from "./Shelf.ts"
import * as Visibility from "./Visibility.ts"

/**
 * Anything that can be listed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Listed {
  readonly definition: object
}

/**
 * One list of a server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Listing {
  readonly method: string
  readonly shelf: OpenShelf<Offered<Listed>>
  /** The member of the result that holds the list. */
  readonly member: string
  readonly encode: (encode: Encode, result: Wire) => Wire
  readonly hint: CacheHint | undefined
  readonly paging: Paging | undefined
  /** What is listed beside the components, made anew for each request; nothing, while there is none. */
  readonly more?: (() => More | undefined) | undefined
}

/**
 * Gives the resources that are listed for one request, beside those on the shelf. Their place is their URI.
 *
 * @category models
 * @since 0.1.0
 */
export type More = (request: RequestInfo) => Effect.Effect<ReadonlyArray<{ readonly uri: string }>, RpcError>

/**
 * How a list is cut into pages.
 *
 * @category models
 * @since 0.1.0
 */
export interface Paging {
  /** Components on a page, at least 1. */
  readonly pageSize: number
  readonly cursors: Cursors
}

/** A page, before it is text. */
interface Page {
  readonly items: ReadonlyArray<Item<Listed>>
  readonly hasNext: boolean
}

/** The pages of a revision as text, by where they begin in the list; they hold for one version of it. */
interface Pages {
  version: number
  readonly texts: Map<number, string>
}

const unknownCursor = Rpc.invalidParams("Unknown cursor")

/** Where in the list the page after a place begins. The list is in the order of places. */
const beginningAfter = (items: ReadonlyArray<Item<unknown>>, place: Place | undefined): number => {
  if (place === undefined) return 0
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const item = items[middle]
    if (item !== undefined && compare(item.place, place) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

const cut = (listing: Listing, items: ReadonlyArray<Item<Offered<Listed>>>, begin: number): Page => {
  const end = begin + (listing.paging?.pageSize ?? items.length)
  return { items: begin === 0 && end >= items.length ? items : items.slice(begin, end), hasNext: end < items.length }
}

const render = (
  listing: Listing,
  dialect: Dialect,
  { hasNext, items }: Page,
  use: Use,
  hint: CacheHint | undefined
): Effect.Effect<string> => {
  const text = (cursor: { readonly nextCursor?: string }): string => {
    const result = { [listing.member]: items.map(({ value }) => value.definition), ...cursor, ...hint }
    return dialect.finish(listing.encode(dialect.revision.encode, result))
  }
  const last = items.at(-1)
  return hasNext && listing.paging !== undefined && last !== undefined
    ? Effect.map(listing.paging.cursors.issue(use, last.place), (nextCursor) => text({ nextCursor }))
    : Effect.sync(() => text({}))
}

/** As many texts as there are pages, and some for those who were between two pages when the list changed. */
const textsMax = (listing: Listing, length: number): number =>
  16 + 2 * Math.ceil(length / (listing.paging?.pageSize ?? 1))

const keptPages = (pages: Pages, version: number): Map<number, string> => {
  if (pages.version !== version) {
    pages.version = version
    pages.texts.clear()
  }
  return pages.texts
}

/** A page of a list that is the same for everybody. */
const common = (listing: Listing, pages: Pages, dialect: Dialect, after: Place | undefined): Effect.Effect<string> => {
  const { method, shelf } = listing
  const items = shelf.items()
  const version = shelf.version()
  const begin = beginningAfter(items, after)
  const known = keptPages(pages, version).get(begin)
  if (known !== undefined) return Effect.succeed(known)
  return Effect.map(
    render(listing, dialect, cut(listing, items, begin), { method, caller: undefined }, listing.hint),
    (text) => {
      if (pages.version === version && pages.texts.size < textsMax(listing, items.length)) pages.texts.set(begin, text)
      return text
    }
  )
}

type OfferedItem = Item<Offered<Listed>>

/** All that one request lists. It is in the order of places only where that matters: where it is cut into pages. */
const withMore = (
  { paging, shelf }: Listing,
  info: RequestInfo,
  more: More | undefined
): Effect.Effect<ReadonlyArray<OfferedItem>, RpcError> => {
  if (more === undefined) return Effect.succeed(shelf.items())
  return Effect.map(more(info), (resources) => {
    const items = resources.map((definition): OfferedItem => {
      const { uri } = definition
      return { place: uri, name: uri, value: { definition, visible: undefined } }
    })
    const all = [...shelf.items(), ...items]
    return paging === undefined ? all : all.toSorted((self, that) => compare(self.place, that.place))
  })
}

const callerFrom = ({ credential, principal }: Origin): Sender => ({ credential, principal })

/** A page of what one caller may know of. Rules are asked as far as the page needs it. */
const own = (
  listing: Listing,
  dialect: Dialect,
  request: Request,
  origin: Origin,
  after: Place | undefined,
  more: More | undefined
): Effect.Effect<string, RpcError> =>
  Effect.gen(function*() {
    const info = RequestContext.make(request, origin)
    const all = yield* withMore(listing, info, more)
    const pageSize = listing.paging?.pageSize ?? all.length
    const items: Array<Item<Listed>> = []
    let hasNext = false
    for (let i = beginningAfter(all, after); i < all.length && !hasNext; i++) {
      const item = all[i]
      if (item === undefined || !(yield* isVisible(item.value, info))) continue
      if (items.length < pageSize) items.push(item)
      else hasNext = true
    }
    const use = { method: listing.method, caller: callerFrom(origin) }
    return yield* render(listing, dialect, { items, hasNext }, use, Caching.unshared(listing.hint))
  })

/**
 * Serves a list. A cursor that was not given out for this list, or not to this caller where callers see different lists
 * or are known by name, is `-32602` (PAG-04).
 *
 * @category methods
 * @since 0.1.0
 */
export const serve = (listing: Listing, dialects: (revision: Revision) => Dialect): Method => {
  const { method, paging } = listing
  const isRuled = Visibility.ruling(listing.shelf)
  const pagesOf = new Map<Revision, Pages>()
  // What is given out piece by piece to somebody known is given to nobody else.
  const isOwn = ({ principal }: Origin): boolean =>
    isRuled() || listing.more?.() !== undefined || (paging !== undefined && principal !== undefined)
  const page = (request: Request, origin: Origin, after: Place | undefined): Effect.Effect<string, RpcError> => {
    const dialect = dialects(origin.revision)
    if (isOwn(origin)) return own(listing, dialect, request, origin, after, listing.more?.())
    const pages = pagesOf.get(origin.revision) ?? { version: -1, texts: new Map() }
    pagesOf.set(origin.revision, pages)
    return common(listing, pages, dialect, after)
  }
  const placeOf = (cursor: unknown, origin: Origin): Effect.Effect<Place, RpcError> => {
    if (paging === undefined) return Effect.fail(unknownCursor)
    const use = { method, caller: isOwn(origin) ? callerFrom(origin) : undefined }
    return Effect.flatMap(
      paging.cursors.read(use, cursor),
      (place) => place === undefined ? Effect.fail(unknownCursor) : Effect.succeed(place)
    )
  }
  return (request, origin) => {
    // The empty string is a cursor like any other, and none of ours (PAG-09).
    const cursor = request.params?.cursor
    return cursor === undefined
      ? page(request, origin, undefined)
      : Effect.flatMap(placeOf(cursor, origin), (place) => page(request, origin, place))
  }
}
