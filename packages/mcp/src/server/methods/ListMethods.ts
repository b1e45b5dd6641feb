/**
 * The list methods: `tools/list`, `resources/list`, `resources/templates/list`, `prompts/list`.
 *
 * @since 0.1.0
 */
import type { Kind } from "../../contract/Catalog.ts"
import type { Encode, Wire } from "../../revision/Revision.ts"
import type { Cursors } from "../../session/Cursor.ts"
import type { CachingOptions } from "../component/Caching.ts"
import type { Offered, Shelves } from "../component/Components.ts"
import * as Listing from "../component/Listing.ts"
import type { OpenShelf } from "../component/Shelf.ts"
import { listedOf } from "../component/TemplateList.ts"
import type { Dialects } from "../Dialect.ts"
import type { Method } from "../Engine.ts"

/**
 * How the lists of a server are served.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lists {
  /** Components on a page, by kind; without it, a list is one page. */
  readonly pageSize: { readonly [K in Kind]?: number | undefined }
  readonly cursors: Cursors
  readonly caching: CachingOptions
}

/**
 * The methods that list.
 *
 * @category models
 * @since 0.1.0
 */
export type ListMethod = "tools/list" | "resources/list" | "resources/templates/list" | "prompts/list"

interface Row {
  readonly kind: Kind
  readonly member: "tools" | "resources" | "resourceTemplates" | "prompts"
  readonly shelf: (shelves: Shelves) => OpenShelf<Offered<Listing.Listed>>
  readonly encode: (encode: Encode, result: Wire) => Wire
}

/** The row of a list whose result is `R`. */
const row = <R extends object>(
  kind: Kind,
  member: Row["member"],
  shelf: (shelves: Shelves) => object,
  encoder: (encode: Encode) => (result: R) => Wire
): Row => ({
  kind,
  member,
  // A shelf is read here only, so that it may be taken for one of anything that can be listed; and what is on it is what
  // the encoder of its method takes.
  shelf: (shelves) => shelf(shelves) as OpenShelf<Offered<Listing.Listed>>,
  encode: (encode, result) => encoder(encode)(result as R)
})

const rows: { readonly [M in ListMethod]: Row } = {
  "tools/list": row("tools", "tools", ({ tools }) => tools, (encode) => encode.listToolsResult),
  "resources/list": row("resources", "resources", ({ resources }) => resources, (encode) => encode.listResourcesResult),
  "resources/templates/list": row(
    "resources",
    "resourceTemplates",
    ({ templates }) => templates,
    (encode) => encode.listResourceTemplatesResult
  ),
  "prompts/list": row("prompts", "prompts", ({ prompts }) => prompts, (encode) => encode.listPromptsResult)
}

/**
 * Serves a list.
 *
 * @category methods
 * @since 0.1.0
 */
export const list = (shelves: Shelves, dialects: Dialects, lists: Lists, method: ListMethod): Method => {
  const { encode, kind, member, shelf } = rows[method]
  const pageSize = lists.pageSize[kind]
  const { cursors } = lists
  return Listing.serve({
    method,
    shelf: shelf(shelves),
    member,
    encode,
    hint: lists.caching[member],
    more: method === "resources/list" ? listedOf(shelves.templates, shelves.resources) : undefined,
    paging: pageSize === undefined ? undefined : { pageSize, cursors }
  }, dialects)
}
