/**
 * The official conformance suite against the fixtures, on both revisions and both sides, held against the baseline.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { join } from "node:path"
import baseline from "../baseline.json" with { type: "json" }
import { InputRequired } from "../src/server/InputRequired.ts"
import { Prompts } from "../src/server/Prompts.ts"
import { Questions } from "../src/server/Questions.ts"
import { Tools } from "../src/server/Tools.ts"
import { type Bundle, bundle } from "../src/suite/Bundle.ts"
import { type FixtureServer, startServer } from "../src/suite/FixtureServer.ts"
import type { Leg, RevisionDate, ScenarioResult } from "../src/suite/OfficialSuite.ts"
import { requirements, runClient, runClientScenario, runServer } from "../src/suite/OfficialSuite.ts"
import { type Baseline, judge } from "../src/suite/Verdict.ts"

const revisions: ReadonlyArray<RevisionDate> = ["2025-11-25", "2026-07-28"]

/** How long a run of the suite, and the start of the server, may take on a machine that is busy otherwise. */
const suiteMillisMax = 120_000
const startMillisMax = 20_000

/** Scenarios that only look for an error, and so would pass if the tool that they call did not even exist. */
const fixtures = new Map([
  ["input-required-result-validate-input", "test_input_required_result_elicitation"]
])

const served = new Set<string>(
  [...Tools.entries, ...Questions.entries, ...InputRequired.entries, ...Prompts.entries].map((entry) => entry.name)
)

const hasFixture = (scenario: string): boolean => {
  const fixture = fixtures.get(scenario)
  return fixture === undefined || served.has(fixture)
}

/** What is wrong with a run, by the baseline; the figures go to the log. */
const complaints = (leg: Leg, revision: RevisionDate, results: ReadonlyArray<ScenarioResult>) => {
  const entries: Baseline = baseline[leg][revision]
  const report = judge(requirements(revision, leg), results, entries, hasFixture)
  process.stdout.write(
    `conformance, ${leg}, ${revision}: ${report.scoredPassed} of ${report.scoredTotal} scored scenarios pass, ` +
      `and ${report.unscoredPassed} of ${report.unscoredTotal} others\n`
  )
  return report.complaints
}

describe("official conformance suite", () => {
  describe("server", () => {
    let server: FixtureServer
    beforeAll(async () => {
      server = await startServer("conformance/src/server/main.ts")
    }, startMillisMax)
    afterAll(() => server?.stop())

    it.each(revisions)("%s agrees with the baseline", { timeout: suiteMillisMax }, async (revision) => {
      assert.deepStrictEqual(complaints("server", revision, await runServer(server.url, revision)), [])
    })
  })

  describe("client", () => {
    let client: Bundle
    beforeAll(async () => {
      client = await bundle(join(import.meta.dirname, "../src/client/main.ts"))
    }, startMillisMax)
    afterAll(() => client?.remove())

    it.each(revisions)("%s agrees with the baseline", { timeout: suiteMillisMax }, async (revision) => {
      assert.deepStrictEqual(complaints("client", revision, await runClient(client.command, revision)), [])
    })

    // No requirement set has them: they are about servers of the oldest rules, which are found all the same.
    const oldest = ["auth/2025-03-26-oauth-metadata-backcompat", "auth/2025-03-26-oauth-endpoint-fallback"]

    it.each(oldest)("%s passes", { timeout: suiteMillisMax }, async (scenario) => {
      const checks = (await runClientScenario(client.command, scenario)).flatMap((result) => result.checks)
      assert.isNotEmpty(checks)
      assert.deepStrictEqual(checks.filter(({ status }) => status !== "SUCCESS" && status !== "INFO"), [])
    })
  })
})
