/** Whatever is put in, in whatever order: the latest of each key is there, and of too many keys the latest. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as BoundedMap from "../../src/session/BoundedMap.ts"

const small = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 }))

describe("BoundedMap", () => {
  it.prop("holds what was put in last, of each key once", [Schema.Array(small), small], ([keys, max]) => {
    const map = new Map<number, number>()
    keys.forEach((key, index) => BoundedMap.put(map, key, index, max))
    const latest = new Map(keys.map((key, index) => [key, index]))
    const expected = [...latest].toSorted(([, one], [, other]) => one - other).slice(Math.max(0, latest.size - max))
    assert.deepStrictEqual([...map], expected)
  })
})
