/** The validator of structured content: what it decides, held against another one, and that nobody can make it costly. */
import { assert, describe, it } from "@effect/vitest"
import { OutputValidator } from "@parley/mcp/client/tools/OutputValidator"
import type { ToolOutputSchema } from "@parley/mcp/schema/Tool"
import * as NodeOutputValidator from "@parley/node/NodeOutputValidator"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const check = (schema: unknown, value: unknown, options?: NodeOutputValidator.Options) =>
  OutputValidator.pipe(
    Effect.flatMap((validator) => validator.check(schema as ToolOutputSchema, value)),
    Effect.provide(NodeOutputValidator.layer(options))
  )

/** However busy the machine is: what is decided here is not how long it takes. */
const patient: NodeOutputValidator.Options = { timeMillisMax: 60_000 }

const decided = (schema: unknown, value: unknown) => Effect.map(check(schema, value, patient), ({ _tag }) => _tag)

/** As it comes from the wire. */
const parse = (text: string): unknown => JSON.parse(text)

const person = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: {
    name: { type: "string", minLength: 1 },
    age: { type: "integer", minimum: 0 },
    friends: { type: "array", items: { $ref: "#" } },
    pair: { $ref: "#/$defs/pair" },
    kind: { enum: ["a", null, 3] }
  },
  required: ["name"],
  additionalProperties: false,
  $defs: {
    pair: { $anchor: "pair", type: "array", prefixItems: [{ type: "number" }, { type: "boolean" }], items: false }
  }
}

describe("what is decided", () => {
  const cases: ReadonlyArray<readonly [string, unknown, unknown, boolean]> = [
    ["an object that fits", person, { name: "a", age: 3, friends: [{ name: "b" }], pair: [1, true], kind: null }, true],
    ["a member of the wrong type", person, { name: "a", age: 3.5 }, false],
    ["a missing member", person, { age: 3 }, false],
    ["a member too many", person, { name: "a", more: 1 }, false],
    ["deep inside a reference to the root", person, { name: "a", friends: [{ name: "" }] }, false],
    ["in a definition", person, { name: "a", pair: [1, true, 2] }, false],
    ["an anchor", { ...person, properties: { pair: { $ref: "#pair" } } }, { name: "x", pair: ["x"] }, false],
    ["alternatives, of which one", { oneOf: [{ type: "string" }, { const: 1 }] }, 1, true],
    ["alternatives, of which two", { oneOf: [{ type: "number" }, { const: 1 }] }, 1, false],
    ["conditions", { if: { required: ["a"] }, then: { required: ["b"] } }, { a: 1 }, false],
    [
      "what was not evaluated",
      {
        allOf: [{ properties: { a: true } }],
        properties: { b: true },
        unevaluatedProperties: false
      },
      { a: 1, b: 2, c: 3 },
      false
    ],
    ["null, where it may be", { type: ["object", "null"] }, null, true],
    ["null, where it may not", { type: "object" }, null, false],
    ["a schema that asks for nothing", {}, [1, "x"], true],
    ["a format, which is only a note", { type: "string", format: "email" }, "no", true],
    ["a property called format", { properties: { format: { const: "x" } } }, { format: "y" }, false],
    ["a property called $ref", { properties: { $ref: { const: "x" } } }, { $ref: "x" }, true],
    ["a constant with a member called format", { const: { format: "x" } }, { format: "x" }, true],
    [
      "a constant with a reference in it",
      { enum: [{ $dynamicRef: "#x", $ref: 1 }] },
      { $dynamicRef: "#x", $ref: 1 },
      true
    ],
    ["a reference in an example", { examples: [{ $ref: "https://example.com/x" }], type: "number" }, 1, true],
    ["a reference in a default", { default: { $ref: "https://example.com/x" }, type: "number" }, 1, true]
  ]
  for (const [what, schema, value, isValid] of cases) {
    it.effect(`${what} (JSC-01, TOC-09, JSC-12, TOC-25)`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* decided(schema, value), isValid ? "Valid" : "Invalid")
        const ajv = new Ajv2020({ strict: false, validateFormats: false })
        assert.strictEqual(ajv.validate(schema as object, value), isValid)
      }))
  }

  it.effect("names that objects have by birth are names like others", () =>
    Effect.gen(function*() {
      const schema = parse(
        `{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"number"}},` +
          `"required":["toString"],"additionalProperties":{"type":"boolean"}}`
      )
      assert.strictEqual(yield* decided(schema, parse("{}")), "Invalid")
      assert.strictEqual(yield* decided(schema, parse(`{"toString":true}`)), "Valid")
      assert.strictEqual(yield* decided(schema, parse(`{"toString":true,"__proto__":1}`)), "Invalid")
      assert.strictEqual(yield* decided(schema, parse(`{"toString":true,"__proto__":"x","constructor":1}`)), "Valid")
    }))

  it.effect("what does not fit is said, with its place", () =>
    Effect.gen(function*() {
      const verdict = yield* check(person, { name: "a", friends: [{ name: "b", age: "x" }] })
      assert.strictEqual(verdict._tag, "Invalid")
      if (verdict._tag === "Invalid") assert.match(verdict.detail, /^at #\/friends\/0\/age: /)
      const long = yield* check({ enum: ["x".repeat(10_000)] }, 1)
      if (long._tag === "Invalid") assert.isBelow(long.detail.length, 400)
    }))

  it.effect("the schema stays as it was, frozen or not (JSC-13)", () =>
    Effect.gen(function*() {
      const before = JSON.stringify(person)
      const freeze = (value: unknown): unknown => {
        if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(freeze)
        return value
      }
      const frozen = freeze(structuredClone(person))
      assert.strictEqual(yield* decided(frozen, { name: "a" }), "Valid")
      yield* check(person, { name: "a" })
      assert.strictEqual(JSON.stringify(person), before)
      assert.deepStrictEqual(Object.getOwnPropertyNames(person.properties.pair), ["$ref"])
    }))

  const Leaf = Schema.Literals(["string", "number", "integer", "boolean", "null", "object", "array"])
  const Node = Schema.Struct({
    type: Schema.optionalKey(Leaf),
    minimum: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: -3, maximum: 3 }))),
    maxLength: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 }))),
    minItems: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 }))),
    required: Schema.optionalKey(Schema.UniqueArray(Schema.Literals(["a", "b"]))),
    additionalProperties: Schema.optionalKey(Schema.Boolean)
  })
  const Tree = Schema.Struct({
    ...Node.fields,
    properties: Schema.optionalKey(Schema.Struct({ a: Node, b: Schema.optionalKey(Node) })),
    items: Schema.optionalKey(Node),
    anyOf: Schema.optionalKey(Schema.NonEmptyArray(Node)),
    oneOf: Schema.optionalKey(Schema.NonEmptyArray(Node)),
    allOf: Schema.optionalKey(Schema.NonEmptyArray(Node)),
    not: Schema.optionalKey(Node)
  })
  const Scalar = Schema.Union([Schema.String, Schema.Int, Schema.Boolean, Schema.Null])
  const Value = Schema.Union([
    Scalar,
    Schema.Array(Scalar),
    Schema.Struct({ a: Schema.optionalKey(Scalar), b: Schema.optionalKey(Scalar), c: Schema.optionalKey(Scalar) })
  ])
  it.effect.prop(
    "another interpreter says the same (TOC-09)",
    { schema: Tree, value: Value },
    ({ schema, value }) =>
      Effect.gen(function*() {
        const ajv = new Ajv2020({ strict: false, validateFormats: false })
        assert.strictEqual(yield* decided(schema, value), ajv.validate(schema, value) ? "Valid" : "Invalid")
      }),
    { arbitrary: { runs: 300 } }
  )
})

