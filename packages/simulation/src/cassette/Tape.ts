/**
 * A cassette that is being played, as a pure machine: what is to be said next, and whether what is heard is what the cassette
 * has. What one side says before the other speaks again may come in any order; nothing else may.
 *
 * @since 0.1.0
 */
import * as Transcript from "@parley/mcp/testing/Transcript"
import * as Json from "@parley/mcp/testing/transcript/Json"
import * as Result from "effect/Result"
import * as Cassette from "./Cassette.ts"
import * as Identifiers from "./Identifiers.ts"
import * as JsonText from "./JsonText.ts"
import * as Template from "./Template.ts"

interface Entry {
  readonly part: Cassette.Played
  readonly speaker: Cassette.Role | undefined
  readonly template: Template.Template
}

/**
 * A tape.
 *
 * @category models
 * @since 0.1.0
 */
export interface Tape {
  /** Who says what is not heard. */
  readonly role: Cassette.Role
  readonly entries: ReadonlyArray<Entry>
  readonly done: ReadonlySet<number>
  readonly bindings: Template.Bindings
  /** What placeholders stood for when the cassette was recorded. */
  readonly recorded: ReadonlyMap<string, string>
}

/**
 * What is to be done next.
 *
 * @category models
 * @since 0.1.0
 */
export type Next =
  | { readonly _tag: "Say"; readonly said: Cassette.Said; readonly tape: Tape }
  | { readonly _tag: "Wait"; readonly millis: number; readonly tape: Tape }
  /**
   * The peer's turn. When the cassette was recorded, it began with these silences, and had so many milliseconds of silence in
   * all. The tape is that after those silences.
   */
  | {
    readonly _tag: "Hear"
    readonly silences: ReadonlyArray<Cassette.Wait>
    readonly silenceMillis: number
    readonly tape: Tape
  }
  | { readonly _tag: "Finished" }

const bodyOf = (text: string): unknown => JsonText.parse(text) ?? text

const headOf = (head: Transcript.RequestHead | Transcript.ResponseHead): object =>
  Transcript.isRequestHead(head)
    ? { request: `${head.verb} ${head.url}`, headers: head.headers }
    : { status: head.status, headers: head.headers }

/** What was said as one JSON value, so that one template says all that is expected of it. */
const valueOf = (part: Cassette.Played): object => {
  switch (part._tag) {
    case "Wait":
      return {}
    case "Over":
      return { exchange: part.exchange, over: part.how }
    case "Spoken":
      return {
        ...(part.exchange === undefined ? {} : { exchange: part.exchange }),
        ...(part.head === undefined ? {} : headOf(part.head)),
        ...(part.isEvent === true ? { event: part.eventId ?? null } : {}),
        ...(part.text === undefined ? {} : { body: bodyOf(part.text) })
      }
  }
}

const templateOf = (part: Cassette.Played, names: ReadonlySet<string>, doIdsVary: boolean): Template.Template => {
  const value = valueOf(part)
  if (part._tag === "Wait") return Template.make(value, names)
  const idAt = doIdsVary && part._tag === "Spoken" && part.text !== undefined
    ? Identifiers.holeAt(bodyOf(part.text), part.direction)
    : () => undefined
  return Template.make(value, names, (path) => {
    if (path === ".exchange") return `@ ${JSON.stringify(part.exchange)}`
    return path.startsWith(".body") ? idAt(path.slice(".body".length)) : undefined
  })
}

