/**
 * Starts a server of this project from its sources, as a process of its own on a free port, and makes sure that it ends.
 */
import { type ChildProcess, spawn } from "node:child_process"
import * as Path from "node:path"

/** A running server. */
export interface FixtureServer {
  readonly url: string
  readonly stop: () => Promise<void>
  /** Ends it without a chance to say goodbye. */
  readonly kill: () => Promise<void>
}

/** What a server may need beside its arguments. */
export interface StartOptions {
  /** Arguments of Node itself, before the program. */
  readonly nodeArgs?: ReadonlyArray<string>
  /** The environment; `PORT` is set in any case. Default: that of this process. */
  readonly env?: { readonly [name: string]: string | undefined }
  /** Default: any that is free. */
  readonly port?: number
}

const packages = Path.join(import.meta.dirname, "..", "..", "..")

/** What to tell Node so that it runs a program of this project from its sources; `path` is relative to `packages`. */
export const nodeArguments = (path: string): ReadonlyArray<string> => [
  "--conditions=@parley/source",
  Path.join(packages, path)
]

/** How long a server may take to start, and to end after it was asked to, in milliseconds. */
const startMillisMax = 15_000
const stopMillisMax = 5_000

const end = (child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    const timer = setTimeout(() => child.kill("SIGKILL"), stopMillisMax)
    child.once("exit", () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill(signal)
  })

const firstUrl = (child: ChildProcess, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let output = ""
    let complaints = ""
    const timer = setTimeout(() => reject(new Error(`${path} did not start: ${complaints}`)), startMillisMax)
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaints = (complaints + text).slice(-4_000)
    })
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-4_000)
      const url = /http:\/\/\S+(?=\s)/.exec(output)?.[0]
      if (url === undefined) return
      clearTimeout(timer)
      resolve(url)
    })
    child.once("error", reject)
    child.once("exit", (code) => reject(new Error(`${path} ended with code ${code}: ${complaints}`)))
  })

/** Starts the program at `path`, with `PORT` set, and waits for the URL that it writes to stdout. */
export const startServer = async (
  path: string,
  args: ReadonlyArray<string> = [],
  { env = process.env, nodeArgs = [], port = 0 }: StartOptions = {}
): Promise<FixtureServer> => {
  const child = spawn(process.execPath, [...nodeArgs, ...nodeArguments(path), ...args], {
    env: { ...env, PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"]
  })
  const kill = (): void => void child.kill("SIGKILL")
  process.once("exit", kill)
  child.once("exit", () => process.off("exit", kill))
  try {
    return { url: await firstUrl(child, path), stop: () => end(child, "SIGTERM"), kill: () => end(child, "SIGKILL") }
  } catch (error) {
    await end(child, "SIGTERM")
    throw error
  }
}
