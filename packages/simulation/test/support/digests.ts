/**
 * A program that says what the worlds of the first seeds were: a line of JSON for each. It is given how many, and whether they
 * are `big`, as in `npm run simulate`, or `small`: what makes a world differ from itself is not that much happens, but what.
 */
import * as History from "@parley/simulation/history/History"
import * as Coverage from "@parley/simulation/swarm/Coverage"
import type { Report } from "@parley/simulation/swarm/Report"
import * as Simulation from "@parley/simulation/swarm/Simulation"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { options, server } from "./Subject.ts"

/** What a world was. */
export interface Digest {
  readonly seed: number
  /** Of its plan, its history and what went wrong. */
  readonly sha256: string
  readonly violations: number
  /** The paths that it took. */
  readonly taken: ReadonlyArray<Coverage.Path>
}

const digestOf = ({ history, plan, violations }: Report): Digest => {
  const coverage = Coverage.of(history)
  return {
    seed: plan.seed,
    sha256: createHash("sha256")
      .update(`${JSON.stringify(plan)}\n${History.render(history)}\n${JSON.stringify(violations)}`)
      .digest("hex"),
    violations: violations.length,
    taken: Coverage.paths.filter((path) => coverage[path] > 0)
  }
}

const [seeds, size] = process.argv.slice(2)
const sizes = size === "big" ? {} : { stepsMax: 4, clientsMax: 2 }
for (let seed = 1; seed <= Number(seeds); seed++) {
  const report = await Effect.runPromise(Simulation.run(server, { ...options, ...sizes, seed }))
  process.stdout.write(`${JSON.stringify(digestOf(report))}\n`)
}
