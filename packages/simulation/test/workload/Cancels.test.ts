/** Calls that are given up: what they keep is missed by those that are not. */
import { assert, describe, it } from "@effect/vitest"
import { McpServer, Tool } from "@parley/mcp"
import * as Simulation from "@parley/simulation/swarm/Simulation"
import * as Cancels from "@parley/simulation/workload/Cancels"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"

/** Two may work at a time. */
const server = (working: (slots: Semaphore.Semaphore) => Effect.Effect<void>) =>
  Layer.unwrap(Effect.sync(() => {
    const slots = Semaphore.makeUnsafe(2)
    const query = Tool.serve(
      "query",
      { parameters: { key: Schema.String } },
      ({ key }) => Effect.as(working(slots), key)
    )
    return McpServer.layer(query, { name: "queries", version: "1.0.0" })
  }))

const careful = server((slots) => slots.withPermit(Effect.sleep(300)))

/** Who is interrupted at work does not give the slot back. */
const careless = server((slots) =>
  slots.take(1).pipe(Effect.andThen(Effect.sleep(300)), Effect.andThen(slots.release(1)))
)

const options: Simulation.CheckOptions = {
  workload: Cancels.make({ tool: "query", arguments: (_chance, key) => ({ key }), patienceMillisMax: 500 }),
  faults: []
}

describe("Cancels", () => {
  it.effect("show what a call that was given up has not given back", () =>
    Effect.gen(function*() {
      const failed = yield* Effect.flip(Simulation.check(careless, options))
      assert(failed._tag === "SimulationFailed")
      assert.match(failed.message, /was not answered within \d+ ms/)
      assert.strictEqual(failed.test.match(/action: "give up"/g)?.length, 2, failed.test)
    }))

  it.effect("find nothing where all is given back", () => Simulation.check(careful, { ...options, seeds: 10 }))
})
