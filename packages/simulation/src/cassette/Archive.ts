/**
 * Cassettes as Markdown: prose, and between it lines that begin with `→` (the client) or `←` (the server). Whoever reads the
 * page needs no tool, and whoever changes a message needs no other; any line that is nothing else is prose, and stays.
 *
 * ```text
 * → {"jsonrpc":"2.0","id":1,"method":"ping"}      a message on a line
 * →1 POST /mcp                                    an HTTP request: the number is that of the exchange
 *   mcp-session-id: <session>                     its headers and body, indented
 *   {"jsonrpc":"2.0","id":2,"method":"ping"}
 * ←1 200                                          the head of the response
 * ←1 event 7 {"jsonrpc":"2.0","id":2,"result":{}} an event of a stream, with its id
 * ←1 end                                          or `cut`; `→1 leave` where the client goes away
 * … 3000 ms                                       silence
 * ```
 *
 * @since 0.1.0
 */
import * as Transcript from "@parley/mcp/testing/Transcript"
import * as Json from "@parley/mcp/testing/transcript/Json"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Cassette, Over, Part, Spoken, Wait } from "./Cassette.ts"
import * as JsonText from "./JsonText.ts"

/**
 * A line of an archive cannot be read.
 *
 * @category errors
 * @since 0.1.0
 */
export class ArchiveError extends Schema.TaggedError<ArchiveError>()("ArchiveError", {
  /** Counted from 1. */
  line: Schema.Number,
  detail: Schema.String
}) {
  override get message(): string {
    return `Line ${this.line} of the archive: ${this.detail}`
  }
}

const width = 120

const indent = "  "

const arrowOf = (direction: Transcript.Direction): string => direction === "toServer" ? "→" : "←"

type Read<A> = Result.Result<A, string>

