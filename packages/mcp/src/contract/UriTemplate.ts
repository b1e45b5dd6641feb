/**
 * URI templates (RFC 6570), as resources need them: simple and reserved string expansion of single variables,
 * `{name}` and `{+path}`, expanded and matched in linear time. A matched value that climbs out of its place (`..` as a
 * path segment, also when percent-encoded) is no match at all. The other operators are not known here yet.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"

/**
 * The variable names of a template, read off its type.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Variables<Template extends string> = Template extends `${string}{${infer Expression}}${infer Rest}`
  ? (Expression extends `+${infer Name}` ? Name : Expression) | Variables<Rest>
  : never

interface Literal {
  readonly _tag: "Literal"
  readonly text: string
}

interface Variable {
  readonly _tag: "Variable"
  readonly name: string
  readonly reserved: boolean
}

type Part = Literal | Variable

/**
 * A parsed template.
 *
 * @category models
 * @since 0.1.0
 */
export interface UriTemplate {
  readonly source: string
  /** Literals and variables in turn: between two variables there always is a literal. */
  readonly parts: ReadonlyArray<Part>
}

const expression = /^\{(\+?)([A-Za-z_][A-Za-z0-9_.]*)\}/

/** What is wrong with parts that were understood one by one. */
const problemOf = (parts: ReadonlyArray<Part>): string | undefined => {
  const names = new Set<string>()
  for (const [index, part] of parts.entries()) {
    if (part._tag === "Literal") continue
    if (parts[index - 1]?._tag === "Variable") return "two variables need a separator between them"
    if (names.has(part.name)) return `the variable "${part.name}" stands there twice`
    names.add(part.name)
  }
  return undefined
}

/**
 * Parses a template; the failure is a sentence that says what is not understood, or is ambiguous (two variables with
 * nothing between them, one variable twice).
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (source: string): Result.Result<UriTemplate, string> => {
  const parts: Array<Part> = []
  let index = 0
  while (index < source.length) {
    const brace = source.slice(index).search(/[{}]/)
    const open = brace === -1 ? source.length : index + brace
    if (open > index) parts.push({ _tag: "Literal", text: source.slice(index, open) })
    if (open === source.length) break
    if (source[open] === "}") return Result.fail(`"${source}": the } at ${open} closes nothing`)
    const match = expression.exec(source.slice(open))
    if (match === null) return Result.fail(`"${source}": the expression at ${open} is not {name} or {+name}`)
    parts.push({ _tag: "Variable", name: match[2] ?? "", reserved: match[1] === "+" })
    index = open + match[0].length
  }
  const problem = problemOf(parts)
  return problem === undefined ? Result.succeed({ source, parts }) : Result.fail(`"${source}": ${problem}`)
}

const reservedEncoded = /%(?:2F|3A|3F|23|5B|5D|40|21|24|26|27|28|29|2A|2B|2C|3B|3D)/gi

const encode = (value: string, reserved: boolean): string => {
  const encoded = encodeURIComponent(value.toWellFormed())
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return reserved ? encoded.replace(reservedEncoded, decodeURIComponent) : encoded
}

const valueOf = (values: { readonly [name: string]: string }, name: string): string =>
  Object.hasOwn(values, name) ? values[name] ?? "" : ""

/**
 * Fills the variables in; a missing one expands to nothing, and half a surrogate pair to U+FFFD.
 *
 * @category expansion
 * @since 0.1.0
 */
export const expand = (template: UriTemplate, values: { readonly [name: string]: string }): string =>
  template.parts
    .map((part) => part._tag === "Literal" ? part.text : encode(valueOf(values, part.name), part.reserved))
    .join("")

const decode = (text: string): string | undefined =>
  Result.getOrUndefined(Result.try({ try: () => decodeURIComponent(text), catch: () => undefined }))

const climbs = (value: string): boolean => value.split(/[/\\]/).includes("..") || value.includes("\0")

const isSimpleValue = (text: string): boolean => !/[/?#]/.test(text)

/** The value of a variable from its place in the URI, if it may stand there. */
const accept = (variable: Variable, text: string): string | undefined => {
  if (text === "" || !(variable.reserved || isSimpleValue(text))) return undefined
  const value = decode(text)
  return value === undefined || climbs(value) ? undefined : value
}

type Values = Map<string, string>

/** How many parts are read from the left: up to the last reserved variable, or all but the last literal. */
const leftParts = (parts: ReadonlyArray<Part>): number => {
  const lastReserved = parts.findLastIndex((part) => part._tag === "Variable" && part.reserved)
  if (lastReserved !== -1) return lastReserved + 1
  return parts.at(-1)?._tag === "Literal" ? parts.length - 1 : parts.length
}

/** Reads parts from the right, each variable as short as may be. Gives the place where they begin. */
const readRight = (parts: ReadonlyArray<Part>, uri: string, values: Values): number | undefined => {
  let end = uri.length
  for (let i = parts.length - 1; i >= 0; i--) {
    const part = parts[i]
    if (part === undefined) return undefined
    if (part._tag === "Literal") {
      if (!uri.endsWith(part.text, end)) return undefined
      end -= part.text.length
      continue
    }
    const before = parts[i - 1]
    if (before?._tag !== "Literal") return undefined
    const found = uri.lastIndexOf(before.text, end - before.text.length)
    const start = found + before.text.length
    const value = found === -1 || start > end ? undefined : accept(part, uri.slice(start, end))
    if (value === undefined) return undefined
    values.set(part.name, value)
    end = start
  }
  return end
}

/** Reads parts from the left up to `limit`, each variable as short as may be but the last, which takes the rest. */
const readLeft = (parts: ReadonlyArray<Part>, uri: string, limit: number, values: Values): boolean => {
  let start = 0
  for (const [i, part] of parts.entries()) {
    if (part._tag === "Literal") {
      if (!uri.startsWith(part.text, start)) return false
      start += part.text.length
      continue
    }
    const after = parts[i + 1]
    const end = after?._tag === "Literal" ? uri.indexOf(after.text, start) : limit
    const value = end < start || end > limit ? undefined : accept(part, uri.slice(start, end))
    if (value === undefined) return false
    values.set(part.name, value)
    start = end
  }
  return start === limit
}

/**
 * Reads the variables out of a URI, or says that it does not match. A variable ends at the first place where what
 * follows it may begin, except that what stands behind the last reserved variable, and a literal at the end, are read
 * from the right: `{+path}.{ext}` splits at the last dot. Nothing is tried twice, so matching is linear. Values come
 * back decoded.
 *
 * @category matching
 * @since 0.1.0
 */
export const match = (template: UriTemplate, uri: string): { readonly [name: string]: string } | undefined => {
  const values: Values = new Map()
  const left = leftParts(template.parts)
  const limit = readRight(template.parts.slice(left), uri, values)
  return limit !== undefined && readLeft(template.parts.slice(0, left), uri, limit, values)
    ? Object.fromEntries(values)
    : undefined
}
