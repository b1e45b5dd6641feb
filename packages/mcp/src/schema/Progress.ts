/**
 * Progress of a request that asked for it. The rules (increase, stop after the answer, rate) are kept by the session.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { notificationFields } from "./Message.ts"
import { open } from "./Open.ts"
import { ProgressToken } from "./ProgressToken.ts"

export * from "./ProgressToken.ts"

/**
 * Params of `notifications/progress`. `progress` grows with every notification and may be fractional; `total` is in the
 * same unit, when known.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ProgressNotificationParams extends Schema.Opaque<ProgressNotificationParams>()(open({
  ...notificationFields,
  progressToken: ProgressToken,
  progress: Schema.Finite,
  total: Schema.optionalKey(Schema.Finite),
  message: Schema.optionalKey(Schema.String)
})) {}
