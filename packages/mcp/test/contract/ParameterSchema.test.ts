import { assert, describe, it } from "@effect/vitest"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type AnyCodec, toJsonCodec, toJsonSchema, toSchema } from "../../src/contract/ParameterSchema.ts"

interface Tree {
  readonly value: number
  readonly children: ReadonlyArray<Tree>
}

const Tree = Schema.Struct({
  value: Schema.Number,
  children: Schema.Array(Schema.suspend((): Schema.Codec<Tree> => Tree))
})

interface Named {
  readonly next?: Named
}

const Named: Schema.Codec<Named> = Schema.Struct({
  next: Schema.optionalKey(Schema.suspend((): Schema.Codec<Named> => Named))
}).annotate({ identifier: "app/Named~1 %41" })

class Point extends Schema.Class<Point>("app/Point")({ x: Schema.Number, y: Schema.Finite }) {}
class Line extends Schema.Class<Line>("Line")({ from: Point, to: Point }) {}

const number = { type: "number" }
const string = { type: "string" }
const object = (properties: object, required = Object.keys(properties)) => ({
  type: "object",
  properties,
  ...(required.length === 0 ? {} : { required })
})

const pointDefinition = { "app/PointEncoded": object({ x: number, y: number }) }
const pointReference = { $ref: "#/$defs/app~1PointEncoded" }

type Case = readonly [what: string, schema: AnyCodec, expected: unknown]

const numbers: ReadonlyArray<Case> = [
  ["a number", Schema.Number, number],
  ["a described number", Schema.Number.annotate({ description: "d" }), { ...number, description: "d" }],
  ["a number in bounds", Schema.Number.check(Schema.isBetween({ minimum: 0, maximum: 1 })), {
    ...number,
    minimum: 0,
    maximum: 1
  }],
  ["a number or null", Schema.NullOr(Schema.Number), { anyOf: [number, { type: "null" }] }],
  ["a number or text", Schema.Union([Schema.Number, Schema.String]), { anyOf: [number, string] }],
  ["numbers", Schema.Array(Schema.Number), { type: "array", items: number }],
  ["numbers by name", Schema.Record(Schema.String, Schema.Number), { type: "object", additionalProperties: number }],
  ["a number as text", Schema.NumberFromString, string],
  ["the literals that numbers once were", Schema.Literals(["Infinity", "-Infinity", "NaN"]), {
    type: "string",
    enum: ["Infinity", "-Infinity", "NaN"]
  }]
]

const objects: ReadonlyArray<Case> = [
  ["no fields", Schema.Struct({}), object({})],
  ["no fields, described", Schema.Struct({}).annotate({ description: "d" }), { ...object({}), description: "d" }],
  [
    "a field that may be absent",
    Schema.Struct({ a: Schema.optionalKey(Schema.Number), b: Schema.String }),
    object({ a: number, b: string }, ["b"])
  ],
  [
    "a field that may be undefined, which JSON says as null",
    Schema.Struct({ a: Schema.optional(Schema.Number) }),
    object({ a: { anyOf: [number, { type: "null" }] } }, [])
  ],
  [
    "fields with names that JSON Schema has a meaning for",
    Schema.Struct({ anyOf: Schema.Number, additionalProperties: Schema.String, $ref: Schema.Number }),
    object({ anyOf: number, additionalProperties: string, $ref: number })
  ],
  ["nesting", Schema.Struct({ a: Schema.Struct({ b: Schema.Number }) }), object({ a: object({ b: number }) })],
  ["described", Schema.Struct({ a: Schema.String }).annotate({ title: "T", description: "d" }), {
    ...object({ a: string }),
    title: "T",
    description: "d"
  }],
  ["any object", Schema.Record(Schema.String, Schema.Unknown), { type: "object" }],
  [
    "vendor annotations",
    Schema.Struct({ a: Schema.String.annotate({ "x-mcp-header": "A" }) }),
    object({
      a: { ...string, "x-mcp-header": "A" }
    })
  ]
]

const references: ReadonlyArray<Case> = [
  ["a class at the root", Point, { ...object({ x: number, y: number }), $defs: pointDefinition }],
  ["a class in a field", Schema.Struct({ p: Point }), { ...object({ p: pointReference }), $defs: pointDefinition }],
  ["a class of classes", Line, {
    ...object({ from: pointReference, to: pointReference }),
    $defs: { ...pointDefinition, LineEncoded: object({ from: pointReference, to: pointReference }) }
  }],
  ["a recursive schema under a name that pointers must escape", Named, {
    ...object({ next: { $ref: "#/$defs/app~1Named~01%20%2541" } }, []),
    $defs: { "app/Named~1 %41": object({ next: { $ref: "#/$defs/app~1Named~01%20%2541" } }, []) }
  }]
]

describe("toJsonSchema", () => {
  it.each(numbers)("%s", (_, schema, expected) => assert.deepStrictEqual(toJsonSchema(schema), expected))

  it.each(objects)("%s", (_, schema, expected) => assert.deepStrictEqual(toJsonSchema(schema), expected))

  it.each(references)("%s", (_, schema, expected) => assert.deepStrictEqual(toJsonSchema(schema), expected))

  it("data inside a schema is left as it is", () => {
    const data = { additionalProperties: true, anyOf: [number, { ...string, enum: ["Infinity", "-Infinity", "NaN"] }] }
    const schema = Schema.Struct({ a: Schema.String }).annotate({ description: "d", "x-data": data })
    assert.deepStrictEqual(toJsonSchema(schema)["x-data"], data)
  })
})

