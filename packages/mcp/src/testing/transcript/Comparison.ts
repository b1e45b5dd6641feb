/**
 * Whether a conversation went as expected: line by line, in order, with names that stand for the same wherever they are the
 * same. What the expectation never speaks of (HTTP heads, notes) is passed over; an answer without a number has to answer a
 * request that is open. A gap takes as few lines as it can.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Message from "../../jsonrpc/Message.ts"
import * as Entry from "./Entry.ts"
import * as Expected from "./Expected.ts"
import * as Json from "./Json.ts"
import * as Notation from "./Notation.ts"
import * as Row from "./Row.ts"
import * as Shape from "./Shape.ts"

/**
 * A conversation went another way than expected, or what is expected cannot be read. The message shows both, line by line,
 * and where they part.
 *
 * @category errors
 * @since 0.1.0
 */
export class Mismatch extends Schema.TaggedError<Mismatch>()("TranscriptMismatch", { message: Schema.String }) {}

/**
 * What the names in an expectation stood for.
 *
 * @category models
 * @since 0.1.0
 */
export type Bound = { readonly [name: string]: unknown }

type Differences = ReadonlyArray<string>

const none: Differences = []

const envelopeOf = (shape: Shape.Shape, value: unknown): unknown => {
  if (shape._tag !== "Members" || shape.isOpen || !Message.isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => shape.members.has(key) || !Notation.envelope.includes(key))
  )
}

/** Absent params are none, and so are absent arguments where some are expected. */
const paramsOf = ({ params = {} }: Message.Request | Message.Notification, shape: Shape.Shape): Message.Params =>
  shape._tag === "Members" && shape.members.has("arguments") && params.arguments === undefined
    ? { ...params, arguments: {} }
    : params

const sameCall = (
  wanted: Extract<Expected.Wanted, { _tag: "Call" }>,
  message: Message.Request | Message.Notification,
  bindings: Shape.Bindings
): Differences => {
  if (wanted.method !== message.method) return [`${message.method} instead of ${wanted.method}`]
  const { params } = wanted
  return params === undefined
    ? none
    : Shape.differences(params, envelopeOf(params, paramsOf(message, params)), bindings)
}

const sameError = (
  { code, data, message }: Extract<Expected.Wanted, { _tag: "Error" }>,
  { error }: Message.Failure,
  bindings: Shape.Bindings
): Differences => [
  ...(code === undefined || code === error.code ? none : [`code: ${error.code} instead of ${code}`]),
  ...(message === undefined || message === error.message
    ? none
    : [`message: ${JSON.stringify(error.message)} instead of ${JSON.stringify(message)}`]),
  ...(data === undefined ? none : Shape.differences(data, error.data, bindings))
]

const kinds = { Request: "a request", Notification: "a notification", Success: "a result", Failure: "an error" }

const sameMessage = (wanted: Expected.Wanted, message: Message.Message, bindings: Shape.Bindings): Differences => {
  switch (message._tag) {
    case "Request":
    case "Notification":
      if (wanted._tag === "Call") return sameCall(wanted, message, bindings)
      break
    case "Success":
      if (wanted._tag === "Result") {
        return Shape.differences(wanted.result, envelopeOf(wanted.result, message.result), bindings)
      }
      break
    case "Failure":
      if (wanted._tag === "Error") return sameError(wanted, message, bindings)
  }
  return [`it is ${kinds[message._tag]}`]
}

const sameText = (wanted: Expected.Wanted, text: string, bindings: Shape.Bindings): Differences | undefined => {
  if (wanted._tag === "Text") return wanted.text === text ? none : ["it is another text"]
  if (wanted._tag !== "Whole") return undefined
  const value = Json.parse(text)
  return value === undefined ? ["it is no JSON"] : Shape.differences(wanted.value, value, bindings)
}

const startOf = (head: Entry.RequestHead | Entry.ResponseHead): ReadonlyArray<string> => {
  if (!Entry.isRequestHead(head)) return [String(head.status)]
  const { url, verb } = head
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  return [`${verb} ${url}`, ...(parsed === undefined ? [] : [`${verb} ${parsed.pathname}${parsed.search}`])]
}

const sameHead = (
  wanted: Expected.Wanted,
  head: Entry.RequestHead | Entry.ResponseHead,
  bindings: Shape.Bindings
): Differences => {
  if (wanted._tag !== "Head") return ["it is the head of an HTTP exchange"]
  const starts = startOf(head)
  if (!starts.includes(wanted.start)) return [`${starts[0]} instead of ${wanted.start}`]
  return wanted.headers === undefined ? none : Shape.differences(wanted.headers, head.headers, bindings)
}

