/** Archives as text: what is printed is read again, and prose is nobody's to change. */
import { assert, describe, it } from "@effect/vitest"
import * as Archive from "@parley/simulation/cassette/Archive"
import type * as Cassette from "@parley/simulation/cassette/Cassette"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const Name = Schema.Literals(["a", "session-2", "mcp-session-id", "x"])
const Json = Schema.Union([
  Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Int, Schema.Array(Schema.String), Schema.Null])),
  Schema.Array(Schema.Union([Schema.String, Schema.Boolean]))
])
const Text = Schema.Union([Schema.String, Json])
const Exchange = Schema.Literals(["1", "2", "17"])
const Headers = Schema.Record(Name, Schema.Literals(["", "b", "application/json", "<session>", "a: b"]))
const Direction = Schema.Literals(["toServer", "toClient"])

const Part = Schema.Union([
  Schema.Struct({ kind: Schema.Literals(["line"]), direction: Direction, text: Text }),
  Schema.Struct({
    kind: Schema.Literals(["request"]),
    exchange: Exchange,
    verb: Schema.Literals(["GET", "POST", "DELETE"]),
    headers: Headers,
    text: Schema.NullOr(Text)
  }),
  Schema.Struct({
    kind: Schema.Literals(["response"]),
    exchange: Exchange,
    status: Schema.Literals([200, 202, 404]),
    headers: Headers,
    text: Schema.NullOr(Text)
  }),
  Schema.Struct({
    kind: Schema.Literals(["event"]),
    exchange: Exchange,
    eventId: Schema.NullOr(Schema.String.check(Schema.isMinLength(1))),
    text: Schema.NullOr(Text)
  }),
  Schema.Struct({ kind: Schema.Literals(["over"]), exchange: Exchange, how: Schema.Literals(["end", "cut", "leave"]) }),
  Schema.Struct({
    kind: Schema.Literals(["wait"]),
    millis: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1e9 }))
  }),
  Schema.Struct({
    kind: Schema.Literals(["prose"]),
    line: Schema.Literals(["", "# A title", "```text", "So it goes: →", "---"])
  })
])

const textOf = (text: typeof Text.Type | null): { readonly text?: string } =>
  text === null ? {} : { text: typeof text === "string" ? text : JSON.stringify(text) }

/** A text that happens to be JSON is written without spaces. */
const normal = (part: Cassette.Part): Cassette.Part => {
  if (part._tag !== "Spoken" || part.text === undefined) return part
  const value = Result.getOrUndefined(Result.try((): unknown => JSON.parse(part.text ?? "")))
  return typeof value === "object" && value !== null ? { ...part, text: JSON.stringify(value) } : part
}

const partOf = (part: typeof Part.Type): Cassette.Part => {
  switch (part.kind) {
    case "line":
      return { _tag: "Spoken", direction: part.direction, ...textOf(part.text) }
    case "request": {
      const { exchange, headers, text, verb } = part
      return {
        _tag: "Spoken",
        direction: "toServer",
        exchange,
        head: { verb, url: "/mcp?a=b", headers },
        ...textOf(text)
      }
    }
    case "response": {
      const { exchange, headers, status, text } = part
      return { _tag: "Spoken", direction: "toClient", exchange, head: { status, headers }, ...textOf(text) }
    }
    case "event": {
      const { eventId, exchange, text } = part
      const id = eventId === null ? {} : { eventId }
      return { _tag: "Spoken", direction: "toClient", exchange, isEvent: true, ...id, ...textOf(text) }
    }
    case "over":
      return { _tag: "Over", exchange: part.exchange, how: part.how }
    case "wait":
      return { _tag: "Wait", millis: part.millis }
    case "prose":
      return { _tag: "Prose", line: part.line }
  }
}

const front = [["revision", "2025-11-25"], ["varies", "ids"], ["<session>", ""], ["<time>", "\"12:30\""]] as const

describe("archives", () => {
  it.prop("read what they print", [Schema.Array(Part)], ([drawn]) => {
    const cassette = { front, parts: drawn.map(partOf).map(normal) }
    const read = Archive.parse(Archive.print(cassette))
    assert.deepStrictEqual(Result.getOrThrow(read), cassette)
  }, { arbitrary: { runs: 300 } })

  it.prop("keep every line of prose as it is", [Schema.Array(Schema.String)], ([drawn]) => {
    const lines = drawn.flatMap((text) => text.split(/\r?\n/u)).filter((line) => !/^(?:[→←…]|---$)/u.test(line))
    const text = lines.map((line) => `${line}\n`).join("")
    assert.strictEqual(Archive.print(Result.getOrThrow(Archive.parse(text))), text)
  })

  it("are read however their JSON is set out", () => {
    const read = Archive.parse("→ {\n    \"a\": [\n      1 ]\n  }\nAnd so on.\n")
    assert.deepStrictEqual(Result.getOrThrow(read).parts, [
      { _tag: "Spoken", direction: "toServer", text: "{\"a\":[1]}" },
      { _tag: "Prose", line: "And so on." }
    ])
  })

  it("break long messages into lines of 120 characters at most", () => {
    const text = JSON.stringify({ words: Array.from({ length: 40 }, (_, index) => `word ${index}`), short: { a: 1 } })
    const printed = Archive.render({ _tag: "Spoken", direction: "toServer", text })
    assert.isTrue(printed.split("\n").every((line) => line.length <= 120))
    assert.include(printed, "\"short\": {\"a\":1}")
  })

  const wrong: ReadonlyArray<readonly [string, RegExp]> = [
    ["Prose\n→ {\"a\":\n", /^Line 2 of the archive: neither JSON/u],
    ["Prose\n→{\"a\":1}\n", /^Line 2 of the archive: no space after the arrow/u],
    ["→1 whatever\n", /^Line 1 of the archive: neither a head nor an event/u],
    ["←1 200\n  content-type: text/plain\n  {]\n", /^Line 1 of the archive: neither JSON/u],
    ["← raw \"a\n", /^Line 1 of the archive: neither JSON/u]
  ]
  for (const [text, message] of wrong) {
    it(`say where they cannot be read: ${JSON.stringify(text)}`, () => {
      const read = Archive.parse(text)
      assert.isTrue(Result.isFailure(read))
      if (Result.isFailure(read)) assert.match(read.failure.message, message)
    })
  }
})
