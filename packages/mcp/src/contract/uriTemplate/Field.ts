/**
 * Reading the text that stands in the place of a variable: decoding, and refusing what may not stand there. Where that
 * place begins and ends is found elsewhere (`Match.ts`).
 *
 * @since 0.1.0
 */
import { decode } from "./Percent.ts"
import type { Value, Variable } from "./Template.ts"

/**
 * What is known of the variables beside the template.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Exploded variables that stand for texts by name, and not for lists. */
  readonly records?: ReadonlySet<string>
  /** Variables whose values may climb. */
  readonly insecure?: ReadonlySet<string>
}

/**
 * Values as they are found.
 *
 * @category models
 * @since 0.1.0
 */
export type Found = Map<string, Value>

/**
 * Reads the text in the place of one or more variables; false when it may not stand there.
 *
 * @category models
 * @since 0.1.0
 */
export type Read = (text: string, found: Found) => boolean

const climbs = (value: string): boolean =>
  value.includes("\0") || (value.includes("..") && value.split(/[/\\]/).includes(".."))

const isAtMost = (text: string, characters: number | undefined): boolean =>
  characters === undefined || text.length <= characters || Array.from(text).length <= characters

/** The value of one piece, decoded once; nothing if it may not stand there. */
const valueOf = ({ name, prefix }: Variable, text: string, { insecure }: Options): string | undefined => {
  const value = decode(text)
  if (value === undefined || !isAtMost(value, prefix)) return undefined
  return climbs(value) && insecure?.has(name) !== true ? undefined : value
}

const isSimple = (text: string): boolean => !/[/?#]/.test(text)

/**
 * Reads a single value, which is not empty.
 *
 * @category reading
 * @since 0.1.0
 */
export const scalar = (variable: Variable, reserved: boolean, options: Options): Read => (text, found) => {
  if (text === "" || !(reserved || isSimple(text))) return false
  const value = valueOf(variable, text, options)
  if (value === undefined) return false
  found.set(variable.name, value)
  return true
}

const setIn = (record: Map<string, string>, key: string | undefined, value: string | undefined): boolean => {
  if (key === undefined || value === undefined || record.has(key)) return false
  record.set(key, value)
  return true
}

/** `name=value`; without the sign, the value is empty. */
const pairOf = (text: string): readonly [name: string, value: string] => {
  const sign = text.indexOf("=")
  return sign === -1 ? [text, ""] : [text.slice(0, sign), text.slice(sign + 1)]
}

const recordOf = (
  variable: Variable,
  pieces: ReadonlyArray<string>,
  options: Options
): Map<string, string> | undefined => {
  const record = new Map<string, string>()
  for (const piece of pieces) {
    const [key, value] = pairOf(piece)
    if (!setIn(record, valueOf(variable, key, options), valueOf(variable, value, options))) return undefined
  }
  return record
}

const listOf = (
  variable: Variable,
  pieces: ReadonlyArray<string>,
  options: Options
): ReadonlyArray<string> | undefined => {
  const list: Array<string> = []
  for (const piece of pieces) {
    const value = piece === "" ? undefined : valueOf(variable, piece, options)
    if (value === undefined) return undefined
    list.push(value)
  }
  return list
}

/**
 * Reads an exploded variable: none, or pieces that are not empty, `first` before them and `separator` between them.
 *
 * @category reading
 * @since 0.1.0
 */
export const list = (
  variable: Variable,
  marks: { readonly first: string; readonly separator: string; readonly reserved: boolean },
  options: Options
): Read => {
  const isRecord = options.records?.has(variable.name) === true
  return (text, found) => {
    if (!text.startsWith(marks.first) && text !== "") return false
    if (text === "" && marks.first === "") return false
    const pieces = text === "" ? [] : text.slice(marks.first.length).split(marks.separator)
    if (!marks.reserved && !pieces.every(isSimple)) return false
    const value = isRecord ? recordOf(variable, pieces, options) : listOf(variable, pieces, options)
    if (value === undefined) return false
    found.set(variable.name, value instanceof Map ? Object.fromEntries(value) : value)
    return true
  }
}

interface Pairs {
  readonly single: Map<string, string>
  readonly lists: ReadonlyMap<string, Array<string>>
  readonly record: Map<string, string>
}

/** Enters one pair; false for a name that nobody has, or a second value where one is meant. */
const enter = (
  variables: ReadonlyMap<string, Variable>,
  rest: Variable | undefined,
  piece: string,
  pairs: Pairs,
  options: Options
): boolean => {
  const [key, text] = pairOf(piece)
  const variable = variables.get(key)
  if (variable === undefined || variable === rest) {
    return rest !== undefined && key !== "" &&
      setIn(pairs.record, valueOf(rest, key, options), valueOf(rest, text, options))
  }
  const value = valueOf(variable, text, options)
  const list = pairs.lists.get(key)
  if (list === undefined) return setIn(pairs.single, key, value)
  if (value === undefined) return false
  list.push(value)
  return true
}

/**
 * Reads `name=value` pairs, in any order. A variable may be absent; one that is exploded is then empty. A name that is
 * none of the variables belongs to the record among them, if there is one, and is refused otherwise.
 *
 * @category reading
 * @since 0.1.0
 */
export const pairs = (variables: ReadonlyArray<Variable>, separator: string, options: Options): Read => {
  const byName = new Map(variables.map((variable) => [variable.name, variable]))
  const exploded = variables.filter((variable) => variable.exploded)
  const rest = exploded.find(({ name }) => options.records?.has(name) === true)
  return (text, found) => {
    const lists = exploded.filter((variable) => variable !== rest)
    const read: Pairs = {
      single: new Map(),
      lists: new Map(lists.map(({ name }) => [name, []])),
      record: new Map()
    }
    const pieces = text === "" ? [] : text.split(separator)
    if (!pieces.every((piece) => enter(byName, rest, piece, read, options))) return false
    for (const [name, value] of [...read.single, ...read.lists]) found.set(name, value)
    if (rest !== undefined) found.set(rest.name, Object.fromEntries(read.record))
    return true
  }
}
