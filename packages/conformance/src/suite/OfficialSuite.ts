/**
 * Runs the official conformance suite (`@modelcontextprotocol/conformance`, pinned) as a child process and reads what it
 * found: the checks of each scenario that a revision requires, and those that it only reports. What to make of the
 * findings is decided in `Verdict.ts`.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import * as Path from "node:path"

/** The revisions that the suite has a requirement set for. */
export type RevisionDate = "2025-11-25" | "2026-07-28"

/** Which side of the protocol is tested. */
export type Leg = "server" | "client"

/** How a check ended. `INFO` is a remark of the suite without a judgement. */
export type Status = "SUCCESS" | "FAILURE" | "WARNING" | "SKIPPED" | "INFO"

/** One check of a scenario. */
export interface Check {
  readonly id: string
  readonly status: Status
  readonly errorMessage?: string
}

/** What became of a scenario. */
export interface ScenarioResult {
  readonly scenario: string
  readonly checks: ReadonlyArray<Check>
}

/** The scenarios of one leg of a revision: those that count, and those that are run and reported only. */
export interface RequirementSet {
  readonly scored: ReadonlyArray<string>
  readonly unscored: ReadonlyArray<string>
}

const manifest = createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/package.json")
const suiteFolder = Path.dirname(manifest)

interface RequirementsFile {
  readonly server: ReadonlyArray<string>
  readonly client: ReadonlyArray<string>
  readonly not_scored: ReadonlyArray<{ readonly scenario: string; readonly leg: Leg }>
}

/** Reads the frozen requirement set that comes with the suite, with the YAML parser that the suite itself uses. */
export const requirements = (revision: RevisionDate, leg: Leg): RequirementSet => {
  const yaml: { readonly parse: (text: string) => RequirementsFile } = createRequire(manifest)("yaml")
  const file = yaml.parse(readFileSync(Path.join(suiteFolder, "requirements", `${revision}.yaml`), "utf8"))
  return {
    scored: file[leg],
    unscored: file.not_scored.filter((entry) => entry.leg === leg).map((entry) => entry.scenario)
  }
}

const timestamp = /-\d{4}-\d{2}-\d{2}T[\d-]+Z$/

/** The folders of the results; a scenario with a slash in its name (`auth/…`) is a folder inside a folder. */
const resultFolders = (folder: string, name = ""): ReadonlyArray<string> =>
  readdirSync(Path.join(folder, name), { withFileTypes: true }).filter((entry) => entry.isDirectory())
    .flatMap((entry) => {
      const path = name === "" ? entry.name : `${name}/${entry.name}`
      return timestamp.test(path) ? [path] : resultFolders(folder, path)
    })

/** A scenario that broke off has left a folder without checks, and is no result. */
const readChecks = (path: string): ReadonlyArray<Check> | undefined =>
  readdirSync(path).includes("checks.json")
    ? JSON.parse(readFileSync(Path.join(path, "checks.json"), "utf8"))
    : undefined

const readResults = (folder: string, leg: Leg): ReadonlyArray<ScenarioResult> =>
  resultFolders(folder).flatMap((path) => {
    const checks = readChecks(Path.join(folder, path))
    const scenario = path.replace(timestamp, "").replace(leg === "server" ? /^server-/ : /^/, "")
    return checks === undefined ? [] : [{ scenario, checks }]
  })

const run = (args: ReadonlyArray<string>): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [Path.join(suiteFolder, "dist", "index.js"), ...args], {
      cwd: Path.join(import.meta.dirname, "..", ".."),
      env: {
        ...process.env,
        // Commands that the suite starts say `node`, and mean this one.
        PATH: `${Path.dirname(process.execPath)}${Path.delimiter}${process.env["PATH"] ?? ""}`
      },
      stdio: ["ignore", "pipe", "pipe"]
    })
    const kill = (): void => void child.kill("SIGKILL")
    process.once("exit", kill)
    let output = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-20_000)
      })
    }
    child.once("error", reject)
    child.once("close", () => {
      process.off("exit", kill)
      resolve(output)
    })
  })

const runInto = async (leg: Leg, args: ReadonlyArray<string>): Promise<ReadonlyArray<ScenarioResult>> => {
  const folder = mkdtempSync(Path.join(tmpdir(), "parley-conformance-"))
  try {
    const output = await run([leg, ...args, "-o", folder])
    const results = readResults(folder, leg)
    // The exit code says only that some scenario failed; no results at all means that the suite did not run.
    if (results.length === 0) throw new Error(`The conformance suite gave no results:\n${output}`)
    return results
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs what a revision requires of a server against the one at `url`, one scenario after the other. */
export const runServer = (url: string, revision: RevisionDate): Promise<ReadonlyArray<ScenarioResult>> =>
  runInto("server", ["--url", url, "--requirements", revision])

/**
 * Runs what a revision requires of a client: `command`, with the URL of a mock server added, is started once for each
 * scenario, all at once, in the folder of this package.
 */
export const runClient = (command: string, revision: RevisionDate): Promise<ReadonlyArray<ScenarioResult>> =>
  runInto("client", ["--command", command, "--requirements", revision])

/** Runs one scenario against a client, whether a revision requires it or not. */
export const runClientScenario = (command: string, scenario: string): Promise<ReadonlyArray<ScenarioResult>> =>
  runInto("client", ["--command", command, "--scenario", scenario])
