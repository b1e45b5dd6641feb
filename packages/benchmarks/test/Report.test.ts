/**
 * The report: medians of ratios with their extremes, goals that are met and missed, a page whose drawings are there, and
 * drawings that are documents.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { taskOf } from "../src/Options.ts"
import type { Circumstances } from "../src/report/Circumstances.ts"
import { compare, type Comparison } from "../src/report/Comparison.ts"
import { marksOf, multiple } from "../src/report/Glance.ts"
import { filesOf } from "../src/report/Page.ts"
import { scaleFor } from "../src/report/Scale.ts"
import { chosenNames } from "../src/report/Story.ts"
import { terminal } from "../src/report/Tables.ts"
import type { Goal, Row, Samples } from "../src/Trial.ts"
import { trials } from "../src/trials/index.ts"

const rowWith = (...goals: ReadonlyArray<Goal>): Row => ({
  name: "http-stateless-32",
  chapter: "calls over HTTP",
  about: "One call <&> no more.",
  unit: "CPU µs a request",
  reference: "raw-http",
  goals
})

const samplesOf = (values: Readonly<Record<string, ReadonlyArray<number>>>): Samples =>
  new Map(
    Object.entries(values).map(([name, own]) => [
      name,
      own.map((value) => ({ value, wall: { requestsPerSecond: 1_000.4, p50Millis: 0.5, p99Millis: 2 } }))
    ])
  )

const samples = samplesOf({
  "sdk-v2": [300, 400, 240],
  "parley-node": [15, 40, 16],
  "raw-http": [10, 20, 10]
})

const lineOf = ({ lines }: Comparison, name: string) => lines.find(({ contestant }) => contestant === name)

const goal = (atMost: number, timesOf?: string): Goal => ({
  contestant: "parley-node",
  atMost,
  ...timesOf === undefined ? {} : { timesOf }
})

const circumstances: Circumstances = {
  date: "2026-11-24",
  processor: "Some CPU",
  cores: 2,
  memoryGiB: 8,
  system: "Linux 6.1",
  node: "v24.0.0",
  flags: ["--flag"],
  scale: 1,
  minutes: 11.5
}

describe("a comparison", () => {
  it("takes the median of the ratios of each round, not the ratio of the medians", () => {
    const comparison = compare(rowWith(), samples)
    assert.deepStrictEqual(lineOf(comparison, "parley-node")?.ratio, { median: 1.6, min: 1.5, max: 2 })
    assert.strictEqual(lineOf(comparison, "parley-node")?.value.median, 16)
    assert.strictEqual(comparison.rounds, 3)
  })

  it("puts the references first, then ours, then peers", () => {
    const { lines } = compare(rowWith(), samples)
    assert.deepStrictEqual(lines.map(({ contestant }) => contestant), ["raw-http", "parley-node", "sdk-v2"])
  })

  it("compares with the median of a reference that was measured less often", () => {
    const comparison = compare(rowWith(), samplesOf({ "raw-http": [10], "parley-node": [10, 20, 30] }))
    assert.deepStrictEqual(lineOf(comparison, "parley-node")?.ratio, { median: 2, min: 1, max: 3 })
  })

  it("has no ratios where there is no reference", () => {
    const comparison = compare(rowWith(), samplesOf({ "parley-node": [10] }))
    assert.isUndefined(lineOf(comparison, "parley-node")?.ratio)
  })

  it("judges goals by ratios, by the unit, and to two decimals", () => {
    const goals = [goal(1.6, "raw-http"), goal(1.59, "raw-http"), goal(16), goal(15.9), goal(1, "mcp-lite")]
    const { verdicts } = compare(rowWith(...goals), samples)
    assert.deepStrictEqual(verdicts.map(({ met }) => met), [true, false, true, false, false])
    const near = compare(rowWith(goal(1, "raw-http")), samplesOf({ "raw-http": [1_000], "parley-node": [1_004] }))
    assert.isTrue(near.verdicts[0]?.met)
  })
})

describe("the table", () => {
  it("has a line for each contestant, and one for each goal", () => {
    const lines = terminal(compare(rowWith(goal(1.5, "raw-http"), goal(1, "mcp-lite")), samples)).split("\n")
    assert.strictEqual(lines.length, 7)
    assert.match(lines[3] ?? "", /^parley-node +16\.0 +1\.60 \(1\.50–2\.00\) +1,000 +0\.500 +2\.000$/)
    assert.match(lines[5] ?? "", /at most 1\.50 × raw-http: 1\.60 \(1\.50–2\.00\), missed$/)
    assert.match(lines[6] ?? "", /no more than mcp-lite, not measured$/)
  })
})

describe("the page", () => {
  const files = filesOf([compare(rowWith(goal(1.5, "raw-http"), goal(2, "raw-http")), samples)], circumstances)
  const page = files.get("RESULTS.md") ?? ""

  it("tells the machine, the date, the goals and how to run it again", () => {
    const parts = ["2026-11-24", "Some CPU, 2 cores", "v24.0.0", "`--flag`", "11.5 minutes", "1 of 2 do", "**missed**"]
    for (const part of [...parts, "| `parley-node`", "npm run bench"]) assert.include(page, part)
  })

  it("begins with rows that there are", () => {
    const names = trials.flatMap(({ rows }) => rows.map(({ name }) => name))
    assert.deepStrictEqual(chosenNames.filter((name) => !names.includes(name)), [])
  })

  it("shows drawings that are there", () => {
    const shown = Array.from(page.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g), ([, path = ""]) => path)
    assert.isAbove(shown.length, 1)
    assert.deepStrictEqual(
      shown.toSorted(),
      Array.from(files.keys()).filter((path) => path !== "RESULTS.md").toSorted()
    )
  })

  it("draws documents in which every element is closed and all text is escaped", () => {
    for (const [path, text] of files) {
      if (!path.endsWith(".svg")) continue
      assert.notInclude(text, "NaN", path)
      const open: Array<string> = []
      for (const [, closing, name = "", single] of text.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
        if (closing === "/") assert.strictEqual(open.pop(), name, path)
        else if (single !== "/") open.push(name)
      }
      assert.deepStrictEqual(open, [], path)
    }
  })
})

describe("the drawing at a glance", () => {
  it("shows the cheapest way of a peer, and ours by its goal", () => {
    const comparison = compare(
      rowWith(goal(2, "raw-http")),
      samplesOf({
        "raw-http": [1],
        "parley-router": [1],
        "parley-node": [2],
        "mcp-lite": [4],
        "mcp-lite-sessions": [3]
      })
    )
    assert.deepStrictEqual(marksOf(comparison, multiple).map(({ figure, toolkit }) => [toolkit.title, figure]), [
      ["Parley", 2],
      ["mcp-lite", 3]
    ])
  })
})

describe("a scale", () => {
  const multiples = Schema.NonEmptyArray(Schema.Finite.check(Schema.isBetween({ minimum: 0.05, maximum: 500 })))

  it.prop("keeps the order of multiples, from 0 to 1", [multiples], ([multiples]) => {
    const scale = scaleFor(multiples)
    const places = multiples.toSorted((left, right) => left - right).map(scale.place)
    assert.deepStrictEqual(places, places.toSorted((left, right) => left - right))
    for (const place of places) assert.isTrue(place >= 0 && place < 1)
    for (const tick of scale.ticks) assert.isTrue(scale.place(tick) >= 0 && scale.place(tick) <= 1)
  })
})

describe("the options", () => {
  const rows = trials.flatMap(({ rows }) => rows)

  it("choose rows by parts of their names", () => {
    const task = taskOf(["--", "--only", "http-stateless-32,stdio", "--scale", "0.5"], rows)
    if (task._tag !== "Measure") return assert.fail(task._tag)
    assert.isFalse(task.isWhole)
    assert.strictEqual(task.scale, 0.5)
    assert.isTrue(rows.filter(task.wants).some(({ name }) => name === "stdio-session-1"))
    assert.isFalse(rows.filter(task.wants).some(({ name }) => name === "http-session-32"))
  })

  it("are the whole run unless something is said", () => {
    const task = taskOf([], rows)
    assert.isTrue(task._tag === "Measure" && task.isWhole && task.scale === 1)
  })

  it("refuse what names no row, and what is no scale", () => {
    assert.throws(() => taskOf(["--only", "nothing-like-it"], rows), "names no row; there are http-session-1")
    assert.throws(() => taskOf(["--scale", "0"], rows), "--scale wants a positive number, not 0")
  })

  it("name every row once", () => {
    assert.strictEqual(new Set(rows.map(({ name }) => name)).size, rows.length)
  })
})
