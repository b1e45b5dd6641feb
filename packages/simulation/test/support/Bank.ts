/**
 * A server with a bug that only bad weather shows, and the same server without it: who deposits a second time because the
 * answer to the first got lost has deposited twice.
 */
import { McpServer, Tool } from "@parley/mcp"
import * as Simulation from "@parley/simulation/swarm/Simulation"
import * as Workload from "@parley/simulation/workload/Workload"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

/** Says how often a deposit with this key was made. */
const bank = (isCareful: boolean) =>
  Layer.unwrap(Effect.sync(() => {
    const made = new Map<string, number>()
    const deposit = Tool.serve("deposit", { parameters: { key: Schema.String } }, ({ key }) =>
      Effect.gen(function*() {
        yield* Effect.sleep(200)
        const times = made.get(key) ?? 0
        if (!isCareful || times === 0) made.set(key, times + 1)
        return `made ${made.get(key)} times`
      }))
    return McpServer.layer(deposit, { name: "bank", version: "1.0.0" })
  }))

export const careless = bank(false)
export const careful = bank(true)

export const options: Simulation.Options = {
  workload: Workload.calls({
    deposit: {
      arguments: (_chance, key) => ({ key }),
      repeatable: true,
      judge: ({ value }) => value === "made 1 times" ? undefined : `a deposit was ${String(value)}`
    }
  }),
  ways: ["http"],
  faults: ["Latency", "Cut", "Loss"]
}

/** How the careless one fails. */
export const failing = (options: Simulation.CheckOptions): Effect.Effect<Simulation.SimulationFailed> =>
  Simulation.check(careless, options).pipe(
    Effect.andThen(Effect.die("No seed has shown the bug")),
    Effect.catchTag("SimulationFailed", Effect.succeed),
    Effect.orDie
  )
