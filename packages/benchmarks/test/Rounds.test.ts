/** The interleaving: everybody once a round, each round in another order, samples in the order of the rounds. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { Budget } from "../src/load/Load.ts"
import { type Loaded, underLoad, warmUp } from "../src/measure/Loaded.ts"
import { order, roundsAt, runRounds } from "../src/measure/Rounds.ts"

const sampling = { touch: { requestsMax: 1, millisMax: 1 }, sample: { requestsMax: 10, millisMax: 1 } }

/** A server that exists only as a diary; every request costs it 3 microseconds. */
const imaginary = (name: string, diary: Array<string>, fails = false): Loaded => {
  let cpu = 0
  return {
    name,
    cpuMicros: async () => cpu,
    connect: async () => ({
      run: async ({ requestsMax }: Budget) => {
        diary.push(`${name} ${requestsMax}`)
        if (fails) throw new Error("wrong answer")
        cpu += requestsMax * 3
        return { requests: requestsMax, millis: 5, latenciesMillis: Float64Array.of(1, 2, 3) }
      },
      close: () => {
        diary.push(`${name} closed`)
      }
    })
  }
}

const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))
const Round = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 }))

describe("Rounds", () => {
  it("runs every second round backwards, and rotates", () => {
    assert.deepStrictEqual([0, 1, 2, 3].map((round) => order(round, 3)), [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]])
    assert.deepStrictEqual([0, 1, 2, 3].map((round) => order(round, 2)), [[0, 1], [1, 0], [1, 0], [0, 1]])
  })

  it.prop("measures everybody exactly once a round", [Round, Count], ([round, count]) => {
    assert.deepStrictEqual(order(round, count).toSorted(), Array.from({ length: count }, (_, index) => index))
  })

  it("gives the samples of each in the order of the rounds", async () => {
    let value = 0
    const counting = (name: string) => ({ name, measure: async () => ({ value: value++ }) })
    const samples = await runRounds([counting("a"), counting("b")], 3)
    const valuesOf = (name: string) => samples.get(name)?.map((sample) => sample.value)
    assert.deepStrictEqual([valuesOf("a"), valuesOf("b")], [[0, 3, 5], [1, 2, 4]])
  })

  it("runs at least one round at any pace", () => {
    assert.deepStrictEqual([0.01, 0.5, 1, 3].map((scale) => roundsAt({ scale, wants: () => true }, 9)), [1, 5, 9, 27])
  })
})

describe("Loaded", () => {
  it("touches each server before its sample, and closes its connections", async () => {
    const diary: Array<string> = []
    const servers = [imaginary("a", diary), imaginary("b", diary)]
    for (const server of servers) await warmUp(server, { requestsMax: 5, millisMax: 1 })
    await runRounds(servers.map((server) => underLoad(server, sampling)), 2)
    const turn = (name: string) => [`${name} 1`, `${name} 10`, `${name} closed`]
    assert.deepStrictEqual(diary, [
      "a 5",
      "a closed",
      "b 5",
      "b closed",
      ...[turn("a"), turn("b"), turn("b"), turn("a")].flat()
    ])
  })

  it("counts the CPU of the sample only, for one request", async () => {
    const samples = await runRounds([underLoad(imaginary("a", []), sampling)], 2)
    const expected = { value: 3, wall: { requestsPerSecond: 2_000, p50Millis: 2, p99Millis: 3 } }
    assert.deepStrictEqual(samples.get("a"), [expected, expected])
  })

  it("fails with the server that answers wrong, and closes its connections", async () => {
    const diary: Array<string> = []
    const contestant = underLoad(imaginary("a", diary, true), sampling)
    const failure = await runRounds([contestant], 2).then(() => undefined, (error: unknown) => error)
    assert.instanceOf(failure, Error)
    assert.deepStrictEqual(diary, ["a 1", "a closed"])
  })
})