/**
 * A tape at its beginning, for whoever plays this role.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (cassette: Cassette.Cassette, role: Cassette.Role): Tape => {
  const recorded = Cassette.placeholders(cassette)
  const names = new Set(recorded.keys())
  const doIdsVary = Cassette.doIdsVary(cassette)
  const entries = Cassette.played(cassette).map((part) => ({
    part,
    speaker: Cassette.speakerOf(part),
    template: templateOf(part, names, doIdsVary)
  }))
  return { role, entries, done: new Set(), bindings: new Map(), recorded }
}

const fallback = ({ recorded }: Tape) => (name: string): unknown => {
  if (isCounted(name)) return Identifiers.recordedOf(name)
  const example = recorded.get(name)
  if (example === undefined || example === "") return name
  return Json.parse(example) ?? example
}

const member = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined

const headFrom = (value: unknown, head: Cassette.Spoken["head"] & {}): Cassette.Spoken["head"] & {} => {
  // The headers of a template are texts, and remain so.
  const headers = Object.fromEntries(
    Object.entries(member(value, "headers") ?? {}).map(([name, text]) => [name, String(text)])
  )
  if (!Transcript.isRequestHead(head)) return { ...head, headers }
  return { verb: head.verb, url: String(member(value, "request")).slice(head.verb.length + 1), headers }
}

/** A part with what its holes stand for. */
const resolved = (part: Cassette.Said, value: unknown): Cassette.Said => {
  const exchange = member(value, "exchange")
  if (part._tag === "Over") return { ...part, exchange: String(exchange) }
  const body = member(value, "body")
  return {
    ...part,
    ...(exchange === undefined ? {} : { exchange: String(exchange) }),
    ...(part.head === undefined ? {} : { head: headFrom(value, part.head) }),
    ...(part.eventId === undefined ? {} : { eventId: String(member(value, "event")) }),
    ...(body === undefined ? {} : { text: typeof body === "string" ? body : JSON.stringify(body) })
  }
}

const withDone = (tape: Tape, indexes: ReadonlyArray<number>, bindings = tape.bindings): Tape => ({
  ...tape,
  done: new Set([...tape.done, ...indexes]),
  bindings
})

const say = (tape: Tape, index: number, { template }: Entry, part: Cassette.Said): Next => {
  const value = Template.fill(template, tape.bindings, fallback(tape))
  // What is sent is known from now on, and a peer that repeats it must repeat this.
  const { bindings } = Template.match(template, value, tape.bindings)
  return { _tag: "Say", said: resolved(part, value), tape: withDone(tape, [index], bindings) }
}

const firstUndone = ({ done, entries }: Tape): number => entries.findIndex((_, index) => !done.has(index))

/**
 * What is to be done now.
 *
 * @category queries
 * @since 0.1.0
 */
export const next = (tape: Tape): Next => {
  const index = firstUndone(tape)
  const entry = tape.entries[index]
  if (entry === undefined) return { _tag: "Finished" }
  const { part, speaker } = entry
  if (part._tag === "Wait") {
    const following = tape.entries.slice(index).find((other) => other.speaker !== undefined)
    const waited = withDone(tape, [index])
    if (following?.speaker === tape.role) return { _tag: "Wait", millis: part.millis, tape: waited }
    // How long the peer takes is the peer's to say; it may be as long as then.
    const after = next(waited)
    return after._tag === "Hear"
      ? { ...after, silences: [part, ...after.silences], silenceMillis: after.silenceMillis + part.millis }
      : after
  }
  if (speaker === tape.role) return say(tape, index, entry, part)
  const silenceMillis = turn(tape).reduce((sum, { part }) => sum + (part._tag === "Wait" ? part.millis : 0), 0)
  return { _tag: "Hear", silences: [], silenceMillis, tape }
}

/** What is left before it is this side's turn, with its number. */
const turn = (tape: Tape): ReadonlyArray<Entry & { readonly index: number }> => {
  const begin = firstUndone(tape)
  if (begin === -1) return []
  const end = tape.entries.findIndex(({ speaker }, index) => index >= begin && speaker === tape.role)
  return tape.entries.flatMap((entry, index) =>
    index >= begin && (end === -1 || index < end) && !tape.done.has(index) ? [{ ...entry, index }] : []
  )
}

/** What the peer has to say before it is this side's turn, by number. */
const expected = (tape: Tape): ReadonlyArray<number> =>
  turn(tape).flatMap(({ index, part }) => part._tag === "Wait" ? [] : [index])

/**
 * Something that was heard is nothing of what was to be heard: what came closest, as it should have been, and the
 * differences.
 *
 * @category models
 * @since 0.1.0
 */
export interface Mismatch {
  readonly expected: Cassette.Said | undefined
  readonly differences: ReadonlyArray<string>
}

const isSaid = (part: Cassette.Played | undefined): part is Cassette.Said => part !== undefined && part._tag !== "Wait"

/** An expected part as it would be, as far as it is known. */
const shown = (tape: Tape, index: number): Cassette.Said | undefined => {
  const entry = tape.entries[index]
  if (entry === undefined || !isSaid(entry.part)) return undefined
  const value = Template.fill(entry.template, tape.bindings, (name) => {
    return isCounted(name) ? fallback(tape)(name) : `<${name}>`
  })
  return resolved(entry.part, value)
}

