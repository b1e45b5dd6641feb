/**
 * What `npm run simulate` simulates: the specimen behind a gate, and all that its users do. In some worlds they have to log in,
 * and their tokens do not last.
 */
import type { Era } from "@parley/mcp/revision/Revision"
import type { Source } from "@parley/simulation/swarm/Paste"
import { type CheckOptions, placing } from "@parley/simulation/swarm/Simulation"
import type { Way } from "@parley/simulation/world/World"
import * as Specimen from "./Specimen.ts"
import * as SpecimenWorkload from "./SpecimenWorkload.ts"
import * as TokenRefresh from "./TokenRefresh.ts"

/** Whether the gate of a world wants tokens. A smaller world has the seed of the one that it was made of. */
const wantsTokens = (seed: number, way: Way | undefined): boolean => way === "http" && seed % 3 === 0

/** Clients take it for a bad sign when streams end within ten seconds, and are in no hurry then. */
const placeWithTokens = TokenRefresh.place(12)

export const server = placing((world, name, options, revisions) => {
  if (options.way === "line") return world.server(name, Specimen.server(revisions), options)
  return wantsTokens(world.seed, options.way)
    ? placeWithTokens(world, name, options, revisions)
    : world.server(name, Specimen.server(revisions), { ...options, protect: Specimen.protect })
})

export const options: CheckOptions = {
  workload: SpecimenWorkload.workload,
  client: (client, { seed, server: { way } }) =>
    wantsTokens(seed, way) ? TokenRefresh.client(client) : SpecimenWorkload.client,
  clientsMax: 4,
  stepsMax: 48,
  faultsMax: 24,
  healAtMillis: 15_000,
  replicasMax: 3,
  principals: Specimen.principals
}

export const optionsOf = (era: Era | undefined): CheckOptions => era === undefined ? options : { ...options, era }

/** How a test that is kept in `test/found` says all this. */
export const source: Source = {
  imports: [`import * as Subject from "../support/Subject.ts"`],
  server: "Subject.server",
  options: "Subject.options"
}
