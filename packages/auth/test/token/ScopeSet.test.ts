/** Sets of scopes, as parameters have them. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as ScopeSet from "../../src/token/ScopeSet.ts"

const Scopes = Schema.Array(Schema.Literals(["a", "b", "c", "files:read"]))

describe("ScopeSet", () => {
  it("reads a parameter", () => {
    assert.deepStrictEqual(ScopeSet.parse(" a  b a "), ["a", "b"])
    assert.deepStrictEqual(ScopeSet.parse(""), [])
    assert.deepStrictEqual(ScopeSet.parse(undefined), [])
  })

  it.prop(
    "has each scope once, and all of them, however sets are put together",
    [Scopes, Scopes],
    ([first, second]) => {
      const both = ScopeSet.union(first, second)
      assert.strictEqual(new Set(both).size, both.length)
      assert.isTrue(ScopeSet.includes(both, first) && ScopeSet.includes(both, second))
      assert.isTrue(ScopeSet.includes([...first, ...second], both))
      assert.deepStrictEqual(ScopeSet.parse(both.join(" ")), both)
    }
  )
})
