/**
 * How a value that an Effect schema describes is shown as the result of a tool: as structured content, as plain text,
 * or as nothing. It is for tools whose schemas were written for something else than MCP (an AI toolkit, an HTTP API),
 * and it decides once, by the schema; `BoundTool` then does what it does for every tool.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { type AnySchema, toJsonCodec } from "../../contract/ParameterSchema.ts"

/**
 * What a tool declares as its success, and what its handler makes of a value.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shown {
  /** The schema of structured content; `undefined` when there is none. */
  readonly success: AnySchema | undefined
  /** The output of the handler: the value itself with a `success` schema, and otherwise text or nothing. */
  readonly show: (value: unknown) => unknown
}

const isNothing = (ast: SchemaAST.AST): boolean => SchemaAST.isVoid(ast) || SchemaAST.isUndefined(ast)

/** Whether the JSON of a schema is always a string. */
const isText = (ast: SchemaAST.AST): boolean => {
  switch (ast._tag) {
    case "String":
    case "TemplateLiteral":
      return true
    case "Literal":
      return typeof ast.literal === "string"
    case "Union":
      return ast.types.length > 0 && ast.types.every(isText)
    default:
      return false
  }
}

/**
 * A value of unknown shape as text: a string as it is, nothing for nothing, anything else as JSON.
 *
 * @category conversions
 * @since 0.1.0
 */
export const textOf = (value: unknown): string | undefined =>
  value === undefined || typeof value === "string" ? value : JSON.stringify(value)

const nothing: Shown = { success: undefined, show: () => undefined }

/**
 * Decides by the schema. `Void` is nothing; what is always a string in JSON is text, without quotes; `Unknown` and
 * `Any` promise no shape, so they are text too. Everything else is structured content (TOL-18), which revisions that
 * know only objects, or none, get in the form they know.
 *
 * @category constructors
 * @since 0.1.0
 */
export const bySchema = (schema: AnySchema): Shown => {
  if (isNothing(schema.ast)) return nothing
  if (SchemaAST.isUnknown(schema.ast) || SchemaAST.isAny(schema.ast)) return { success: undefined, show: textOf }
  const codec = toJsonCodec(schema)
  return isText(Schema.toEncoded(codec).ast)
    ? { success: undefined, show: Schema.encodeUnknownSync(codec) }
    : { success: schema, show: (value) => value }
}
