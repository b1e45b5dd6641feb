/**
 * The wish to stop a request that is still in flight. What it does to the request is the session's business.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { notificationFields } from "./Message.ts"
import { open } from "./Open.ts"
import { RequestId } from "./RequestId.ts"

/**
 * Params of `notifications/cancelled`. `requestId` is optional because one revision lets tasks be meant without it.
 *
 * @category schemas
 * @since 0.1.0
 */
export class CancelledParams extends Schema.Opaque<CancelledParams>()(open({
  ...notificationFields,
  requestId: Schema.optionalKey(RequestId),
  reason: Schema.optionalKey(Schema.String)
})) {}
