/**
 * Holds the ledger against the tests, both ways: a requirement says on what grounds it is kept, and the grounds must be
 * there; a reason for having no test is stale once a test exists. Pure.
 */
import type { Ground, Requirement, Side } from "./Requirement.ts"
import type { Claims } from "./Titles.ts"

/** How many requirements there are, and on what grounds they are kept. */
export interface Counts {
  readonly rows: number
  readonly byTest: number
  readonly byScenario: number
  readonly byReason: number
  /** What has none of these, and is complained of. */
  readonly open: number
}

/** What came of the comparison. */
export interface Coverage {
  readonly counts: Counts
  /** What is wrong. Empty when ledger and tests agree. */
  readonly complaints: ReadonlyArray<string>
}

/** Whether a scenario of the official suite passes; `undefined` when there is none of that name. */
export type Passes = (scenario: string) => boolean | undefined

/** A row, as far as it binds one side. */
interface Demand {
  readonly id: string
  readonly by: Ground
}

const demandsOn = (ledger: ReadonlyArray<Requirement>, side: Side): ReadonlyArray<Demand> =>
  ledger.flatMap(({ id, [side]: by }) => by === undefined ? [] : [{ id, by }])

const complaintOf = (
  { by, id }: Demand,
  claimedIn: ReadonlyMap<string, string>,
  passes: Passes
): string | undefined => {
  const path = claimedIn.get(id)
  if (by === "tests") return path === undefined ? `${id}: no title of a test names it` : undefined
  if (path !== undefined) return `${id}: a test names it (${path}), so its other ground is stale`
  if ("reason" in by) return by.reason.trim() === "" ? `${id}: the reason is empty` : undefined
  const passed = passes(by.scenario)
  if (passed === undefined) return `${id}: the official suite has no scenario ${by.scenario}`
  return passed ? undefined : `${id}: the scenario ${by.scenario} does not pass`
}

/** Compares what a ledger demands of a side with what the titles of its tests claim and with the official suite. */
export const judge = (
  ledger: ReadonlyArray<Requirement>,
  side: Side,
  { claims, complaints }: Claims,
  passes: Passes
): Coverage => {
  const demands = demandsOn(ledger, side)
  const claimedIn = new Map(claims.map(({ id, path }) => [id, path]))
  const ids = new Set<string>()
  const repeated = demands.filter(({ id }) => ids.size === ids.add(id).size)
  const count = (has: (demand: Demand) => boolean): number => demands.filter(has).length
  const isOpen = ({ by, id }: Demand): boolean => by === "tests" && !claimedIn.has(id)
  return {
    counts: {
      rows: demands.length,
      byTest: count((demand) => demand.by === "tests" && !isOpen(demand)),
      byScenario: count(({ by }) => typeof by === "object" && "scenario" in by),
      byReason: count(({ by }) => typeof by === "object" && "reason" in by),
      open: count(isOpen)
    },
    complaints: [
      ...complaints,
      ...repeated.map(({ id }) => `${id}: it is in the ledger twice`),
      ...demands.flatMap((demand) => complaintOf(demand, claimedIn, passes) ?? [])
    ]
  }
}