/** A note that is expected may have gaps. */
const sameNote = (wanted: Expected.Wanted, note: string): Differences => {
  if (wanted._tag !== "Note") return ["it is a note"]
  let at = 0
  const parts = wanted.note.split(/…|\.\.\./u)
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1
    const found = isLast && index > 0 ? note.length - part.length : note.indexOf(part, at)
    if (found < at || index === 0 && found !== 0 || !note.startsWith(part, found)) return ["it is another note"]
    at = found + part.length
  }
  return at === note.length ? none : ["it is another note"]
}

const sameSaying = (wanted: Expected.Wanted, saying: Row.Saying, bindings: Shape.Bindings): Differences => {
  switch (saying._tag) {
    case "Message":
      return sameText(wanted, saying.text, bindings) ?? sameMessage(wanted, saying.message, bindings)
    case "Text":
      return sameText(wanted, saying.text, bindings) ?? ["it is no single message"]
    case "Head":
      return sameHead(wanted, saying.head, bindings)
    case "Note":
      return sameNote(wanted, Notation.noteText(saying.note))
  }
}

/** What asks, and which of its ids: an answer is told by the request's. */
const askerOf = ({ client, direction, saying }: Row.Row): string => {
  const isRequest = saying._tag === "Message" && saying.message._tag === "Request"
  return `#${isRequest === (direction === "toServer")} ${client} `
}

const sameNumber = ({ label }: Expected.Line, row: Row.Row, bindings: Shape.Bindings): Differences => {
  if (label === undefined) return row.isStray ? ["it answers no request that is open"] : none
  if (row.number === undefined) return ["it has no id"]
  const named = Shape.differences({ _tag: "Named", name: `${askerOf(row)}${label}` }, row.number, bindings)
  return named.length === 0 ? none : [`it is about another request than #${label}`]
}

/** What is wrong with a line; what it bound is kept only if nothing is. */
const differences = (line: Expected.Line, row: Row.Row, bindings: Shape.Bindings): Differences => {
  if (line.direction !== row.direction) return ["it goes the other way"]
  if (line.client !== undefined && line.client !== row.client) {
    return [`it is ${row.client}'s, and not ${line.client}'s`]
  }
  if (line.wanted._tag === "Anything") return none
  const tried: Shape.Bindings = new Map(bindings)
  const found = [...sameSaying(line.wanted, row.saying, tried), ...sameNumber(line, row, tried)]
  if (found.length === 0) { for (const [name, value] of tried) bindings.set(name, value) }
  return found
}

/** Where comparing stands: what is expected next, and what was said next. */
interface Place {
  readonly line: number
  readonly row: number
  readonly bindings: Shape.Bindings
}

/** How far it got at best, and what was wrong there. */
interface Parting {
  readonly line: number
  readonly row: number
  readonly why: Differences
}

