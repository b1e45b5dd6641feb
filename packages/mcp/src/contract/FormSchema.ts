/**
 * From the JSON Schema that is derived of an Effect schema to the small JSON Schema that the specification allows for
 * forms: references resolved, unions of constants written as choices, everything left out that a form cannot say. The
 * revisions below see to what older clients know. Pure.
 *
 * @since 0.1.0
 */
import * as JsonPointer from "effect/JsonPointer"
import * as Result from "effect/Result"
import { isObject } from "../jsonrpc/Message.ts"
import type { PrimitiveSchema, RequestedSchema } from "../schema/Elicitation.ts"
import type { JsonObject } from "./ParameterSchema.ts"

/**
 * What is read off the schema of a form.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reading {
  readonly requestedSchema: RequestedSchema
  /** The values of fields that are not answered. */
  readonly defaults: JsonObject
}

const prefix = "#/$defs/"

/** References are followed so deep; what is deeper is no field. */
const referencesMax = 16

const resolve = (definitions: JsonObject, reference: string): JsonObject => {
  const name = JsonPointer.unescapeToken(decodeURIComponent(reference.slice(prefix.length)))
  const target = Object.hasOwn(definitions, name) ? definitions[name] : undefined
  return reference.startsWith(prefix) && isObject(target) ? target : {}
}

/** A schema without references and conjunctions at its root. */
const flatten = (definitions: JsonObject, schema: unknown, depth = 0): JsonObject => {
  if (!isObject(schema) || depth > referencesMax) return {}
  const { $ref, allOf, ...rest } = schema
  const referred = typeof $ref === "string" ? flatten(definitions, resolve(definitions, $ref), depth + 1) : {}
  const parts = Array.isArray(allOf) ? allOf.map((part) => flatten(definitions, part, depth + 1)) : []
  return Object.assign({}, referred, ...parts, rest)
}

type Copy = readonly [key: string, holds: (value: unknown) => boolean]

const isText = (value: unknown): boolean => typeof value === "string"
const isNumber = (value: unknown): boolean => typeof value === "number"
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)

/** The members of a schema that a form knows too. */
const pick = (schema: JsonObject, ...copies: ReadonlyArray<Copy>): JsonObject =>
  Object.fromEntries(copies.flatMap(([key, holds]) => holds(schema[key]) ? [[key, schema[key]] as const] : []))

const labels = (schema: JsonObject): JsonObject => pick(schema, ["title", isText], ["description", isText])

const formats: ReadonlySet<unknown> = new Set(["email", "uri", "date", "date-time"])

const textField = (schema: JsonObject): JsonObject => ({
  type: "string",
  ...labels(schema),
  ...pick(
    schema,
    ["minLength", isNumber],
    ["maxLength", isNumber],
    ["format", (value) => formats.has(value)],
    ["default", isText]
  )
})

const isBound = (value: unknown): value is number => typeof value === "number" && Math.abs(value) < 2 ** 53 - 1

/** The tightest bound, bounds included; an excluded one has a neighbour only among integers. */
const bound = (
  schema: JsonObject,
  key: "minimum" | "maximum",
  excluded: "exclusiveMinimum" | "exclusiveMaximum"
): JsonObject => {
  const step = key === "minimum" ? 1 : -1
  const beyond = schema.type === "integer" ? schema[excluded] : undefined
  const bounds = [schema[key], typeof beyond === "number" ? beyond + step : undefined].filter(isBound)
  if (bounds.length === 0) return {}
  return { [key]: key === "minimum" ? Math.max(...bounds) : Math.min(...bounds) }
}

const numberField = (schema: JsonObject): JsonObject => ({
  type: schema.type,
  ...labels(schema),
  ...bound(schema, "minimum", "exclusiveMinimum"),
  ...bound(schema, "maximum", "exclusiveMaximum"),
  ...pick(schema, ["default", isNumber])
})

interface Option {
  readonly const: string
  readonly title: string | undefined
}

const optionOf = (schema: JsonObject): ReadonlyArray<Option> | undefined => {
  const values = Array.isArray(schema.enum) ? schema.enum : "const" in schema ? [schema.const] : []
  const title = typeof schema.title === "string" && values.length === 1 ? schema.title : undefined
  return values.length > 0 && values.every((value) => typeof value === "string")
    ? values.map((value) => ({ const: value, title }))
    : undefined
}

