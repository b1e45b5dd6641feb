/** The machine and the time of a run, as far as figures depend on them. */
import * as Os from "node:os"
import process from "node:process"
import { nodeFlags } from "../measure/ServerProcess.ts"

/** What the page tells of a run. */
export interface Circumstances {
  /** ISO date, without the time. */
  readonly date: string
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  /** Operating system and its release. */
  readonly system: string
  readonly node: string
  /** What every server is started with. */
  readonly flags: ReadonlyArray<string>
  readonly scale: number
  readonly minutes: number
}

/** Those of this process, for a run that took so long. */
export const circumstances = (scale: number, millis: number): Circumstances => {
  const processors = Os.cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: processors[0]?.model.trim() ?? "unknown processor",
    cores: processors.length,
    memoryGiB: Math.round(Os.totalmem() / 1024 ** 3),
    system: `${Os.type()} ${Os.release().replace(/-.*/, "")}`,
    node: process.version,
    flags: nodeFlags,
    scale,
    minutes: Math.round(millis / 6_000) / 10
  }
}
