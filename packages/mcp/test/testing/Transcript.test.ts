/** Conversations as people read them, and assertions about them. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Transcript from "../../src/testing/Transcript.ts"
import * as Shape from "../../src/testing/transcript/Shape.ts"

const said = (
  direction: Transcript.Direction,
  message: object | string,
  more: Partial<Transcript.Said> = {}
): Transcript.Said => ({
  _tag: "Said",
  atMillis: 0,
  direction,
  from: direction === "toServer" ? "client" : "server",
  to: direction === "toServer" ? "server" : "client",
  text: typeof message === "string" ? message : JSON.stringify({ jsonrpc: "2.0", ...message }),
  ...more
})

const asks = (message: object | string, more?: Partial<Transcript.Said>) => said("toServer", message, more)
const says = (message: object | string, more?: Partial<Transcript.Said>) => said("toClient", message, more)

const call = (id: number, name: string, input: object): Transcript.Said =>
  asks({ id, method: "tools/call", params: { name, arguments: input, _meta: { progressToken: 7 } } })

const conversation: Transcript.Transcript = [
  asks({ id: 1, method: "initialize", params: { protocolVersion: "v", capabilities: {} } }),
  says({ id: 1, result: { protocolVersion: "v", serverInfo: { name: "s", version: "1" } } }),
  asks({ method: "notifications/initialized" }),
  call(2, "add", { a: 1, b: 2 }),
  call(3, "add", { a: 3, b: 4 }),
  says({ id: 3, result: { content: [{ type: "text", text: "7" }], _meta: {} } }),
  says({ id: 2, error: { code: -32000, message: "not \"today\"" } }),
  asks({ id: 4, method: "resources/read", params: { uri: "file:///a" } }),
  says({ id: 4, result: { contents: [] } })
]

const mismatch = (transcript: Transcript.Transcript, expected: string): string =>
  Result.match(Transcript.compare(transcript, expected), {
    onFailure: ({ message }) => message,
    onSuccess: () => "it went as expected"
  })

describe("a hostile conversation is written down, and compared", () => {
  const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`
  const wide = `{"jsonrpc":"2.0","method":"m","params":{"a":${deep}}}`
  for (const [what, text] of [["array", deep], ["message", wide]] as const) {
    it(`however deep its ${what}`, () => {
      assert.isAtLeast(Transcript.render([asks(text)]).length, 3)
      assert.include(mismatch([asks(text)], "→ [[1]]"), "another way")
      assert.strictEqual(mismatch([asks(text)], "→ …"), "it went as expected")
    })
  }

  it("whatever its names are", () => {
    const params = JSON.parse("{\"__proto__\":1,\"constructor\":2,\"\":3}")
    const conversation = [asks({ id: "__proto__", method: "m", params }), says({ id: "__proto__", result: {} })]
    assert.strictEqual(mismatch(conversation, Transcript.render(conversation)), "it went as expected")
    const bound = Result.getOrThrow(Transcript.compare(conversation, "→ m {\"__proto__\": <__proto__>, …}\n…"))
    assert.deepStrictEqual(Object.entries(bound), [["__proto__", 1]])
  })
})

describe("what is said of a difference", () => {
  it("is no longer than it has to be", () => {
    const tools = Array.from({ length: 500 }, (_, index) => ({ name: `tool-${index}` }))
    const long = says({ id: 1, result: { tools } })
    const conversation = [asks({ id: 1, method: "a" }), long, asks({ method: "b" }), asks({ id: 1, method: "c" }), long]
    const message = mismatch(conversation, "→ a\n← …\n→ other\n…")
    assert.isBelow(message.length, 800)
    assert.match(message, /^- → other$/mu)
    assert.match(message, /^\+ → b$/mu)
  })
})

describe("a conversation is written down as people read it", () => {
  it("shows methods with what they are about, and numbers where answers could be mixed up", () => {
    assert.deepStrictEqual(Transcript.render(conversation).split("\n"), [
      "→ initialize {\"protocolVersion\":\"v\",\"capabilities\":{}}",
      "← {\"protocolVersion\":\"v\",\"serverInfo\":{\"name\":\"s\",\"version\":\"1\"}}",
      "→ notifications/initialized",
      "→ #2 tools/call add {\"a\":1,\"b\":2}",
      "→ #3 tools/call add {\"a\":3,\"b\":4}",
      "← #3 {\"content\":[{\"type\":\"text\",\"text\":\"7\"}]}",
      "← #2 error -32000 \"not \\\"today\\\"\"",
      "→ resources/read file:///a",
      "← {\"contents\":[]}"
    ])
  })

  it("shows heads and notes where they are asked for, and names clients where there are several", () => {
    const head = { verb: "POST", url: "http://localhost/mcp", headers: { "mcp-session-id": "s1" } }
    const mixed: Transcript.Transcript = [
      asks({ id: 1, method: "ping" }, { head }),
      asks({ id: 1, method: "ping" }, { from: "bob" }),
      { _tag: "Noted", atMillis: 1, note: "the line\nwas closed" }
    ]
    assert.strictEqual(Transcript.render(mixed), "client → ping\nbob → ping")
    assert.deepStrictEqual(Transcript.render(mixed, { heads: true, notes: true }).split("\n"), [
      "client → POST http://localhost/mcp {\"mcp-session-id\":\"s1\"}",
      "client → ping",
      "bob → ping",
      "· the line was closed"
    ])
  })

  it("gives each client its own conversation", () => {
    const mixed = [asks({ id: 1, method: "ping" }), asks({ id: 1, method: "ping" }, { from: "bob" })]
    assert.deepStrictEqual(Transcript.of(mixed, "bob"), mixed.slice(1))
  })
})

describe("what is expected reads like the conversation", () => {
  it.effect("binds names to what they stand for", () =>
    Effect.gen(function*() {
      const bound = yield* Transcript.expect(
        conversation,
        `
        → initialize
        ← { serverInfo: <info>, … }
        …
        → #a tools/call add {"a": 1, "b": <two>}
        → #b tools/call add {
          a: 3,
          …
        }
        ← #b { content: [{ type: "text", text: <sum> }] }
        ← #a error -32000
        …
        `
      )
      assert.deepStrictEqual(bound, { info: { name: "s", version: "1" }, two: 2, sum: "7" })
    }))

  it("wants a name to stand for the same wherever it is", () => {
    const twice = [call(1, "add", { a: 1 }), says({ id: 1, result: { a: 2 } })]
    assert.include(mismatch(twice, "→ tools/call add {a: <x>}\n← {a: <x>}"), ".a: 2 instead of 1, which <x> is")
  })

  it("tells answers of one request from those of another", () => {
    const text = "…\n→ #a tools/call add {a: 1, …}\n→ #b tools/call add …\n← #a {content: …}\n…"
    assert.include(mismatch(conversation, text), "it is about another request than #a")
  })

  it("does not take an answer that answers nothing", () => {
    assert.include(mismatch([says({ id: 9, result: {} })], "← {}"), "it answers no request that is open")
    assert.strictEqual(mismatch([says({ id: 9, result: {} })], "← #x {}"), "it went as expected")
  })

  it("passes over what tells how the protocol is spoken, unless it is expected", () => {
    const one = [call(1, "add", {})]
    assert.strictEqual(mismatch(one, "→ tools/call add {}"), "it went as expected")
    assert.include(
      mismatch(one, "→ tools/call {name: \"add\", arguments: {}, _meta: {progressToken: 8}}"),
      "._meta.progressToken: 7 instead of 8"
    )
  })

  it("does not pass over members that nobody expected", () => {
    assert.include(
      mismatch([call(1, "add", { a: 1, b: 2 })], "→ tools/call add {a: 1}"),
      ".arguments.b: 2 was not expected"
    )
  })

  it("shows both sides where they part", () => {
    assert.strictEqual(
      mismatch(conversation, "→ initialize\n← …\n→ notifications/initialized\n→ tools/call add {a: 2, b: 2}\n…"),
      [
        "The conversation went another way than expected:",
        "",
        "  → initialize {\"protocolVersion\":\"v\",\"capabilities\":{}}",
        "  ← {\"protocolVersion\":\"v\",\"serverInfo\":{\"name\":\"s\",\"version\":\"1\"}}",
        "  → notifications/initialized",
        "- → tools/call add {a: 2, b: 2}",
        "      .arguments.a: 1 instead of 2",
        "- …",
        "+ → #2 tools/call add {\"a\":1,\"b\":2}",
        "+ → #3 tools/call add {\"a\":3,\"b\":4}",
        "+ ← #3 {\"content\":[{\"type\":\"text\",\"text\":\"7\"}]}",
        "+ ← #2 error -32000 \"not \\\"today\\\"\"",
        "+ → resources/read file:///a",
        "+ ← {\"contents\":[]}"
      ].join("\n")
    )
  })

  it("says so when more was said than expected, or less", () => {
    const one = [asks({ method: "a" })]
    assert.match(mismatch([...one, asks({ method: "b" })], "→ a"), /^More was said than expected:[^]*\+ → b$/u)
    assert.match(mismatch(one, "→ a\n→ b"), /- → b\n\+ \(nothing more was said\)$/u)
  })

  it("compares heads and notes when one is expected, and not otherwise", () => {
    const head = { verb: "POST", url: "http://localhost/mcp", headers: { "mcp-session-id": "s1", accept: "*/*" } }
    const one: Transcript.Transcript = [
      asks({ method: "a" }, { head }),
      { _tag: "Said", atMillis: 0, direction: "toClient", from: "s", to: "client", head: { status: 202, headers: {} } },
      { _tag: "Noted", atMillis: 0, note: "the line was closed by somebody" }
    ]
    assert.strictEqual(mismatch(one, "→ a"), "it went as expected")
    assert.strictEqual(mismatch(one, "→ POST /mcp {mcp-session-id: <s>}\n→ a\n← 202"), "it went as expected")
    assert.strictEqual(mismatch(one, "→ a\n· the line … somebody"), "it went as expected")
    assert.include(mismatch(one, "→ a\n· the line … nobody"), "it is another note")
    assert.include(
      mismatch(one, "→ POST /mcp {mcp-session-id: \"s2\"}\n…"),
      ".mcp-session-id: \"s1\" instead of \"s2\""
    )
    assert.include(mismatch(one, "→ POST /mcp\n→ a\n← 200"), "202 instead of 200")
  })

  it("compares texts that are no messages, batches, and whole messages", () => {
    const odd = [asks("not json"), asks("[{\"a\":1}]"), asks({ id: 1, method: "Odd One" })]
    assert.strictEqual(
      mismatch(odd, "→ \"not json\"\n→ [{a: <a>}]\n→ {jsonrpc: \"2.0\", id: 1, method: \"Odd One\"}"),
      "it went as expected"
    )
    assert.include(mismatch(odd, "→ \"json\"\n…"), "it is another text")
  })

  it("says of a line after a gap that nothing is it, unless something nearly is", () => {
    const nothing = mismatch(conversation, "→ initialize\n…\n→ prompts/list\n…")
    assert.match(nothing, /^- → prompts\/list\n {6}nothing from here on is this$/mu)
    assert.include(mismatch(conversation, "…\n← error -32001\n…"), "code: -32000 instead of -32001")
    assert.include(mismatch(conversation, "…\n→ tools/call add {a: 5, b: 2}\n…"), ".arguments.a: 1 instead of 5")
  })

  it("says which line it cannot read", () => {
    assert.include(mismatch([], "\n→ a\n…\n-> b"), "Line 4, \"-> b\", cannot be read: it begins with none of → ← · …")
    assert.include(mismatch([], "→ a {\n  b: 1\n}\n← {c: }\n"), "Line 4, \"← {c: }\", cannot be read")
  })

  it("says what it cannot read", () => {
    assert.include(mismatch([], "tools/call"), "\"tools/call\" cannot be read: it begins with none of → ← · …")
    assert.include(mismatch([], "→ tools/call add {a: }"), "A value expected before }")
    assert.include(mismatch([], "→ ping something"), "ping is about nothing that could be named: something")
  })

  it("throws for any test runner", () => {
    assert.throws(() => Transcript.expectUnsafe([], "→ ping"), /nothing more was said/)
    assert.deepStrictEqual(Transcript.expectUnsafe([asks({ method: "a" })], "→ a"), {})
  })
})

