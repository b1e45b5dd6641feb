/**
 * The places in a file system that a client lets a server work in. Deprecated by the newest revision but part of all
 * five. Whether a path is inside a root is not decided here.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { FileUri } from "./Format.ts"
import { NotificationParams, RequestParams } from "./Message.ts"
import { Meta } from "./Meta.ts"
import { open } from "./Open.ts"

/**
 * A directory or file, as a `file://` URI.
 *
 * @category schemas
 * @since 0.1.0
 */
export class Root extends Schema.Opaque<Root>()(open({
  uri: FileUri,
  name: Schema.optionalKey(Schema.String),
  _meta: Schema.optionalKey(Meta)
})) {}

/**
 * Params of `roots/list`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListRootsParams = RequestParams

/**
 * Params of `roots/list`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListRootsParams extends RequestParams {}

/**
 * The answer to `roots/list`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ListRootsResult
  extends Schema.Opaque<ListRootsResult>()(open({ roots: Schema.Array(Root), _meta: Schema.optionalKey(Meta) }))
{}

/**
 * Params of `notifications/roots/list_changed`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const RootsListChangedParams = NotificationParams

/**
 * Params of `notifications/roots/list_changed`.
 *
 * @category models
 * @since 0.1.0
 */
export interface RootsListChangedParams extends NotificationParams {}
