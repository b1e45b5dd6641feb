/**
 * Starts a server of `servers/` as a child process, reads its CPU time and its memory, and makes sure that it ends. A
 * server ends in any of three ways: it is stopped, the benchmark's process exits, or (even when that one is killed) the
 * channel between the two closes. It speaks to the benchmark over Node's own channel, so that stdout stays free for
 * stdio servers.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import * as Path from "node:path"
import type { Pipes } from "../load/StdioLoad.ts"
import type { Memory, Question } from "../servers/channel.ts"

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
  /** What the process holds, after a full collection where it was started with `--expose-gc`. */
  readonly memory: () => Promise<Memory>
  readonly stop: () => Promise<void>
}

/** How a server is started. */
export interface StartOptions {
  /** What it is told, see `servers/settings.ts`. */
  readonly settings?: ReadonlyArray<string>
  /** Flags for its `node` beside `nodeFlags`. */
  readonly flags?: ReadonlyArray<string>
}

const running = new Set<ChildProcess>()
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL")
})

/** How long a server may take until it is ready. */
const startMillisMax = 30_000

const serverFile = (name: string): string => Path.join(import.meta.dirname, "..", "servers", `${name}.ts`)

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

/** Asks a server over the channel. One question at a time. */
const ask = (child: ChildProcess, question: Question): Promise<unknown> =>
  new Promise((resolve, reject) => {
    child.once("message", resolve)
    child.send(question, (error) => {
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
export const startServer = async (name: string, options: StartOptions = {}): Promise<ServerProcess> => {
  const { flags = [], settings = [] } = options
  const child = spawn(process.execPath, [...nodeFlags, ...flags, serverFile(name), ...settings], {
    stdio: ["pipe", "pipe", "pipe", "ipc"]
  })
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
    return {
      name,
      url,
      pipes: { stdin, stdout },
      // The process's own account (`getrusage`) is for machines on which the scheduler's cannot be read.
      cpuMicros: async () => readSchedulerMicros(pid) ?? Number(await ask(child, "cpu")),
      memory: async () => await ask(child, "memory") as Memory,
      stop: () => stop(child)
    }
  } catch (error) {
    await stop(child)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** Starts servers, lets `use` have them in the order of `starts`, and stops them all whatever happens. */
export const withServers = async <Value>(
  starts: ReadonlyArray<() => Promise<ServerProcess>>,
  use: (servers: ReadonlyArray<ServerProcess>) => Promise<Value>
): Promise<Value> => {
  const outcomes = await Promise.allSettled(starts.map((start) => start()))
  const servers = outcomes.flatMap((outcome) => outcome.status === "fulfilled" ? [outcome.value] : [])
  try {
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason
    return await use(servers)
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}
