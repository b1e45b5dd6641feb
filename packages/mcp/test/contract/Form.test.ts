/** Forms: the JSON Schema that the specification allows, and how answers are read. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Form from "../../src/contract/Form.ts"
import { RequestedSchema } from "../../src/schema/Elicitation.ts"

const readyOf = (input: Form.Input) => Result.getOrThrow(Form.fromInput(input))

const schemaOf = (input: Form.Input) => readyOf(input).requestedSchema

const propertyOf = (schema: Schema.Codec<unknown, unknown>) => schemaOf({ field: schema }).properties.field

const titles = { a: "The first", b: "The second" }
const options = [{ const: "a", title: "The first" }, { const: "b", title: "The second" }]
const Choice = Schema.Literals(["a", "b"])

/** Every kind of field with the JSON Schema that the specification has for it (ELF-02, ELF-03). */
const fields: ReadonlyArray<readonly [string, Schema.Codec<unknown, unknown>, object]> = [
  ["text", Schema.String, { type: "string" }],
  [
    "text with everything",
    Schema.String.annotate({ title: "T", description: "D", default: "abc" })
      .check(Schema.isMinLength(2), Schema.isMaxLength(5)),
    { type: "string", title: "T", description: "D", minLength: 2, maxLength: 5, default: "abc" }
  ],
  ["text of two bounds", Schema.NonEmptyString.check(Schema.isMinLength(8)).annotate({ title: "T" }), {
    type: "string",
    title: "T",
    minLength: 8
  }],
  ["text of two upper bounds", Schema.String.check(Schema.isMaxLength(8), Schema.isMaxLength(3)), {
    type: "string",
    maxLength: 3
  }],
  [
    "integer of several bounds",
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }), Schema.isGreaterThan(4)),
    {
      type: "integer",
      minimum: 5,
      maximum: 9
    }
  ],
  ["choice of several with two bounds", Schema.Array(Choice).check(Schema.isMinLength(1), Schema.isMinLength(2)), {
    type: "array",
    minItems: 2,
    items: { type: "string", enum: ["a", "b"] }
  }],
  ["text with a pattern", Schema.String.check(Schema.isPattern(/^a/u)), { type: "string" }],
  ["email", Form.email, { type: "string", format: "email" }],
  ["uri", Form.uri, { type: "string", format: "uri" }],
  ["date", Form.date, { type: "string", format: "date" }],
  ["date and time", Form.dateTime, { type: "string", format: "date-time" }],
  ["a format of nobody", Schema.String.annotate({ format: "idn-email" }), { type: "string" }],
  ["number", Schema.Number, { type: "number" }],
  [
    "number with bounds",
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).annotate({ title: "N", default: 0.5 }),
    { type: "number", title: "N", minimum: 0, maximum: 1, default: 0.5 }
  ],
  ["number with a bound that is left out", Schema.Finite.check(Schema.isGreaterThan(0)), { type: "number" }],
  ["integer", Schema.Int, { type: "integer" }],
  ["integer with bounds", Schema.Int.check(Schema.isGreaterThan(3), Schema.isLessThan(9)), {
    type: "integer",
    minimum: 4,
    maximum: 8
  }],
  ["yes or no", Schema.Boolean.annotate({ title: "B", default: false }), {
    type: "boolean",
    title: "B",
    default: false
  }],
  ["choice", Choice.annotate({ title: "C", default: "b" }), {
    type: "string",
    title: "C",
    enum: ["a", "b"],
    default: "b"
  }],
  ["choice of one", Schema.Literal("a"), { type: "string", enum: ["a"] }],
  ["choice with titles", Form.choice(titles).annotate({ description: "C", default: "a" }), {
    type: "string",
    description: "C",
    oneOf: options,
    default: "a"
  }],
  [
    "choice of several",
    Schema.Array(Choice).check(Schema.isMinLength(1), Schema.isMaxLength(2)).annotate({ title: "M", default: ["a"] }),
    { type: "array", title: "M", minItems: 1, maxItems: 2, items: { type: "string", enum: ["a", "b"] }, default: ["a"] }
  ],
  ["choice of several with titles", Schema.Array(Form.choice(titles)), { type: "array", items: { anyOf: options } }],
  ["named", Schema.String.annotate({ identifier: "Name" }), { type: "string" }],
  ["number from text", Schema.NumberFromString, { type: "string" }]
]

