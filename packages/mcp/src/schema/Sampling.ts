/**
 * Asking the client's model for a message. Deprecated by the newest revision but part of all five. Which content may
 * follow which (tool results answer tool uses) is checked where messages are handled, not here.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Weight } from "./Format.ts"
import { JsonObject, open } from "./Open.ts"
import { SamplingMessage } from "./SamplingMessage.ts"
import { taskAugmentedFields } from "./Task.ts"
import { Tool } from "./ToolDefinition.ts"

export * from "./SamplingMessage.ts"

/**
 * Part of the name of a model that would suit, such as `sonnet`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ModelHint extends Schema.Opaque<ModelHint>()(open({ name: Schema.optionalKey(Schema.String) })) {}

/**
 * What matters in the choice of a model: weights from 0 to 1, and hints in order of preference.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ModelPreferences extends Schema.Opaque<ModelPreferences>()(open({
  hints: Schema.optionalKey(Schema.Array(ModelHint)),
  costPriority: Schema.optionalKey(Weight),
  speedPriority: Schema.optionalKey(Weight),
  intelligencePriority: Schema.optionalKey(Weight)
})) {}

/**
 * Whether the model may (`auto`, the default), must (`required`) or must not (`none`) use tools.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ToolChoice
  extends Schema.Opaque<ToolChoice>()(open({ mode: Schema.optionalKey(Schema.Literals(["auto", "required", "none"])) }))
{}

/**
 * Params of `sampling/createMessage`. `maxTokens` bounds the answer; `includeContext` other than `none` is deprecated.
 *
 * @category schemas
 * @since 0.1.0
 */
export class CreateMessageParams extends Schema.Opaque<CreateMessageParams>()(open({
  ...taskAugmentedFields,
  messages: Schema.Array(SamplingMessage),
  modelPreferences: Schema.optionalKey(ModelPreferences),
  systemPrompt: Schema.optionalKey(Schema.String),
  includeContext: Schema.optionalKey(Schema.Literals(["none", "thisServer", "allServers"])),
  temperature: Schema.optionalKey(Schema.Finite),
  maxTokens: Schema.Int,
  stopSequences: Schema.optionalKey(Schema.Array(Schema.String)),
  metadata: Schema.optionalKey(JsonObject),
  tools: Schema.optionalKey(Schema.Array(Tool)),
  toolChoice: Schema.optionalKey(ToolChoice)
})) {}
