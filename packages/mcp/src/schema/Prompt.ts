/**
 * Prompts: templates of messages that a user picks. Arguments are strings on the wire; the contract that owns the prompt
 * decodes them.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { cacheFields } from "./Caching.ts"
import { ContentBlock } from "./Content.ts"
import { namedFields } from "./Icon.ts"
import { inputResponseFields } from "./InputRequired.ts"
import { NotificationParams, resultFields } from "./Message.ts"
import { Meta } from "./Meta.ts"
import { open } from "./Open.ts"
import { PaginatedParams, paginatedResultFields } from "./Pagination.ts"
import { Role } from "./Role.ts"

/**
 * An argument of a prompt. Absent `required` means optional.
 *
 * @category schemas
 * @since 0.1.0
 */
export class PromptArgument extends Schema.Opaque<PromptArgument>()(open({
  name: Schema.String,
  title: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.String),
  required: Schema.optionalKey(Schema.Boolean)
})) {}

/**
 * A prompt as a server lists it.
 *
 * @category schemas
 * @since 0.1.0
 */
export class Prompt extends Schema.Opaque<Prompt>()(open({
  ...namedFields,
  description: Schema.optionalKey(Schema.String),
  arguments: Schema.optionalKey(Schema.Array(PromptArgument)),
  _meta: Schema.optionalKey(Meta)
})) {}

/**
 * A message of a prompt: one block.
 *
 * @category schemas
 * @since 0.1.0
 */
export class PromptMessage extends Schema.Opaque<PromptMessage>()(open({ role: Role, content: ContentBlock })) {}

/**
 * Params of `prompts/list`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListPromptsParams = PaginatedParams

/**
 * Params of `prompts/list`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListPromptsParams extends PaginatedParams {}

/**
 * The answer to `prompts/list`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ListPromptsResult extends Schema.Opaque<ListPromptsResult>()(open({
  ...resultFields,
  ...paginatedResultFields,
  ...cacheFields,
  prompts: Schema.Array(Prompt)
})) {}

/**
 * Params of `prompts/get`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class GetPromptParams extends Schema.Opaque<GetPromptParams>()(open({
  ...inputResponseFields,
  name: Schema.String,
  arguments: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
})) {}

/**
 * The answer to `prompts/get`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class GetPromptResult extends Schema.Opaque<GetPromptResult>()(open({
  ...resultFields,
  description: Schema.optionalKey(Schema.String),
  messages: Schema.Array(PromptMessage)
})) {}

/**
 * Params of `notifications/prompts/list_changed`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PromptListChangedParams = NotificationParams

/**
 * Params of `notifications/prompts/list_changed`.
 *
 * @category models
 * @since 0.1.0
 */
export interface PromptListChangedParams extends NotificationParams {}
