/**
 * What somebody expects of a conversation, line by line. The lines are those of the notation, with holes; a line of `…` stands
 * for any number of lines. What does not begin like a line goes on the one before, so that JSON may be set out in several.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import type { Direction } from "./Entry.ts"
import * as Json from "./Json.ts"
import * as Notation from "./Notation.ts"
import * as Shape from "./Shape.ts"

/**
 * What is expected to be said.
 *
 * @category models
 * @since 0.1.0
 */
export type Wanted =
  | { readonly _tag: "Anything" }
  /** A request or a notification; without params, any. */
  | { readonly _tag: "Call"; readonly method: string; readonly params: Shape.Shape | undefined }
  | { readonly _tag: "Result"; readonly result: Shape.Shape }
  | {
    readonly _tag: "Error"
    readonly code: number | undefined
    readonly message: string | undefined
    readonly data: Shape.Shape | undefined
  }
  /** A whole message, or the whole of a batch. */
  | { readonly _tag: "Whole"; readonly value: Shape.Shape }
  | { readonly _tag: "Text"; readonly text: string }
  /** The head of an HTTP request or response; headers that are not named may be there. */
  | { readonly _tag: "Head"; readonly start: string; readonly headers: Shape.Shape | undefined }
  | { readonly _tag: "Note"; readonly note: string }

/**
 * A line of what is expected.
 *
 * @category models
 * @since 0.1.0
 */
export interface Line {
  readonly _tag: "Line"
  readonly text: string
  /** `undefined`: whichever client it is. */
  readonly client: string | undefined
  readonly direction: Direction | undefined
  readonly label: string | undefined
  readonly wanted: Wanted
}

/**
 * What is expected: lines, and gaps between them.
 *
 * @category models
 * @since 0.1.0
 */
export type Expected = ReadonlyArray<Line | { readonly _tag: "Gap"; readonly text: string }>

type Parsed<A> = Result.Result<A, string>

const shapeOf = (text: string): Parsed<Shape.Shape | undefined> =>
  text === "" ? Result.succeed(undefined) : Shape.parse(text)

const subjectShape = (subject: string): Shape.Shape => {
  const named = /^<([\w-]+)>$/u.exec(subject)?.[1]
  return named === undefined ? Shape.exactly(subject) : { _tag: "Named", name: named }
}

/** The params of a request about something: `add {"a": 1}`. */
const subjectParams = (method: string, subject: string, rest: string): Parsed<Shape.Shape> => {
  const key = Notation.subjectOf(method)
  if (key === undefined) return Result.fail(`${method} is about nothing that could be named: ${subject}`)
  const about = [key, subjectShape(subject)] as const
  if (key === "name") {
    return Result.map(shapeOf(rest), (input) => Shape.members([about, ["arguments", input ?? Shape.any]]))
  }
  return rest === "" ? Result.succeed(Shape.members([about])) : Result.fail(`${method} takes no arguments: ${rest}`)
}

