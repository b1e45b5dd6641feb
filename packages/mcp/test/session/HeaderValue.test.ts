import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as HeaderValue from "../../src/session/HeaderValue.ts"

describe("header values (HDR-08, XMC-10 to XMC-12)", () => {
  const cases = [
    ["get_weather", "get_weather"],
    ["two words", "two words"],
    ["file:///a/b?c=d", "file:///a/b?c=d"],
    ["", "=?base64??="],
    [" padded ", "=?base64?IHBhZGRlZCA=?="],
    ["tab\tin", "=?base64?dGFiCWlu?="],
    ["Zoë", "=?base64?Wm/Dqw==?="],
    ["a\r\nx-evil: 1", "=?base64?YQ0KeC1ldmlsOiAx?="],
    ["=?base64?YQ==?=", "=?base64?PT9iYXNlNjQ/WVE9PT89?="],
    ["=?BASE64?YQ==?=", "=?BASE64?YQ==?="]
  ] as const
  for (const [text, value] of cases) {
    it(`${JSON.stringify(text)} goes as ${value}`, () => {
      assert.strictEqual(HeaderValue.encode(text), value)
      assert.strictEqual(HeaderValue.decode(value), text)
    })
  }

  it("what is wrapped but no Base64 is nothing", () => assert.isUndefined(HeaderValue.decode("=?base64?*?=")))

  it("space around a value does not count (HDR-24)", () => assert.strictEqual(HeaderValue.decode(" a b "), "a b"))

  it.prop("any text survives, in visible ASCII", { text: Schema.String }, ({ text }) => {
    const value = HeaderValue.encode(text)
    assert.match(value, /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/)
    assert.strictEqual(HeaderValue.decode(value), text.toWellFormed())
  })
})
