/** The arithmetic of the report: medians, percentiles, and ratios against the same round. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { median, percentile, ratios, spread } from "../src/measure/Statistics.ts"

/** Measurements: nothing is measured that the mean of two could overflow. */
const Measurement = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1e12 }))
const Values = Schema.Array(Measurement).check(Schema.isMinLength(1))

describe("Statistics", () => {
  it("takes the middle value, or the mean of the two in the middle", () => {
    assert.strictEqual(median([5, 1, 3]), 3)
    assert.strictEqual(median([4, 1, 2, 3]), 2.5)
    assert.isNaN(median([]))
  })

  it("does not sort the caller's values", () => {
    const values = [3, 1, 2]
    spread(values)
    assert.deepStrictEqual(values, [3, 1, 2])
  })

  it("takes percentiles by the nearest rank", () => {
    const values = Float64Array.from({ length: 200 }, (_, index) => index + 1)
    assert.strictEqual(percentile(values, 0.5), 100)
    assert.strictEqual(percentile(values, 0.99), 198)
    assert.strictEqual(percentile(values, 1), 200)
    assert.strictEqual(percentile(Float64Array.of(7), 0.5), 7)
    assert.isNaN(percentile(new Float64Array(0), 0.5))
  })

  it("divides by the reference of the same round, so that a slow round cancels out", () => {
    assert.deepStrictEqual(ratios([2, 20, 4], [1, 10, 2]), [2, 2, 2])
  })

  it("refuses rounds without a reference", () => {
    assert.throws(() => ratios([1, 2], [1]), "a round lacks its reference")
  })

  it.prop("half of the values lie on either side of the median", [Values], ([values]) => {
    const middle = median(values)
    const half = values.length / 2
    assert.isAtLeast(values.filter((value) => value <= middle).length, half)
    assert.isAtLeast(values.filter((value) => value >= middle).length, half)
  })
})
