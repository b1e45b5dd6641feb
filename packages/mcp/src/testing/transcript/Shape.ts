/**
 * JSON with holes in it: what somebody expects of a value, written so that it reads like the value. `…` (or `...`) stands for
 * anything, inside of an object or an array for whatever else is there; `<name>` for something that may differ each time, but
 * is the same wherever it has the same name. It is no query language: everything else must be as it is written.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { isObject } from "../../jsonrpc/Message.ts"
import * as Json from "./Json.ts"

/**
 * What is expected of a value.
 *
 * @category models
 * @since 0.1.0
 */
export type Shape =
  | { readonly _tag: "Any" }
  | { readonly _tag: "Named"; readonly name: string }
  | { readonly _tag: "Exactly"; readonly value: string | number | boolean | null }
  /** `undefined` stands for any number of items. */
  | { readonly _tag: "Items"; readonly items: ReadonlyArray<Shape | undefined> }
  | { readonly _tag: "Members"; readonly members: ReadonlyMap<string, Shape>; readonly isOpen: boolean }

/**
 * What the names stand for, as far as that is known. Matching adds to it.
 *
 * @category models
 * @since 0.1.0
 */
export type Bindings = Map<string, unknown>

/**
 * Anything.
 *
 * @category shapes
 * @since 0.1.0
 */
export const any: Shape = { _tag: "Any" }

/**
 * This value and no other.
 *
 * @category shapes
 * @since 0.1.0
 */
export const exactly = (value: string | number | boolean | null): Shape => ({ _tag: "Exactly", value })

/**
 * An object.
 *
 * @category shapes
 * @since 0.1.0
 */
export const members = (entries: Iterable<readonly [string, Shape]>, isOpen = false): Shape => ({
  _tag: "Members",
  members: new Map(entries),
  isOpen
})

/** A text that is being read. */
interface Reader {
  readonly text: string
  at: number
}

type Read<A> = Result.Result<A, string>

const elision = /\s*(?:…|\.\.\.)/uy
const name = /\s*<([\w-]+)>/uy
const literal = /\s*(true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/uy
const quoted = /\s*("(?:[^"\\]|\\.)*")/suy
const bareKey = /\s*([A-Za-z_$][\w$-]*)/uy
const anySpace = /\s*/uy

const take = (reader: Reader, pattern: RegExp): string | undefined => {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)
  if (found === null) return undefined
  reader.at = pattern.lastIndex
  return found[1] ?? found[0]
}

const takeMark = (reader: Reader, mark: string): boolean => {
  take(reader, anySpace)
  if (!reader.text.startsWith(mark, reader.at)) return false
  reader.at += mark.length
  return true
}

const stuck = (reader: Reader, wanted: string): Read<never> => {
  const rest = reader.text.slice(reader.at).trim()
  return Result.fail(`${wanted} expected ${rest === "" ? "at the end" : `before ${rest.slice(0, 30)}`}`)
}

const readItems = (reader: Reader): Read<Shape> => {
  const items: Array<Shape | undefined> = []
  while (!takeMark(reader, "]")) {
    const isElision = take(reader, elision) !== undefined
    const item = isElision ? Result.succeed(undefined) : readValue(reader)
    if (Result.isFailure(item)) return Result.fail(item.failure)
    items.push(item.success)
    if (takeMark(reader, ",")) continue
    if (takeMark(reader, "]")) break
    return stuck(reader, "\",\" or \"]\"")
  }
  return Result.succeed({ _tag: "Items", items })
}

const readKey = (reader: Reader): Read<string> => {
  const text = take(reader, quoted)
  const key = text === undefined ? take(reader, bareKey) : Json.parse(text)
  return typeof key === "string" ? Result.succeed(key) : stuck(reader, "A name")
}

const readMembers = (reader: Reader): Read<Shape> => {
  const entries = new Map<string, Shape>()
  let isOpen = false
  while (!takeMark(reader, "}")) {
    if (take(reader, elision) === undefined) {
      const key = readKey(reader)
      if (Result.isFailure(key)) return Result.fail(key.failure)
      if (!takeMark(reader, ":")) return stuck(reader, "\":\"")
      const value = readValue(reader)
      if (Result.isFailure(value)) return value
      entries.set(key.success, value.success)
    } else isOpen = true
    if (takeMark(reader, ",")) continue
    if (takeMark(reader, "}")) break
    return stuck(reader, "\",\" or \"}\"")
  }
  return Result.succeed(members(entries, isOpen))
}

const readValue = (reader: Reader): Read<Shape> => {
  if (take(reader, elision) !== undefined) return Result.succeed(any)
  const named = take(reader, name)
  if (named !== undefined) return Result.succeed({ _tag: "Named", name: named })
  if (takeMark(reader, "{")) return readMembers(reader)
  if (takeMark(reader, "[")) return readItems(reader)
  const text = take(reader, quoted) ?? take(reader, literal)
  const value = text === undefined ? undefined : Json.parse(text)
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null
    ? Result.succeed(exactly(value))
    : stuck(reader, "A value")
}

