/** What holds for every schema of the model. What is particular to one is in `Cases.test.ts`. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { minimal } from "./Minimal.ts"
import { accepts, entries, objects } from "./Schemas.ts"

const vendor = { "com.example/vendor": { deep: [null, { "": 0 }] }, __proto: true }

describe("every schema", () => {
  for (const { name, schema } of entries) {
    const decode = Schema.decodeUnknownSync(schema)
    const encode = Schema.encodeUnknownSync(schema)

    it.prop(`${name} goes to the wire and back unchanged`, [schema], ([value]) => {
      const wire = encode(value)
      assert.deepStrictEqual(wire, value)
      assert.deepStrictEqual(decode(wire), value)
      // Through text as well: a generated value is JSON and nothing else. Read once, because the V8 of Node 24 does not
      // read every text twice the same: a key that begins with an escape may become a backslash.
      const read: unknown = JSON.parse(JSON.stringify(wire))
      assert.deepStrictEqual(encode(decode(read)), encode(read))
    }, { arbitrary: { runs: 40 } })
  }
})

describe("every object", () => {
  it("is in the table of smallest values", () => {
    assert.deepStrictEqual(objects.map(({ name }) => name).toSorted(), Object.keys(minimal).toSorted())
  })

  for (const { name, schema } of objects) {
    it(`${name} requires what it must, and keeps what it does not know`, () => {
      const least = minimal[name]!
      assert.deepStrictEqual(Schema.decodeUnknownSync(schema)(least), least)
      const extended = { ...least, ...vendor }
      assert.deepStrictEqual(Schema.decodeUnknownSync(schema)(extended), extended)
      assert.deepStrictEqual(Schema.encodeUnknownSync(schema)(extended), extended)
      for (const member of Object.keys(least)) {
        const { [member]: _, ...rest } = least
        assert.isFalse(accepts(schema, rest), `without ${member}`)
      }
      for (const other of [null, [], "", 0, undefined]) assert.isFalse(accepts(schema, other))
    })
  }
})