/** `raw` would begin a text; half a character cannot be written to a file. */
const isBare = (word: string): boolean => /^[^\s"{[][^\s]*$/u.test(word) && word !== "raw" && word.isWellFormed()

/** The text of a message and what there is before it on its line: beside it, or below where that is too long. */
const textLines = (before: string, text: string, isBelow: boolean): ReadonlyArray<string> => {
  const value = JsonText.parse(text)
  const short = value === undefined ? `raw ${JSON.stringify(text)}` : text
  if (isBelow) return [before, `${indent}${value === undefined ? short : JsonText.fit(value, indent, width)}`]
  return [`${before} ${value === undefined ? short : JsonText.fit(value, indent, width, `${before} `)}`]
}

const spokenLines = (part: Spoken): ReadonlyArray<string> => {
  const { direction, exchange = "", head, text } = part
  const arrow = `${arrowOf(direction)}${exchange}`
  if (head !== undefined) {
    const line = Transcript.isRequestHead(head) ? `${head.verb} ${head.url}` : String(head.status)
    const headers = Object.entries(head.headers).map(([name, value]) => `${indent}${name}: ${value}`)
    const begin = [`${arrow} ${line}`, ...headers]
    return text === undefined ? begin : [...begin, ...textLines("", text, true).slice(1)]
  }
  if (part.isEvent !== true) return textLines(arrow, text ?? "", false)
  const event = part.eventId === undefined
    ? `${arrow} event`
    : `${arrow} event ${isBare(part.eventId) ? part.eventId : JSON.stringify(part.eventId)}`
  return text === undefined ? [event] : textLines(event, text, false)
}

const linesOf = (part: Part): ReadonlyArray<string> => {
  switch (part._tag) {
    case "Prose":
      return [part.line]
    case "Wait":
      return [`… ${part.millis} ms`]
    case "Over":
      return [`${part.how === "leave" ? "→" : "←"}${part.exchange} ${part.how}`]
    case "Spoken":
      return spokenLines(part)
  }
}

/**
 * A part as it stands in an archive.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (part: Part): string => linesOf(part).join("\n")

/**
 * The text of an archive.
 *
 * @category rendering
 * @since 0.1.0
 */
export const print = ({ front, parts }: Cassette): string => {
  const head = front.length === 0
    ? []
    : ["---", ...front.map(([name, value]) => value === "" ? `${name}:` : `${name}: ${value}`), "---"]
  const body = parts.flatMap((part, index) => {
    // Prose that is indented would be taken for a part of the message above it.
    const isBelow = part._tag === "Prose" && part.line.startsWith(indent) && parts[index - 1]?._tag === "Spoken"
    return isBelow ? ["", ...linesOf(part)] : linesOf(part)
  })
  return [...head, ...body].map((line) => `${line}\n`).join("")
}

const unquoted = (text: string): string | undefined => {
  const value = Json.parse(text)
  return typeof value === "string" ? value : undefined
}

const readText = (text: string): Read<string> => {
  const raw = /^raw (".*")$/su.exec(text)?.[1]
  if (raw === undefined) {
    return JsonText.parse(text) === undefined
      ? Result.fail(`neither JSON nor anything else that is known: ${text.slice(0, 60)}`)
      : Result.succeed(JsonText.compact(text))
  }
  const value = unquoted(raw)
  return value === undefined ? Result.fail("what follows raw is no JSON string") : Result.succeed(value)
}

const withText = (part: Spoken, text: string): Read<Spoken> =>
  text === "" ? Result.succeed(part) : Result.map(readText(text), (text) => ({ ...part, text }))

const header = /^([a-z0-9!#$%&'*+.^_`|~-]+): ?(.*)$/su

/** What HTTP can carry in a header. */
const isHeaderValue = (value: string): boolean => /^[\t\u0020-\u007e\u0080-\u00ff]*$/u.test(value)

/** Headers come first; what follows them is the body. */
const readHead = (
  part: Spoken,
  more: ReadonlyArray<string>,
  headOf: (headers: Transcript.Headers) => Spoken["head"] & {}
): Read<Spoken> => {
  const body = more.findIndex((line) => !header.test(line))
  const names = body === -1 ? more : more.slice(0, body)
  const headers = names.map((line): readonly [string, string] => {
    const [, name = "", value = ""] = header.exec(line) ?? []
    return [name, value]
  })
  const bad = headers.find(([, value]) => !isHeaderValue(value))
  if (bad !== undefined) return Result.fail(`${bad[1].slice(0, 60)} cannot be in a header`)
  return withText(
    { ...part, head: headOf(Object.fromEntries(headers)) },
    body === -1 ? "" : more.slice(body).join("\n")
  )
}

const readEvent = (part: Spoken, rest: string): Read<Spoken> => {
  const [, quoted, bare, text = ""] = /^(?:("(?:[^"\\]|\\.)*")|([^\s"{[][^\s]*))?\s*(.*)$/su.exec(rest) ?? []
  // `raw` begins a text, not an id.
  if (bare === "raw") return withText({ ...part, isEvent: true }, rest)
  const eventId = quoted === undefined ? bare : unquoted(quoted)
  if (quoted !== undefined && eventId === undefined) return Result.fail(`${quoted} is no JSON string`)
  return withText({ ...part, isEvent: true, ...(eventId === undefined ? {} : { eventId }) }, text)
}

const spokenLine = /^([→←])(\d*) (.*)$/su

const overLine = /^(?:→(\d+) (leave)|←(\d+) (end|cut))$/u

/** The end of an exchange, or a silence: each a line of its own. */
const readAlone = (line: string): Wait | Over | undefined => {
  const wait = /^… (\d+) ms$/u.exec(line)?.[1]
  if (wait !== undefined) return { _tag: "Wait", millis: Number(wait) }
  const [, left, leave, ended, how] = overLine.exec(line) ?? []
  if (leave !== undefined) return { _tag: "Over", exchange: left ?? "", how: "leave" }
  return how === "end" || how === "cut" ? { _tag: "Over", exchange: ended ?? "", how } : undefined
}

/** Reads a line with an arrow, and the lines below that belong to it. */
const readSpoken = (
  [, arrow, exchange = "", first = ""]: ReadonlyArray<string>,
  more: ReadonlyArray<string>
): Read<Spoken> => {
  const direction = arrow === "→" ? "toServer" : "toClient"
  const part: Spoken = { _tag: "Spoken", direction, ...(exchange === "" ? {} : { exchange }) }
  const whole = [first, ...more].join("\n")
  if (exchange === "") return withText(part, whole)
  const [, verb, url = ""] = /^([A-Z]+) (\S+)$/u.exec(first) ?? []
  if (verb !== undefined) return readHead(part, more, (headers) => ({ verb, url, headers }))
  if (/^\d+$/u.test(first)) {
    // The status of an answer: those below 200 come before one.
    if (!/^[2-5]\d\d$/u.test(first)) return Result.fail(`${first} is no status`)
    return readHead(part, more, (headers) => ({ status: Number(first), headers }))
  }
  return first === "event" || first.startsWith("event ")
    ? readEvent(part, whole.slice(6))
    : Result.fail(`neither a head nor an event: ${first.slice(0, 60)}`)
}

/** How many lines the front part takes, with the lines around it; 0 when there is none. */
const frontLength = (lines: ReadonlyArray<string>): number => lines[0] === "---" ? lines.indexOf("---", 1) + 1 : 0

const readFront = (lines: ReadonlyArray<string>): Cassette["front"] =>
  lines.map((line) => {
    const colon = line.indexOf(":")
    return colon === -1 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1).trim()]
  })

const linesIn = (text: string): ReadonlyArray<string> => {
  const lines = text.replace(/^\ufeff/u, "").split(/\r?\n/u)
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines
}

/** How many of the lines from a place on are indented, and so belong to the line before. */
const belongings = (lines: ReadonlyArray<string>, from: number): number => {
  let end = from
  while (lines[end]?.startsWith(indent) === true) end += 1
  return end - from
}

/**
 * Reads an archive. Anything is one, except where a line that begins with an arrow cannot be read. Lines may end as they do
 * on any system; they are printed as they end on most.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (text: string): Result.Result<Cassette, ArchiveError> => {
  const lines = linesIn(text)
  const begin = frontLength(lines)
  const parts: Array<Part> = []
  for (let index = begin; index < lines.length; index++) {
    const line = lines[index] ?? ""
    const alone = readAlone(line)
    const spoken = spokenLine.exec(line)
    if (alone === undefined && spoken !== null) {
      const count = belongings(lines, index + 1)
      const more = lines.slice(index + 1, index + 1 + count).map((line) => line.trim())
      const part = readSpoken(spoken, more)
      if (Result.isFailure(part)) return Result.fail(new ArchiveError({ line: index + 1, detail: part.failure }))
      parts.push(part.success)
      index += count
    } else if (alone === undefined && /^[→←]/u.test(line)) {
      const detail = `no space after the arrow, or no number of an exchange before it: ${line.slice(0, 60)}`
      return Result.fail(new ArchiveError({ line: index + 1, detail }))
    } else parts.push(alone ?? { _tag: "Prose", line })
  }
  return Result.succeed({ front: begin === 0 ? [] : readFront(lines.slice(1, begin - 1)), parts })
}
