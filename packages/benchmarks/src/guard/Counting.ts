/** Starts `count.ts` under the flags that make its figures repeat. Nothing is judged here. */
import { execFile } from "node:child_process"
import * as Path from "node:path"
import process from "node:process"
import { promisify } from "node:util"
import type { Figures } from "./Budgets.ts"

const flags: ReadonlyArray<string> = [
  "--conditions=@parley/source",
  // What is optimized, and when, depends on how the machine schedules threads.
  "--no-opt",
  "--no-maglev",
  "--no-sparkplug",
  // Room for all that is allocated between two collections that are asked for.
  "--min-semi-space-size=64",
  "--max-semi-space-size=64",
  "--expose-gc"
]

const run = async (...args: ReadonlyArray<string>): Promise<string> => {
  const program = Path.join(import.meta.dirname, "count.ts")
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, ...args], {
    maxBuffer: 16 * 1024 ** 2
  })
  return stdout
}

/** What requests cost, counted in a process of its own. */
export const countRequests = async (): Promise<Figures> => JSON.parse(await run())

/** Which functions are called by the requests whose names contain `part`, the most often called first. */
export const explainRequests = (part: string): Promise<string> => run(part)
