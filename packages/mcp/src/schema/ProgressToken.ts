/**
 * The token by which a requester recognises the progress of its request. Apart from `Progress.ts` because `_meta` of
 * every request may hold one.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * A string or an integer, chosen by the requester, unique among its active requests. `1` and `"1"` differ.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ProgressToken = Schema.Union([Schema.String, Schema.Int])

/**
 * The token that ties progress notifications to a request.
 *
 * @category models
 * @since 0.1.0
 */
export type ProgressToken = typeof ProgressToken.Type