/** Whether something is the line that was expected but for parts of it. */
const isNear = (why: Differences): boolean =>
  why.length > 0 && why.every((difference) => /^(?:[.[]|code: |message: )/u.test(difference))

const isCloser = (why: Differences, than: Differences): boolean => isNear(why) && !isNear(than)

/** After a gap nothing in particular was expected to be the line: so what is wrong with the first that came tells nothing. */
const afterGap = (expected: Expected.Expected, rows: ReadonlyArray<Row.Row>, parting: Parting): Parting =>
  expected[parting.line - 1]?._tag !== "Gap" || isNear(parting.why) || parting.row >= rows.length
    ? parting
    : { ...parting, why: ["nothing from here on is this"] }

/** Goes on until the two part, or both end; at a gap it remembers where to begin again. */
const walk = (expected: Expected.Expected, rows: ReadonlyArray<Row.Row>): Result.Result<Shape.Bindings, Parting> => {
  let place: Place = { line: 0, row: 0, bindings: new Map() }
  let gap: Place | undefined
  let furthest: Parting = { line: -1, row: 0, why: none }
  while (true) {
    const line = expected[place.line]
    const row = rows[place.row]
    if (line?._tag === "Gap") {
      place = { ...place, line: place.line + 1 }
      gap = place
      if (expected[place.line] === undefined) return Result.succeed(place.bindings)
      continue
    }
    if (line === undefined && row === undefined) return Result.succeed(place.bindings)
    const bindings: Shape.Bindings = new Map(place.bindings)
    const why = line === undefined || row === undefined ? none : differences(line, row, bindings)
    if (line !== undefined && row !== undefined && why.length === 0) {
      place = { line: place.line + 1, row: place.row + 1, bindings }
      continue
    }
    if (place.line > furthest.line || place.line === furthest.line && isCloser(why, furthest.why)) {
      furthest = { line: place.line, row: place.row, why }
    }
    if (gap === undefined || gap.row >= rows.length) return Result.fail(afterGap(expected, rows, furthest))
    gap = { ...gap, row: gap.row + 1 }
    place = gap
  }
}

const shownMax = 8

const charactersMax = 160

/** A line around the one that matters. */
const cut = (line: string): string => line.length > charactersMax ? `${line.slice(0, charactersMax)}…` : line

const mark = (sign: string, lines: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...lines.slice(0, shownMax).map((line) => `${sign} ${line}`),
  ...(lines.length > shownMax ? [`${sign} (${lines.length - shownMax} more)`] : [])
]

/** The lines up to where the two part, then what was expected (`-`) and what was said instead (`+`). */
const report = (expected: Expected.Expected, rows: ReadonlyArray<string>, { line, row, why }: Parting): string => {
  const before = rows.slice(0, row)
  const hidden = before.length - shownMax
  return [
    line >= expected.length ? "More was said than expected:" : "The conversation went another way than expected:",
    "",
    ...(hidden > 0 ? [`  (${hidden} more)`] : []),
    ...before.slice(-shownMax).map((text) => `  ${cut(text)}`),
    ...mark("-", expected.slice(line, line + 1).map(({ text }) => text)),
    ...why.map((difference) => `      ${difference}`),
    ...mark("-", expected.slice(line + 1).map(({ text }) => text)),
    ...(row >= rows.length
      ? ["+ (nothing more was said)"]
      : mark("+", [...rows.slice(row, row + 1), ...rows.slice(row + 1).map(cut)]))
  ].join("\n")
}

const speaksOf = (expected: Expected.Expected, what: "Head" | "Note"): boolean =>
  expected.some((line) => line._tag === "Line" && line.wanted._tag === what)

/**
 * Compares a conversation with what is expected of it; gives what the names stood for.
 *
 * @category matching
 * @since 0.1.0
 */
export const compare = (transcript: ReadonlyArray<Entry.Entry>, text: string): Result.Result<Bound, Mismatch> => {
  const parsed = Expected.parse(text)
  if (Result.isFailure(parsed)) return Result.fail(new Mismatch({ message: parsed.failure }))
  const expected = parsed.success
  const passedOver = (["Head", "Note"] as const).filter((what) => !speaksOf(expected, what))
  const rows = Row.of(transcript).filter(({ saying }) => !passedOver.some((what) => saying._tag === what))
  const namesClient = new Set(rows.map(({ client }) => client).filter((client) => client !== "")).size > 1
  const walked = walk(expected, rows)
  if (Result.isSuccess(walked)) {
    return Result.succeed(Object.fromEntries(Array.from(walked.success).filter(([name]) => !name.startsWith("#"))))
  }
  const texts = rows.map((row) => Notation.rowText(row, namesClient))
  return Result.fail(new Mismatch({ message: report(expected, texts, walked.failure) }))
}

/**
 * Reads a single line of what is expected; without an arrow, that of the direction.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parseLine = (text: string, direction: Entry.Direction): Result.Result<Expected.Line, Mismatch> => {
  const said = text.trim()
  const parsed = Expected.parse(/^[→←·]/u.test(said) ? said : `${Notation.arrowOf(direction)} ${said}`)
  if (Result.isFailure(parsed)) return Result.fail(new Mismatch({ message: parsed.failure }))
  const [line, ...more] = parsed.success
  return line?._tag === "Line" && more.length === 0
    ? Result.succeed(line)
    : Result.fail(new Mismatch({ message: `"${said}" is not a single line` }))
}

/**
 * Whether something that was said is what one line expects; ids are not compared. Gives what its names stood for, in addition
 * to what is known of them.
 *
 * @category matching
 * @since 0.1.0
 */
export const compareOne = (
  said: Entry.Said,
  line: Expected.Line,
  known: Bound = {}
): Result.Result<Bound, Mismatch> => {
  const row = Row.of([said]).find(({ saying }) => (saying._tag === "Head") === (line.wanted._tag === "Head"))
  if (row === undefined) {
    return Result.fail(new Mismatch({ message: `"${line.text}" was expected, and nothing of the kind said` }))
  }
  const bindings: Shape.Bindings = new Map(Object.entries(known))
  const why = differences(line, { ...row, isStray: false }, bindings)
  if (why.length === 0) return Result.succeed(Object.fromEntries(bindings))
  const texts = [Notation.rowText(row, false)]
  return Result.fail(new Mismatch({ message: report([line], texts, { line: 0, row: 0, why }) }))
}
