/**
 * Measures a server under load: the CPU time of its process for one request, with the wall figures beside it. A server
 * waits only for its neighbours between two samples, which is too short for V8 to shrink its heap, and a short
 * unmeasured run before each sample brings it back to speed. Meanwhile this process does not sleep.
 */
import type { Budget, Load } from "../load/Load.ts"
import type { Sample } from "../Trial.ts"
import { stayAwake } from "./Awake.ts"
import type { Contestant } from "./Rounds.ts"
import { percentile } from "./Statistics.ts"

/** A contestant that is a server. */
export interface Loaded {
  readonly name: string
  /** Opens what a run needs. */
  readonly connect: () => Promise<Load>
  /** CPU microseconds that the server's process has used since its start, user and system. */
  readonly cpuMicros: () => Promise<number>
}

/** How long a sample takes. */
export interface Sampling {
  /** Before each sample, on the same connections. */
  readonly touch: Budget
  readonly sample: Budget
}

const measure = async (loaded: Loaded, sampling: Sampling): Promise<Sample> => {
  const load = await loaded.connect()
  const sleepAgain = stayAwake()
  try {
    await load.run(sampling.touch)
    const before = await loaded.cpuMicros()
    const outcome = await load.run(sampling.sample)
    const after = await loaded.cpuMicros()
    return {
      value: (after - before) / outcome.requests,
      wall: {
        requestsPerSecond: outcome.requests / outcome.millis * 1_000,
        p50Millis: percentile(outcome.latenciesMillis, 0.5),
        p99Millis: percentile(outcome.latenciesMillis, 0.99)
      }
    }
  } finally {
    sleepAgain()
    load.close()
  }
}

/** A server as a contestant: its value is CPU microseconds a request. */
export const underLoad = (loaded: Loaded, sampling: Sampling): Contestant => ({
  name: loaded.name,
  measure: () => measure(loaded, sampling)
})

/** Brings a server to speed, once and unmeasured. */
export const warmUp = async (loaded: Loaded, budget: Budget): Promise<void> => {
  const load = await loaded.connect()
  try {
    await load.run(budget)
  } finally {
    load.close()
  }
}
