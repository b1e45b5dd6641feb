/** A trial whose contestants are programs of `workers/`: all are started once, and stay up for all rows. */
import { roundsAt, runRounds } from "../measure/Rounds.ts"
import { startWorker, withWorkers } from "../measure/WorkerProcess.ts"
import type { Pace, Row, Samples } from "../Trial.ts"

/** A worker that takes part. */
export interface WorkerEntrant {
  readonly name: string
  /** The file in `workers/`. */
  readonly worker: string
  readonly args: ReadonlyArray<string>
}

/** A row, and how many calls are made at a time. */
export interface WorkerRow {
  readonly row: Row
  readonly lanes: number
}

const warmUpMillis = 1_000
const touchMillis = 30
const sampleMillis = 150
const rounds = 9

/** Measures all rows that are wanted. */
export const runWorkers = (
  entrants: ReadonlyArray<WorkerEntrant>,
  rows: ReadonlyArray<WorkerRow>,
  pace: Pace
): Promise<ReadonlyMap<string, Samples>> =>
  withWorkers(entrants.map(({ args, worker }) => () => startWorker(worker, args)), async (workers) => {
    const samples = new Map<string, Samples>()
    for (const { lanes, row } of rows) {
      if (!pace.wants(row)) continue
      for (const { work } of workers) await work({ millis: warmUpMillis, lanes })
      const contestants = workers.map(({ work }, index) => ({
        name: entrants[index]?.name ?? "",
        measure: async () => {
          await work({ millis: touchMillis, lanes })
          return work({ millis: sampleMillis, lanes })
        }
      }))
      samples.set(row.name, await runRounds(contestants, roundsAt(pace, rounds)))
    }
    return samples
  })
