/**
 * Starts a program of `workers/`, which does one and the same thing again and again when it is told to, and measures the
 * CPU that it takes for that by itself.
 */
import { fork } from "node:child_process"
import * as Path from "node:path"
import type { Sample } from "../Trial.ts"
import type { Work } from "../workers/work.ts"
import { nodeFlags } from "./ServerProcess.ts"

/** A running worker. */
export interface WorkerProcess {
  /** Works for so many milliseconds; the value is CPU microseconds for each time. */
  readonly work: (work: Work) => Promise<Sample>
  readonly stop: () => Promise<void>
}

const workerFile = (name: string): string => Path.join(import.meta.dirname, "..", "workers", `${name}.ts`)

/** Starts `workers/<name>.ts` with arguments of its own, and waits until it is ready. */
export const startWorker = async (name: string, args: ReadonlyArray<string> = []): Promise<WorkerProcess> => {
  const child = fork(workerFile(name), [...args], { execArgv: [...nodeFlags] })
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const next = <Message>(): Promise<Message> =>
    new Promise((resolve, reject) => {
      const onExit = (code: number | null) => reject(new Error(`${name} ended with code ${code}`))
      child.once("exit", onExit)
      child.once("message", (message) => {
        child.off("exit", onExit)
        resolve(message as Message)
      })
    })
  await next()
  return {
    work: (work) => {
      const done = next<Sample>()
      child.send(work)
      return done
    },
    // It ends when the channel does, and so it does when this process ends.
    stop: () => {
      if (child.connected) child.disconnect()
      return ended
    }
  }
}

/** Starts workers one after the other, lets `use` have them, and stops them all whatever happens. */
export const withWorkers = async <Value>(
  starts: ReadonlyArray<() => Promise<WorkerProcess>>,
  use: (workers: ReadonlyArray<WorkerProcess>) => Promise<Value>
): Promise<Value> => {
  const workers: Array<WorkerProcess> = []
  try {
    for (const start of starts) workers.push(await start())
    return await use(workers)
  } finally {
    await Promise.all(workers.map(({ stop }) => stop()))
  }
}
