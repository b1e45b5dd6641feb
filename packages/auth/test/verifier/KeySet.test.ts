/** How keys age. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as KeySet from "../../src/verifier/KeySet.ts"
import { defaultLimits as limits } from "../../src/verifier/VerifierLimits.ts"

const life = (control: string | undefined, age?: string) =>
  KeySet.lifetimeMillis({ "cache-control": control, age }, limits)

describe("how long a key set is good", () => {
  const cases: ReadonlyArray<readonly [string | undefined, string | undefined, number]> = [
    [undefined, undefined, 600_000],
    ["public", undefined, 600_000],
    ["public, max-age=3600", undefined, 3_600_000],
    ["MAX-AGE=\"3600\"", undefined, 3_600_000],
    ["max-age=3600", "600", 3_000_000],
    ["max-age=3600", "later", 3_600_000],
    ["max-age=0", undefined, 60_000],
    ["max-age=1", "2", 60_000],
    ["max-age=99999999", undefined, 86_400_000],
    ["max-age=999999999999999", undefined, 600_000],
    ["max-age=-1", undefined, 600_000],
    ["max-age=3600, no-store", undefined, 60_000],
    ["no-cache=\"x\"", undefined, 60_000],
    ["s-max-age=3600", undefined, 600_000]
  ]
  for (const [control, age, expected] of cases) {
    it(`${control ?? "nothing"}${age === undefined ? "" : `, aged ${age}`}: ${expected / 1000} s`, () =>
      assert.strictEqual(life(control, age), expected))
  }

  it.prop("is within the bounds, whatever the headers say", [Schema.String, Schema.Int], ([text, number]) => {
    for (const control of [text, `max-age=${number}`, `max-age=${text}`]) {
      const millis = life(control, text)
      assert.isAtLeast(millis, limits.keySetMillisMin)
      assert.isAtMost(millis, limits.keySetMillisMax)
    }
  })
})

describe("a key set", () => {
  const good = KeySet.received(KeySet.empty, "keys", 100_000, 1_000_000, limits)

  it("is asked for when there is none, and then not at once again", () => {
    assert.strictEqual(KeySet.forToken(KeySet.empty, 0, limits), "Ask")
    const failed = KeySet.failed(KeySet.empty, 1_000)
    assert.strictEqual(KeySet.forToken(failed, 1_000, limits), "Nothing")
    assert.strictEqual(KeySet.forToken(failed, 31_000, limits), "Ask")
  })

  it("is used until it is over, and after that for a while when the issuer was just asked in vain", () => {
    assert.strictEqual(KeySet.forToken(good, 1_099_999, limits), "Use")
    assert.strictEqual(KeySet.forToken(good, 1_100_000, limits), "Ask")
    const failed = KeySet.failed(good, 1_100_000)
    assert.strictEqual(KeySet.forToken(failed, 1_100_000, limits), "Use")
    assert.strictEqual(KeySet.forToken(failed, 1_130_000, limits), "Ask")
    const late = KeySet.failed(good, 4_700_000)
    assert.strictEqual(KeySet.forToken(late, 4_700_000, limits), "Nothing")
  })

  it("is asked for when a key is not in it, once per cooldown", () => {
    assert.strictEqual(KeySet.forUnknownKey(good, 1, 1_029_999, limits), "Nothing")
    assert.strictEqual(KeySet.forUnknownKey(good, 1, 1_030_000, limits), "Ask")
    assert.strictEqual(KeySet.forUnknownKey(good, 0, 1_000_000, limits), "Use")
  })

  const Step = Schema.Struct({
    advance: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 120_000 })),
    isUnknown: Schema.Boolean,
    isUp: Schema.Boolean
  })
  it.prop(
    "is never asked for more often than once per cooldown before it is over, nor used when it is too old",
    [Schema.Array(Step)],
    ([steps]) => {
      let state: KeySet.State<string> = KeySet.empty
      let now = 0
      for (const { advance, isUnknown, isUp } of steps) {
        now += advance
        const decision = isUnknown
          ? KeySet.forUnknownKey(state, state.asked, now, limits)
          : KeySet.forToken(state, now, limits)
        if (decision === "Use") assert.isBelow(now, state.staleUntilMillis)
        if (decision !== "Ask") continue
        const isOver = !isUnknown && state.keys !== undefined && now >= state.freshUntilMillis
        if (!isOver) assert.isAtLeast(now - state.askedAtMillis, limits.keySetCooldownMillis)
        state = isUp ? KeySet.received(state, "keys", 60_000, now, limits) : KeySet.failed(state, now)
      }
    }
  )
})
