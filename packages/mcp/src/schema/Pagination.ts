/**
 * Cursors of the list requests. A cursor is opaque to the client, and the empty string is a cursor like any other:
 * presence decides whether there is another page.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { requestFields } from "./Message.ts"
import { open } from "./Open.ts"

/**
 * An opaque position in a list.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Cursor = Schema.String

/**
 * An opaque position in a list.
 *
 * @category models
 * @since 0.1.0
 */
export type Cursor = typeof Cursor.Type

/**
 * Params of every list request: where to go on.
 *
 * @category schemas
 * @since 0.1.0
 */
export class PaginatedParams
  extends Schema.Opaque<PaginatedParams>()(open({ ...requestFields, cursor: Schema.optionalKey(Cursor) }))
{}

/**
 * The field by which a list result says that there is more.
 *
 * @category fields
 * @since 0.1.0
 */
export const paginatedResultFields = { nextCursor: Schema.optionalKey(Cursor) } as const
