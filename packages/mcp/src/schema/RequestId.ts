/**
 * The identifier of a JSON-RPC request. It lives here, not with the envelope, because messages carry it as data too
 * (cancellation, subscriptions).
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * A string or an integer. `1` and `"1"` are different ids; `0` and `""` are ids; `null` is not.
 *
 * @category schemas
 * @since 0.1.0
 */
export const RequestId = Schema.Union([Schema.String, Schema.Int])

/**
 * The identifier of a request.
 *
 * @category models
 * @since 0.1.0
 */
export type RequestId = typeof RequestId.Type
