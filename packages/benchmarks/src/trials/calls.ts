/**
 * The headline: `tools/call` of `add` over HTTP, on a server with 102 tools, in both eras, on 1, 32 and 256 connections
 * with one call in flight each; and the same where the handler takes a service.
 */
import { add } from "../load/Call.ts"
import { connectCalls } from "../load/HttpExchanges.ts"
import type { Goal, Trial } from "../Trial.ts"
import { inSessions, named, standingAlone, withEffects } from "./entrants.ts"
import { type HttpRow, httpTrial, often } from "./HttpTrial.ts"

/** More calls in flight warm a server up in less time. */
const warmUpConnections = 32

const goals = (timesRaw: number): ReadonlyArray<Goal> => [
  { contestant: "parley-node", atMost: timesRaw, timesOf: "raw-http" },
  { contestant: "parley-node", atMost: 1, timesOf: "mcp-lite" },
  { contestant: "parley-router", atMost: 1, timesOf: "effect-http" }
]

const rowsOf = (era: string, about: string, timesRaw: number): ReadonlyArray<HttpRow> =>
  [1, 32, 256].map((connections) => ({
    row: {
      name: `http-${era}-${connections}`,
      chapter: "calls over HTTP",
      about: `One \`tools/call\` of \`add\`, ${about}, ${connections} connection${connections === 1 ? "" : "s"}.`,
      unit: "CPU µs a request",
      reference: "raw-http",
      goals: goals(timesRaw)
    },
    connect: (target) => connectCalls(target, add, connections),
    warmUp: (target) => connectCalls(target, add, warmUpConnections),
    // So many connections take a while until each has been served once.
    sampling: connections === 256 ? { rounds: 15, sampleMillis: 100, touchMillis: 50 } : often
  }))

/** What most handlers do: they use services, and so their effects have to be run. */
const worked: HttpRow = {
  row: {
    name: "http-stateless-effects-32",
    chapter: "calls over HTTP",
    about: "The same on 32 connections, with handlers on Effect that take a service, and so have to be run. " +
      "Those of mcp-lite are asynchronous in any case.",
    unit: "CPU µs a request",
    reference: "raw-http",
    goals: []
  },
  connect: (target) => connectCalls(target, add, 32),
  sampling: often
}

/** Both eras. */
export const calls: ReadonlyArray<Trial> = [
  httpTrial(inSessions, rowsOf("session", "in a session", 1.3)),
  httpTrial(standingAlone, rowsOf("stateless", "each request alone", 1.25)),
  httpTrial(
    withEffects(
      named(standingAlone, "raw-http", "effect-http", "parley-node", "parley-router", "mcp-lite", "effect-ai")
    ),
    [worked]
  )
]
