/** Which tokens are remembered, and for how long. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as VerifiedTokens from "../../src/verifier/VerifiedTokens.ts"
import * as Protected from "../support/Protected.ts"

const alice = Protected.accessToken("alice")

describe("VerifiedTokens", () => {
  it("remember until the time is over that they are given, or their own", () => {
    const tokens = VerifiedTokens.make(10, 1_000)
    tokens.put("a", alice, 0)
    tokens.put("b", { ...alice, expiresAtMillis: 500 }, 0)
    tokens.put("c", { ...alice, expiresAtMillis: 0 }, 0)
    assert.strictEqual(tokens.get("a", 999), alice)
    assert.isDefined(tokens.get("b", 499))
    assert.isUndefined(tokens.get("c", 0))
    assert.isUndefined(tokens.get("b", 500))
    // being used makes nothing last longer
    assert.isUndefined(tokens.get("a", 1_000))
    assert.isUndefined(tokens.get("a", 0))
  })

  it.prop("are so many at most, and those that were used last", [
    Schema.Array(Schema.Literals(["a", "b", "c", "d", "e"])),
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 4 }))
  ], ([used, tokensMax]) => {
    const tokens = VerifiedTokens.make(tokensMax, 1_000)
    for (const hash of used) if (tokens.get(hash, 0) === undefined) tokens.put(hash, alice, 0)
    const latest = [...new Set(used.toReversed())].slice(0, tokensMax)
    for (const hash of ["a", "b", "c", "d", "e"]) {
      assert.strictEqual(tokens.get(hash, 0) !== undefined, latest.includes(hash as "a"))
    }
  })
})
