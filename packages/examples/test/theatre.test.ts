/** The box office: what it says to a client, and what a rush does to it. */
import { assert, describe, it } from "@effect/vitest"
import * as McpTest from "@parley/mcp/testing/McpTest"
import { Simulation } from "@parley/simulation"
import * as Effect from "effect/Effect"
import { options, stormy, theatre } from "../src/theatre/Rush.ts"
import { careful, careless, Server } from "../src/theatre/Theatre.ts"
import * as Program from "./Program.ts"

describe("theatre", () => {
  it.live("sells a seat to one order, however often that is sent", () =>
    Effect.gen(function*() {
      const { client } = yield* McpTest.make(Server)
      const book = (order: string) =>
        Effect.map(
          client.callTool({ name: "book", arguments: { order, seat: 7 } }),
          ({ structuredContent }) => structuredContent
        )
      assert.deepStrictEqual(yield* book("ada"), { seat: 7, isYours: true })
      assert.deepStrictEqual(yield* book("ben"), { seat: 7, isYours: false })
      assert.deepStrictEqual(yield* book("ada"), { seat: 7, isYours: true })
    }).pipe(Effect.scoped))

  it.effect("sells no seat twice, whatever goes wrong", () =>
    Effect.gen(function*() {
      yield* Simulation.check(theatre(careful), { ...options, seeds: 20 })
      yield* Simulation.check(theatre(careful), { ...stormy, seeds: 20 })
    }), 60_000)

  it.effect("is found out when it is careless, within 200 worlds", () =>
    Effect.gen(function*() {
      const failed = yield* Simulation.check(theatre(careless), { ...stormy, seeds: 200 }).pipe(
        Effect.andThen(Effect.die("No seed has shown it")),
        Effect.catchTag("SimulationFailed", Effect.succeed)
      )
      assert.match(failed.violations.join("\n"), /SoldOnce, at \d+ ms: Seat \d was sold to step-\d+, and to \S+/)
      assert.match(failed.test, /_tag: "Cut"/)
    }), 60_000)

  it.live("shows what it has found, as a program", () =>
    Effect.gen(function*() {
      const { code, lines, stderr } = yield* Program.finish("theatre/simulate.ts")
      assert.match(lines[0] ?? "", /^The world of seed \d+ went wrong:$/)
      assert.strictEqual(lines.at(-1), "The careful one sold no seat twice, in 25 worlds")
      assert.deepStrictEqual([stderr, code], ["", 0])
    }), 60_000)
})
