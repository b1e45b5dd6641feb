/**
 * Interleaves the servers of one row: in every round each server is measured once, the starting server moves on with
 * the round, and every second round runs backwards, so that no server always follows the same neighbour. A server
 * waits only for its neighbours between two samples, which is too short for V8 to shrink its heap, and a short
 * unmeasured run before each sample brings it back to speed.
 */
import { percentile } from "./Statistics.ts"
import type { Budget, Load } from "./Workload.ts"

/** A server under measurement. */
export interface Contestant {
  readonly name: string
  /** Opens what a run needs to have that many calls in flight. */
  readonly connect: (concurrency: number) => Promise<Load>
  /** CPU microseconds that the server's process has used since its start, user and system. */
  readonly cpuMicros: () => Promise<number>
}

/** What one server showed in one round. */
export interface Sample {
  readonly requests: number
  /** CPU of the server's process for one request, in microseconds. */
  readonly cpuMicros: number
  readonly requestsPerSecond: number
  readonly p50Millis: number
  readonly p99Millis: number
}

/** How long and how often to measure. */
export interface Plan {
  readonly rounds: number
  /** Calls in flight while measuring. */
  readonly concurrency: number
  /** Once for each server, before the first round. */
  readonly warmUp: Budget
  /** Calls in flight while warming up: more of them warm a server up in less time. */
  readonly warmUpConcurrency: number
  /** Before each sample, on the same connections. */
  readonly touch: Budget
  readonly sample: Budget
}

/** The order of `count` servers in a round, as indices: rotated by one a round, every second round backwards. */
export const order = (round: number, count: number): Array<number> => {
  const rotated = Array.from({ length: count }, (_, index) => (index + round) % count)
  return round % 2 === 0 ? rotated : rotated.toReversed()
}

const measure = async (contestant: Contestant, plan: Plan): Promise<Sample> => {
  const load = await contestant.connect(plan.concurrency)
  try {
    await load.run(plan.touch)
    const before = await contestant.cpuMicros()
    const outcome = await load.run(plan.sample)
    const after = await contestant.cpuMicros()
    return {
      requests: outcome.requests,
      cpuMicros: (after - before) / outcome.requests,
      requestsPerSecond: outcome.requests / outcome.millis * 1_000,
      p50Millis: percentile(outcome.latenciesMillis, 0.5),
      p99Millis: percentile(outcome.latenciesMillis, 0.99)
    }
  } finally {
    load.close()
  }
}

const warmUp = async (contestant: Contestant, plan: Plan): Promise<void> => {
  const load = await contestant.connect(plan.warmUpConcurrency)
  try {
    await load.run(plan.warmUp)
  } finally {
    load.close()
  }
}

/** Runs all rounds; gives the samples of each server in the order of the rounds. */
export const runRounds = async (
  contestants: ReadonlyArray<Contestant>,
  plan: Plan
): Promise<ReadonlyMap<string, ReadonlyArray<Sample>>> => {
  const samples = new Map<string, Array<Sample>>(contestants.map(({ name }) => [name, []]))
  for (const contestant of contestants) await warmUp(contestant, plan)
  for (let round = 0; round < plan.rounds; round++) {
    for (const index of order(round, contestants.length)) {
      const contestant = contestants[index]
      if (contestant !== undefined) samples.get(contestant.name)?.push(await measure(contestant, plan))
    }
  }
  return samples
}
