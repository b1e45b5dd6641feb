/**
 * JSON as people read it: on one line where that is short, an entry a line where it is not. Nothing but spaces differs from
 * what `JSON.stringify` writes.
 *
 * @since 0.1.0
 */
import { isObject } from "@parley/mcp/jsonrpc/Message"
import * as Json from "@parley/mcp/testing/transcript/Json"

/** Nothing that is said in earnest is deeper, and what reads a value goes down into it. */
const levelsMax = 500

const isDeeperThan = (value: unknown, levels: number): boolean => {
  if (typeof value !== "object" || value === null) return false
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1))
}

/**
 * The object or array that a text is; `undefined` where it is anything else, or nested deeper than 500 levels.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (text: string): object | undefined => {
  const value = Json.parse(text)
  return typeof value === "object" && value !== null && !isDeeperThan(value, levelsMax) ? value : undefined
}

/**
 * The text of an object or array without spaces; any other text as it is.
 *
 * @category conversions
 * @since 0.1.0
 */
export const compact = (text: string): string => {
  const value = parse(text)
  return value === undefined ? text : JSON.stringify(value)
}

const entriesOf = (value: unknown): ReadonlyArray<readonly [prefix: string, value: unknown]> | undefined => {
  if (Array.isArray(value)) return value.map((item) => ["", item])
  return isObject(value)
    ? Object.entries(value).map(([key, member]) => [`${JSON.stringify(key)}: `, member])
    : undefined
}

/**
 * The text of a JSON value with lines no longer than `width`, where that can be. Lines after the first begin with `indent`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const fit = (value: unknown, indent: string, width: number, prefix = ""): string => {
  const short = JSON.stringify(value)
  const entries = entriesOf(value)
  // There may be a comma behind it.
  const isShort = indent.length + prefix.length + short.length < width
  if (entries === undefined || entries.length === 0 || isShort) return short
  const inner = `${indent}  `
  const lines = entries.map(([prefix, entry]) => `${inner}${prefix}${fit(entry, inner, width, prefix)}`)
  const [open, close] = Array.isArray(value) ? "[]" : "{}"
  return `${open}\n${lines.join(",\n")}\n${indent}${close}`
}
