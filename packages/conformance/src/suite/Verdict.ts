/**
 * Judges what the official suite found, and compares it with the baseline: the list of what is known not to pass, each
 * with the reason. The baseline holds both ways. What fails and is not listed is a regression, what is listed and passes
 * is stale, and what does not exist cannot be listed. Pure.
 */
import type { Check, RequirementSet, ScenarioResult, Status } from "./OfficialSuite.ts"

/**
 * What is known not to pass, and why. A key is the name of a scenario; or `scenario#check`, for a check inside a passing
 * scenario that the suite skips or warns about.
 */
export type Baseline = { readonly [key: string]: string }

/** How a leg of a revision did. */
export interface Report {
  readonly scoredPassed: number
  readonly scoredTotal: number
  readonly unscoredPassed: number
  readonly unscoredTotal: number
  /** Every check that failed, was skipped or drew a warning, as a line of text. */
  readonly remarks: ReadonlyArray<string>
  /** What is wrong with the run, or with the baseline. Empty when the two agree. */
  readonly complaints: ReadonlyArray<string>
}

/** The suite adds this check to every scenario with any traffic, so passing it alone proves nothing of the scenario. */
const schemaCheck = "wire-schema-valid"

const failing: ReadonlySet<Status> = new Set<Status>(["FAILURE"])
const doubtful: ReadonlySet<Status> = new Set<Status>(["WARNING", "SKIPPED"])

/**
 * Stricter than the suite, which takes the schema check for a success of the scenario: one check of the scenario's own
 * must succeed, and none may fail.
 */
const passes = (checks: ReadonlyArray<Check>): boolean =>
  checks.every((check) => !failing.has(check.status)) &&
  checks.some((check) => check.status === "SUCCESS" && check.id !== schemaCheck)

const keyOf = (scenario: string, check: Check): string => `${scenario}#${check.id}`

const remarksOf = ({ checks, scenario }: ScenarioResult): ReadonlyArray<string> =>
  checks.filter(({ status }) => failing.has(status) || doubtful.has(status))
    .map((check) => `${keyOf(scenario, check)} ${check.status} ${(check.errorMessage ?? "").replaceAll(/\s+/g, " ")}`)

/** The keys that the baseline must have for a scenario: none, that of the scenario, or those of its doubtful checks. */
const findings = (
  scenario: string,
  checks: ReadonlyArray<Check>,
  hasFixture: (scenario: string) => boolean
): ReadonlyArray<string> =>
  passes(checks) && hasFixture(scenario)
    ? checks.filter((check) => doubtful.has(check.status)).map((check) => keyOf(scenario, check))
    : [scenario]

/**
 * Compares a run with the baseline.
 *
 * @param hasFixture whether the fixture has what the scenario calls; a scenario that passes merely because an unknown
 * name is an error is not passed
 */
export const judge = (
  required: RequirementSet,
  results: ReadonlyArray<ScenarioResult>,
  baseline: Baseline,
  hasFixture: (scenario: string) => boolean = () => true
): Report => {
  const checksOf = new Map(results.map(({ checks, scenario }) => [scenario, checks]))
  const known = [...required.scored, ...required.unscored]
  const found = new Map(
    known.map((scenario) => [scenario, findings(scenario, checksOf.get(scenario) ?? [], hasFixture)] as const)
  )
  const hasPassed = (scenario: string): boolean => found.get(scenario)?.includes(scenario) === false
  const keys = new Set(Array.from(found.values()).flat())
  const unknown = Object.keys(baseline).filter((key) => !known.includes(key.replace(/#.*$/, "")))
  const stale = Object.keys(baseline).filter((key) => !keys.has(key) && !unknown.includes(key))
  const unexpected = Array.from(keys).filter((key) => !Object.hasOwn(baseline, key))
  const unreasoned = Object.keys(baseline).filter((key) => baseline[key]?.trim() === "")
  const remarks = results.flatMap(remarksOf)
  const because = (key: string): string =>
    remarks.filter((remark) => remark.startsWith(`${key}#`) || remark.startsWith(`${key} `)).join("; ") ||
    (checksOf.has(key) ? "no check of its own succeeded, or its fixture is missing" : "it gave no result")
  return {
    scoredPassed: required.scored.filter(hasPassed).length,
    scoredTotal: required.scored.length,
    unscoredPassed: required.unscored.filter(hasPassed).length,
    unscoredTotal: required.unscored.length,
    remarks,
    complaints: [
      ...unexpected.map((key) => `does not pass and is not in the baseline: ${key} (${because(key)})`),
      ...stale.map((key) => `is in the baseline but passes: ${key}`),
      ...unknown.map((key) => `is in the baseline but not in the suite: ${key}`),
      ...unreasoned.map((key) => `has no reason in the baseline: ${key}`)
    ]
  }
}
