/**
 * The gate that holds the baseline, shown to complain about everything that it is there for.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { Check, ScenarioResult, Status } from "../src/suite/OfficialSuite.ts"
import { requirements } from "../src/suite/OfficialSuite.ts"
import { type Baseline, judge } from "../src/suite/Verdict.ts"

const required = { scored: ["ping", "tools-list", "prompts-list"], unscored: ["tasks-lifecycle"] }

const check = (id: string, status: Status): Check => ({ id, status })

const schemaValid = check("wire-schema-valid", "SUCCESS")

const good = (scenario: string): ScenarioResult => ({ scenario, checks: [check(scenario, "SUCCESS"), schemaValid] })

const allGood = [...required.scored, ...required.unscored].map(good)

/** All scenarios pass but one, which has these checks. */
const except = (scenario: string, checks: ReadonlyArray<Check>): ReadonlyArray<ScenarioResult> =>
  allGood.map((result) => result.scenario === scenario ? { scenario, checks } : result)

const complaints = (results: ReadonlyArray<ScenarioResult>, baseline: Baseline = {}) =>
  judge(required, results, baseline).complaints

describe("Verdict", () => {
  it("a run in which everything passes agrees with an empty baseline", () => {
    const report = judge(required, allGood, {})
    assert.deepStrictEqual(report, {
      scoredPassed: 3,
      scoredTotal: 3,
      unscoredPassed: 1,
      unscoredTotal: 1,
      remarks: [],
      complaints: []
    })
  })

  it.each<[string, ReadonlyArray<Check>]>([
    ["a failed check", [check("ping", "SUCCESS"), check("other", "FAILURE")]],
    ["no success but that of the schema check", [schemaValid, check("ping", "INFO")]],
    ["no check at all", []]
  ])("a scenario with %s does not pass", (_, checks) => {
    const [complaint, ...more] = complaints(except("ping", checks))
    assert.match(complaint ?? "", /not in the baseline: ping /)
    assert.deepStrictEqual(more, [])
    assert.deepStrictEqual(complaints(except("ping", checks), { ping: "not yet" }), [])
    assert.strictEqual(judge(required, except("ping", checks), { ping: "not yet" }).scoredPassed, 2)
  })

  it("a scenario that gave no result does not pass", () => {
    assert.match(complaints(allGood.slice(1))[0] ?? "", /ping \(it gave no result\)/)
  })

  it("a scenario whose fixture is missing does not pass, whatever its checks say", () => {
    const report = judge(required, allGood, {}, (scenario) => scenario !== "tools-list")
    assert.strictEqual(report.scoredPassed, 2)
    assert.match(report.complaints[0] ?? "", /not in the baseline: tools-list /)
  })

  it.each<Status>(["WARNING", "SKIPPED"])("a %s in a passing scenario is listed by its check", (status) => {
    const results = except("ping", [check("ping", "SUCCESS"), check("extra", status)])
    assert.match(complaints(results)[0] ?? "", /not in the baseline: ping#extra /)
    assert.deepStrictEqual(complaints(results, { "ping#extra": "not yet" }), [])
    assert.strictEqual(judge(required, results, { "ping#extra": "not yet" }).scoredPassed, 3)
  })

  it("an entry for what passes is stale", () => {
    assert.deepStrictEqual(complaints(allGood, { ping: "not yet" }), ["is in the baseline but passes: ping"])
    assert.deepStrictEqual(complaints(allGood, { "ping#ping": "x" }), ["is in the baseline but passes: ping#ping"])
  })

  it("an entry for an unknown scenario, or without a reason, is refused", () => {
    assert.deepStrictEqual(complaints(allGood, { pong: "x" }), ["is in the baseline but not in the suite: pong"])
    assert.deepStrictEqual(complaints(except("ping", []), { ping: " " }), ["has no reason in the baseline: ping"])
  })

  it("the suite's own requirement sets are read", () => {
    assert.strictEqual(requirements("2025-11-25", "server").scored.length, 30)
    assert.strictEqual(requirements("2026-07-28", "client").scored.length, 32)
    assert.include(requirements("2026-07-28", "server").unscored, "http-header-validation")
  })

  const Results = Schema.Array(Schema.Struct({
    scenario: Schema.Literals([...required.scored, ...required.unscored]),
    checks: Schema.Array(Schema.Struct({
      id: Schema.Literals(["a", "b", "wire-schema-valid"]),
      status: Schema.Literals(["SUCCESS", "FAILURE", "WARNING", "SKIPPED", "INFO"])
    }))
  }))

  it.prop("a baseline agrees with exactly one set of entries", [Results], ([results]) => {
    const keys = complaints(results).map((text) => /not in the baseline: (\S+) /.exec(text)?.[1] ?? text)
    const baseline = Object.fromEntries(keys.map((key) => [key, "not yet"]))
    assert.deepStrictEqual(complaints(results, baseline), [])
    for (const key of keys) {
      const { [key]: _, ...rest } = baseline
      assert.strictEqual(complaints(results, rest).length, 1)
    }
  })
})
