import { assert, describe, it } from "@effect/vitest"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import { RequestedSchema } from "../../src/schema/Elicitation.ts"
import { Json, JsonObject, open, openRecord, verbatim } from "../../src/schema/Open.ts"
import type { Tool } from "../../src/schema/Tool.ts"
import { ToolInputSchema } from "../../src/schema/Tool.ts"

const Point = open({ x: Schema.Int, label: Schema.optionalKey(Schema.String) })

const failure = (schema: Schema.Codec<unknown>, value: unknown): string => {
  const exit = Schema.decodeUnknownExit(schema)(value)
  return Exit.isFailure(exit) ? String(exit.cause) : "accepted"
}

describe("open", () => {
  it("has the static side of a plain struct", () => {
    const point: typeof Point.Type = { x: 1 }
    // @ts-expect-error unknown members are not part of the type
    const more: typeof Point.Type = { x: 1, y: 2 }
    assert.deepStrictEqual([point, Point.make(more)], [{ x: 1 }, more])
  })

  it("can be extended and annotated without closing", () => {
    const Named = open({ ...Point.fields, name: Schema.String }).annotate({ identifier: "Named" })
    assert.deepStrictEqual(Object.keys(Named.fields), ["x", "label", "name"])
    const value = { x: 1, name: "n", extra: true }
    assert.deepStrictEqual(Schema.decodeUnknownSync(Named)(value), value)
  })

  it("keeps __proto__ as an ordinary member", () => {
    const value = JSON.parse(`{"x":1,"__proto__":{"polluted":true}}`)
    const decoded = Schema.decodeUnknownSync(Point)(value)
    assert.strictEqual(JSON.stringify(decoded), JSON.stringify(value))
    assert.isUndefined(Object.getOwnPropertyDescriptor(Object.prototype, "polluted"))
    assert.notProperty(Object.getPrototypeOf(decoded), "polluted")
  })

  it("names the member that is wrong", () => {
    assert.include(failure(Point, { x: 1.5 }), `at ["x"]`)
    assert.include(failure(Point, { x: 1, label: undefined }), `at ["label"]`)
  })
})

describe("openRecord", () => {
  it("has unknown members in its type", () => {
    const Bag = openRecord({ known: Schema.optionalKey(Schema.String) })
    const bag = Schema.decodeUnknownSync(Bag)({ known: "k", other: 1 })
    const other: unknown = bag["other"]
    assert.strictEqual(other, 1)
  })
})

describe("JsonObject and Json", () => {
  it.prop("hand on the very same value", [JsonObject, Json], ([object, json]) => {
    assert.strictEqual(Schema.decodeUnknownSync(JsonObject)(object), object)
    assert.strictEqual(Schema.encodeUnknownSync(JsonObject)(object), object)
    assert.strictEqual(Schema.decodeUnknownSync(Json)(json), json)
  })

  it("an array and null are no objects", () => {
    for (const value of [[], null, "", 0]) {
      assert.include(failure(JsonObject, value), "JSON object")
    }
  })
})

describe("verbatim", () => {
  it("checks, and hands on the very same value with its order of members", () => {
    const schema = JSON.parse(`{"required":["b","a"],"properties":{"b":{},"a":{}},"x-ui":[1],"type":"object"}`)
    const decoded = Schema.decodeUnknownSync(ToolInputSchema)(schema)
    assert.strictEqual(decoded, schema)
    assert.strictEqual(Schema.encodeUnknownSync(ToolInputSchema)(decoded), schema)
  })

  it("says where a value is wrong", () => {
    assert.include(failure(verbatim(Point), { x: "1" }), `at ["x"]`)
    assert.include(failure(ToolInputSchema, { type: "array" }), `at ["type"]`)
  })

  it("leaves the schemas inside a message alone", () => {
    const tool: Tool = { name: "t", inputSchema: { properties: { z: {}, a: {} }, type: "object", $defs: {} } }
    assert.strictEqual(JSON.stringify(tool.inputSchema), `{"properties":{"z":{},"a":{}},"type":"object","$defs":{}}`)
    const form = { required: ["z"], type: "object", properties: { z: { type: "string" }, a: { type: "boolean" } } }
    assert.strictEqual(Schema.decodeUnknownSync(RequestedSchema)(form), form as never)
  })
})
