/**
 * The members that all params and all results share, as fields to spread and as schemas for messages that have nothing
 * else (ping, list_changed, empty results). Not the JSON-RPC envelope: that is the `jsonrpc` floor.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { NotificationMeta, RequestMeta, ResultMeta } from "./MessageMeta.ts"
import { open } from "./Open.ts"

/**
 * Fields of the params of every request.
 *
 * @category fields
 * @since 0.1.0
 */
export const requestFields = { _meta: Schema.optionalKey(RequestMeta) } as const

/**
 * Fields of the params of every notification.
 *
 * @category fields
 * @since 0.1.0
 */
export const notificationFields = { _meta: Schema.optionalKey(NotificationMeta) } as const

/**
 * Fields of every result of a server. `resultType` is `complete`, `input_required`, or a word of an extension; where a
 * revision has no result types it is absent, which means `complete`.
 *
 * @category fields
 * @since 0.1.0
 */
export const resultFields = {
  _meta: Schema.optionalKey(ResultMeta),
  resultType: Schema.optionalKey(Schema.String)
} as const

/**
 * Params of a request that says nothing but its method, such as `ping` or `server/discover`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class RequestParams extends Schema.Opaque<RequestParams>()(open(requestFields)) {}

/**
 * Params of a notification that says nothing but its method, such as the `list_changed` family.
 *
 * @category schemas
 * @since 0.1.0
 */
export class NotificationParams extends Schema.Opaque<NotificationParams>()(open(notificationFields)) {}

/**
 * A result that says nothing but "done".
 *
 * @category schemas
 * @since 0.1.0
 */
export class EmptyResult extends Schema.Opaque<EmptyResult>()(open(resultFields)) {}
