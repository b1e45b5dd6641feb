/** A client and a server in one process: `add`, called by the client, again and again, one call at a time. */
import type { Row, Trial } from "../Trial.ts"
import { runWorkers, type WorkerEntrant } from "./workerTrial.ts"

const row: Row = {
  name: "in-process",
  chapter: "clients",
  about: "One call of a tool, from a client to a server in the same process, the answer verified. " +
    "The reference stringifies and parses the request and its answer, and does nothing else.",
  unit: "CPU µs a call",
  reference: "raw-json",
  goals: [{ contestant: "parley", atMost: 3, timesOf: "raw-json" }]
}

const entrants: ReadonlyArray<WorkerEntrant> = [
  { name: "raw-json", worker: "in-process-json", args: [] },
  { name: "parley", worker: "in-process-parley", args: ["line"] },
  { name: "parley-http", worker: "in-process-parley", args: ["http"] },
  { name: "sdk-v2", worker: "in-process-sdk-v2", args: [] },
  { name: "sdk-v1", worker: "in-process-sdk-v1", args: [] },
  { name: "effect-ai", worker: "in-process-effect-ai", args: [] }
]

/** One row. */
export const inProcess: ReadonlyArray<Trial> = [{
  rows: [row],
  run: (pace) => runWorkers(entrants, [{ row, lanes: 1 }], pace)
}]
