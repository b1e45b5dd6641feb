import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Bank from "../support/Bank.ts"

const root = fileURLToPath(new URL("../../../../", import.meta.url))
const modules = join(root, "node_modules")

const config = `const conditions = ["@parley/source", "module", "node", "development|production"]
export default { ssr: { resolve: { conditions } }, resolve: { conditions }, test: { include: ["*.test.ts"] } }
`

/** What of a run of Vitest says how it went: the exit code, and the names of tests with their status. */
const runTests = (folder: string): { readonly code: number | null; readonly text: string } => {
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [
      join(modules, "vitest", "vitest.mjs"),
      "--run",
      "--root",
      folder,
      "--config",
      join(folder, "config.mjs"),
      "--reporter=verbose",
      // One after the other, so that what both import is loaded once.
      "--no-isolate",
      "--no-file-parallelism"
    ],
    { encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } }
  )
  return { code: status, text: stdout + stderr }
}

/** A folder in which packages of the project are found, and which nobody commits. */
const withFolder = <A>(use: (folder: string) => A): A => {
  const cache = join(modules, ".cache")
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, "pasted-"))
  try {
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const bank = JSON.stringify(fileURLToPath(new URL("../support/Bank.ts", import.meta.url)))

const source = { imports: [`import * as Bank from ${bank}`], server: "Bank.careless", options: "Bank.options" }

describe("a pasted test", () => {
  it.effect(
    "fails with the server that it was made of, and passes with one that is right",
    () =>
      Effect.gen(function*() {
        const { test } = yield* Bank.failing({ ...Bank.options, from: 50, source })
        const { code, text } = withFolder((folder) => {
          writeFileSync(join(folder, "config.mjs"), config)
          writeFileSync(join(folder, "careless.test.ts"), test)
          writeFileSync(join(folder, "careful.test.ts"), test.replace(source.server, "Bank.careful"))
          return runTests(folder)
        })
        assert.strictEqual(code, 1, text)
        assert.match(text, /× careless\.test\.ts > calls \(seed \d+\)/)
        assert.match(text, /a deposit was made 2 times/)
        assert.match(text, /✓ careful\.test\.ts > calls \(seed \d+\)/)
      }),
    60_000
  )
})