const callOf = (method: string, rest: string): Parsed<Wanted> => {
  const [, subject, more = ""] = /^(<[\w-]+>|[^\s{["<….][^\s…]*)\s*(.*)$/su.exec(rest) ?? []
  const params = subject === undefined ? shapeOf(rest) : subjectParams(method, subject, more)
  return Result.map(params, (params) => ({ _tag: "Call", method, params }))
}

const errorOf = (rest: string): Parsed<Wanted> => {
  const [, code, message, data = ""] = /^(-?\d+)?\s*("(?:[^"\\]|\\.)*")?\s*(.*)$/su.exec(rest) ?? []
  return Result.map(shapeOf(data), (data) => ({
    _tag: "Error",
    code: code === undefined ? undefined : Number(code),
    // It was matched as a string of JSON, escapes and all; a bad escape in one is nobody's message.
    message: message === undefined ? undefined : String(Json.parse(message) ?? message),
    data
  }))
}

const headOf = (start: string, rest: string): Parsed<Wanted> =>
  Result.map(shapeOf(rest), (headers) => ({
    _tag: "Head",
    start,
    headers: headers?._tag === "Members" ? { ...headers, isOpen: true } : headers
  }))

const valueOf = (text: string): Parsed<Wanted> =>
  Result.map(Shape.parse(text), (shape): Wanted => {
    if (shape._tag === "Any") return { _tag: "Anything" }
    if (shape._tag === "Exactly" && typeof shape.value === "string") return { _tag: "Text", text: shape.value }
    const isWhole = shape._tag === "Items" || shape._tag === "Members" && shape.members.has("jsonrpc")
    return isWhole ? { _tag: "Whole", value: shape } : { _tag: "Result", result: shape }
  })

const wantedOf = (text: string): Parsed<Wanted> => {
  const [, request, requestRest = ""] = /^([A-Z]+ \S+)\s*(.*)$/su.exec(text) ?? []
  if (request !== undefined) return headOf(request, requestRest)
  const [, status, statusRest = ""] = /^(\d{3})(?:\s+(.*))?$/su.exec(text) ?? []
  if (status !== undefined) return headOf(status, statusRest)
  const [, error] = /^error(?:\s+(.*))?$/su.exec(`${text} `) ?? []
  if (error !== undefined) return errorOf(error.trim())
  const [, method, rest = ""] = /^([a-z$][^\s…]*)\s*(.*)$/su.exec(text) ?? []
  return method === undefined ? valueOf(text) : callOf(method, rest)
}

const start = /^(?:([\w.-]+)\s+)?([→←·])\s*(?:#([\w-]+)(?:\s+|$))?(.*)$/su

const isGap = (line: string): boolean => /^(?:…|\.\.\.)$/u.test(line)

const lineOf = (text: string): Parsed<Expected[number]> => {
  if (isGap(text)) return Result.succeed({ _tag: "Gap", text: "…" })
  const [, client, mark, label, said = ""] = start.exec(text) ?? []
  if (mark === undefined) return Result.fail("it begins with none of → ← · …")
  if (mark === "·") {
    const wanted: Wanted = { _tag: "Note", note: Notation.noteText(text.slice(text.indexOf(mark) + 1)) }
    return Result.succeed({ _tag: "Line", text, client: undefined, direction: undefined, label: undefined, wanted })
  }
  const direction: Direction = mark === "→" ? "toServer" : "toClient"
  return Result.map(
    wantedOf(said.trim()),
    (wanted): Line => ({ _tag: "Line", text: text.replaceAll(/\s*\n\s*/gu, " "), client, direction, label, wanted })
  )
}

const isStart = (line: string): boolean => start.test(line) || isGap(line)

/** Whether a text ends within braces or brackets, so that whatever follows goes on with it. Notes have none that count. */
const isOpen = (text: string): boolean => {
  if (text.startsWith("·")) return false
  const marks = text.replaceAll(/"(?:[^"\\]|\\.)*"/gsu, "")
  return marks.replaceAll(/[^[{]/gu, "").length > marks.replaceAll(/[^\]}]/gu, "").length
}

/** What is one line, however many it is set out in, and where it begins, counted from 1. */
interface Laid {
  readonly number: number
  readonly text: string
}

const linesOf = (text: string): ReadonlyArray<Laid> => {
  const laid: Array<Laid> = []
  for (const [index, line] of text.split(/\r?\n/u).map((line) => line.trim()).entries()) {
    const last = laid.at(-1)
    if (line === "") continue
    // Nothing goes on what stands for anything.
    const isNew = last === undefined || isGap(last.text) || isStart(line) && !isOpen(last.text)
    if (isNew) laid.push({ number: index + 1, text: line })
    else laid[laid.length - 1] = { ...last, text: `${last.text}\n${line}` }
  }
  return laid
}

/**
 * Reads what is expected; the failure is a sentence about a line that cannot be read.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (text: string): Result.Result<Expected, string> => {
  const expected: Array<Expected[number]> = []
  const lines = linesOf(text)
  for (const { number, text } of lines) {
    const parsed = lineOf(text)
    if (Result.isFailure(parsed)) {
      const where = lines.length === 1 ? `"${text}"` : `Line ${number}, "${text}",`
      return Result.fail(`${where} cannot be read: ${parsed.failure}`)
    }
    expected.push(parsed.success)
  }
  return Result.succeed(expected)
}
