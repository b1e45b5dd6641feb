/**
 * Asking the user: a form (whose schema is in `FormSchema.ts`), or a visit to a URL. What was answered is checked
 * against the form on the floors above.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Uri } from "./Format.ts"
import { RequestedSchema } from "./FormSchema.ts"
import { notificationFields } from "./Message.ts"
import { open } from "./Open.ts"
import { taskAugmentedFields } from "./Task.ts"

export * from "./ElicitResult.ts"
export * from "./FormSchema.ts"

/**
 * Params of `elicitation/create` in form mode. An absent `mode` means form.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ElicitFormParams extends Schema.Opaque<ElicitFormParams>()(open({
  ...taskAugmentedFields,
  mode: Schema.optionalKey(Schema.Literal("form")),
  message: Schema.String,
  requestedSchema: RequestedSchema
})) {}

/**
 * Params of `elicitation/create` in URL mode. `elicitationId` is required by one session-era revision and unknown to
 * the stateless era.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ElicitUrlParams extends Schema.Opaque<ElicitUrlParams>()(open({
  ...taskAugmentedFields,
  mode: Schema.Literal("url"),
  message: Schema.String,
  url: Uri,
  elicitationId: Schema.optionalKey(Schema.String)
})) {}

/**
 * Params of `elicitation/create`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ElicitParams = Schema.Union([ElicitUrlParams, ElicitFormParams])

/**
 * Params of `elicitation/create`.
 *
 * @category models
 * @since 0.1.0
 */
export type ElicitParams = ElicitUrlParams | ElicitFormParams

/**
 * Params of `notifications/elicitation/complete`: what happens outside is done.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ElicitationCompleteParams
  extends Schema.Opaque<ElicitationCompleteParams>()(open({ ...notificationFields, elicitationId: Schema.String }))
{}
