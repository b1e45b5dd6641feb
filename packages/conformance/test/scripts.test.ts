/** The scripts that stand between a fresh clone and a verdict: what counts as installed, and what counts as passed. */
import { assert, describe, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { isInstalled } from "../../../scripts/ensure.mjs"
import { summary } from "../../../scripts/test.mjs"

const file = (status: string, ...tests: ReadonlyArray<string>) => ({
  status,
  assertionResults: tests.map((one) => ({ status: one }))
})

describe("the last line of npm test", () => {
  it("counts passed, failed and skipped tests", () => {
    const testResults = [file("passed", "passed", "passed", "pending"), file("failed", "failed", "passed", "todo")]
    assert.deepStrictEqual(summary({ testResults }, 1), { line: "3 passed, 1 failed, 2 skipped", code: 1 })
  })

  it("says nothing of skipped tests when there are none", () => {
    assert.deepStrictEqual(summary({ testResults: [file("passed", "passed")] }, 0), {
      line: "1 passed, 0 failed",
      code: 0
    })
  })

  it("counts a file that cannot be loaded as a failure", () => {
    const testResults = [file("passed", "passed"), file("failed")]
    assert.deepStrictEqual(summary({ testResults }, 1), { line: "1 passed, 1 failed", code: 1 })
  })

  it("is not green when Vitest failed though no test did", () => {
    const { code, line, reason } = summary({ testResults: [file("passed", "passed")] }, 1)
    assert.deepStrictEqual([line, code], ["1 passed, 1 failed", 1])
    assert.match(reason ?? "", /exit code 1/)
  })

  it("is not green when no test ran, or there is no report", () => {
    assert.deepStrictEqual(summary({ testResults: [file("passed", "pending")] }, 0), {
      line: "0 passed, 1 failed, 1 skipped",
      code: 1,
      reason: "no test ran"
    })
    assert.strictEqual(summary(undefined, 0).code, 1)
    assert.strictEqual(summary(undefined, 137).code, 137)
  })
})

/** Whether a project counts as installed whose lockfile, whose record of what npm did, and whose folders are these. */
const installed = (locked: object | undefined, recorded: object | undefined, folders: ReadonlyArray<string>) => {
  const project = mkdtempSync(join(tmpdir(), "parley-ensure-"))
  const write = (path: string, packages: object | undefined) => {
    if (packages === undefined) return
    mkdirSync(dirname(join(project, path)), { recursive: true })
    writeFileSync(join(project, path), JSON.stringify({ packages }))
  }
  try {
    write("package-lock.json", locked)
    write("node_modules/.package-lock.json", recorded)
    for (const folder of folders) mkdirSync(join(project, folder), { recursive: true })
    return isInstalled(project)
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

describe("what counts as installed", () => {
  const place = "node_modules/effect"
  const entry = { version: "4.1.0", integrity: "sha512-a" }
  const locked = { "": {}, [place]: entry }

  it("is what the lockfile names, in that version, on disk", () => {
    assert.isTrue(installed(locked, { [place]: entry }, [place]))
    assert.isFalse(installed(locked, undefined, []))
    assert.isFalse(installed(locked, {}, []))
    assert.isFalse(installed(locked, { [place]: entry }, []))
    assert.isFalse(installed(locked, { [place]: { ...entry, version: "4.0.9" } }, [place]))
    assert.isFalse(installed(locked, { [place]: { ...entry, integrity: "sha512-b" } }, [place]))
  })

  it("may lack what is optional, and needs no lockfile", () => {
    assert.isTrue(
      installed({ ...locked, "node_modules/other": { ...entry, optional: true } }, { [place]: entry }, [place])
    )
    assert.isTrue(installed(undefined, { [place]: entry }, [place]))
  })
})
