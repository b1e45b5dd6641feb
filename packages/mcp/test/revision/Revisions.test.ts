import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import * as Revisions from "../../src/revision/Revisions.ts"
import { v2024_11_05 } from "../../src/revision/v2024_11_05.ts"
import { v2025_03_26 } from "../../src/revision/v2025_03_26.ts"
import { v2025_06_18 } from "../../src/revision/v2025_06_18.ts"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../src/revision/v2026_07_28.ts"

/** Any choice of revisions, in any order, none included. */
const someRevisions = Schema.Array(Schema.Literals([0, 1, 2, 3, 4])).check(Schema.isMaxLength(5))

const chosen = (indexes: ReadonlyArray<number>) => indexes.map((index) => Revisions.all[index]!)

const anyVersion = Schema.Union([
  Schema.Literals(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]),
  Schema.Literals(["2024-10-07", "2099-01-01", ""]),
  Schema.String
])

describe("revisions", () => {
  it("come newest first, and a version names each", () => {
    const versions = Revisions.all.map((revision) => revision.version)
    assert.deepStrictEqual(versions, ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"])
    for (const revision of Revisions.all) assert.strictEqual(Revisions.fromVersion(revision.version), revision)
    assert.isUndefined(Revisions.fromVersion("2024-10-07"))
    assert.isUndefined(Revisions.fromVersion("constructor"))
  })

  it("belong to one era each", () => {
    assert.deepStrictEqual(Revisions.sessionEra, Revisions.all.slice(1))
    assert.deepStrictEqual(Revisions.statelessEra, [v2026_07_28])
  })

  it("state the facts that the ledger has for them", () => {
    const oldestFirst = [v2024_11_05, v2025_03_26, v2025_06_18, v2025_11_25, v2026_07_28]
    const facts = <A>(fact: (revision: typeof v2024_11_05) => A) => oldestFirst.map(fact)
    // BAT-01, BAT-02
    assert.deepStrictEqual(facts((revision) => revision.batches), [false, true, false, false, false])
    // RPC-12, RPC-13
    assert.deepStrictEqual(facts((revision) => revision.errorIdRequired), [true, true, true, false, false])
    // RSC-08, RSC-12, ERR-06
    assert.deepStrictEqual(
      facts((revision) => revision.resourceNotFoundCode),
      [-32002, -32002, -32002, -32002, -32602]
    )
    // TOC-03
    assert.deepStrictEqual(
      facts((revision) => revision.invalidArguments),
      ["ProtocolError", "ProtocolError", "ProtocolError", "ToolError", "ToolError"]
    )
    assert.deepStrictEqual(
      facts((revision) => revision.structuredOutput),
      ["None", "None", "Object", "Object", "Any"]
    )
    // ELU-09, ELU-11, ERR-06
    assert.deepStrictEqual(
      facts((revision) => revision.urlElicitationRequiredCode),
      [undefined, undefined, undefined, -32042, undefined]
    )
    // HTV-01, HTV-03, HDR-01
    assert.deepStrictEqual(
      facts((revision) => revision.versionHeader),
      ["None", "None", "Expected", "Expected", "Required"]
    )
    // HTL-01
    assert.deepStrictEqual(facts((revision) => revision.primingEvent), [false, false, false, true, false])
    assert.strictEqual(Revisions.withoutHeader, v2025_03_26)
  })

  it("do not import each other", () => {
    for (const revision of Revisions.all) {
      const name = `v${revision.version.replaceAll("-", "_")}.ts`
      const source = readFileSync(new URL(`../../src/revision/${name}`, import.meta.url), "utf8")
      const imported = [...source.matchAll(/from "(.*)"/g)].map((match) => match[1]!)
      assert.isNotEmpty(imported)
      for (const path of imported) assert.notMatch(path, /v20|Revisions/)
    }
  })
})

describe("initialize", () => {
  it.prop("is answered with the version asked for, if it is supported and has sessions (INI-10)", [
    someRevisions,
    anyVersion
  ], ([indexes, requested]) => {
    const supported = chosen(indexes)
    const answer = Revisions.negotiateSession(supported, requested)
    const asked = Revisions.sessionEra.find((revision) => revision.version === requested)
    if (asked !== undefined && supported.includes(asked)) assert.strictEqual(answer, asked)
  })

  it.prop("is otherwise answered with the newest supported version that has sessions (INI-11, INI-12)", [
    someRevisions,
    anyVersion
  ], ([indexes, requested]) => {
    const supported = chosen(indexes)
    const answer = Revisions.negotiateSession(supported, requested)
    const usable = Revisions.sessionEra.filter((revision) => supported.includes(revision))
    if (usable.every((revision) => revision.version !== requested)) assert.strictEqual(answer, usable[0])
    if (answer !== undefined) assert.strictEqual(answer.era, "session")
  })

  it("is never answered with a version without sessions", () => {
    assert.strictEqual(Revisions.negotiateSession(Revisions.all, "2026-07-28"), v2025_11_25)
    assert.isUndefined(Revisions.negotiateSession([v2026_07_28], "2025-11-25"))
  })

  it("names the client's newest version with sessions (INI-09)", () => {
    assert.strictEqual(Revisions.newestSession([v2024_11_05, v2026_07_28, v2025_06_18]), v2025_06_18)
    assert.isUndefined(Revisions.newestSession([v2026_07_28]))
  })
})

describe("choosing a stateless version", () => {
  it.prop(
    "takes the newest that both know, or none (VER-03)",
    [someRevisions, Schema.Array(anyVersion)],
    ([indexes, offered]) => {
      const supported = chosen(indexes)
      const expected = Revisions.statelessEra.find((revision) =>
        supported.includes(revision) && offered.includes(revision.version)
      )
      assert.strictEqual(Revisions.selectStateless(supported, offered), expected)
    }
  )

  it("does not count versions with sessions in the server's list", () => {
    assert.isUndefined(Revisions.selectStateless(Revisions.all, ["2025-11-25", "2024-11-05"]))
    assert.strictEqual(Revisions.selectStateless(Revisions.all, ["2025-11-25", "2026-07-28"]), v2026_07_28)
  })
})
