/**
 * Turning what a user writes as parameters (fields, or a schema) into one schema, and a schema into the JSON Schema
 * 2020-12 that goes over the wire. The derived JSON Schema says what JSON can hold: a number is a number, not also the
 * strings that stand for infinities.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"

/**
 * A schema that needs no services to decode or encode.
 *
 * @category models
 * @since 0.1.0
 */
export type AnyCodec = Schema.Codec<unknown, unknown>

/**
 * Any schema, as the types of components hold it; that it needs no services is asked where one is made.
 *
 * @category models
 * @since 0.1.0
 */
export type AnySchema = Schema.Constraint

/**
 * What may be given as parameters: fields of an object, or a schema.
 *
 * @category models
 * @since 0.1.0
 */
export type Input = { readonly [name: PropertyKey]: AnyCodec } | AnyCodec

/**
 * The schema that parameters stand for.
 *
 * @category type-level
 * @since 0.1.0
 */
export type SchemaOf<P extends Input> = P extends AnyCodec ? P
  : P extends Schema.Struct.Fields ? Schema.Struct<P>
  : never

/**
 * A JSON object, for instance a JSON Schema.
 *
 * @category models
 * @since 0.1.0
 */
export type JsonObject = { readonly [key: string]: unknown }

/**
 * Any JSON object, taken as it comes.
 *
 * @category schemas
 * @since 0.1.0
 */
export const AnyObject = Schema.Record(Schema.String, Schema.Unknown)

/**
 * Fields become a struct; a schema stays what it is; nothing is an empty struct.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toSchema = <P extends Input>(parameters: P | undefined): SchemaOf<P> =>
  // The condition on `P` is decided here at run time, where the compiler cannot follow.
  (Schema.isSchema(parameters) ? parameters : Schema.Struct(parameters ?? {})) as SchemaOf<P>

const infinities = JSON.stringify([{ type: "number" }, { type: "string", enum: ["Infinity", "-Infinity", "NaN"] }])

const isRecord = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Removes the traces of non-JSON numbers, and what a JSON Schema means without saying, wherever they stand. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain)
  if (!isRecord(value)) return value
  const entries = Object.entries(value).filter(([key, member]) => key !== "additionalProperties" || member !== true)
  const copy = Object.fromEntries(entries.map(([key, member]) => [key, plain(member)] as const))
  if (JSON.stringify(copy.anyOf) !== infinities) return copy
  const { anyOf: _, ...rest } = copy
  return { type: "number", ...rest }
}

const isJson = (ast: SchemaAST.AST): boolean => {
  switch (ast._tag) {
    case "String":
    case "Number":
    case "Boolean":
    case "Null":
      return true
    case "Literal":
      return typeof ast.literal !== "bigint"
    case "Arrays":
      return ast.elements.every(isJson) && ast.rest.every(isJson)
    case "Objects":
      return ast.propertySignatures.every((property) => isJson(property.type)) &&
        ast.indexSignatures.every((index) => isJson(index.type))
    case "Union":
      return ast.types.every(isJson)
    default:
      return false
  }
}

/**
 * The codec between JSON and what a schema describes. A schema whose encoded form is JSON anyway is its own codec, and
 * its messages speak of what the author wrote.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toJsonCodec = (schema: AnySchema): AnyCodec => {
  // That the schema needs no services was asked where its component was made.
  const codec = schema as AnyCodec
  return isJson(Schema.toEncoded(codec).ast) ? codec : Schema.toCodecJson(codec)
}

const isEmptyStruct = (schema: JsonObject): boolean => isRecord(schema.not) && schema.not.type === "null"

/**
 * The JSON Schema 2020-12 of a schema's encoded side, self-contained: `$defs` are carried along and a root `$ref` is
 * resolved, because a tool's `inputSchema` must have `type: "object"` at its root (TOL-14).
 *
 * @category conversions
 * @since 0.1.0
 */
export const toJsonSchema = (schema: AnySchema): JsonObject => {
  const document = Schema.toJsonSchemaDocument(schema, { includeAnnotationKey: (key) => key.startsWith("x-") })
  const ref = document.schema.$ref
  const definition = typeof ref === "string" ? document.definitions[ref.slice("#/$defs/".length)] : undefined
  const root: JsonObject = definition ?? document.schema
  const object = isEmptyStruct(root) ? { type: "object", properties: {} } : root
  const hasDefinitions = Object.keys(document.definitions).length > 0
  return plain(hasDefinitions ? { ...object, $defs: document.definitions } : object) as JsonObject
}