describe("what cannot be used (JSC-02, JSC-03, JSC-07, JSC-08)", () => {
  const unusable = (what: string, schema: unknown, reason: RegExp, value: unknown = {}) =>
    it.effect(what, () =>
      Effect.gen(function*() {
        const verdict = yield* check(schema, value)
        assert.strictEqual(verdict._tag, "Undecided")
        if (verdict._tag === "Undecided") assert.match(verdict.detail, reason)
      }))

  // The address answers nobody: a validator that fetched would wait.
  const remote = "http://192.0.2.1/schema.json"
  unusable("a $ref to the network is not followed (JSC-07, JSC-08, JSC-10)", { $ref: remote }, /nothing is fetched/)
  unusable("even where nothing leads to it (JSC-10)", { $defs: { a: { $ref: remote } } }, /nothing is fetched/)
  unusable(
    "nor one below an $id (JSC-07)",
    { $id: remote, properties: { a: { $ref: "other.json" } } },
    /nothing is fetched/
  )
  unusable("a $ref to a place that is not there", { $ref: "#/$defs/none" }, /leads out/)
  unusable("a $ref to itself ends", { $ref: "#" }, /checking it failed/)
  unusable(
    "an unknown dialect is named (JSC-02, JSC-03)",
    { $schema: "https://example.com/mine" },
    /example\.com\/mine/
  )
  unusable("a dialect that is no text (JSC-03)", { $schema: 7 }, /dialect 7/)
  unusable("$dynamicRef (JSC-03)", { $dynamicRef: "#x" }, /dynamicRef/)
  unusable("an $id that is none", { $id: "http://[" }, /not valid/)
  unusable("keywords that are nonsense", { anyOf: 3 }, /checking it failed/)
  unusable("a pattern that is none", { pattern: "(" }, /checking it failed/, "x")

  it.effect("older dialects are known, with their own rules (JSC-01, JSC-02, JSC-05)", () =>
    Effect.gen(function*() {
      const tuple = { items: [{ type: "number" }], additionalItems: false }
      for (const dialect of ["draft-04", "draft-06", "draft-07"]) {
        const schema = { $schema: `http://json-schema.org/${dialect}/schema#`, ...tuple }
        assert.deepStrictEqual(
          [yield* decided(schema, [1]), yield* decided(schema, [1, 2])],
          ["Valid", "Invalid"]
        )
      }
      const recent = { $schema: "https://json-schema.org/draft/2019-09/schema", ...tuple }
      assert.strictEqual(yield* decided(recent, [1, 2]), "Invalid")
    }))
})

