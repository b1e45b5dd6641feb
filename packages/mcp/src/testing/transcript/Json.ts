/**
 * JSON values as expectations look at them: read, compared, and shown in a message, however deep they are.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { isObject } from "../../jsonrpc/Message.ts"

/**
 * The value of a text; `undefined`, which no JSON is, where it is none.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (text: string): unknown => Result.getOrUndefined(Result.try((): unknown => JSON.parse(text)))

/**
 * A value as text; `undefined` where it has none, or is too deep to be written.
 *
 * @category rendering
 * @since 0.1.0
 */
export const print = (value: unknown): string | undefined =>
  Result.getOrUndefined(Result.try((): string | undefined => JSON.stringify(value)))

const shortMax = 160

/**
 * A value for a message: its beginning, where it is long.
 *
 * @category rendering
 * @since 0.1.0
 */
export const short = (value: unknown): string => {
  const text = print(value) ?? (value === undefined ? "nothing" : "something very deep")
  return text.length > shortMax ? `${text.slice(0, shortMax)}…` : text
}

/**
 * Whether two values are the same, whatever the order of their members.
 *
 * @category queries
 * @since 0.1.0
 */
export const isSame = (a: unknown, b: unknown): boolean => {
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => isSame(item, b[index]))
  }
  if (!isObject(a)) return a === b
  if (!isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
}
