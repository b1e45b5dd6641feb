import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as ErrorCode from "../../src/jsonrpc/ErrorCode.ts"
import { defaultLimits } from "../../src/jsonrpc/Limits.ts"
import * as Message from "../../src/jsonrpc/Message.ts"
import { Json } from "../../src/schema/Open.ts"

const parse = (text: string) => Message.parse(text, defaultLimits)

const parseValue = (value: unknown) => parse(JSON.stringify(value))

/** What came of a text, in one line: the tag, and what the peer would be told. */
const outcome = (text: string): string => {
  const message = parse(text)
  if (message._tag !== "Malformed") return message._tag
  const id = message.id === undefined ? "no id" : JSON.stringify(message.id)
  return `${message.error.code} ${message.error.message} (${id})`
}

const tags = ["Request", "Notification", "Success", "Failure", "Malformed", "Batch"]

/** Values that a careless reader of messages stumbles over, wherever they stand. */
const Odd = Schema.Union([
  Schema.Literals(["2.0", "1.0", "", "ping", "constructor", "__proto__", 0, -1, 1, 1.5, 1e300, -1e300, true, false]),
  Schema.Literals([2 ** 53, 2 ** 53 - 1, -(2 ** 53)]),
  Schema.Null,
  Json,
  Schema.Struct({
    code: Schema.Union([Schema.Int, Schema.Literals([1e300, -1e300, 0.5, "1"]), Schema.Null]),
    message: Schema.Union([Schema.String, Schema.Null]),
    data: Schema.optionalKey(Json)
  })
])

const AlmostMessage = Schema.Struct({
  jsonrpc: Schema.Union([Schema.Literal("2.0"), Odd]),
  id: Schema.optionalKey(Odd),
  method: Schema.optionalKey(Odd),
  params: Schema.optionalKey(Odd),
  result: Schema.optionalKey(Odd),
  error: Schema.optionalKey(Odd)
})

describe("parse is total", () => {
  it.prop("for any text", [Schema.String], ([text]) => {
    assert.include(tags, parse(text)._tag)
  })

  it.prop("for any JSON", [Json], ([value]) => {
    assert.include(tags, parseValue(value)._tag)
  })

  it.prop("for anything that resembles a message", [AlmostMessage], ([value]) => {
    assert.include(tags, parseValue(value)._tag)
  }, { arbitrary: { runs: 500 } })

  it("for the innards of a message cut off anywhere", () => {
    const text = `{"jsonrpc":"2.0","id":"é\\u00e9","method":"tools/call","params":{"name":"a","arguments":{"b":[1,2]}}}`
    for (let end = 0; end < text.length; end++) {
      assert.strictEqual(outcome(text.slice(0, end)), "-32700 The message is not valid JSON (no id)")
    }
    assert.strictEqual(outcome(text), "Request")
  })

  it("for nesting that would exhaust the stack of a recursive reader", () => {
    const deep = "[".repeat(300_000) + "]".repeat(300_000)
    assert.strictEqual(outcome(deep), "-32600 Nested deeper than 128 levels (no id)")
    assert.match(outcome("[".repeat(300_000)), /^-32700/)
  })
})

describe("what is read is what was written", () => {
  it.prop("ids keep their type and value", [Schema.Union([Schema.String, Schema.Int])], ([id]) => {
    const message = parseValue({ jsonrpc: "2.0", id, method: "ping" })
    assert.strictEqual(message._tag === "Request" ? message.id : undefined, id)
  })

  it.prop("params are handed on untouched", [Schema.Record(Schema.String, Json)], ([params]) => {
    const message = parseValue({ jsonrpc: "2.0", id: 1, method: "m", params })
    assert.strictEqual(
      JSON.stringify(message._tag === "Request" ? message.params : undefined),
      JSON.stringify(params)
    )
  })

  it("a member named __proto__ is data", () => {
    const message = parse(`{"jsonrpc":"2.0","__proto__":{"method":"ping","id":1},"method":"m"}`)
    assert.strictEqual(message._tag, "Notification")
  })
})

const messages = [
  [`{"jsonrpc":"2.0","id":0,"method":"ping"}`, "Request"],
  [`{"jsonrpc":"2.0","id":"","method":""}`, "Request"],
  [`{"jsonrpc":"2.0","id":1.0,"method":"ping"}`, "Request"],
  [`{"jsonrpc":"2.0","id":-9007199254740991,"method":"ping"}`, "Request"],
  [`{"jsonrpc":"2.0","method":"ping","more":[1]}`, "Notification"],
  [`{"jsonrpc":"2.0","id":1,"result":null}`, "Success"],
  [`{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":""}}`, "Failure"],
  [`{"jsonrpc":"2.0","error":{"code":-32700,"message":"m","data":null}}`, "Failure"],
  [`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}`, "Failure"],
  [` \t{"jsonrpc":"2.0","method":"m"}\r`, "Notification"]
] as const

const badEnvelopes = [
  [``, "-32700 The message is not valid JSON (no id)"],
  [`{"jsonrpc":"2.0","id":1,}`, "-32700 The message is not valid JSON (no id)"],
  [`{"jsonrpc":"2.0"} {}`, "-32700 The message is not valid JSON (no id)"],
  [`null`, "-32600 A message must be a JSON object (no id)"],
  [`"ping"`, "-32600 A message must be a JSON object (no id)"],
  [`{}`, "-32600 \"jsonrpc\" must be \"2.0\" (no id)"],
  [`{"id":7,"method":"ping"}`, "-32600 \"jsonrpc\" must be \"2.0\" (7)"],
  [`{"jsonrpc":2,"id":"7","method":"ping"}`, "-32600 \"jsonrpc\" must be \"2.0\" (\"7\")"],
  [`{"jsonrpc":"2.0","id":1,"method":null}`, "-32600 \"method\" must be a string (1)"],
  [`{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}`, "-32600 \"params\" must be an object (1)"],
  [`{"jsonrpc":"2.0","id":1,"method":"m","params":null}`, "-32600 \"params\" must be an object (1)"],
  [`[]`, "-32600 A batch must not be empty (no id)"]
] as const