/**
 * Takes what was heard off the tape.
 *
 * @category operations
 * @since 0.1.0
 */
export const hear = (tape: Tape, said: Cassette.Said): Result.Result<Tape, Mismatch> => {
  const value = valueOf(said)
  let closest: Mismatch | undefined
  for (const index of expected(tape)) {
    const entry = tape.entries[index]
    if (entry === undefined) continue
    const { bindings, differences } = Template.match(entry.template, value, tape.bindings)
    if (differences.length === 0) return Result.succeed(withDone(tape, [index], bindings))
    if (closest === undefined || differences.length < closest.differences.length) {
      closest = { expected: shown(tape, index), differences }
    }
  }
  return Result.fail(closest ?? { expected: undefined, differences: [] })
}

/**
 * What was to be heard now, and was not.
 *
 * @category queries
 * @since 0.1.0
 */
export const missing = (tape: Tape): ReadonlyArray<Cassette.Said> =>
  expected(tape).flatMap((index) => {
    const part = shown(tape, index)
    return part === undefined ? [] : [part]
  })

/** What an answer must refer to is known even where the rest is not as expected. */
const adopt = (tape: Tape, said: Cassette.Said, index: number): Tape => {
  const entry = tape.entries[index]
  return entry === undefined
    ? tape
    : withDone(tape, [index], Template.match(entry.template, valueOf(said), tape.bindings).bindings)
}

/**
 * Goes on with what was said in place of what was to be heard now: in the order in which each came.
 *
 * @category operations
 * @since 0.1.0
 */
export const accept = (tape: Tape, heard: ReadonlyArray<Cassette.Said>): Tape => {
  const indexes = expected(tape)
  const adopted = heard.reduce((tape, said, place) => {
    const index = indexes[place]
    return index === undefined ? tape : adopt(tape, said, index)
  }, tape)
  return withDone(adopted, indexes)
}

/**
 * How many parts were played, and how many there are.
 *
 * @category queries
 * @since 0.1.0
 */
export const progress = ({ done, entries }: Tape): readonly [done: number, all: number] => [done.size, entries.length]

const alike = (cassette: Cassette.Cassette, part: Cassette.Played, other: Cassette.Played): Template.Matched => {
  const names = new Set(Cassette.placeholders(cassette).keys())
  const template = templateOf(part, names, Cassette.doIdsVary(cassette))
  return Template.match(template, valueOf(other), new Map())
}

/**
 * Whether a part says what another does, whatever its placeholders stand for.
 *
 * @category queries
 * @since 0.1.0
 */
export const isAlike = (cassette: Cassette.Cassette, part: Cassette.Played, other: Cassette.Played): boolean =>
  part._tag === "Wait" || other._tag === "Wait"
    ? part._tag === other._tag
    : Cassette.speakerOf(part) === Cassette.speakerOf(other) && alike(cassette, part, other).differences.length === 0

/**
 * What the holes of a part stand for in another that says the same. The names of ids and exchanges are those of
 * {@link isCounted}.
 *
 * @category queries
 * @since 0.1.0
 */
export const bindingsOf = (
  cassette: Cassette.Cassette,
  part: Cassette.Played,
  other: Cassette.Played
): Template.Bindings => alike(cassette, part, other).bindings

/**
 * Whether a hole is an id or an exchange, which are told apart by what they were: their names end with that, as JSON.
 *
 * @category queries
 * @since 0.1.0
 */
export const isCounted = (name: string): boolean => /^[@#%]/u.test(name)

/**
 * A part with other values in its holes.
 *
 * @category conversions
 * @since 0.1.0
 */
export const rewrite = (
  cassette: Cassette.Cassette,
  part: Cassette.Played,
  valueOfHole: (name: string) => unknown
): Cassette.Played => {
  if (part._tag === "Wait") return part
  const names = new Set(Cassette.placeholders(cassette).keys())
  const template = templateOf(part, names, Cassette.doIdsVary(cassette))
  return resolved(part, Template.fill(template, new Map(), valueOfHole))
}

/**
 * The names of the holes in what is played.
 *
 * @category queries
 * @since 0.1.0
 */
export const holesOf = (cassette: Cassette.Cassette): ReadonlyArray<string> =>
  make(cassette, "client").entries.flatMap(({ template }) => Template.holes(template))
