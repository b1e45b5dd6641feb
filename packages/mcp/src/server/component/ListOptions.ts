/**
 * What the author of a server says about its lists: which may change, how they are cut into pages, how long they may be
 * kept, and who sees what.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import type { AnyEntry, Kind } from "../../contract/Catalog.ts"
import { CatalogError } from "../../contract/Registry.ts"
import type { ServerRule } from "../../contract/Visibility.ts"
import * as Cursor from "../../session/Cursor.ts"
import type { Keys } from "../../session/StateKeys.ts"
import type { Lists } from "../methods/ListMethods.ts"
import * as Caching from "./Caching.ts"

/**
 * The options of a server that are about its lists.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListOptions {
  /** Kinds that are declared although the server starts without any, because some will be added while it runs. */
  readonly kinds?: ReadonlyArray<Kind>
  /** The most components on a page of a list, at least 1, for all kinds or by kind. Default: all on one page. */
  readonly pageSize?: number | { readonly [K in Kind]?: number }
  /** How long, and for whom, clients may keep lists and what they read (stateless era). Default: not at all. */
  readonly caching?: Caching.CachingOptions
  /** Who may know of which component, beside the rules of the components themselves. Default: everybody of all. */
  readonly visible?: ServerRule
}

/**
 * The kinds that a server declares: those that it has, and those that it is told of.
 *
 * @category queries
 * @since 0.1.0
 */
export const declared = ({ kinds = [] }: ListOptions, entries: ReadonlyArray<AnyEntry>): ReadonlySet<Kind> =>
  new Set([...entries.map(({ kind }) => kind), ...kinds])

type PageSizes = Lists["pageSize"]

const byKind = (pageSize: ListOptions["pageSize"]): PageSizes =>
  typeof pageSize === "number" ? { tools: pageSize, resources: pageSize, prompts: pageSize } : pageSize ?? {}

const flaw = (pageSize: PageSizes, caching: Caching.CachingOptions): string | undefined => {
  const wrong = Object.values(pageSize).find((size) => size !== undefined && !(Number.isSafeInteger(size) && size >= 1))
  return wrong === undefined
    ? Object.values(caching).map(Caching.flaw).find((flaw) => flaw !== undefined)
    : `pageSize must be an integer from 1, and ${wrong} is none`
}

/**
 * How lists are served, by their options; the keys are those that cursors are sealed with. What is wrong with these is a `CatalogError`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const toLists = (
  { caching = {}, pageSize }: ListOptions,
  keys: Keys
): Result.Result<Lists, CatalogError> => {
  const sizes = byKind(pageSize)
  const problem = flaw(sizes, caching)
  return problem === undefined
    ? Result.succeed({ pageSize: sizes, cursors: Cursor.make(keys), caching })
    : Result.fail(new CatalogError({ reason: "Invalid", message: problem }))
}
