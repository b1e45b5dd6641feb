/**
 * Values of an official JSON Schema, from a seed. Covers the keywords that the five schemas use and fails on others, so
 * that none is silently ignored. Seed 0 gives the smallest value, seed 1 the one with every member, others a mixture;
 * with `foreign`, members that only other revisions know turn up with arbitrary values, which an open object permits.
 */
import { foreignMembers, isObject, type Json, type Official, referenced } from "./Official.ts"

interface State {
  readonly official: Official
  readonly foreign: boolean
  readonly mode: "Least" | "Most" | "Some"
  /** The next number in [0, 1). */
  readonly next: () => number
}

const random = (seed: number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x6D2B79F5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const pick = <A>(state: State, items: ReadonlyArray<A>): A => items[Math.floor(state.next() * items.length)]!

const integer = (state: State, least: number, most: number) => least + Math.floor(state.next() * (most - least + 1))

const isWanted = (state: State): boolean => state.mode === "Most" || (state.mode === "Some" && state.next() < 0.5)

const anyJson = (state: State, depth: number): unknown => {
  const scalars = [null, true, false, 0, -1.5, "", "text"]
  if (depth > 2 || state.next() < 0.6) return pick(state, scalars)
  return state.next() < 0.5 ? [anyJson(state, depth + 1)] : { key: anyJson(state, depth + 1) }
}

const stringOf = (state: State, schema: Json): string => {
  switch (schema.format) {
    case undefined:
      return pick(state, ["", "a", "some text", "ünïcödé ✓", "__proto__"])
    case "uri":
      return pick(state, ["file:///a/b", "https://example.com/x?y#z", "custom:opaque"])
    case "uri-template":
      return pick(state, ["file:///{path}", "weather://{city}/{day}"])
    case "byte":
      return pick(state, ["", "aGVsbG8="])
    default:
      throw new Error(`unknown format ${String(schema.format)}`)
  }
}

const numberOf = (state: State, schema: Json, isInteger: boolean): number => {
  const least = typeof schema.minimum === "number" ? schema.minimum : -1000
  const most = typeof schema.maximum === "number" ? schema.maximum : 1000
  return isInteger ? integer(state, least, most) : least + state.next() * (most - least)
}

const arrayOf = (state: State, schema: Json, depth: number): ReadonlyArray<unknown> => {
  const length = state.mode === "Least" ? 0 : integer(state, state.mode === "Most" ? 1 : 0, depth > 6 ? 1 : 3)
  return Array.from({ length }, () => valueOf(state, schema.items as Json, "", depth + 1))
}

const objectOf = (state: State, schema: Json, at: string, depth: number): Json => {
  const properties = (schema.properties ?? {}) as { readonly [key: string]: Json }
  const required = (schema.required ?? []) as ReadonlyArray<string>
  const members: Array<[string, unknown]> = []
  for (const [key, member] of Object.entries(properties)) {
    const path = at === "" ? "" : memberPlace(at, key)
    if (required.includes(key) || isWanted(state)) members.push([key, valueOf(state, member, path, depth + 1)])
  }
  const additional = schema.additionalProperties
  if (additional !== false && isWanted(state)) {
    const value = isObject(additional) ? valueOf(state, additional, "", depth + 1) : anyJson(state, depth)
    members.push([pick(state, ["x", "com.example/vendor", "__proto__"]), value])
  }
  if (state.foreign && at !== "") {
    const names = foreignMembers(state.official.version, at, schema)
    for (const key of names) if (state.next() < 0.3) members.push([key, anyJson(state, depth)])
  }
  return Object.fromEntries(members)
}

const memberPlace = (at: string, key: string): string => {
  if (key === "params" && !at.includes(".")) return at === "ElicitRequest" ? "ElicitRequestFormParams" : `${at}Params`
  return key === "annotations" && at !== "Tool" ? "Annotations" : `${at}.${key}`
}

const known = new Set([
  "$ref",
  "$schema",
  "additionalProperties",
  "allOf",
  "anyOf",
  "const",
  "description",
  "enum",
  "format",
  "items",
  "maximum",
  "maxItems",
  "minimum",
  "properties",
  "required",
  "title",
  "type",
  "default"
])

const valueOf = (state: State, schema: Json, at: string, depth: number): unknown => {
  for (const keyword of Object.keys(schema)) {
    if (!known.has(keyword)) throw new Error(`unknown keyword ${keyword}`)
  }
  if (typeof schema.$ref === "string") {
    const name = referenced(schema.$ref)
    return valueOf(state, state.official.definitions[name]!, name, depth)
  }
  if (schema.const !== undefined) return schema.const
  if (Array.isArray(schema.enum)) return pick(state, schema.enum)
  if (Array.isArray(schema.anyOf)) {
    // Recursive unions end with a scalar, which stands last in the only one there is.
    const members: ReadonlyArray<Json> = schema.anyOf
    return valueOf(state, depth > 8 ? members.at(-1)! : pick(state, members), at, depth + 1)
  }
  if (Array.isArray(schema.allOf)) {
    const parts = schema.allOf.map((item: Json) => Object.entries(valueOf(state, item, at, depth) as Json))
    return Object.fromEntries(parts.flat())
  }
  const type = Array.isArray(schema.type) ? pick(state, schema.type) : schema.type
  switch (type) {
    case undefined:
      return anyJson(state, depth)
    case "string":
      return stringOf(state, schema)
    case "integer":
      return numberOf(state, schema, true)
    case "number":
      return numberOf(state, schema, false)
    case "boolean":
      return state.next() < 0.5
    case "null":
      return null
    case "array":
      return arrayOf(state, schema, depth)
    case "object":
      return objectOf(state, schema, at, depth)
    default:
      throw new Error(`unknown type ${String(type)}`)
  }
}

/** A value that the official schema of a definition accepts. */
export const generate = (official: Official, definition: string, seed: number, foreign = false): unknown => {
  const mode = seed === 0 ? "Least" : seed === 1 ? "Most" : "Some"
  const state: State = { official, foreign, mode, next: random(seed) }
  return valueOf(state, { $ref: `#/${definition}` }, "", 0)
}
