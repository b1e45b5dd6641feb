/**
 * The workers' side of their channel to the benchmark. A worker is told for how long, and in how many lanes at a time, to
 * do what it does; it answers with what one time took.
 */
import process from "node:process"
import { makeLatencies } from "../measure/Latencies.ts"
import { percentile } from "../measure/Statistics.ts"
import type { Sample } from "../Trial.ts"

/** What a worker is told. */
export interface Work {
  readonly millis: number
  readonly lanes: number
}

/** Whether a lane is to go on. It is asked before each time, and counts. */
export type Again = () => boolean

/** What is done in one lane, as long as `again`. It throws where anything comes out wrong. */
export type Lane = (again: Again) => Promise<unknown>

const makeAgain = (until: number, add: (millis: number) => void): Again => {
  let since: number | undefined
  return () => {
    const now = performance.now()
    if (since !== undefined) add(now - since)
    since = now
    return now < until
  }
}

const work = async (lane: Lane, { lanes, millis }: Work): Promise<Sample> => {
  const latencies = makeLatencies()
  const before = process.cpuUsage()
  const started = performance.now()
  await Promise.all(Array.from({ length: lanes }, () => lane(makeAgain(started + millis, latencies.add))))
  const { system, user } = process.cpuUsage(before)
  const passed = performance.now() - started
  const sorted = latencies.sorted()
  return {
    value: (system + user) / sorted.length,
    wall: {
      requestsPerSecond: sorted.length / passed * 1_000,
      p50Millis: percentile(sorted, 0.5),
      p99Millis: percentile(sorted, 0.99)
    }
  }
}

/** Serves the benchmark with a lane, until the channel is closed. A failure ends the process. */
export const serve = (lane: Lane): void => {
  process.on("disconnect", () => process.exit())
  process.on("message", (message) => {
    void work(lane, message as Work).then((sample) => process.send?.(sample))
  })
  process.send?.("ready")
}

let last = 0

/** A number that was not there before: the `a` of a call, so that each has an answer of its own. */
export const fresh = (): number => ++last

/** Throws unless `sum` is the answer to `a + 1`. */
export const verify = (sum: unknown, a: number): void => {
  if (sum !== a + 1) throw new Error(`wrong answer to ${a} + 1: ${JSON.stringify(sum)}`)
}
