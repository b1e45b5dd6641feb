/**
 * Structured tool output on revisions that allow only objects: the schema of anything else is wrapped as the `result`
 * member of an object schema, and the value likewise (JSC-13, `revisions.md` section 14). Also what those revisions
 * demand of an object schema. No JSON Schema is interpreted here beyond its root and its references.
 *
 * @since 0.1.0
 */
import { isObject } from "../../jsonrpc/Message.ts"
import type { Wire } from "../Revision.ts"
import { jsonText } from "./Content.ts"
import { inRecord, type Project, type Rewrite, shape } from "./Projection.ts"

/**
 * Whether a JSON Schema says outright that its instances are objects.
 *
 * @category guards
 * @since 0.1.0
 */
export const isObjectRooted = (schema: unknown): boolean => isObject(schema) && schema.type === "object"

/** Keywords whose value is instance data: a `$ref` inside is no reference. */
const dataKeywords: ReadonlySet<string> = new Set(["const", "enum", "default", "examples"])

/** Keywords whose value maps names to schemas: a name may look like a keyword. */
const nameKeywords: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
  "dependencies"
])

/** A subschema with its own `$id` resolves its references by itself; `#name` is only an anchor. */
const hasOwnBase = (schema: Wire): boolean => typeof schema.$id === "string" && !schema.$id.startsWith("#")

const movedPointer = (reference: string): string =>
  reference === "#" || reference.startsWith("#/") ? `#/properties/result${reference.slice(1)}` : reference

const moveReferences: Rewrite = (schema) => {
  if (Array.isArray(schema)) return schema.map(moveReferences)
  if (!isObject(schema) || hasOwnBase(schema)) return schema
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [keyword, moveKeyword(keyword, value)] as const)
  )
}

const moveKeyword = (keyword: string, value: unknown): unknown => {
  if ((keyword === "$ref" || keyword === "$dynamicRef") && typeof value === "string") return movedPointer(value)
  if (dataKeywords.has(keyword)) return value
  return nameKeywords.has(keyword) ? inRecord(moveReferences)(value) : moveReferences(value)
}

/**
 * An object schema whose only member, `result`, is the schema given. References into the document follow the schema to
 * its new place, and `$schema` stays at the root.
 *
 * @category wrapping
 * @since 0.1.0
 */
export const wrapSchema = (schema: Wire): Wire => {
  const wrapped = { type: "object", properties: { result: moveReferences(schema) }, required: ["result"] }
  return typeof schema.$schema === "string" ? { $schema: schema.$schema, ...wrapped } : wrapped
}

/** A property's schema had to be an object, so the boolean schemas are spelled out. */
const objectForm: Rewrite = (schema) => {
  if (isObject(schema)) return schema
  return schema === false ? { not: {} } : {}
}

const onlyStrings: Rewrite = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined

/**
 * An object schema as revisions before the stateless one demand it: `properties` holds objects, `required` strings.
 *
 * @category projections
 * @since 0.1.0
 */
export const objectSchema: Project = shape({
  members: {
    properties: (value) => isObject(value) ? inRecord(objectForm)(value) : undefined,
    required: onlyStrings
  }
})

/**
 * An output schema for revisions that know only objects.
 *
 * @category projections
 * @since 0.1.0
 */
export const objectOutputSchema: Rewrite = (schema) => {
  if (!isObject(schema)) return undefined
  return isObjectRooted(schema) ? objectSchema(schema) : wrapSchema(schema)
}

/** The JSON as a text block, for peers that cannot read the structured form; not when there is text already. */
const withTextOf = (result: Wire, structured: unknown): Wire => {
  const content = Array.isArray(result.content) ? result.content : []
  return content.some((block) => isObject(block) && block.type === "text")
    ? result
    : { ...result, content: [...content, { type: "text", text: jsonText(structured) }] }
}

/**
 * Structured content for revisions that know only objects. A value is wrapped when it is no object, and also when the
 * tool's own output schema was (otherwise an object would not fit the schema its client was shown).
 *
 * @category wrapping
 * @since 0.1.0
 */
export const objectContent = (result: Wire, outputSchema: unknown): Wire => {
  const structured = result.structuredContent
  if (structured === undefined) return result
  const isPlain = isObject(structured)
  if (isPlain && (outputSchema === undefined || isObjectRooted(outputSchema))) return result
  const wrapped = { ...result, structuredContent: { result: structured } }
  return isPlain ? wrapped : withTextOf(wrapped, structured)
}

/**
 * Structured content for revisions that know none: only the text is left, and there is always some.
 *
 * @category wrapping
 * @since 0.1.0
 */
export const noStructuredContent = (result: Wire): Wire => {
  if (!Object.hasOwn(result, "structuredContent")) return result
  const { structuredContent, ...rest } = result
  return structuredContent === undefined ? rest : withTextOf(rest, structuredContent)
}
