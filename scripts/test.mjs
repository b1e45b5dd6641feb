// @ts-check
/**
 * `npm test`: installs what is missing, then runs every test once on the pinned Node, passing the arguments on to Vitest.
 * The last line says `N passed, N failed` (and `, N skipped`) for whoever reads the log by machine.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ensureOrExit } from "./ensure.mjs"
import { childEnvironment, isCommand, nodeForSources, root, run } from "./lib/child.mjs"

/**
 * @typedef {object} Report what Vitest's JSON reporter writes, as far as it matters here
 * @property {ReadonlyArray<{ readonly status: string, readonly assertionResults: ReadonlyArray<{ readonly status: string }> }>} testResults
 */

/**
 * Counts a report. A file that could not even be loaded has no tests to count and is one failure; so is a run that
 * failed with no test to blame (an unhandled error, for one), and a run in which no test ran.
 *
 * @param {Report | undefined} report
 * @param {number} vitestCode the exit code of Vitest
 * @returns {{ readonly line: string, readonly code: number, readonly reason?: string }}
 */
export const summary = (report, vitestCode) => {
  let passed = 0
  let failed = 0
  let skipped = 0
  for (const file of report?.testResults ?? []) {
    const failedBefore = failed
    for (const { status } of file.assertionResults) {
      if (status === "passed") passed++
      else if (status === "failed") failed++
      else skipped++
    }
    if (file.status === "failed" && failed === failedBefore) failed++
  }
  const blameless = failed === 0 && (vitestCode !== 0 || passed === 0)
  if (blameless) failed = 1
  const line = `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`
  const code = failed === 0 ? 0 : vitestCode === 0 ? 1 : vitestCode
  if (!blameless) return { line, code }
  const reason = passed === 0 ? "no test ran" : `Vitest ended with exit code ${vitestCode}, but no test failed`
  return { line, code, reason }
}

/**
 * @param {string} path
 * @returns {Report | undefined}
 */
const readReport = (path) => {
  try {
    return JSON.parse(readFileSync(path, "utf8"))
  } catch {
    return undefined
  }
}

/** Hundreds of tests start programs of the project, each of which would compile the same sources. */
const environment = () => ({
  ...childEnvironment(),
  NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "parley-compiled")
})

/** @param {ReadonlyArray<string>} args */
const main = async (args) => {
  await ensureOrExit()
  const folder = mkdtempSync(join(tmpdir(), "parley-test-"))
  try {
    const reportPath = join(folder, "report.json")
    const reporters = args.some((arg) => arg.startsWith("--reporter")) ? [] : ["--reporter=default"]
    const { code } = await run(/** @type {string} */ (nodeForSources()), [
      join(root, "node_modules", "vitest", "vitest.mjs"),
      "--config",
      "vitest.workspace.ts",
      "--run",
      ...reporters,
      "--reporter=json",
      `--outputFile.json=${reportPath}`,
      ...args
    ], { env: environment() })
    const result = summary(readReport(reportPath), code)
    if (result.reason !== undefined) process.stdout.write(`${result.reason}: counted as one failure\n`)
    process.stdout.write(`${result.line}\n`)
    return result.code
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (isCommand(import.meta.url)) process.exit(await main(process.argv.slice(2)))
