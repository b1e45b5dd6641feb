/**
 * Starts a server of this folder as a child process, reads its CPU time, and makes sure that it ends. A server ends in
 * any of three ways: it is stopped, the benchmark's process exits, or (even when that one is killed) the channel
 * between the two closes. It speaks to the benchmark over Node's own channel, so that stdout stays free for stdio
 * servers.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import * as Path from "node:path"
import type { Pipes } from "./LoadStdio.ts"

/**
 * The same for every server. Without the second flag V8's pretenuring puts half of the processes of one and the same
 * program into a slow state (long scavenges), by chance, and the comparison becomes a lottery.
 */
export const nodeFlags: ReadonlyArray<string> = ["--conditions=@parley/source", "--no-allocation-site-pretenuring"]

/** A running server. */
export interface ServerProcess {
  readonly name: string
  /** Where an HTTP server listens; empty for a stdio server. */
  readonly url: string
  readonly pipes: Pipes
  /** CPU microseconds of the whole process since its start, user and system, all threads. */
  readonly cpuMicros: () => Promise<number>
  readonly stop: () => Promise<void>
}

const running = new Set<ChildProcess>()
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL")
})

/** How long a server may take until it is ready. */
const startMillisMax = 20_000

const serverFile = (name: string): string => Path.join(import.meta.dirname, "servers", `${name}.ts`)

/** The scheduler's account of every thread of a process, in nanoseconds, or `undefined` where there is none. */
export const readSchedulerMicros = (pid: number): number | undefined => {
  try {
    let nanos = 0
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      nanos += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "latin1").split(" ")[0])
    }
    return nanos > 0 ? nanos / 1_000 : undefined
  } catch {
    return undefined
  }
}

/** The process's own account (`getrusage`), asked for over the channel: where the scheduler's cannot be read. */
const askCpuMicros = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(Number(message)))
    child.send("cpu", (error) => {
      if (error !== null) reject(error)
    })
  })

const stop = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once("exit", () => resolve())
    child.kill("SIGKILL")
  })

/** Starts `servers/<name>.ts` and waits until it says that it is ready. */
export const startServer = async (name: string): Promise<ServerProcess> => {
  const child = spawn(process.execPath, [...nodeFlags, serverFile(name)], { stdio: ["pipe", "pipe", "pipe", "ipc"] })
  running.add(child)
  const { stderr, stdin, stdout } = child
  if (stdin === null || stdout === null || stderr === null) throw new Error(`${name} has no pipes`)
  let complaints = ""
  stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(-4_000)
  })
  child.once("exit", () => running.delete(child))
  let timer: NodeJS.Timeout | undefined
  try {
    const url = await new Promise<string>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`${name} was not ready after ${startMillisMax} ms`)), startMillisMax)
      child.once("error", reject)
      child.once("exit", (code) => reject(new Error(`${name} ended with code ${code}: ${complaints}`)))
      child.once("message", (message) => resolve(String(message)))
    })
    const pid = child.pid ?? 0
    const cpuMicros = async () => readSchedulerMicros(pid) ?? await askCpuMicros(child)
    return { name, url, pipes: { stdin, stdout }, cpuMicros, stop: () => stop(child) }
  } catch (error) {
    await stop(child)
    throw error
  } finally {
    clearTimeout(timer)
  }
}