const Name = Schema.Literals(["tools/call", "resources/read", "ping", "Odd One", "error", "GET /x", "a…b", "200"])
const Text = Schema.Literals(["add", "file:///a", "", "a b", "<x>", "…", "#1", "...", "{", "\"", "ünï→code\n"])
const Params = Schema.Struct({
  name: Schema.optionalKey(Schema.Union([Text, Schema.Json])),
  uri: Schema.optionalKey(Text),
  arguments: Schema.optionalKey(Schema.Json),
  more: Schema.optionalKey(Schema.Json),
  _meta: Schema.optionalKey(Schema.Json)
})
const Id = Schema.Union([Schema.Literals([1, 2, "1", "x"]), Schema.Int])
const AnyMessage = Schema.Union([
  Schema.Struct({ id: Id, method: Name, params: Schema.optionalKey(Params) }),
  Schema.Struct({ method: Name, params: Schema.optionalKey(Params) }),
  Schema.Struct({ id: Id, result: Schema.Union([Params, Schema.Json]) }),
  Schema.Struct({
    id: Schema.optionalKey(Id),
    error: Schema.Struct({ code: Schema.Int, message: Text, data: Schema.optionalKey(Schema.Json) })
  })
])
const AnyEntry = Schema.Struct({
  direction: Schema.Literals(["toServer", "toClient"]),
  client: Schema.Literals(["client", "bob"]),
  what: Schema.Union([AnyMessage, Text, Schema.Struct({ batch: Schema.Array(AnyMessage) })]),
  status: Schema.optionalKey(Schema.Literals([200, 404]))
})

