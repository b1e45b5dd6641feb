/**
 * Parameters of tools that are mirrored in HTTP headers (`x-mcp-header`, SEP-2243): which ones a JSON Schema names, and
 * whether the headers of a call agree with its arguments. Pure, and for both sides: a server refuses to serve a tool
 * whose annotations break the rules, a client drops it from the list.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { headerKeyword } from "../contract/Tool.ts"
import { isObject, type Params } from "../jsonrpc/Message.ts"
import * as HeaderValue from "./HeaderValue.ts"
import type { Header } from "./HttpAdmission.ts"

/**
 * A parameter that is mirrored.
 *
 * @category models
 * @since 0.1.0
 */
export interface ParameterHeader {
  /** The name of the header as it was written, without `Mcp-Param-`. */
  readonly name: string
  /** The whole name of the header, in lower case. */
  readonly header: string
  /** Where the value stands in the arguments. */
  readonly path: ReadonlyArray<string>
  readonly type: "string" | "integer" | "boolean"
}

/** RFC 9110, a token: what the name of a header is made of. */
const token = /^[\w!#$%&'*+.^`|~-]+$/

/** Keywords whose value is data and no schema. */
const dataKeywords: ReadonlySet<string> = new Set(["const", "default", "enum", "examples", headerKeyword])

/** Keywords whose value maps names to schemas: a name may look like a keyword. */
const nameKeywords: ReadonlySet<string> = new Set(["$defs", "definitions", "dependentSchemas", "patternProperties"])

interface Found {
  readonly parameters: Array<ParameterHeader>
  problem: string | undefined
}

/** A path that leads through anything but `properties` is no path (XMH-07, XMH-08). */
type Path = ReadonlyArray<string> | undefined

const isMirrored = (type: unknown): type is ParameterHeader["type"] =>
  type === "string" || type === "integer" || type === "boolean"

/** One annotation, judged (XMH-01 to XMH-05, XMH-11). */
const judge = (found: Found, annotation: unknown, type: unknown, path: Path): string | undefined => {
  if (typeof annotation !== "string" || !token.test(annotation)) return "must be the name of a header"
  if (path === undefined || path.length === 0) {
    return "may only stand on a property of the arguments, or of objects in it"
  }
  if (!isMirrored(type)) return "may only stand on a string, an integer or a boolean"
  const header = `mcp-param-${annotation.toLowerCase()}`
  if (found.parameters.some((known) => known.header === header)) return "names one header twice"
  found.parameters.push({ name: annotation, header, path, type })
  return undefined
}

const visit = (found: Found, schema: unknown, path: Path): void => {
  if (Array.isArray(schema)) return schema.forEach((member) => visit(found, member, undefined))
  if (!isObject(schema)) return
  if (Object.hasOwn(schema, headerKeyword)) {
    const problem = judge(found, schema[headerKeyword], schema.type, path)
    if (problem !== undefined) found.problem ??= `"${headerKeyword}" at ${describe(path)} ${problem}`
  }
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "properties") visitMembers(found, value, path)
    else if (nameKeywords.has(keyword)) visitMembers(found, value, undefined)
    else if (!dataKeywords.has(keyword)) visit(found, value, undefined)
  }
}

const visitMembers = (found: Found, members: unknown, path: Path): void => {
  if (!isObject(members)) return
  for (const [name, member] of Object.entries(members)) visit(found, member, path && [...path, name])
}

const describe = (path: Path): string =>
  path === undefined ? "a part that is no plain property" : path.length === 0 ? "the root" : `"${path.join(".")}"`

/**
 * The mirrored parameters of a tool, by its `inputSchema`; the failure is a sentence that says which rule is broken.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (inputSchema: unknown): Result.Result<ReadonlyArray<ParameterHeader>, string> => {
  const found: Found = { parameters: [], problem: undefined }
  visit(found, inputSchema, [])
  return found.problem === undefined ? Result.succeed(found.parameters) : Result.fail(found.problem)
}

/**
 * The argument that a header mirrors; nothing when it is absent.
 *
 * @category queries
 * @since 0.1.0
 */
export const valueAt = (args: Params, path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>(
    (value, name) => isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined,
    args
  )

const jsonInteger = /^-?(?:0|[1-9]\d*)(?:\.0+)?$/

/** Numbers are compared as numbers (HDR-14), within what a double holds exactly (XMH-06). */
const agreesWithNumber = (sent: string, value: number): boolean =>
  Number.isSafeInteger(value) && jsonInteger.test(sent) && Number(sent) === value

const agrees = (sent: string, value: unknown): boolean => {
  if (!/^[\t\x20-\x7e]*$/.test(sent)) return false
  const decoded = HeaderValue.decode(sent)
  if (decoded === undefined) return false
  switch (typeof value) {
    case "string":
      return decoded === value
    case "number":
      return agreesWithNumber(decoded, value)
    case "boolean":
      return decoded === String(value)
    default:
      return false
  }
}

const isPrimitive = (value: unknown): boolean => typeof value !== "object"

/**
 * Holds the headers of a call against its arguments (XMV-02 to XMV-06): each must be there when its argument is, agree
 * with it, and be absent when the argument is absent or null. Gives what is wrong as a sentence.
 *
 * @category admission
 * @since 0.1.0
 */
export const compare = (
  parameters: ReadonlyArray<ParameterHeader>,
  header: Header,
  args: Params
): string | undefined => {
  for (const parameter of parameters) {
    const value = valueAt(args, parameter.path)
    const sent = header(parameter.header)
    const name = `Mcp-Param-${parameter.name}`
    if (value === undefined || value === null) {
      if (sent !== undefined) return `The header ${name} mirrors an argument that is not in the body`
    } else if (sent === undefined) {
      // What is no primitive cannot be mirrored; its schema will say what is wrong with it.
      if (isPrimitive(value)) return `The header ${name} is missing`
    } else if (!agrees(sent, value)) return `The header ${name} does not match the body`
  }
  return undefined
}

const textOf = (value: unknown): string | undefined => {
  switch (typeof value) {
    case "string":
      return value
    case "boolean":
    case "number":
      return String(value)
    default:
      return undefined
  }
}

/**
 * The headers that a call with these arguments has (XMC-05 to XMC-11), by their names in lower case. What is absent or
 * null has none, nor has what is no primitive: the schema of the tool will say what is wrong with it. The failure is a
 * sentence about an integer that no header can mirror exactly (XMH-06).
 *
 * @category encoding
 * @since 0.1.0
 */
export const mirror = (
  parameters: ReadonlyArray<ParameterHeader>,
  args: Params
): Result.Result<{ readonly [header: string]: string }, string> => {
  const headers: { [header: string]: string } = {}
  for (const { header, path } of parameters) {
    const value = valueAt(args, path)
    if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      return Result.fail(`"${path.join(".")}" is an integer beyond those that can be mirrored in a header`)
    }
    const text = textOf(value)
    if (text !== undefined) headers[header] = HeaderValue.encode(text)
  }
  return Result.succeed(headers)
}