describe("bounds (JSC-11)", () => {
  const exceeded = (
    what: string,
    schema: unknown,
    value: unknown,
    reason: RegExp,
    options?: NodeOutputValidator.Options
  ) =>
    it.effect(what, () =>
      Effect.gen(function*() {
        const verdict = yield* check(schema, value, options)
        assert.strictEqual(verdict._tag, "Undecided")
        if (verdict._tag === "Undecided") assert.match(verdict.detail, reason)
      }))

  const nested = (depth: number, inner: unknown): unknown => {
    let value = inner
    for (let level = 0; level < depth; level++) value = { properties: { a: value } }
    return value
  }
  const doubling = {
    $ref: "#/$defs/a40",
    $defs: Object.fromEntries([
      ["a0", {}],
      ...Array.from(
        { length: 40 },
        (_, index) =>
          [`a${index + 1}`, { allOf: [{ $ref: `#/$defs/a${index}` }, { $ref: `#/$defs/a${index}` }] }] as const
      )
    ])
  }
  const identified = (depth: number): unknown => {
    let value: unknown = {}
    for (let level = 0; level < depth; level++) {
      value = { $id: `https://example.com/${level}`, properties: { a: value } }
    }
    return value
  }
  const quick: NodeOutputValidator.Options = { timeMillisMax: 50 }

  exceeded("a schema that is too large", { enum: Array.from({ length: 11 }) }, 1, /more than 10 nodes/, {
    schemaNodesMax: 10
  })
  exceeded("a schema that is too deep", nested(40, {}), {}, /deeper than 64 levels/)
  exceeded("a schema deeper than a stack", nested(200_000, {}), {}, /more than|deeper than/)
  exceeded("a value that is too large", {}, Array.from({ length: 11 }, () => 0), /more than 10 nodes/, {
    valueNodesMax: 10
  })
  exceeded("a value that is too deep", {}, nested(100, 1), /deeper than 128 levels/)
  exceeded("references that double at each step", doubling, {}, /timed out/, quick)
  exceeded("identifiers in identifiers", identified(28), {}, /timed out/, quick)
  exceeded("an expression that goes back and forth", { pattern: "^(a+)+$" }, `${"a".repeat(40)}b`, /timed out/, quick)
  exceeded(
    "an expression for names",
    { patternProperties: { "^(a+)+$": true } },
    { [`${"a".repeat(40)}b`]: 1 },
    /timed out/,
    quick
  )
  exceeded(
    "items that are compared with all others",
    { uniqueItems: true },
    Array.from({ length: 20_000 }, (_, index) => [index]),
    /timed out/,
    quick
  )
  exceeded(
    "a long text that is counted over and over",
    { allOf: Array.from({ length: 1_000 }, () => ({ maxLength: 9_000_000 })) },
    "x".repeat(1_000_000),
    /timed out/,
    quick
  )
  exceeded(
    "long names that are counted over and over",
    { propertyNames: { allOf: Array.from({ length: 1_000 }, () => ({ maxLength: 9_000_000 })) } },
    { ["x".repeat(1_000_000)]: 1 },
    /timed out/,
    quick
  )
  exceeded(
    "much of both",
    { items: { allOf: Array.from({ length: 1_000 }, () => ({ minProperties: 0 })) } },
    Array.from({ length: 90_000 }, () => ({})),
    /timed out/,
    quick
  )

  it.effect("after a check that took too long, the next is none the worse", () =>
    Effect.gen(function*() {
      const validator = yield* OutputValidator
      const slow = { pattern: "^(a+)+$" } as ToolOutputSchema
      assert.strictEqual((yield* validator.check(slow, `${"a".repeat(40)}b`))._tag, "Undecided")
      assert.strictEqual((yield* validator.check(slow, "aaa"))._tag, "Valid")
      assert.strictEqual((yield* validator.check(slow, "b"))._tag, "Invalid")
    }).pipe(Effect.provide(NodeOutputValidator.layer({ timeMillisMax: 1_000 }))))
})