const badIds = ["null", "1.5", "true", "[1]", "{}", "1e999", "1e300", "9007199254740993", "-9007199254740992"]

const badResponses = [
  `{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":"m"}}`,
  `{"jsonrpc":"2.0","id":1,"error":"failed"}`,
  `{"jsonrpc":"2.0","id":1,"error":{"code":1}}`,
  `{"jsonrpc":"2.0","id":1,"error":{"code":"1","message":"m"}}`,
  `{"jsonrpc":"2.0","id":1,"error":{"code":0.5,"message":"m"}}`,
  `{"jsonrpc":"2.0","id":1,"error":{"code":1e300,"message":"m"}}`
]

describe("each message is told from the others", () => {
  it.each(messages)("%s", (text, tag) => assert.strictEqual(outcome(text), tag))

  it.each(badEnvelopes)("%s is refused", (text, expected) => assert.strictEqual(outcome(text), expected))

  it.each(badIds)("an id %s is none that could be repeated in an answer (RPC-03, RPC-04)", (id) => {
    assert.strictEqual(
      outcome(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`),
      "-32600 \"id\" must be a string or an integer (no id)"
    )
  })

  it.each(badResponses)("%s answers nothing, and is not answered under the id of another's request", (text) => {
    assert.strictEqual(outcome(text), "-32600 A message needs either a method, a result or an error (no id)")
    const message = parse(text)
    assert.strictEqual(message._tag === "Malformed" ? message.answers : undefined, 1)
  })

  it("with neither method nor result nor error may be either", () => {
    const message = parse(`{"jsonrpc":"2.0","id":1}`)
    assert.deepStrictEqual(message._tag === "Malformed" ? [message.id, message.answers] : [], [1, 1])
  })

  it.each([
    [`{"id":1,"level":30,"msg":"started"}`, undefined],
    [`{"jsonrpc":"1.0","id":1}`, undefined],
    [`{"id":1,"result":{}}`, 1],
    [`{"id":1,"error":{}}`, 1]
  ])("%s, without a version, answers something only if it has something of an answer", (text, answers) => {
    const message = parse(text)
    assert.strictEqual(message._tag === "Malformed" ? message.answers : "none", answers)
  })

  it("a byte order mark before it is no part of it", () => {
    assert.strictEqual(outcome(`\ufeff{"jsonrpc":"2.0","method":"m"}`), "Notification")
    assert.strictEqual(outcome("\ufeff"), "-32700 The message is not valid JSON (no id)")
  })
})

describe("limits", () => {
  const nested = (levels: number) => `{"jsonrpc":"2.0","id":1,"method":"m","params":${nest(levels - 1)}}`
  const nest = (levels: number) => "{\"a\":".repeat(levels - 1) + "{}" + "}".repeat(levels - 1)

  it("a message may be as deep as the limit, and no deeper, in objects and in arrays", () => {
    assert.strictEqual(outcome(nested(defaultLimits.nestingDepthMax)), "Request")
    const refused = outcome(nested(defaultLimits.nestingDepthMax + 1))
    assert.strictEqual(refused, "-32600 Nested deeper than 128 levels (1)")
    const limits = { ...defaultLimits, nestingDepthMax: 3 }
    assert.strictEqual(Message.parse(`[[[1]]]`, limits)._tag, "Batch")
    assert.strictEqual(Message.parse(`[[[[]]]]`, limits)._tag, "Malformed")
  })

  it("a batch holds as many messages as the limit, and no more", () => {
    const one = `{"jsonrpc":"2.0","method":"m"}`
    const batch = (size: number) => parse(`[${Array.from({ length: size }, () => one).join(",")}]`)
    const full = batch(defaultLimits.batchItemsMax)
    assert.strictEqual(full._tag === "Batch" ? full.items.length : 0, defaultLimits.batchItemsMax)
    const over = batch(defaultLimits.batchItemsMax + 1)
    assert.strictEqual(over._tag === "Malformed" ? over.error.message : "", "A batch holds at most 100 messages")
  })

  it("each message of a batch is judged alone", () => {
    const batch = parse(
      `[{"jsonrpc":"2.0","id":1,"method":"m"},1,{"jsonrpc":"2.0","id":2},[],{"jsonrpc":"2.0","method":"n"}]`
    )
    assert.deepStrictEqual(
      batch._tag === "Batch" ? batch.items.map((item) => item._tag) : [],
      ["Request", "Malformed", "Malformed", "Malformed", "Notification"]
    )
  })
})

describe("errors of a peer", () => {
  it("arrive with code, message and data as they were", () => {
    const message = parse(`{"jsonrpc":"2.0","id":"a","error":{"code":-32602,"message":"bad","data":{"x":[null]}}}`)
    if (message._tag !== "Failure") return assert.fail(message._tag)
    assert.deepStrictEqual(
      [message.id, message.error.code, message.error.message, message.error.data],
      ["a", ErrorCode.InvalidParams, "bad", { x: [null] }]
    )
  })
})
