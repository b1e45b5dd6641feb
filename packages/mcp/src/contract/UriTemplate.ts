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

/**
 * A parsed template.
 *
 * @category models
 * @since 0.1.0
 */
export interface UriTemplate {
  readonly source: string
  readonly parts: ReadonlyArray<Literal | Variable>
}

const expression = /\{(\+?)([A-Za-z_][A-Za-z0-9_.]*)\}/y

/**
 * Parses a template; the failure is a sentence that says what is not understood, or is ambiguous (two variables with
 * nothing between them).
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (source: string): Result.Result<UriTemplate, string> => {
  const parts: Array<Literal | Variable> = []
  let index = 0
  while (index < source.length) {
    const open = source.indexOf("{", index)
    if (open === -1) {
      parts.push({ _tag: "Literal", text: source.slice(index) })
      break
    }
    if (open > index) parts.push({ _tag: "Literal", text: source.slice(index, open) })
    else if (parts.length > 0) return Result.fail(`"${source}": two variables need a separator between them`)
    const matcher = new RegExp(expression)
    matcher.lastIndex = open
    const match = matcher.exec(source)
    if (match === null) return Result.fail(`"${source}": the expression at ${open} is not {name} or {+name}`)
    parts.push({ _tag: "Variable", name: match[2] ?? "", reserved: match[1] === "+" })
    index = open + match[0].length
  }
  return Result.succeed({ source, parts })
}

const reservedEncoded = /%(?:2F|3A|3F|23|5B|5D|40|21|24|26|27|28|29|2A|2B|2C|3B|3D)/gi

const encode = (value: string, reserved: boolean): string => {
  const encoded = encodeURIComponent(value).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return reserved ? encoded.replace(reservedEncoded, decodeURIComponent) : encoded
}

/**
 * Fills the variables in; a missing one expands to nothing.
 *
 * @category expansion
 * @since 0.1.0
 */
export const expand = (template: UriTemplate, values: { readonly [name: string]: string }): string =>
  template.parts
    .map((part) => part._tag === "Literal" ? part.text : encode(values[part.name] ?? "", part.reserved))
    .join("")

const decode = (text: string): string | undefined =>
  Result.getOrUndefined(Result.try({ try: () => decodeURIComponent(text), catch: () => undefined }))

const climbs = (value: string): boolean => value.split(/[/\\]/).includes("..") || value.includes("\0")

const isSimpleValue = (text: string): boolean => text.length > 0 && !/[/?#]/.test(text)

const endOfVariable = (uri: string, from: number, next: Literal | Variable | undefined): number =>
  next === undefined ? uri.length : next._tag === "Literal" ? uri.indexOf(next.text, from) : -1

/**
 * Reads the variables out of a URI, or says that it does not match. Each variable ends at the first occurrence of the
 * literal that follows it, so matching is linear. Values come back decoded.
 *
 * @category matching
 * @since 0.1.0
 */
export const match = (template: UriTemplate, uri: string): { readonly [name: string]: string } | undefined => {
  const values: Record<string, string> = {}
  let index = 0
  for (let i = 0; i < template.parts.length; i++) {
    const part = template.parts[i]
    if (part === undefined) return undefined
    if (part._tag === "Literal") {
      if (!uri.startsWith(part.text, index)) return undefined
      index += part.text.length
      continue
    }
    const end = endOfVariable(uri, index, template.parts[i + 1])
    if (end === -1) return undefined
    const text = uri.slice(index, end)
    const value = decode(text)
    if (value === undefined || climbs(value) || !(part.reserved ? text.length > 0 : isSimpleValue(text))) {
      return undefined
    }
    values[part.name] = value
    index = end
  }
  return index === uri.length ? values : undefined
}
