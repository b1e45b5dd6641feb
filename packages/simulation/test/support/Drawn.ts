/** A workload that does nothing, for tests that only draw. */
import type { Options } from "@parley/simulation/swarm/Swarm"
import type { Workload } from "@parley/simulation/workload/Workload"
import * as Effect from "effect/Effect"

const idle: Workload = {
  name: "Idle",
  draw: (chance, key) => ({ action: "idle", input: { key, number: chance.below(1_000) } }),
  perform: () => Effect.succeed(null)
}

export const drawOptions: Options = { workload: idle, replicasMax: 3, principals: ["alice", "bob"], versioned: true }
