/**
 * The ledger of what the specification demands of servers and clients, held against the titles of the tests; and the gate
 * that does so, shown to complain about everything that it is there for.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import baseline from "../baseline.json" with { type: "json" }
import { judge, type Passes } from "../src/requirements/Coverage.ts"
import { ledger } from "../src/requirements/Ledger.ts"
import type { Ground, Requirement, Side } from "../src/requirements/Requirement.ts"
import { claimsOf, idsOf, isAbout, testsOf, titlesOf } from "../src/requirements/Titles.ts"
import { requirements, type RevisionDate } from "../src/suite/OfficialSuite.ts"

const revisions: ReadonlyArray<RevisionDate> = ["2025-11-25", "2026-07-28"]

/** A scenario passes when it does in every revision that has it. */
const passesAs = (side: Side): Passes => (scenario) => {
  const having = revisions.filter((revision) => {
    const { scored, unscored } = requirements(revision, side)
    return scored.includes(scenario) || unscored.includes(scenario)
  })
  if (having.length === 0) return undefined
  return having.every((revision) => !Object.hasOwn(baseline[side][revision], scenario))
}

describe("the ledger", () => {
  it.each(["server", "client"] as const)("has a test or a reason for each demand on a %s", (side) => {
    const { complaints, counts } = judge(ledger, side, claimsOf(testsOf(side)), passesAs(side))
    process.stdout.write(
      `requirements: ${counts.rows} rows say MUST of a ${side}; ${counts.byTest} are kept by a test, ` +
        `${counts.byScenario} by a scenario of the official suite, ${counts.byReason} have a reason instead, ` +
        `${counts.open} are open\n`
    )
    assert.deepStrictEqual(complaints, [])
  })

  it("says what each demand is and where it comes from", () => {
    for (const { clause, id, revisions, source } of ledger) {
      assert.match(id, /^[A-Z][A-Z0-9]{2}-\d{2}$/)
      assert.isNotEmpty(clause, id)
      assert.isNotEmpty(revisions, id)
      assert.match(source, /^(?:[ST]\d\d|SEP-\d|BP\d\d|LC|TIER|SECURITY\.md|X[CEDW]#|DX:)/, id)
    }
  })
})

const row = (id: string, by: Ground): Requirement => ({
  id,
  revisions: "all",
  level: "MUST",
  clause: "be there",
  source: "S26:basic/index",
  server: by
})

const testOf = (title: string) => `it(${JSON.stringify(title)}, () => assert.ok(1))\n`

const complaints = (rows: ReadonlyArray<Requirement>, ...titles: ReadonlyArray<string>) =>
  judge(
    rows,
    "server",
    claimsOf([{ path: "a.test.ts", text: titles.map(testOf).join("") }]),
    (scenario) => scenario === "good" ? true : scenario === "bad" ? false : undefined
  ).complaints

describe("the gate", () => {
  const agreements: ReadonlyArray<readonly [row: Requirement, title: string]> = [
    [row("AAA-01", "tests"), "is there (AAA-01)"],
    [row("AAA-01", { reason: "no way" }), "is there (AAA-02)"],
    [row("AAA-01", { scenario: "good" }), "is there"]
  ]
  it.each(agreements)("says nothing of %j beside '%s'", (requirement, title) => {
    assert.deepStrictEqual(complaints([requirement], title), [])
  })

  const conflicts: ReadonlyArray<readonly [row: Requirement, title: string, complaint: string]> = [
    [row("AAA-01", "tests"), "is there (AAA-02)", "AAA-01: no title of a test names it"],
    [
      row("AAA-01", { reason: "no way" }),
      "is there (AAA-01)",
      "AAA-01: a test names it (a.test.ts), so its other ground is stale"
    ],
    [
      row("AAA-01", { scenario: "good" }),
      "is there (AAA-01)",
      "AAA-01: a test names it (a.test.ts), so its other ground is stale"
    ],
    [row("AAA-01", { reason: " " }), "is there", "AAA-01: the reason is empty"],
    [row("AAA-01", { scenario: "bad" }), "is there", "AAA-01: the scenario bad does not pass"],
    [row("AAA-01", { scenario: "other" }), "is there", "AAA-01: the official suite has no scenario other"]
  ]
  it.each(conflicts)("complains of %j beside '%s'", (requirement, title, complaint) => {
    assert.deepStrictEqual(complaints([requirement], title), [complaint])
  })

  it("complains of an id that is there twice, and of a range that is none", () => {
    const reason = { reason: "no way" }
    assert.deepStrictEqual(complaints([row("AAA-01", reason), row("AAA-01", reason)]), [
      "AAA-01: it is in the ledger twice"
    ])
    for (const range of ["AAA-02 to AAA-01", "AAA-01 to AAA-01", "AAA-01 to BBB-02"]) {
      assert.deepStrictEqual(complaints([], range), [`a.test.ts: no range of ids: ${range}`])
    }
  })

  const folders: ReadonlyArray<readonly [path: string, sides: ReadonlyArray<Side>]> = [
    ["client/requests/A.test.ts", ["client"]],
    ["client\\A.test.ts", ["client"]],
    ["transport/http/A.test.ts", ["client"]],
    ["grant/A.test.ts", ["client"]],
    ["protocol/A.test.ts", ["client"]],
    ["http/A.test.ts", ["client"]],
    ["metadata/A.test.ts", ["client"]],
    ["token/A.test.ts", ["client"]],
    ["server/A.test.ts", ["server"]],
    ["session/A.test.ts", ["server"]],
    ["requirements/A.test.ts", ["server"]],
    ["client.test.ts", ["server"]],
    ["jsonrpc/A.test.ts", ["server", "client"]],
    ["dpop/A.test.ts", ["server", "client"]],
    ["attacks/A.test.ts", ["server", "client"]],
    ["interop/A.test.ts", ["server", "client"]]
  ]
  it.each(folders)("lets %s speak of: %j", (path, sides) => {
    assert.deepStrictEqual((["server", "client"] as const).filter((side) => isAbout(side, path)), sides)
  })

  const Ordinal = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 99 }))

  it.prop("takes a range for every id in it, and for no other", [Ordinal, Ordinal], ([a, b]) => {
    const [first, last] = [Math.min(a, b), Math.max(a, b)]
    if (first === last) return true
    const name = (number: number) => `AAA-${String(number).padStart(2, "0")}`
    const ids = idsOf(`between (${name(first)} to ${name(last)}, BBB-01)`)
    return ids.length === last - first + 2 && ids[0] === name(first) && ids[last - first] === name(last) &&
      ids.at(-1) === "BBB-01"
  })
})

describe("titles", () => {
  const sources: ReadonlyArray<readonly [source: string, titles: ReadonlyArray<string>]> = [
    ["it(\"a\", f)", ["a"]],
    ["describe('a', () => { it(`b ${c} d`, f) })", ["a", "b ${c} d"]],
    ["it.effect.each([[\"x\", f(1)]] as const)(\n  \"a\",\n  f)", ["a"]],
    ["it.each<[string, Array<A>]>([])(\"a\", f)", ["a"]],
    ["it.effect.prop(\"a\", [Schema.String], f)", ["a"]],
    ["describe.each(roads)(\"a $road\", f)", ["a $road"]],
    ["// it(\"a\", f)\n/* it(\"b\", f) */", []],
    ["assert.equal(\"a\", b.it(\"c\"), \"it(\\\"d\\\")\")", []],
    ["it(name, f, \"a\")", []],
    ["const it = 1; commit(\"a\"); submit(\"b\")", []]
  ]
  it.each(sources)("of %j", (source, titles) => assert.deepStrictEqual(titlesOf(source), titles))
})
