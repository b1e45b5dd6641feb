/**
 * JSON with holes in it: what a cassette says a value is, but for the parts that differ each time. A hole has a name, and
 * stands for the same wherever it has the same. Matching a value fills holes; filling a template gives a value.
 *
 * @since 0.1.0
 */
import { isObject } from "@parley/mcp/jsonrpc/Message"
import { isSame, short } from "@parley/mcp/testing/transcript/Json"

/**
 * A template.
 *
 * @category models
 * @since 0.1.0
 */
export type Template =
  | { readonly _tag: "Exactly"; readonly value: unknown }
  | { readonly _tag: "Hole"; readonly name: string }
  /** A text with holes in it. */
  | { readonly _tag: "Text"; readonly pieces: ReadonlyArray<string | { readonly name: string }> }
  | { readonly _tag: "Items"; readonly items: ReadonlyArray<Template> }
  | { readonly _tag: "Members"; readonly members: ReadonlyArray<readonly [key: string, template: Template]> }

/**
 * What the holes stand for, as far as it is known.
 *
 * @category models
 * @since 0.1.0
 */
export type Bindings = ReadonlyMap<string, unknown>

/**
 * Where a value is not as a template says, a line for each place, and what is known now.
 *
 * @category models
 * @since 0.1.0
 */
export interface Matched {
  readonly differences: ReadonlyArray<string>
  readonly bindings: Bindings
}

/** Names the hole that a member of a value is as a whole, by its path; `undefined` where it is none. */
type HoleAt = (path: string) => string | undefined

const noHoles: HoleAt = () => undefined

const ofText = (value: string, names: ReadonlySet<string>): Template => {
  // Every second piece is what was between the brackets.
  const split = value.split(/<([\w-]+)>/u)
  const pieces = split.map((piece, index) => {
    if (index % 2 === 0) return piece
    return names.has(piece) ? { name: piece } : `<${piece}>`
  }).filter((piece) => piece !== "")
  const [first] = pieces
  if (pieces.every((piece) => typeof piece === "string")) return { _tag: "Exactly", value }
  return pieces.length === 1 && typeof first === "object"
    ? { _tag: "Hole", name: first.name }
    : { _tag: "Text", pieces }
}

/**
 * The template that a value is written as: `<name>` in its texts is a hole where the name is declared.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (value: unknown, names: ReadonlySet<string>, holeAt: HoleAt = noHoles, path = ""): Template => {
  const name = holeAt(path)
  if (name !== undefined) return { _tag: "Hole", name }
  if (typeof value === "string") return ofText(value, names)
  if (Array.isArray(value)) {
    return { _tag: "Items", items: value.map((item, index) => make(item, names, holeAt, `${path}[${index}]`)) }
  }
  if (!isObject(value)) return { _tag: "Exactly", value }
  const members = Object.entries(value)
  return { _tag: "Members", members: members.map(([key, own]) => [key, make(own, names, holeAt, `${path}.${key}`)]) }
}

const textOf = (value: unknown): string => typeof value === "string" ? value : JSON.stringify(value) ?? ""

/**
 * The value of a template, with what the holes stand for; `fallback` says it for those of which nothing is known.
 *
 * @category operations
 * @since 0.1.0
 */
export const fill = (template: Template, bindings: Bindings, fallback: (name: string) => unknown): unknown => {
  const known = (name: string): unknown => bindings.has(name) ? bindings.get(name) : fallback(name)
  switch (template._tag) {
    case "Exactly":
      return template.value
    case "Hole":
      return known(template.name)
    case "Text":
      return template.pieces.map((piece) => typeof piece === "string" ? piece : textOf(known(piece.name))).join("")
    case "Items":
      return template.items.map((item) => fill(item, bindings, fallback))
    case "Members":
      return Object.fromEntries(template.members.map(([key, own]) => [key, fill(own, bindings, fallback)]))
  }
}

/**
 * The names of the holes in a template.
 *
 * @category queries
 * @since 0.1.0
 */
export const holes = (template: Template): ReadonlyArray<string> => {
  switch (template._tag) {
    case "Exactly":
      return []
    case "Hole":
      return [template.name]
    case "Text":
      return template.pieces.flatMap((piece) => typeof piece === "string" ? [] : [piece.name])
    case "Items":
      return template.items.flatMap(holes)
    case "Members":
      return template.members.flatMap(([, own]) => holes(own))
  }
}

