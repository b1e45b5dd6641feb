/** The interleaving: every server once a round, each round in another order, samples in the order of the rounds. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { type Contestant, order, type Plan, runRounds } from "../src/Rounds.ts"
import type { Budget } from "../src/Workload.ts"

const plan: Plan = {
  rounds: 3,
  concurrency: 2,
  warmUp: { requestsMax: 5, millisMax: 1 },
  warmUpConcurrency: 8,
  touch: { requestsMax: 1, millisMax: 1 },
  sample: { requestsMax: 10, millisMax: 1 }
}

/** A server that exists only as a diary; every request costs it 3 microseconds. */
const imaginary = (name: string, diary: Array<string>, fails = false): Contestant => {
  let cpu = 0
  return {
    name,
    cpuMicros: async () => cpu,
    connect: async (concurrency) => ({
      run: async ({ requestsMax }: Budget) => {
        diary.push(`${name} ${concurrency}x${requestsMax}`)
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
  it("rotates, and runs every second round backwards", () => {
    assert.deepStrictEqual([0, 1, 2, 3].map((round) => order(round, 3)), [[0, 1, 2], [0, 2, 1], [2, 0, 1], [2, 1, 0]])
  })

  it.prop("measures every server exactly once a round", [Round, Count], ([round, count]) => {
    assert.deepStrictEqual(order(round, count).toSorted(), Array.from({ length: count }, (_, index) => index))
  })

  it("warms all servers up before it measures any", async () => {
    const diary: Array<string> = []
    await runRounds([imaginary("a", diary), imaginary("b", diary)], { ...plan, rounds: 2 })
    const turn = (name: string) => [`${name} 2x1`, `${name} 2x10`, `${name} closed`]
    assert.deepStrictEqual(diary, [
      "a 8x5",
      "a closed",
      "b 8x5",
      "b closed",
      ...[turn("a"), turn("b"), turn("a"), turn("b")].flat()
    ])
  })

  it("counts the CPU of the sample only, for one request", async () => {
    const samples = await runRounds([imaginary("a", [])], plan)
    const expected = { requests: 10, cpuMicros: 3, requestsPerSecond: 2_000, p50Millis: 2, p99Millis: 3 }
    assert.deepStrictEqual(samples.get("a"), [expected, expected, expected])
  })

  it("fails with the server that answers wrong, and closes its connections", async () => {
    const diary: Array<string> = []
    const failure = await runRounds([imaginary("a", diary, true)], plan).then(() => undefined, (error) => error)
    assert.instanceOf(failure, Error)
    assert.deepStrictEqual(diary, ["a 8x5", "a closed"])
  })
})