describe("a form", () => {
  it.each(fields)("%s", (_, schema, expected) => {
    assert.deepStrictEqual(propertyOf(schema), expected)
  })

  it("keeps the order of its fields, and demands those that are neither optional nor filled", () => {
    const form = schemaOf({
      z: Schema.String,
      a: Schema.optionalKey(Schema.String),
      m: Schema.String.annotate({ default: "x" }),
      b: Schema.optional(Schema.Int),
      "": Schema.Boolean
    })
    assert.deepStrictEqual(Object.keys(form.properties), ["z", "a", "m", "b", ""])
    assert.deepStrictEqual(form.required, ["z", ""])
    assert.deepStrictEqual(form.properties.b, { type: "integer" })
    assert.deepStrictEqual(schemaOf({}), { type: "object", properties: {} })
  })

  it("is made of the schema of an object, or of a form, as well", () => {
    class Contact extends Schema.Class<Contact>("Contact")({ name: Schema.String }) {}
    const expected = { type: "object", properties: { name: { type: "string" } }, required: ["name"] }
    assert.deepStrictEqual<unknown>(schemaOf(Contact), expected)
    assert.deepStrictEqual<unknown>(schemaOf(Form.make({ name: Schema.String })), expected)
    assert.deepStrictEqual(
      Result.map(readyOf(Contact).decode({ name: "Ada" }), (one) => one instanceof Contact),
      Result.succeed(true)
    )
  })

  it("has nothing that elicitation does not allow, even where the types cannot tell", () => {
    interface Tree {
      readonly inner?: Tree
    }
    const Tree: Schema.Codec<Tree> = Schema.Struct({ inner: Schema.optionalKey(Schema.suspend(() => Tree)) })
    const refused: ReadonlyArray<Form.Input> = [
      Schema.String,
      Schema.Record(Schema.String, Schema.String),
      Schema.Array(Schema.String),
      { f: Schema.Struct({ a: Schema.String }) },
      { f: Schema.NullOr(Schema.String) },
      { f: Schema.Array(Schema.String) },
      { f: Schema.Array(Schema.Finite) },
      { f: Schema.Tuple([Choice]) },
      { f: Schema.Literals([1, 2]) },
      { f: Schema.Union([Schema.String, Schema.Finite]) },
      { f: Schema.Unknown },
      { f: Schema.Null },
      { f: Tree },
      { f: Schema.declare((value: unknown): value is symbol => typeof value === "symbol") }
    ]
    for (const [index, input] of refused.entries()) {
      assert.isTrue(Result.isFailure(Form.fromInput(input)), `${index}`)
    }
    assert.include(
      Result.getOrThrow(Result.flip(Form.fromInput({ bad: Schema.NullOr(Schema.String) }))),
      "A form cannot have the field \"bad\""
    )
  })
})

const Kinds = Schema.Literals(fields.map(([name]) => name))

describe("any form", () => {
  const checkOfficial = Schema.decodeUnknownResult(RequestedSchema)

  it.prop("is one that the specification knows, and reads what its schema describes", [
    Schema.Array(Kinds).check(Schema.isMaxLength(6))
  ], ([kinds]) => {
    const entries = kinds.map((kind, index) => {
      const schema = fields.find(([name]) => name === kind)?.[1] ?? Schema.String
      return [`field ${index}`, index % 2 === 0 ? schema : Schema.optionalKey(schema)] as const
    })
    const { decode, requestedSchema } = readyOf(Object.fromEntries(entries))
    assert.deepStrictEqual(checkOfficial(JSON.parse(JSON.stringify(requestedSchema))), Result.succeed(requestedSchema))
    assert.deepStrictEqual(Object.keys(requestedSchema.properties), entries.map(([name]) => name))
    assert.strictEqual(Result.isSuccess(decode({})), requestedSchema.required === undefined)
  })
})

describe("an answer", () => {
  const form = readyOf({
    name: Schema.String.check(Schema.isMinLength(2)),
    size: Schema.Int.annotate({ default: 7 }),
    colors: Schema.Array(Choice).annotate({ default: ["a"] }),
    date: Schema.optionalKey(Form.date)
  })

  it("takes the defaults of what it lacks", () => {
    assert.deepStrictEqual(form.decode({ name: "Ada" }), Result.succeed({ name: "Ada", size: 7, colors: ["a"] }))
    assert.deepStrictEqual(
      form.decode({ name: "Ada", size: 8, colors: [], other: 1 }),
      Result.succeed({ name: "Ada", size: 8, colors: [] })
    )
  })

  it("may choose one where several are possible", () => {
    assert.deepStrictEqual(
      form.decode({ name: "Ada", colors: "b" }),
      Result.succeed({ name: "Ada", size: 7, colors: ["b"] })
    )
  })

  it("is checked against the form (ELF-06)", () => {
    const refused = [
      {},
      { name: 1 },
      { name: "A" },
      { name: "Ada", size: 1.5 },
      { name: "Ada", colors: ["c"] },
      { name: "Ada", date: "2026-02-30" },
      { name: "Ada", date: "tomorrow" }
    ]
    for (const content of refused) assert.isTrue(Result.isFailure(form.decode(content)), JSON.stringify(content))
    assert.isTrue(Result.isSuccess(form.decode({ name: "Ada", date: "2026-02-28" })))
  })

  const holds = (schema: Schema.Codec<string>, text: string) =>
    Result.isSuccess(Schema.decodeUnknownResult(schema)(text))

  it("has the format of its field", () => {
    assert.isTrue(holds(Form.email, "ada@example.org"))
    for (const text of ["", "ada", "@", "a b@c", "a@b@c"]) assert.isFalse(holds(Form.email, text), text)
    assert.isTrue(holds(Form.uri, "urn:isbn:1"))
    for (const text of ["", "x", "http:// a", "//x.example"]) assert.isFalse(holds(Form.uri, text), text)
    assert.isTrue(holds(Form.dateTime, "2026-07-28T09:30:00.5+02:00"))
    for (const text of ["2026-07-28", "2026-07-28T25:00:00Z", "2026-02-30T00:00:00Z", "2026-07-28T09:30:00"]) {
      assert.isFalse(holds(Form.dateTime, text), text)
    }
  })
})