/** A match that is under way. */
interface Matching {
  readonly bindings: Map<string, unknown>
  readonly differences: Array<string>
}

const wrong = ({ differences }: Matching, path: string, value: unknown, wanted: string): void =>
  void differences.push(`${path === "" ? "" : `${path.replace(/^\./u, "")}: `}${short(value)} instead of ${wanted}`)

/** Holes whose names begin with the same word before a space are of one kind: no two of them stand for the same. */
const kindOf = (name: string): string | undefined => / /u.test(name) ? name.slice(0, name.indexOf(" ")) : undefined

const matchHole = (matching: Matching, name: string, value: unknown, path: string): void => {
  const { bindings } = matching
  if (bindings.has(name)) {
    const known = bindings.get(name)
    return isSame(known, value) ? undefined : wrong(matching, path, value, short(known))
  }
  const kind = kindOf(name)
  const taken = kind === undefined
    ? undefined
    : Array.from(bindings).find(([other, bound]) => kindOf(other) === kind && isSame(bound, value))
  if (taken !== undefined) return wrong(matching, path, value, "one that was not used before")
  bindings.set(name, value)
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, "\\$&")

const matchText = (
  matching: Matching,
  { pieces }: Extract<Template, { _tag: "Text" }>,
  value: unknown,
  path: string
): void => {
  const { bindings } = matching
  const groups: Array<string> = []
  const pattern = pieces.map((piece) => {
    if (typeof piece === "string") return escaped(piece)
    if (bindings.has(piece.name)) return escaped(textOf(bindings.get(piece.name)))
    const group = groups.indexOf(piece.name)
    if (group !== -1) return `(?:\\${group + 1})`
    groups.push(piece.name)
    return "(.+?)"
  })
  const found = typeof value === "string" ? new RegExp(`^${pattern.join("")}$`, "su").exec(value) : null
  if (found === null) {
    const wanted = pieces.map((piece) => typeof piece === "string" ? piece : `<${piece.name}>`).join("")
    return wrong(matching, path, value, JSON.stringify(wanted))
  }
  for (const [index, name] of groups.entries()) bindings.set(name, found[index + 1])
}

const matchItems = (
  matching: Matching,
  { items }: Extract<Template, { _tag: "Items" }>,
  value: unknown,
  path: string
): void => {
  if (!Array.isArray(value)) return wrong(matching, path, value, "an array")
  for (const [index, item] of items.entries()) {
    if (index < value.length) step(matching, item, value[index], `${path}[${index}]`)
    else matching.differences.push(`${path}[${index}] is missing`)
  }
  for (let index = items.length; index < value.length; index++) {
    matching.differences.push(`${path}[${index}]: ${short(value[index])} was not expected`)
  }
}

const matchMembers = (
  matching: Matching,
  { members }: Extract<Template, { _tag: "Members" }>,
  value: unknown,
  path: string
): void => {
  if (!isObject(value)) return wrong(matching, path, value, "an object")
  const shown = (key: string): string => `${path}.${key}`.replace(/^\./u, "")
  for (const [key, own] of members) {
    if (Object.hasOwn(value, key)) step(matching, own, value[key], `${path}.${key}`)
    else matching.differences.push(`${shown(key)} is missing`)
  }
  const known = new Set(members.map(([key]) => key))
  for (const key of Object.keys(value)) {
    if (!known.has(key)) matching.differences.push(`${shown(key)}: ${short(value[key])} was not expected`)
  }
}

const step = (matching: Matching, template: Template, value: unknown, path: string): void => {
  switch (template._tag) {
    case "Exactly":
      return template.value === value ? undefined : wrong(matching, path, value, short(template.value))
    case "Hole":
      return matchHole(matching, template.name, value, path)
    case "Text":
      return matchText(matching, template, value, path)
    case "Items":
      return matchItems(matching, template, value, path)
    case "Members":
      return matchMembers(matching, template, value, path)
  }
}

/**
 * Holds a value against a template. What is bound on the way counts only when there are no differences.
 *
 * @category operations
 * @since 0.1.0
 */
export const match = (template: Template, value: unknown, bindings: Bindings): Matched => {
  const matching: Matching = { bindings: new Map(bindings), differences: [] }
  step(matching, template, value, "")
  return matching
}
