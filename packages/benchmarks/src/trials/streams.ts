/**
 * Answers as streams of events: a call whose answer is one event because the server was told to stream, and a call that
 * reports progress ten times before its answer. Who cannot be told to stream is left out.
 */
import { add, report } from "../load/Call.ts"
import { connectCalls } from "../load/HttpExchanges.ts"
import { reports } from "../servers/tools.ts"
import type { Trial } from "../Trial.ts"
import { inSessions, named, standingAlone, withEvents } from "./entrants.ts"
import { type HttpEntrant, type HttpRow, httpTrial, usual } from "./HttpTrial.ts"

const connections = 32

/** The reference for what streams: the raw server that writes each event by itself. */
const rawEvents = "raw-http-sse"

const streaming = (entrants: ReadonlyArray<HttpEntrant>, ...names: ReadonlyArray<string>) =>
  withEvents(named(entrants, "raw-http", ...names)).map((entrant) =>
    entrant.name === "raw-http" ? { ...entrant, name: rawEvents } : entrant
  )

const forced = (era: string, about: string): HttpRow => ({
  row: {
    name: `http-${era}-sse-${connections}`,
    chapter: "lists, sizes and streams",
    about: `One \`tools/call\` of \`add\` that is answered with an event, ${about}, ${connections} connections. ` +
      `The reference answers with JSON; \`${rawEvents}\` is the same with an event.`,
    unit: "CPU µs a request",
    reference: "raw-http",
    goals: [{ contestant: "parley-node", atMost: 1.9, timesOf: "raw-http" }]
  },
  connect: (target, { name }) => connectCalls(target, add, connections, { events: name !== "raw-http" }),
  sampling: usual
})

const forcedTrial = (entrants: ReadonlyArray<HttpEntrant>, row: HttpRow): Trial =>
  httpTrial([
    ...named(entrants, "raw-http"),
    ...streaming(entrants, "parley-node", "parley-router", "mcp-lite", "sdk-v1", "sdk-v2")
  ], [row])

const progress: HttpRow = {
  row: {
    name: `http-stateless-progress-${connections}`,
    chapter: "lists, sizes and streams",
    about: `One \`tools/call\` whose handler reports progress ${reports} times, each request alone, ` +
      `${connections} connections.`,
    unit: "CPU µs a request",
    reference: rawEvents,
    goals: []
  },
  connect: (target) => connectCalls(target, report, connections, { events: true }),
  sampling: usual
}

/** One event in both eras, and eleven in the newer one. */
export const streams: ReadonlyArray<Trial> = [
  forcedTrial(inSessions, forced("session", "in a session")),
  forcedTrial(standingAlone, forced("stateless", "each request alone")),
  httpTrial(streaming(standingAlone, "parley-node", "parley-router", "effect-ai", "sdk-v1", "sdk-v2"), [progress])
]
