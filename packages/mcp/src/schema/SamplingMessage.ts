/**
 * What is said to a model, and what it answers.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { SamplingContent } from "./Content.ts"
import { Meta } from "./Meta.ts"
import { open } from "./Open.ts"
import { Role } from "./Role.ts"

const messageFields = {
  role: Role,
  content: Schema.Union([SamplingContent, Schema.Array(SamplingContent)])
} as const

/**
 * A turn of the conversation: one block or several.
 *
 * @category schemas
 * @since 0.1.0
 */
export class SamplingMessage
  extends Schema.Opaque<SamplingMessage>()(open({ ...messageFields, _meta: Schema.optionalKey(Meta) }))
{}

/**
 * The message that the model made. `stopReason` is `endTurn`, `stopSequence`, `maxTokens`, `toolUse`, or a word of the
 * provider.
 *
 * @category schemas
 * @since 0.1.0
 */
export class CreateMessageResult extends Schema.Opaque<CreateMessageResult>()(open({
  ...messageFields,
  model: Schema.String,
  stopReason: Schema.optionalKey(Schema.String),
  _meta: Schema.optionalKey(Meta)
})) {}
