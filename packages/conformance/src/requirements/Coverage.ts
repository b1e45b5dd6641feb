/**
 * Holds the ledger against the tests, both ways: a requirement says on what grounds it is kept, and the grounds must be
 * there; a reason for having no test is stale once a test exists. Pure.
 */
import type { Requirement } from "./Requirement.ts"
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

const complaintOf = (
  { by, id }: Requirement,
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

/** Compares a ledger with what the titles of tests claim and with the official suite. */
export const judge = (ledger: ReadonlyArray<Requirement>, { claims, complaints }: Claims, passes: Passes): Coverage => {
  const claimedIn = new Map(claims.map(({ id, path }) => [id, path]))
  const ids = new Set<string>()
  const repeated = ledger.filter(({ id }) => ids.size === ids.add(id).size)
  const count = (has: (requirement: Requirement) => boolean): number => ledger.filter(has).length
  const isOpen = ({ by, id }: Requirement): boolean => by === "tests" && !claimedIn.has(id)
  return {
    counts: {
      rows: ledger.length,
      byTest: count((requirement) => requirement.by === "tests" && !isOpen(requirement)),
      byScenario: count(({ by }) => typeof by === "object" && "scenario" in by),
      byReason: count(({ by }) => typeof by === "object" && "reason" in by),
      open: count(isOpen)
    },
    complaints: [
      ...complaints,
      ...repeated.map(({ id }) => `${id}: it is in the ledger twice`),
      ...ledger.flatMap((requirement) => complaintOf(requirement, claimedIn, passes) ?? [])
    ]
  }
}