/**
 * Reads a shape. Names of members need no quotes; the failure is a sentence about what is wrong with the text.
 *
 * @example
 * ```ts
 * import * as Shape from "@parley/mcp/testing/transcript/Shape"
 * import * as Result from "effect/Result"
 *
 * const shape = Result.getOrThrow(Shape.parse("{ token: <token>, list: [1, …] }"))
 * Shape.differences(shape, { token: "a7", list: [1, 2, 3] }) // => []
 * Shape.differences(shape, { token: "a7", list: [2] }) // => [".list: [2] instead of [1, …]"]
 * ```
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (text: string): Result.Result<Shape, string> => {
  const reader: Reader = { text, at: 0 }
  const shape = readValue(reader)
  if (Result.isFailure(shape)) return shape
  take(reader, anySpace)
  return reader.at === text.length ? shape : stuck(reader, "Nothing more")
}

/**
 * A shape as text that `parse` reads.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (shape: Shape): string => {
  switch (shape._tag) {
    case "Any":
      return "…"
    case "Named":
      return `<${shape.name}>`
    case "Exactly":
      return JSON.stringify(shape.value)
    case "Items":
      return `[${shape.items.map((item) => item === undefined ? "…" : render(item)).join(", ")}]`
    case "Members": {
      const parts = Array.from(shape.members, ([key, value]) => `${JSON.stringify(key)}: ${render(value)}`)
      return `{${[...parts, ...(shape.isOpen ? ["…"] : [])].join(", ")}}`
    }
  }
}

interface Matching {
  readonly bindings: Bindings
  readonly found: Array<string>
}

const wrong = ({ found }: Matching, path: string, value: unknown, wanted: string): void =>
  void found.push(`${path === "" ? "" : `${path}: `}${Json.short(value)} instead of ${wanted}`)

/** Tries to match, and keeps what was bound only when it does. */
const fits = (shape: Shape, value: unknown, bindings: Bindings): boolean => {
  const tried: Matching = { bindings: new Map(bindings), found: [] }
  match(tried, shape, value, "")
  if (tried.found.length > 0) return false
  for (const [key, bound] of tried.bindings) bindings.set(key, bound)
  return true
}

/** Whether items fit from here on. An elision takes as few as it can. */
const itemsFit = (
  shapes: ReadonlyArray<Shape | undefined>,
  values: ReadonlyArray<unknown>,
  bindings: Bindings
): boolean => {
  const [shape, ...rest] = shapes
  if (shapes.length === 0) return values.length === 0
  if (shape !== undefined) {
    return values.length > 0 && fits(shape, values[0], bindings) && itemsFit(rest, values.slice(1), bindings)
  }
  for (let skipped = 0; skipped <= values.length; skipped++) {
    const tried = new Map(bindings)
    if (!itemsFit(rest, values.slice(skipped), tried)) continue
    for (const [key, bound] of tried) bindings.set(key, bound)
    return true
  }
  return false
}

const matchItems = (
  matching: Matching,
  { items }: Extract<Shape, { _tag: "Items" }>,
  value: unknown,
  path: string
): void => {
  const wanted = (): string => render({ _tag: "Items", items })
  if (!Array.isArray(value)) return wrong(matching, path, value, wanted())
  if (items.includes(undefined)) {
    return itemsFit(items, value, matching.bindings) ? undefined : wrong(matching, path, value, wanted())
  }
  if (items.length !== value.length) return wrong(matching, path, value, wanted())
  for (const [index, item] of items.entries()) match(matching, item ?? any, value[index], `${path}[${index}]`)
}

const matchMembers = (
  matching: Matching,
  { isOpen, members }: Extract<Shape, { _tag: "Members" }>,
  value: unknown,
  path: string
): void => {
  if (!isObject(value)) return wrong(matching, path, value, "an object")
  for (const [key, shape] of members) {
    if (Object.hasOwn(value, key)) match(matching, shape, value[key], `${path}.${key}`)
    else matching.found.push(`${path}.${key}: missing`)
  }
  if (isOpen) return
  for (const key of Object.keys(value)) {
    if (!members.has(key)) matching.found.push(`${path}.${key}: ${Json.short(value[key])} was not expected`)
  }
}

const match = (matching: Matching, shape: Shape, value: unknown, path: string): void => {
  switch (shape._tag) {
    case "Any":
      return
    case "Named": {
      const { bindings } = matching
      if (!bindings.has(shape.name)) return void bindings.set(shape.name, value)
      const known = bindings.get(shape.name)
      return Json.isSame(known, value)
        ? undefined
        : wrong(matching, path, value, `${Json.short(known)}, which <${shape.name}> is`)
    }
    case "Exactly":
      return shape.value === value ? undefined : wrong(matching, path, value, JSON.stringify(shape.value))
    case "Items":
      return matchItems(matching, shape, value, path)
    case "Members":
      return matchMembers(matching, shape, value, path)
  }
}

/**
 * Where a value is not as expected, a line for each place; none, when it fits. The names that were met for the first time
 * are then bound to what was there.
 *
 * @category matching
 * @since 0.1.0
 */
export const differences = (shape: Shape, value: unknown, bindings: Bindings = new Map()): ReadonlyArray<string> => {
  const matching: Matching = { bindings, found: [] }
  match(matching, shape, value, "")
  return matching.found
}
