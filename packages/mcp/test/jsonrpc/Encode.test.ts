import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Encode from "../../src/jsonrpc/Encode.ts"
import { defaultLimits } from "../../src/jsonrpc/Limits.ts"
import * as Message from "../../src/jsonrpc/Message.ts"
import * as Rpc from "../../src/jsonrpc/RpcError.ts"
import { Json } from "../../src/schema/Open.ts"

const parse = (text: string) => Message.parse(text, { ...defaultLimits, nestingDepthMax: 10_000 })

const Id = Schema.Union([Schema.String, Schema.Int])
const Params = Schema.Record(Schema.String, Json)

/** JSON has one zero, and one way to say what a text holds. */
const same = (left: unknown, right: unknown) => assert.strictEqual(JSON.stringify(left), JSON.stringify(right))

const isOneLine = (text: string) => assert.notMatch(text, /[\r\n]/)

describe("what is encoded is read back", () => {
  it.prop("a success", [Id, Json], ([id, result]) => {
    const text = Encode.success(id, JSON.stringify(result))
    isOneLine(text)
    same(parse(text), { _tag: "Success", id, result })
  })

  it.prop("a failure", [Schema.UndefinedOr(Id), Schema.Int, Schema.String, Json], ([id, code, message, data]) => {
    const text = Encode.failure(id, Rpc.make(code, message, data))
    isOneLine(text)
    const read = parse(text)
    if (read._tag !== "Failure") return assert.fail(read._tag)
    same([read.id, read.error.code, read.error.message, read.error.data], [id, code, message, data])
  })

  it.prop("a request", [Id, Schema.String, Schema.UndefinedOr(Params)], ([id, method, params]) => {
    const text = Encode.request(id, method, params && JSON.stringify(params))
    isOneLine(text)
    same(parse(text), { _tag: "Request", id, method, params })
  })

  it.prop("a notification", [Schema.String, Schema.UndefinedOr(Params)], ([method, params]) => {
    const text = Encode.notification(method, params && JSON.stringify(params))
    isOneLine(text)
    same(parse(text), { _tag: "Notification", method, params })
  })
})

describe("failure", () => {
  it("leaves out an id that nobody knows, and data that is not there", () => {
    assert.strictEqual(
      Encode.failure(undefined, Rpc.invalidRequest("no")),
      `{"jsonrpc":"2.0","error":{"code":-32600,"message":"no"}}`
    )
    assert.strictEqual(
      Encode.failure("", Rpc.make(1, "m", null)),
      `{"jsonrpc":"2.0","id":"","error":{"code":1,"message":"m","data":null}}`
    )
  })

  const circular: { self?: unknown } = {}
  circular.self = circular
  const unwritable = [
    ["a big integer", 1n],
    ["a circle", circular],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["what throws", {
      toJSON() {
        throw new Error("no")
      }
    }]
  ] as const

  it.each(unwritable)("is still sent when its data is no JSON: %s", (_, data) => {
    assert.strictEqual(
      Encode.failure(1, Rpc.make(-32000, "m", data)),
      `{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"m"}}`
    )
  })
})
