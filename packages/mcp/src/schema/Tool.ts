/**
 * Listing and calling tools. Arguments are only known to be an object here: the contract that owns the tool decodes
 * them.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { cacheFields } from "./Caching.ts"
import { ContentBlock } from "./Content.ts"
import { inputResponseFields } from "./InputRequired.ts"
import { NotificationParams, resultFields } from "./Message.ts"
import { Json, JsonObject, open } from "./Open.ts"
import { PaginatedParams, paginatedResultFields } from "./Pagination.ts"
import { taskAugmentedFields } from "./Task.ts"
import { Tool } from "./ToolDefinition.ts"

export * from "./ToolDefinition.ts"

/**
 * Params of `tools/list`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListToolsParams = PaginatedParams

/**
 * Params of `tools/list`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListToolsParams extends PaginatedParams {}

/**
 * The answer to `tools/list`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ListToolsResult extends Schema.Opaque<ListToolsResult>()(open({
  ...resultFields,
  ...paginatedResultFields,
  ...cacheFields,
  tools: Schema.Array(Tool)
})) {}

/**
 * Params of `tools/call`. Absent `arguments` mean an empty object.
 *
 * @category schemas
 * @since 0.1.0
 */
export class CallToolParams extends Schema.Opaque<CallToolParams>()(open({
  ...taskAugmentedFields,
  ...inputResponseFields,
  name: Schema.String,
  arguments: Schema.optionalKey(JsonObject)
})) {}

/**
 * The answer to `tools/call`. `isError` tells the model that the tool failed; `structuredContent` is any JSON value, and
 * `null` is one.
 *
 * @category schemas
 * @since 0.1.0
 */
export class CallToolResult extends Schema.Opaque<CallToolResult>()(open({
  ...resultFields,
  content: Schema.Array(ContentBlock),
  structuredContent: Schema.optionalKey(Json),
  isError: Schema.optionalKey(Schema.Boolean)
})) {}

/**
 * Params of `notifications/tools/list_changed`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ToolListChangedParams = NotificationParams

/**
 * Params of `notifications/tools/list_changed`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ToolListChangedParams extends NotificationParams {}
