/** Lives through one world after another until one goes wrong. */
import * as Simulation from "@parley/simulation/swarm/Simulation"
import * as Effect from "effect/Effect"
import { options, server } from "../support/Subject.ts"

/** What was found, and where. */
export interface Found {
  readonly seed: number
  readonly checker: string
  readonly what: string
}

/** The first of some seeds whose world goes wrong; nothing, if none does. */
export const search = async (seeds: Iterable<number>): Promise<Found | undefined> => {
  for (const seed of seeds) {
    const { violations: [first] } = await Effect.runPromise(Simulation.run(server, { ...options, seed }))
    if (first !== undefined) return { seed, checker: first.checker, what: first.what }
  }
  return undefined
}
