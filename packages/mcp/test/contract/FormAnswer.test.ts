/** Answers to forms written out by hand, checked by what the same form made of Effect Schema takes. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Form from "../../src/contract/Form.ts"
import * as FormAnswer from "../../src/contract/FormAnswer.ts"

const Fields = Schema.Struct({
  flag: Schema.Boolean,
  email: Form.email,
  uri: Schema.optionalKey(Form.uri),
  date: Form.date,
  moment: Form.dateTime,
  size: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 })),
  score: Schema.optionalKey(Schema.Finite),
  plan: Form.choice({ free: "Free", pro: "Pro" }),
  colors: Schema.Array(Schema.Literals(["red", "blue"])).check(Schema.isMinLength(1), Schema.isMaxLength(2))
})

const { decode, requestedSchema } = Result.getOrThrow(Form.fromInput(Fields))

/** Values that most fields refuse, and some take. */
const Odd = Schema.Union([
  Schema.Literals(["", "red", "pro", "2026-02-28", "2026-02-30", "a@b.example"]),
  Schema.Literals([0, 1, 9, 10, 1.5]),
  Schema.Boolean,
  Schema.Array(Schema.Literals(["red", "green"])).check(Schema.isMaxLength(3))
])

const Name = Schema.Literals(["flag", "email", "uri", "date", "moment", "size", "score", "plan", "colors", "other"])

describe("an answer to a form by hand", () => {
  it.prop("is taken when the form would take it", [Fields], ([content]) => {
    assert.deepStrictEqual(FormAnswer.check(requestedSchema, content), Result.succeed(content))
  })

  it.prop("is refused when the form would refuse it", [Fields, Name, Odd], ([content, name, value]) => {
    const changed = { ...content, [name]: value }
    assert.strictEqual(Result.isSuccess(FormAnswer.check(requestedSchema, changed)), Result.isSuccess(decode(changed)))
  })

  it("counts characters, not their halves", () => {
    const schema = { type: "object", properties: { name: { type: "string", minLength: 2, maxLength: 2 } } } as const
    assert.isTrue(Result.isSuccess(FormAnswer.check(schema, { name: "😀😀" })))
    assert.isTrue(Result.isFailure(FormAnswer.check(schema, { name: "😀" })))
  })

  it("may leave out fields whose names objects have by birth, unless they are required", () => {
    const schema = { type: "object", properties: { constructor: { type: "string" } } } as const
    assert.deepStrictEqual(FormAnswer.check(schema, {}), Result.succeed({}))
    assert.isTrue(Result.isFailure(FormAnswer.check({ ...schema, required: ["constructor"] }, {})))
  })
})
