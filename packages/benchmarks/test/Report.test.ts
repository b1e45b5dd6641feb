/** The report: medians of ratios with their extremes, the router's column, and what the page may say of a machine. */
import { assert, describe, it } from "@effect/vitest"
import { linesOf, markdown, type RowResult, table } from "../src/Report.ts"
import type { Sample } from "../src/Rounds.ts"
import type { Row } from "../src/Rows.ts"

const row: Row = { name: "http-stateless-32", transport: "http", era: "2026-07-28", concurrency: 32 }

const samples = (...cpuMicros: ReadonlyArray<number>): ReadonlyArray<Sample> =>
  cpuMicros.map((cpu) => ({ requests: 1, cpuMicros: cpu, requestsPerSecond: 1_000.4, p50Millis: 0.5, p99Millis: 2 }))

const result: RowResult = {
  row,
  samples: new Map([
    ["raw-http", samples(10, 20, 10)],
    ["effect-http", samples(15, 40, 16)],
    ["parley-router", samples(30, 40, 24)]
  ])
}

const circumstances = {
  date: "2026-11-23",
  processor: "Some CPU",
  cores: 2,
  node: "v24.0.0",
  flags: ["--flag"],
  rounds: 3
}

describe("Report", () => {
  it("takes the median of the ratios of each round, not the ratio of the medians", () => {
    const lines = linesOf(result)
    assert.deepStrictEqual(lines.map(({ ratio }) => ratio), [
      { median: 1, min: 1, max: 1 },
      { median: 1.6, min: 1.5, max: 2 },
      { median: 2.4, min: 2, max: 3 }
    ])
    assert.deepStrictEqual(lines.map(({ cpuMicros }) => cpuMicros), [10, 16, 30])
  })

  it("compares only what is mounted on a router with the router", () => {
    assert.deepStrictEqual(linesOf(result).map(({ routerRatio }) => routerRatio?.median), [undefined, undefined, 1.5])
  })

  it("prints a line for each server, in columns", () => {
    const lines = table([result]).split("\n")
    assert.strictEqual(lines.length, 4)
    assert.match(lines[3] ?? "", /^http-stateless-32 {2}parley-router +30\.0 +2\.40 \(2\.00–3\.00\) +1\.50 /)
    assert.match(lines[3] ?? "", / 1000 +0\.500 +2\.000$/)
  })

  it("writes a page with the date, the machine, the table and the command", () => {
    const page = markdown([result], circumstances)
    for (const part of ["2026-11-23", "Some CPU, 2 cores", "v24.0.0", "`--flag`", "| parley-router", "npm run bench"]) {
      assert.include(page, part)
    }
  })
})
