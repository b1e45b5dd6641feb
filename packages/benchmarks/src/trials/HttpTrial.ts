/**
 * A trial whose rows measure HTTP servers: all servers are started once and stay up for all rows, and each row asks
 * them something else, or on another number of connections.
 */
import type { Dialect } from "../load/Dialect.ts"
import { type HttpTarget, makeHttpTarget } from "../load/HttpExchanges.ts"
import { forMillis, type Load } from "../load/Load.ts"
import { type Loaded, underLoad, warmUp } from "../measure/Loaded.ts"
import { roundsAt, runRounds } from "../measure/Rounds.ts"
import { startServer, withServers } from "../measure/ServerProcess.ts"
import type { Pace, Row, Samples, Trial } from "../Trial.ts"

/** A server that takes part. */
export interface HttpEntrant {
  readonly name: string
  /** The file in `servers/`. */
  readonly server: string
  /** What it is told, see `servers/settings.ts`. */
  readonly settings?: ReadonlyArray<string>
  /** What the load generator speaks to it. */
  readonly dialect: Dialect
  /** What the load generator accepts; JSON and events unless it is said. */
  readonly accept?: string
}

/** A row, and how its load is opened. */
export interface HttpRow {
  readonly row: Row
  readonly connect: (target: HttpTarget, entrant: HttpEntrant) => Promise<Load>
  /** The load that warms servers up, where the row's own would take too long for that. */
  readonly warmUp?: HttpRow["connect"]
  readonly sampling: Sampling
}

/**
 * How often and for how long a row is measured. A sample is disturbed by whatever else the machine does in its time, so
 * that the median of many short ones comes nearer to the truth than that of a few long ones.
 */
export interface Sampling {
  readonly rounds: number
  readonly sampleMillis: number
  /** Unmeasured, before each sample. */
  readonly touchMillis: number
}

/** For rows that are to tell a few percent apart. */
export const often: Sampling = { rounds: 19, sampleMillis: 70, touchMillis: 25 }

/** For all others. */
export const usual: Sampling = { rounds: 11, sampleMillis: 100, touchMillis: 30 }

/** For the first row of a server, and for each that comes after it. */
const warmUpMillis = { first: 800, later: 200 }

type Entered = readonly [HttpEntrant, HttpTarget, () => Promise<number>]

const loadedBy = (row: Row, connect: HttpRow["connect"]) => ([entrant, target, cpuMicros]: Entered): Loaded => ({
  name: entrant.name,
  connect: () =>
    connect(target, entrant).catch((error: unknown) => {
      throw new Error(`${row.name}: ${entrant.name} cannot be asked`, { cause: error })
    }),
  cpuMicros
})

const measureRow = async (
  { connect, row, sampling: { rounds, sampleMillis, touchMillis }, warmUp: connectWarmUp = connect }: HttpRow,
  entered: ReadonlyArray<Entered>,
  pace: Pace,
  warmUpMax: number
): Promise<Samples> => {
  for (const one of entered.map(loadedBy(row, connectWarmUp))) await warmUp(one, forMillis(warmUpMax))
  const sampling = { touch: forMillis(touchMillis), sample: forMillis(sampleMillis) }
  const contestants = entered.map(loadedBy(row, connect)).map((one) => underLoad(one, sampling))
  return runRounds(contestants, roundsAt(pace, rounds))
}

/** The rows of the same servers as one trial. */
export const httpTrial = (entrants: ReadonlyArray<HttpEntrant>, rows: ReadonlyArray<HttpRow>): Trial => ({
  rows: rows.map(({ row }) => row),
  run: (pace) =>
    withServers(
      entrants.map(({ server, settings = [] }) => () => startServer(server, { settings })),
      async (servers) => {
        const entered = entrants.flatMap((entrant, index) => {
          const server = servers[index]
          return server === undefined
            ? []
            : [[entrant, makeHttpTarget(server.url, entrant.dialect, entrant.accept), server.cpuMicros] as const]
        })
        const samples = new Map<string, Samples>()
        for (const one of rows) {
          if (!pace.wants(one.row)) continue
          const warmUpMax = samples.size === 0 ? warmUpMillis.first : warmUpMillis.later
          samples.set(one.row.name, await measureRow(one, entered, pace, warmUpMax))
        }
        return samples
      }
    )
})
