/**
 * From values to a URI (RFC 6570, section 3). Total: a value that is missing, an empty list and an empty record expand
 * to nothing.
 *
 * @since 0.1.0
 */
import { encode, encodeReserved } from "./Percent.ts"
import { type Behaviour, behaviours, type Expression, type UriTemplate, type Value, type Values } from "./Template.ts"
import type { Variable } from "./Template.ts"

type Encode = (text: string) => string

/** What is not there as JSON has it, `null`, is not there either. */
const valueOf = (values: Values, name: string): Value | undefined =>
  Object.hasOwn(values, name) ? values[name] ?? undefined : undefined

const isList = (value: Value): value is ReadonlyArray<string> => Array.isArray(value)

/** The first characters of a text; a character outside the basic plane is one. */
const firstOf = (text: string, count: number | undefined): string =>
  count === undefined || text.length <= count ? text : Array.from(text).slice(0, count).join("")

const named = (key: string, value: string, { empty }: Behaviour): string =>
  value === "" ? `${key}${empty}` : `${key}=${value}`

const exploded = (
  name: string,
  value: Exclude<Value, string>,
  behaviour: Behaviour,
  encode: Encode
): ReadonlyArray<string> => {
  if (isList(value)) return value.map((item) => behaviour.named ? named(name, encode(item), behaviour) : encode(item))
  return Object.entries(value).map(([key, item]) =>
    behaviour.named ? named(encode(key), encode(item), behaviour) : `${encode(key)}=${encode(item)}`
  )
}

/** What a variable gives: nothing, one piece, or several when it is exploded. */
const piecesOf = (
  variable: Variable,
  value: Value | undefined,
  behaviour: Behaviour,
  encode: Encode
): ReadonlyArray<string> => {
  const { name, prefix } = variable
  if (value === undefined) return []
  if (typeof value !== "string" && variable.exploded) return exploded(name, value, behaviour, encode)
  const items = typeof value === "string"
    ? [firstOf(value, prefix)]
    : isList(value)
    ? value
    : Object.entries(value).flat()
  if (items.length === 0) return []
  const text = items.map(encode).join(",")
  return [behaviour.named ? named(name, text, behaviour) : text]
}

const expandExpression = ({ operator, variables }: Expression, values: Values): string => {
  const behaviour = behaviours[operator]
  const encoder = behaviour.reserved ? encodeReserved : encode
  const pieces = variables.flatMap((variable) => piecesOf(variable, valueOf(values, variable.name), behaviour, encoder))
  return pieces.length === 0 ? "" : `${behaviour.first}${pieces.join(behaviour.separator)}`
}

/** Literals may hold characters that a URI has in encoded form only; `%` there begins a triplet already. */
const literal = (text: string): string => text.toWellFormed().replace(/\P{ASCII}+/gu, encodeURIComponent)

/**
 * Fills the variables in. Half a surrogate pair becomes U+FFFD.
 *
 * @category expansion
 * @since 0.1.0
 */
export const expand = (template: UriTemplate, values: Values): string =>
  template.parts.map((part) => part._tag === "Literal" ? literal(part.text) : expandExpression(part, values)).join("")
