/** What decodes to itself is handed on as it is; of everything else, the schema says what becomes of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { decoder } from "../../src/revision/common/AsIs.ts"
import { ignored, lenient } from "../../src/revision/common/Dated.ts"
import { open } from "../../src/schema/Open.ts"
import { overTheWire, requestCases } from "./Cases.ts"

const runs = { arbitrary: { runs: 20 } }

/** What a decoder makes of a value: the value, or the words of its refusal. */
const outcome = (result: Result.Result<unknown, Schema.SchemaError>): unknown =>
  Result.isSuccess(result) ? { decoded: result.success } : { refused: result.failure.message }

const agrees = (schema: Schema.Codec<unknown, unknown>, value: unknown) =>
  assert.deepStrictEqual(outcome(decoder(schema)(value)), outcome(Schema.decodeUnknownResult(schema)(value)))

/** A value with one of its members gone wrong, at each place. */
const spoilt = (value: unknown, wrong: unknown): ReadonlyArray<unknown> => {
  if (typeof value !== "object" || value === null) return [wrong]
  const isArray = Array.isArray(value)
  return Object.entries(value).flatMap(([key, member]) =>
    spoilt(member, wrong).map((other) =>
      isArray ? value.map((one, index) => String(index) === key ? other : one) : { ...value, [key]: other }
    )
  )
}

describe("a decoder decodes as its schema does", () => {
  for (const one of requestCases) {
    it.prop(`${one.label} result`, [one.codec.result], ([result]) => {
      const wire = overTheWire(Schema.encodeUnknownSync(one.codec.result)(result))
      agrees(one.codec.result, wire)
      for (const wrong of [null, 1, "a text", {}]) {
        for (const other of spoilt(wire, wrong).slice(0, 20)) agrees(one.codec.result, other)
      }
    }, runs)
  }
})

describe("what decodes to itself is not copied", () => {
  const item = open({ kind: Schema.Literal("a"), size: Schema.optionalKey(Schema.Finite) })
  const other = open({ kind: Schema.Literal("b"), name: Schema.String })
  const whole = decoder(
    open({ items: Schema.Array(Schema.Union([item, other])), on: Schema.optionalKey(Schema.Boolean) })
  )

  it("with members that nobody knows", () => {
    const value = { items: [{ kind: "b", name: "x", more: 1 }, { kind: "a", size: 2 }], vendor: { deep: true } }
    const decoded = whole(value)
    assert.isTrue(Result.isSuccess(decoded) && decoded.success === value)
  })

  it("unless a member becomes another", () => {
    const dated = open({ name: Schema.String, old: Schema.optionalKey(lenient(Schema.Boolean)) })
    const value = { name: "x", old: "no boolean" }
    assert.deepStrictEqual(outcome(decoder(dated)(value)), { decoded: { name: "x" } })
    assert.deepStrictEqual(value, { name: "x", old: "no boolean" })
    const blind = open({ name: Schema.String, old: Schema.optionalKey(ignored(Schema.Boolean)) })
    assert.deepStrictEqual(outcome(decoder(blind)({ name: "x", old: true })), { decoded: { name: "x" } })
  })

  it("unless it lacks what has a default", () => {
    const filled = open({ on: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(true))) })
    assert.deepStrictEqual(outcome(decoder(filled)({})), { decoded: { on: true } })
    const union = decoder(Schema.Union([filled, open({})]))
    assert.deepStrictEqual(outcome(union({})), { decoded: { on: true } })
  })

  it("unless an earlier alternative may take it", () => {
    const first = open({ old: Schema.optionalKey(lenient(Schema.Boolean)) })
    const second = open({ old: Schema.String })
    const union = decoder(Schema.Union([first, second]))
    assert.deepStrictEqual(outcome(union({ old: "text" })), { decoded: {} })
    assert.deepStrictEqual(outcome(union({ old: true })), { decoded: { old: true } })
    const oneOf = Schema.Union([first, second], { mode: "oneOf" })
    assert.deepStrictEqual(
      outcome(decoder(oneOf)({ old: "text" })),
      outcome(Schema.decodeUnknownResult(oneOf)({ old: "text" }))
    )
  })
})
