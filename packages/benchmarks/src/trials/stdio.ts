/** `tools/call` of `add` over stdio, in both eras, with 1 and with 64 calls in flight. */
import { add } from "../load/Call.ts"
import { type Dialect, session, stateless } from "../load/Dialect.ts"
import { forMillis } from "../load/Load.ts"
import { connectStdio } from "../load/StdioLoad.ts"
import { type Loaded, underLoad, warmUp } from "../measure/Loaded.ts"
import { roundsAt, runRounds } from "../measure/Rounds.ts"
import { startServer, withServers } from "../measure/ServerProcess.ts"
import type { Row, Samples, Trial } from "../Trial.ts"
import { often } from "./HttpTrial.ts"

interface Entrant {
  readonly name: string
  readonly server: string
  readonly dialect: Dialect
}

interface StdioRow {
  readonly row: Row
  readonly window: number
}

const { rounds, sampleMillis, touchMillis } = often
const warmUpMillis = 800

const stdioTrial = (entrants: ReadonlyArray<Entrant>, rows: ReadonlyArray<StdioRow>): Trial => ({
  rows: rows.map(({ row }) => row),
  run: (pace) =>
    withServers(entrants.map(({ server }) => () => startServer(server)), async (servers) => {
      const loadsOf = await Promise.all(
        servers.map(({ pipes }, index) => connectStdio(pipes, entrants[index]?.dialect ?? session))
      )
      const loadedWith = (window: number): ReadonlyArray<Loaded> =>
        servers.map(({ cpuMicros, name }, index) => ({
          name: entrants[index]?.name ?? name,
          cpuMicros,
          connect: async () => loadsOf[index]?.(add, window) ?? Promise.reject(new Error(`${name} has no pipes`))
        }))
      for (const loaded of loadedWith(64)) await warmUp(loaded, forMillis(warmUpMillis))
      const samples = new Map<string, Samples>()
      for (const { row, window } of rows) {
        if (!pace.wants(row)) continue
        const sampling = { touch: forMillis(touchMillis), sample: forMillis(sampleMillis) }
        const contestants = loadedWith(window).map((loaded) => underLoad(loaded, sampling))
        samples.set(row.name, await runRounds(contestants, roundsAt(pace, rounds)))
      }
      return samples
    })
})

const rowOf = (era: string, about: string, window: number): StdioRow => ({
  row: {
    name: `stdio-${era}-${window}`,
    chapter: "calls over stdio",
    about: `One \`tools/call\` of \`add\` over stdio, ${about}, ${window} in flight.`,
    unit: "CPU µs a request",
    reference: "raw-stdio",
    goals: window === 1 ? [] : [{ contestant: "parley-stdio", atMost: 1.5, timesOf: "raw-stdio" }]
  },
  window
})

const entrantsIn = (dialect: Dialect): ReadonlyArray<Entrant> => [
  { name: "raw-stdio", server: "raw-stdio", dialect },
  { name: "parley-stdio", server: "parley-stdio", dialect },
  { name: "effect-ai", server: "effect-ai-stdio", dialect },
  ...(dialect.sessions ? [{ name: "sdk-v1", server: "sdk-v1-stdio", dialect }] : []),
  { name: "sdk-v2", server: "sdk-v2-stdio", dialect }
]

/** Both eras. */
export const stdio: ReadonlyArray<Trial> = [
  stdioTrial(entrantsIn(session), [rowOf("session", "in a session", 1), rowOf("session", "in a session", 64)]),
  stdioTrial(entrantsIn(stateless), [
    rowOf("stateless", "each request alone", 1),
    rowOf("stateless", "each request alone", 64)
  ])
]
