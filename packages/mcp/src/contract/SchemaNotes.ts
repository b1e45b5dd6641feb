/**
 * What an author says of a schema, brought to where clients read it. A JSON Schema describes the encoded side, so that a
 * description which was given to a decoded value (a date, a number read from text, bytes) would be lost; and one which
 * stands beside a check ends up inside an `allOf`, where few clients look. No assertion is added or taken away here.
 *
 * @since 0.1.0
 */
import * as SchemaAST from "effect/SchemaAST"
import { isObject, type Params as JsonObject } from "../jsonrpc/Message.ts"

/** Keywords that mean the same beside a schema as in a branch of its `allOf`: each looks at nothing but the instance. */
const independentKeywords: ReadonlySet<string> = new Set([
  "contentEncoding",
  "contentMediaType",
  "default",
  "deprecated",
  "description",
  "examples",
  "exclusiveMaximum",
  "exclusiveMinimum",
  "format",
  "maximum",
  "maxItems",
  "maxLength",
  "maxProperties",
  "minimum",
  "minItems",
  "minLength",
  "minProperties",
  "multipleOf",
  "pattern",
  "title",
  "uniqueItems"
])

const isIndependent = (keyword: string): boolean => independentKeywords.has(keyword) || keyword.startsWith("x-")

const fits = (schema: JsonObject, branch: unknown): branch is JsonObject =>
  isObject(branch) && Object.keys(branch).every((keyword) => isIndependent(keyword) && !Object.hasOwn(schema, keyword))

/**
 * A JSON Schema without the branches of `allOf` that say nothing which could not stand beside it.
 *
 * @category conversions
 * @since 0.1.0
 */
export const flatten = (schema: JsonObject): JsonObject => {
  if (!Array.isArray(schema.allOf)) return schema
  const { allOf, ...rest } = schema
  let flat: JsonObject = rest
  const branches: Array<unknown> = []
  for (const branch of allOf) {
    if (fits(flat, branch)) flat = { ...flat, ...branch }
    else branches.push(branch)
  }
  return branches.length === 0 ? flat : { ...flat, allOf: branches }
}

const isNote = (key: string): boolean => key === "description" || key === "title" || key.startsWith("x-")

/** What is said of a schema itself; values given as examples are of the decoded side, and are no use here. */
const notesOf = (ast: SchemaAST.AST): ReadonlyArray<readonly [key: string, note: unknown]> =>
  Object.entries(SchemaAST.resolve(ast) ?? {}).filter(([key]) => isNote(key))

const encodedSide = (ast: SchemaAST.AST): SchemaAST.AST => {
  const last = ast.encoding?.at(-1)
  return last === undefined ? ast : encodedSide(last.to)
}

const carryInto = (members: unknown, types: ReadonlyMap<string, SchemaAST.AST>): unknown =>
  isObject(members)
    ? Object.fromEntries(
      Object.entries(members).map(([name, member]) => [name, carryTo(types.get(name), member)] as const)
    )
    : members

const carryTo = (ast: SchemaAST.AST | undefined, schema: unknown): unknown =>
  ast === undefined || !isObject(schema) ? schema : carry(ast, schema)

const carryInside = (ast: SchemaAST.AST, schema: JsonObject): JsonObject => {
  if (ast._tag === "Objects" && schema.properties !== undefined) {
    const types = new Map(ast.propertySignatures.map(({ name, type }) => [String(name), type] as const))
    return { ...schema, properties: carryInto(schema.properties, types) }
  }
  return ast._tag === "Arrays" && isObject(schema.items)
    ? { ...schema, items: carryTo(ast.rest[0], schema.items) }
    : schema
}

/**
 * A JSON Schema with what was said of the decoded side of its schema: of the whole, of properties, of items. What the
 * encoded side says of itself stays. References and unions are not entered.
 *
 * @category conversions
 * @since 0.1.0
 */
export const carry = (ast: SchemaAST.AST, schema: JsonObject): JsonObject => {
  if (schema.$ref !== undefined) return schema
  const notes = notesOf(ast).filter(([key]) => !Object.hasOwn(schema, key))
  return { ...carryInside(encodedSide(ast), schema), ...Object.fromEntries(notes) }
}