/** The texts that a schema admits, when it admits only some. */
const optionsOf = (definitions: JsonObject, schema: JsonObject): ReadonlyArray<Option> | undefined => {
  const branches = schema.anyOf ?? schema.oneOf
  // The title of a choice is its own; only inside a union do titles belong to the single values.
  if (!Array.isArray(branches)) return optionOf(schema)?.map((option) => ({ ...option, title: undefined }))
  const options = branches.map((branch) => optionOf(flatten(definitions, branch)))
  return options.every((some) => some !== undefined) ? options.flat() : undefined
}

const choiceOf = (options: ReadonlyArray<Option>, titled: "oneOf" | "anyOf"): JsonObject =>
  options.some((option) => option.title !== undefined)
    ? { [titled]: options.map((option) => ({ const: option.const, title: option.title ?? option.const })) }
    : { enum: options.map((option) => option.const) }

const multipleField = (definitions: JsonObject, schema: JsonObject): JsonObject | undefined => {
  const options = optionsOf(definitions, flatten(definitions, schema.items))
  if (options === undefined) return undefined
  const items = choiceOf(options, "anyOf")
  return {
    type: "array",
    ...labels(schema),
    ...pick(schema, ["minItems", isNumber], ["maxItems", isNumber]),
    items: "enum" in items ? { type: "string", ...items } : items,
    ...pick(schema, ["default", isTexts])
  }
}

const field = (definitions: JsonObject, schema: JsonObject): JsonObject | undefined => {
  const options = optionsOf(definitions, schema)
  if (options !== undefined) {
    return { type: "string", ...labels(schema), ...choiceOf(options, "oneOf"), ...pick(schema, ["default", isText]) }
  }
  if (schema.anyOf !== undefined || schema.oneOf !== undefined || schema.enum !== undefined) return undefined
  switch (schema.type) {
    case "string":
      return textField(schema)
    case "number":
    case "integer":
      return numberField(schema)
    case "boolean":
      return { type: "boolean", ...labels(schema), ...pick(schema, ["default", (value) => typeof value === "boolean"]) }
    case "array":
      return multipleField(definitions, schema)
    default:
      return undefined
  }
}

/** In JSON, a member that may be `undefined` may be null, which a form cannot say and need not: it may be absent. */
const withoutNull = (definitions: JsonObject, schema: JsonObject): JsonObject => {
  const { anyOf, ...rest } = schema
  if (!Array.isArray(anyOf)) return schema
  const others = anyOf.filter((branch) => flatten(definitions, branch).type !== "null")
  if (others.length === anyOf.length) return schema
  return others.length === 1 ? { ...flatten(definitions, others[0]), ...rest } : { ...rest, anyOf: others }
}

const withLength = (field: JsonObject | undefined, minLength: number | undefined): JsonObject | undefined =>
  field === undefined || minLength === undefined || field.type !== "string" ? field : { ...field, minLength }

/**
 * Reads a form off the JSON Schema of an object; the failure names the field that a form cannot have. `minLengths` are
 * those that JSON Schema does not say exactly.
 *
 * @category conversions
 * @since 0.1.0
 */
export const read = (
  schema: JsonObject,
  minLengths: ReadonlyMap<PropertyKey, number> = new Map()
): Result.Result<Reading, string> => {
  const definitions = isObject(schema.$defs) ? schema.$defs : {}
  const root = flatten(definitions, schema)
  if (root.type !== "object" || isObject(root.additionalProperties) || root.patternProperties !== undefined) {
    return Result.fail("A form is an object with fixed fields")
  }
  const required = new Set(Array.isArray(root.required) ? root.required : [])
  const fields: Array<readonly [string, JsonObject]> = []
  for (const [name, property] of Object.entries(isObject(root.properties) ? root.properties : {})) {
    const flat = flatten(definitions, property)
    const plain = required.has(name) ? flat : withoutNull(definitions, flat)
    const read = withLength(field(definitions, plain), minLengths.get(name))
    if (read === undefined) {
      return Result.fail(`A form cannot have the field "${name}": ${JSON.stringify(property)}`)
    }
    fields.push([name, read])
  }
  const defaults = fields.flatMap(([name, read]) => "default" in read ? [[name, read.default] as const] : [])
  const demanded = fields.flatMap(([name, read]) => required.has(name) && !("default" in read) ? [name] : [])
  return Result.succeed({
    requestedSchema: {
      type: "object",
      // Each field was put together above, member by member; that it has a `type` is what the compiler does not see.
      properties: Object.fromEntries(fields) as { readonly [name: string]: JsonObject & PrimitiveSchema },
      ...(demanded.length === 0 ? {} : { required: demanded })
    },
    defaults: Object.fromEntries(defaults)
  })
}