describe("toSchema", () => {
  it("nothing and fields are structs, and a schema is itself", () => {
    assert.deepStrictEqual(toJsonSchema(toSchema(undefined)), object({}))
    assert.deepStrictEqual(toJsonSchema(toSchema({ a: Schema.Number })), object({ a: number }))
    assert.strictEqual(toSchema(Point), Point)
  })
})

const Shape = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("circle"), radius: Schema.Number }),
  Schema.Struct({ kind: Schema.Literal("square"), side: Schema.Int, label: Schema.optional(Schema.String) })
])

/** One of everything that parameters are made of. */
const samples: Record<string, AnyCodec> = {
  ...Object.fromEntries([...numbers, ...objects, ...references].map(([what, schema]) => [what, schema])),
  tree: Tree,
  shape: Shape,
  shapes: Schema.Struct({ shapes: Schema.NonEmptyArray(Shape), other: Schema.NullOr(Shape) }),
  dates: Schema.Struct({ a: Schema.Date, b: Schema.optionalKey(Schema.DateFromString) }),
  big: Schema.Struct({
    a: Schema.BigInt,
    b: Schema.Option(Schema.Number),
    c: Schema.Tuple([Schema.Int, Schema.String])
  }),
  nothing: Schema.Struct({ a: Schema.Null, b: Schema.Undefined, c: Schema.Void }),
  bytes: Schema.Struct({ a: Schema.Uint8ArrayFromBase64, b: Schema.Boolean, c: Schema.Unknown })
}

describe("a JSON Schema and the codec beside it agree", () => {
  const ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    strictTuples: false,
    validateFormats: false
  })
  ajv.addVocabulary(["x-mcp-header"])

  for (const [what, schema] of Object.entries(samples)) {
    const validate = ajv.compile(toJsonSchema(schema))
    const encode = Schema.encodeUnknownResult(toJsonCodec(schema))
    const decode = Schema.decodeUnknownResult(toJsonCodec(schema))

    it.prop(what, [Schema.toType(schema)], ([value]) => {
      const encoded = encode(value)
      // What JSON cannot say (an infinity) is no value of the schema's JSON form.
      if (Result.isFailure(encoded)) return
      const json: unknown = JSON.parse(JSON.stringify(encoded.success))
      assert.isTrue(validate(json), `${JSON.stringify(json)}: ${ajv.errorsText(validate.errors)}`)
      assert.isTrue(Result.isSuccess(decode(json)), JSON.stringify(json))
    }, { arbitrary: { runs: 50 } })
  }

  it("no number is encoded that JSON does not have", () => {
    assert.isTrue(Result.isFailure(Schema.encodeUnknownResult(toJsonCodec(Schema.Number))(NaN)))
    for (const schema of [Schema.Number, Schema.NullOr(Schema.Number), Schema.Array(Schema.Number), Tree, Point]) {
      const encode = Schema.encodeUnknownResult(toJsonCodec(Schema.Struct({ a: schema })))
      for (const value of [NaN, Infinity, -Infinity]) {
        for (
          const a of [value, [value], { value, children: [] }, Point.make({ x: 1, y: 1 }, { disableChecks: true })]
        ) {
          const encoded = encode({ a })
          if (Result.isSuccess(encoded)) assert.notInclude(JSON.stringify(encoded.success), "null")
        }
      }
    }
  })
})

describe("what is said of a schema", () => {
  const described = { description: "d" }

  const said: ReadonlyArray<Case> = [
    ["of a number from text", Schema.FiniteFromString.annotate(described), { ...string, ...described }],
    ["of a date", Schema.Date.annotate({ ...described, title: "T" }), { ...string, ...described, title: "T" }],
    ["of bytes", Schema.Uint8ArrayFromBase64.annotate(described), {
      ...string,
      format: "byte",
      contentEncoding: "base64",
      ...described
    }],
    ["with a keyword of one's own", Schema.FiniteFromString.annotate({ "x-unit": "m" }), { ...string, "x-unit": "m" }],
    ["beside a check", Schema.NonEmptyString.annotate(described), { ...string, minLength: 1, ...described }],
    ["of a key", Schema.String.annotateKey(described), { ...string, ...described }],
    ["of items", Schema.Array(Schema.Date.annotate(described)), { type: "array", items: { ...string, ...described } }],
    [
      "of what is inside",
      Schema.Struct({ b: Schema.Date.annotate(described) }),
      object({ b: { ...string, ...described } })
    ]
  ]

  it.each(said)("stands where clients read it: %s", (_, schema, expected) => {
    assert.deepStrictEqual<unknown>(toJsonSchema(Schema.Struct({ a: schema })).properties, { a: expected })
  })

  it("of the encoded side is not overwritten, and examples of decoded values stay away", () => {
    const encoded = Schema.String.annotate({ description: "of the text" })
    const schema = Schema.FiniteFromString.annotate({ description: "of the number", examples: [1] })
    const both = encoded.pipe(Schema.decodeTo(schema))
    assert.deepStrictEqual<unknown>(toJsonSchema(both), { ...string, description: "of the text" })
    assert.deepStrictEqual<unknown>(toJsonSchema(schema), { ...string, description: "of the number" })
  })

  it("twice keeps both, and no assertion is lost", () => {
    const schema = Schema.Finite.check(
      Schema.isGreaterThan(1, { description: "over one" }),
      Schema.isGreaterThan(2, { description: "over two" })
    )
    const validate = new Ajv2020().compile(toJsonSchema(schema))
    assert.deepStrictEqual([1, 2, 3].map((value) => validate(value)), [false, false, true])
    assert.match(JSON.stringify(toJsonSchema(schema)), /over one.*over two/)
  })
})
