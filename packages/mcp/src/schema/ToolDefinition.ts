/**
 * What a tool is: its name, its JSON Schemas and its hints. Apart from `Tool.ts` because sampling hands tool
 * definitions to a model, and calls in turn may carry the answers of sampling.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { namedFields } from "./Icon.ts"
import { Meta } from "./Meta.ts"
import { Json, JsonObject, open, openRecord, verbatim } from "./Open.ts"

/**
 * Hints about a tool's behaviour, for people and policies. None of them is a guarantee. Absent means: not read-only,
 * destructive, not idempotent, open to the world.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ToolAnnotations extends Schema.Opaque<ToolAnnotations>()(open({
  title: Schema.optionalKey(Schema.String),
  readOnlyHint: Schema.optionalKey(Schema.Boolean),
  destructiveHint: Schema.optionalKey(Schema.Boolean),
  idempotentHint: Schema.optionalKey(Schema.Boolean),
  openWorldHint: Schema.optionalKey(Schema.Boolean)
})) {}

/**
 * Whether a session-era call may (`optional`), must (`required`) or must not (`forbidden`, the default) become a task.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ToolExecution extends Schema.Opaque<ToolExecution>()(open({
  taskSupport: Schema.optionalKey(Schema.Literals(["forbidden", "optional", "required"]))
})) {}

/**
 * The JSON Schema of a tool's arguments: any keywords, with `type: "object"` at the root. Passed on exactly as given.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ToolInputSchema extends Schema.Opaque<ToolInputSchema>()(verbatim(openRecord({
  type: Schema.Literal("object"),
  $schema: Schema.optionalKey(Schema.String),
  properties: Schema.optionalKey(JsonObject),
  required: Schema.optionalKey(Schema.Array(Schema.String))
}))) {}

/**
 * The JSON Schema of a tool's structured result: any object schema. (Older revisions want `type: "object"`.) Passed on
 * exactly as given.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ToolOutputSchema extends Schema.Opaque<ToolOutputSchema>()(verbatim(openRecord({
  type: Schema.optionalKey(Json),
  $schema: Schema.optionalKey(Schema.String),
  properties: Schema.optionalKey(JsonObject),
  required: Schema.optionalKey(Schema.Array(Schema.String))
}))) {}

/**
 * A tool as a server lists it.
 *
 * @category schemas
 * @since 0.1.0
 */
export class Tool extends Schema.Opaque<Tool>()(open({
  ...namedFields,
  description: Schema.optionalKey(Schema.String),
  inputSchema: ToolInputSchema,
  outputSchema: Schema.optionalKey(ToolOutputSchema),
  annotations: Schema.optionalKey(ToolAnnotations),
  execution: Schema.optionalKey(ToolExecution),
  _meta: Schema.optionalKey(Meta)
})) {}
