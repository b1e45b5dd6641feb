import { assert, describe, it } from "@effect/vitest"
import * as Chance from "@parley/simulation/kernel/Chance"
import * as Schema from "effect/Schema"

const draws = (chance: Chance.Chance, count = 20): ReadonlyArray<number> => Array.from({ length: count }, chance.next)

describe("Chance", () => {
  it.prop(
    "repeats itself, and its parts are told apart by their names",
    [Schema.Int, Schema.String],
    ([seed, name]) => {
      assert.deepStrictEqual(draws(Chance.make(seed)), draws(Chance.make(seed)))
      const used = Chance.make(seed)
      draws(used)
      assert.deepStrictEqual(draws(used.fork(name)), draws(Chance.make(seed).fork(name)))
      assert.notDeepEqual(draws(used.fork(name)), draws(used.fork(`${name}.`)))
    }
  )

  it.prop("stays within bounds", [Schema.Int], ([seed]) => {
    const chance = Chance.make(seed)
    const within = Array.from({ length: 100 }, () => {
      const next = chance.next()
      const between = chance.between(2, 4)
      return next >= 0 && next < 1 && between >= 2 && between <= 4 && Number.isInteger(between) &&
        ["a", "b"].includes(chance.pick("a", "b")) && !chance.happens(0) && chance.happens(1)
    })
    assert.notInclude(within, false)
  })

  it("is even enough", () => {
    const counts = [0, 0, 0, 0]
    const chance = Chance.make(7)
    for (let index = 0; index < 4_000; index++) counts[chance.below(4)]! += 1
    for (const count of counts) assert.isTrue(count > 850 && count < 1_150, `${counts}`)
  })
})
