/** Clients alone: `add`, called over HTTP on a server whose answers cost next to nothing, one call and 32 at a time. */
import { startServer, withServers } from "../measure/ServerProcess.ts"
import type { Trial } from "../Trial.ts"
import { runWorkers, type WorkerEntrant, type WorkerRow } from "./workerTrial.ts"

const rows: ReadonlyArray<WorkerRow> = [1, 32].map((lanes) => ({
  row: {
    name: `client-${lanes}`,
    chapter: "clients",
    about: `One \`tools/call\` over HTTP in a session, the server's CPU left out, ${lanes} at a time.`,
    unit: "CPU µs a call",
    reference: "raw-client",
    goals: []
  },
  lanes
}))

const entrantsFor = (url: string): ReadonlyArray<WorkerEntrant> => [
  { name: "raw-client", worker: "client-raw", args: [url] },
  { name: "raw-fetch", worker: "client-raw", args: [url, "fetch"] },
  { name: "parley", worker: "client-parley", args: [url] },
  { name: "parley-typed", worker: "client-parley", args: [url, "typed"] },
  { name: "sdk-v2", worker: "client-sdk-v2", args: [url] },
  { name: "sdk-v1", worker: "client-sdk-v1", args: [url] },
  { name: "effect-ai", worker: "client-effect-ai", args: [url] }
]

/** Two rows. */
export const client: ReadonlyArray<Trial> = [{
  rows: rows.map(({ row }) => row),
  run: (pace) =>
    withServers(
      [() => startServer("canned-http", { settings: ["--tools", "3"] })],
      ([server]) => runWorkers(entrantsFor(server?.url ?? ""), rows, pace)
    )
}]
