/**
 * Turning what a user writes as parameters (fields, or a schema) into one schema, and a schema into the JSON Schema
 * 2020-12 that goes over the wire. The derived JSON Schema says what JSON can hold: a number is a number, not also the
 * strings that stand for infinities.
 *
 * @since 0.1.0
 */
import * as JsonPointer from "effect/JsonPointer"
import type * as JsonSchema from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import { isObject } from "../jsonrpc/Message.ts"
import { finite } from "./JsonNumber.ts"
import { carry, flatten } from "./SchemaNotes.ts"

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
 * its messages speak of what the author wrote. Numbers are those of JSON: there is no encoding an infinity.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toJsonCodec = (schema: AnySchema): AnyCodec => {
  // That the schema needs no services was asked where its component was made.
  const codec = finite(schema) as AnyCodec
  return isJson(Schema.toEncoded(codec).ast) ? codec : Schema.toCodecJson(codec)
}

const prefix = "#/$defs/"

/** A root that only points at a definition is that definition. */
const rootOf = ({ definitions, schema }: JsonSchema.Document<"draft-2020-12">): JsonObject => {
  const reference = schema.$ref
  if (typeof reference !== "string" || !reference.startsWith(prefix)) return schema
  return definitions[JsonPointer.unescapeToken(decodeURIComponent(reference.slice(prefix.length)))] ?? schema
}

const isEmptyStruct = (schema: JsonObject): boolean => isObject(schema.not) && schema.not.type === "null"

/** An empty struct takes anything but null; as parameters, it is an object. */
const asObject = (schema: JsonObject): JsonObject => {
  if (!isEmptyStruct(schema)) return schema
  const { not: _, ...rest } = schema
  return { type: "object", properties: {}, ...rest }
}

/** Leaves out what a JSON Schema means without saying, and needless branches. Only schemas are entered, not the data inside them. */
const brief = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(brief)
  if (!isObject(schema)) return schema
  const entries = Object.entries(flatten(schema)).filter(([key, member]) =>
    key !== "additionalProperties" || member !== true
  )
  return Object.fromEntries(entries.map(([key, member]) => [key, briefKeyword(key, member)] as const))
}

const briefKeyword = (keyword: string, value: unknown): unknown => {
  if (schemaKeywords.has(keyword)) return brief(value)
  if (!nameKeywords.has(keyword) || !isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, brief(member)] as const))
}

/** Keywords that hold a schema, or several. */
const schemaKeywords: ReadonlySet<string> = new Set([
  "additionalProperties",
  "allOf",
  "anyOf",
  "contentSchema",
  "items",
  "not",
  "oneOf",
  "prefixItems",
  "propertyNames"
])

/** Keywords that hold schemas by name. */
const nameKeywords: ReadonlySet<string> = new Set(["$defs", "patternProperties", "properties"])

/**
 * How a JSON Schema is derived.
 *
 * @category models
 * @since 0.1.0
 */
export interface JsonSchemaOptions {
  /** With `error`, objects admit no members besides those they name. Default: `ignore`. */
  readonly onExcessProperty?: "ignore" | "error"
}

/**
 * The JSON Schema 2020-12 of a schema's encoded side, self-contained: `$defs` are carried along and a root `$ref` is
 * resolved, because a tool's `inputSchema` must have `type: "object"` at its root (TOL-14).
 *
 * @category conversions
 * @since 0.1.0
 */
export const toJsonSchema = (schema: AnySchema, options: JsonSchemaOptions = {}): JsonObject => {
  const document = Schema.toJsonSchemaDocument(finite(schema), {
    ...options,
    includeAnnotationKey: (key) => key.startsWith("x-")
  })
  const root = asObject(rootOf(document))
  const hasDefinitions = Object.keys(document.definitions).length > 0
  const whole = brief(hasDefinitions ? { ...root, $defs: document.definitions } : root) as JsonObject
  return carry(schema.ast, whole)
}
