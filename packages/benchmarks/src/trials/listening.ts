/** One change told to 1,000 streams that listen for it, in the stateless era, again and again. */
import { connectListening } from "../load/ListenLoad.ts"
import { forMillis, type Load } from "../load/Load.ts"
import { underLoad } from "../measure/Loaded.ts"
import { roundsAt, runRounds } from "../measure/Rounds.ts"
import { startServer, withServers } from "../measure/ServerProcess.ts"
import type { Row, Samples, Trial } from "../Trial.ts"

const streams = 1_000

const row: Row = {
  name: `listen-${streams}`,
  chapter: "lists, sizes and streams",
  about: `A change of the list of tools, told to ${streams} open \`subscriptions/listen\` streams. ` +
    "The latencies are those until the last of them has heard of it.",
  unit: "CPU µs an event",
  reference: "raw-http",
  goals: []
}

const entrants: ReadonlyArray<readonly [contestant: string, server: string]> = [
  ["raw-http", "raw-listen"],
  ["parley-node", "parley-listen"],
  ["sdk-v2", "sdk-v2-listen"],
  ["effect-ai", "effect-ai-listen"]
]

/** One row. */
export const listening: ReadonlyArray<Trial> = [{
  rows: [row],
  run: (pace) =>
    withServers(entrants.map(([, server]) => () => startServer(server)), async (servers) => {
      const loads: Array<Load> = []
      for (const { name, url } of servers) {
        const load = await connectListening(url, streams).catch((error: unknown) => {
          throw new Error(`${name} cannot be listened to`, { cause: error })
        })
        await load.run(forMillis(1_000))
        loads.push(load)
      }
      const contestants = servers.map(({ cpuMicros }, index) => {
        const load = loads[index]
        return underLoad({
          name: entrants[index]?.[0] ?? "",
          cpuMicros,
          // The streams stay open from sample to sample.
          connect: async () => ({ run: load?.run ?? (() => Promise.reject(new Error("no load"))), close: () => {} })
        }, { touch: forMillis(40), sample: forMillis(200) })
      })
      const samples = await runRounds(contestants, roundsAt(pace, 7))
      for (const load of loads) load.close()
      return new Map<string, Samples>([[row.name, samples]])
    })
}]
