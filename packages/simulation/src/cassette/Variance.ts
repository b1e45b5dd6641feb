/**
 * What of a conversation differs each time it is held, found by where it stands and how it looks; each such value gets a
 * placeholder, the same wherever it occurs. Secrets do, too, and leave no example behind.
 *
 * @since 0.1.0
 */
import { isObject } from "@parley/mcp/jsonrpc/Message"
import * as Redaction from "@parley/mcp/testing/recording/Redaction"
import * as Secrets from "./Secrets.ts"

/**
 * A part of a text that varies.
 *
 * @category models
 * @since 0.1.0
 */
export interface Varying {
  /** What it is: the name of its placeholder, but for a number. */
  readonly kind: string
  /** The part of the text. */
  readonly literal: string
  /** Whether what it was is written down, to be sent where nothing else is known. */
  readonly hasExample?: boolean
}

/**
 * Finds what varies in a text that stands under a name: that of a header or a member of an object, `eventId` for the id of an
 * event, `url` for a path, and empty for anything else.
 *
 * @category models
 * @since 0.1.0
 */
export type Rule = (name: string, text: string) => ReadonlyArray<Varying>

const kindsByName: ReadonlyMap<string, string> = new Map([
  ["mcp-session-id", "session"],
  ["sessionId", "session"],
  ["requestState", "state"],
  ["eventId", "event"],
  ["last-event-id", "event"],
  ["elicitationId", "elicitation"],
  ["taskId", "task"],
  ["cursor", "cursor"],
  ["nextCursor", "cursor"]
])

const patterns: ReadonlyArray<readonly [kind: string, pattern: RegExp]> = [
  ["uuid", /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/giu],
  ["time", /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)/gu],
  ["port", /(?<=\b(?:localhost|127\.0\.0\.1)|\[::1\])(?::)(\d{2,5})\b/gu]
]

/**
 * What varies in every conversation: ids of sessions, events, questions and tasks, cursors, sealed states, times, UUIDs, and
 * the ports of this machine.
 *
 * @category rules
 * @since 0.1.0
 */
export const common: Rule = (name, text) => {
  const kind = kindsByName.get(name)
  if (kind !== undefined) return text === "" ? [] : [{ kind, literal: text }]
  const inUrl = name === "url" || name === "" ? /[?&]sessionId=([^&#\s]+)/u.exec(text)?.[1] : undefined
  if (inUrl !== undefined) return [{ kind: "session", literal: inUrl }]
  return patterns.flatMap(([kind, pattern]) =>
    Array.from(text.matchAll(pattern), (found) => ({ kind, literal: found[1] ?? found[0], hasExample: true }))
  )
}

/**
 * What must not be written down.
 *
 * @category rules
 * @since 0.1.0
 */
export const secrets: Rule = (name, text) => Secrets.find(name, text).map((literal) => ({ kind: "secret", literal }))

/**
 * What must not be written down, because somebody has shown it: credentials in these headers, wherever else they stand.
 *
 * @category rules
 * @since 0.1.0
 */
export const shown = (headers: { readonly [name: string]: string }): Rule => {
  const literals = Object.values(headers).map(Redaction.credentialOf).filter((literal) =>
    literal.length >= secretLengthMin
  )
  return (_, text) =>
    literals.filter((literal) => text.includes(literal)).map((literal) => ({ kind: "secret", literal }))
}

/**
 * The placeholders of a conversation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Placeholders {
  /** A text with placeholders in place of what varies. */
  readonly ofText: (name: string, text: string) => string
  /** The same for all texts in a JSON value. */
  readonly ofJson: (value: unknown) => unknown
  /** What is to be declared, in the order of coming up: names, and what they stood for as JSON, or nothing. */
  readonly declared: () => ReadonlyArray<readonly [name: string, example: string]>
}

const secretLengthMin = 4

const lengthMin = 8

/** Shorter ones may stand elsewhere by chance, and are replaced only where they were found; of secrets, only the shortest. */
const isUnmistakable = ({ kind, literal }: Varying): boolean =>
  literal.length >= (kind === "secret" ? secretLengthMin : lengthMin)

interface Named extends Varying {
  readonly name: string
}

/** Numbers do not vary, but some are secrets. */
const isNumberToHide = (name: string, value: unknown): value is number =>
  typeof value === "number" && Secrets.find(name, String(value)).length > 0

/** A kind as it may stand in a placeholder. */
const wordOf = (kind: string): string => kind.replaceAll(/[^\w-]+/gu, "-").replaceAll(/^-|-$/gu, "") || "value"

/** Gives out names: `cursor`, `cursor-2` and so on, each once. */
const makeNames = (isFree: (name: string) => boolean): (kind: string) => string => {
  const counts = new Map<string, number>()
  const given = new Set<string>()
  return (kind) => {
    const word = wordOf(kind)
    let count = counts.get(word) ?? 0
    let name: string
    do {
      count += 1
      name = count === 1 ? word : `${word}-${count}`
    } while (!isFree(name) || given.has(name))
    counts.set(word, count)
    given.add(name)
    return name
  }
}

/** Replaces what is found, the longest first, and never within a placeholder that was put in. */
const replaced = (text: string, named: ReadonlyArray<Named>): string => {
  const found = named.findIndex(({ literal }) => text.includes(literal))
  const first = named[found]
  if (first === undefined) return text
  const others = named.slice(found + 1)
  return text.split(first.literal).map((piece) => replaced(piece, others)).join(`<${first.name}>`)
}

/**
 * Placeholders by rules. All texts are looked through before the first is replaced.
 *
 * @param isFree whether a name can be a placeholder's
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  rules: ReadonlyArray<Rule>,
  visit: (see: (name: string, text: string) => void) => void,
  isFree: (name: string) => boolean
): Placeholders => {
  const named = new Map<string, Named>()
  const nameOf = makeNames(isFree)
  const find = (name: string, text: string): ReadonlyArray<Varying> =>
    rules.flatMap((rule) => rule(name, text)).filter(({ literal }) => literal !== "")
  visit((name, text) => {
    for (const varying of find(name, text)) {
      if (!named.has(varying.literal)) named.set(varying.literal, { ...varying, name: nameOf(varying.kind) })
    }
  })
  const longestFirst = Array.from(named.values()).toSorted((a, b) => b.literal.length - a.literal.length)
  const ofText = (name: string, text: string): string => {
    const here = new Set(find(name, text).map(({ literal }) => literal))
    return replaced(text, longestFirst.filter((one) => here.has(one.literal) || isUnmistakable(one)))
  }
  const ofJson = (value: unknown, name = ""): unknown => {
    if (typeof value === "string") return ofText(name, value)
    if (isNumberToHide(name, value)) return ofText(name, String(value))
    if (Array.isArray(value)) return value.map((item) => ofJson(item, name))
    return isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, member]) => [ofText("", key), ofJson(member, key)]))
      : value
  }
  return {
    ofText,
    ofJson,
    declared: () =>
      Array.from(named.values(), ({ hasExample, literal, name }) => [
        `<${name}>`,
        hasExample === true ? JSON.stringify(literal) : ""
      ])
  }
}

/**
 * Shows every text in a JSON value, and each number that is a secret, with the name that it stands under.
 *
 * @category queries
 * @since 0.1.0
 */
export const eachText = (value: unknown, see: (name: string, text: string) => void, name = ""): void => {
  if (typeof value === "string") return see(name, value)
  if (isNumberToHide(name, value)) return see(name, String(value))
  if (Array.isArray(value)) { for (const item of value) eachText(item, see, name) }
  else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      see("", key)
      eachText(member, see, key)
    }
  }
}