const entryOf = ({ client, direction, status, what }: typeof AnyEntry.Type): Transcript.Said =>
  said(direction, typeof what === "object" && "batch" in what ? JSON.stringify(what.batch) : what, {
    ...(direction === "toServer" ? { from: client } : { to: client }),
    ...(status === undefined ? {} : { head: { status, headers: { server: "…" } } })
  })

describe("what is written down is what is expected", () => {
  it.prop("whatever was said", [Schema.Array(AnyEntry)], ([entries]) => {
    const transcript = entries.map(entryOf)
    for (const heads of [true, false]) {
      assert.strictEqual(mismatch(transcript, Transcript.render(transcript, { heads })), "it went as expected")
    }
  })

  it.prop(
    "and anything else is not",
    [Schema.Array(AnyEntry).check(Schema.isMinLength(1)), AnyEntry],
    ([entries, more]) => {
      const transcript = entries.map(entryOf)
      // An entry without text says nothing.
      const longer = [...transcript, said("toServer", { method: "something/else" }, { from: more.client })]
      assert.notStrictEqual(mismatch(longer, Transcript.render(transcript)), "it went as expected")
      assert.notStrictEqual(mismatch(transcript, Transcript.render(longer)), "it went as expected")
    }
  )

  it.prop("a value fits itself as a shape, and no other that differs", [Schema.Json, Schema.Json], ([value, other]) => {
    const shape = Result.getOrThrow(Shape.parse(JSON.stringify(value)))
    const isSame = JSON.stringify(value) === JSON.stringify(other)
    assert.deepStrictEqual(Shape.differences(shape, JSON.parse(JSON.stringify(value))), [])
    if (!isSame) {
      const otherShape = Result.getOrThrow(Shape.parse(JSON.stringify(other)))
      const fitsBoth = Shape.differences(otherShape, JSON.parse(JSON.stringify(value))).length === 0 &&
        Shape.differences(shape, JSON.parse(JSON.stringify(other))).length === 0
      assert.deepStrictEqual(fitsBoth, isSameJson(value, other))
    }
    assert.deepStrictEqual(Result.getOrThrow(Shape.parse(Shape.render(shape))), shape)
  })
})

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1).map(([k, v]) => [k, sorted(v)])
  )
}

const isSameJson = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))

describe("shapes", () => {
  const fits = (shape: string, value: unknown): boolean =>
    Shape.differences(Result.getOrThrow(Shape.parse(shape)), value).length === 0

  it("leave out items anywhere in a list", () => {
    assert.isTrue(fits("[…, {name: \"b\", …}, …]", [{ name: "a" }, { name: "b", x: 1 }, { name: "c" }]))
    assert.isFalse(fits("[…, {name: \"d\", …}, …]", [{ name: "a" }, { name: "b" }]))
    assert.isTrue(fits("[<x>, …, <x>]", [1, 2, 3, 1]))
    assert.isFalse(fits("[<x>, …, <x>]", [1, 2, 3]))
  })

  it("tell a member that is missing from one that is null", () => {
    assert.isTrue(fits("{a: null}", { a: null }))
    assert.isFalse(fits("{a: null}", {}))
    assert.isFalse(fits("{a: …}", {}))
  })
})
