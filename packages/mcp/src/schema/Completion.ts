/**
 * Completing the value of a prompt argument or of a variable in a resource template while the user types.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { UriTemplate } from "./Format.ts"
import { requestFields, resultFields } from "./Message.ts"
import { open } from "./Open.ts"

/**
 * How many values one answer may hold at most. Cut longer lists and set `hasMore`.
 *
 * @category constants
 * @since 0.1.0
 */
export const completionValuesMax = 100

/**
 * A prompt, by name.
 *
 * @category schemas
 * @since 0.1.0
 */
export class PromptReference extends Schema.Opaque<PromptReference>()(open({
  type: Schema.Literal("ref/prompt"),
  name: Schema.String,
  title: Schema.optionalKey(Schema.String)
})) {}

/**
 * A resource template, by its template; or a resource, by its URI.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ResourceTemplateReference
  extends Schema.Opaque<ResourceTemplateReference>()(open({ type: Schema.Literal("ref/resource"), uri: UriTemplate }))
{}

/**
 * What the argument belongs to.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CompletionReference = Schema.Union([PromptReference, ResourceTemplateReference])

/**
 * What the argument belongs to.
 *
 * @category models
 * @since 0.1.0
 */
export type CompletionReference = PromptReference | ResourceTemplateReference

/**
 * Params of `completion/complete`: the argument, what is typed so far, and the arguments that are settled already.
 *
 * @category schemas
 * @since 0.1.0
 */
export class CompleteParams extends Schema.Opaque<CompleteParams>()(open({
  ...requestFields,
  ref: CompletionReference,
  argument: open({ name: Schema.String, value: Schema.String }),
  context: Schema.optionalKey(open({
    arguments: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
  }))
})) {}

/**
 * The values that fit, at most {@link completionValuesMax}. `total` counts all that fit, sent or not.
 *
 * @category schemas
 * @since 0.1.0
 */
export class Completion extends Schema.Opaque<Completion>()(open({
  values: Schema.Array(Schema.String).check(Schema.isMaxLength(completionValuesMax)),
  total: Schema.optionalKey(Schema.Int),
  hasMore: Schema.optionalKey(Schema.Boolean)
})) {}

/**
 * The answer to `completion/complete`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class CompleteResult
  extends Schema.Opaque<CompleteResult>()(open({ ...resultFields, completion: Completion }))
{}
