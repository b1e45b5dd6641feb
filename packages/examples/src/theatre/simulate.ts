/**
 * Simulates a rush on two box offices: a careless one, of which it shows what went wrong, and the one that is opened. The
 * number of seeds may be said: `simulate.ts 100`.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Simulation } from "@parley/simulation"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { options, stormy, theatre } from "./Rush.ts"
import { careful, careless } from "./Theatre.ts"

const seeds = Number(process.argv[2] ?? 100)

/** What the test that is printed calls these. */
const source = {
  imports: [`import { stormy, theatre } from "./Rush.ts"`, `import { careless } from "./Theatre.ts"`],
  server: "theatre(careless)",
  options: "stormy"
}

const program = Effect.gen(function*() {
  yield* Simulation.check(theatre(careless), { ...stormy, seeds, source }).pipe(
    Effect.catchTag("SimulationFailed", ({ message }) => Console.log(message))
  )
  const fewer = Math.ceil(seeds / 4)
  yield* Simulation.check(theatre(careful), { ...options, seeds: fewer })
  yield* Console.log(`The careful one sold no seat twice, in ${fewer} worlds`)
})

NodeRuntime.runMain(program)
