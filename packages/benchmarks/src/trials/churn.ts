/** Sessions that come and go: `initialize`, `notifications/initialized`, one call, `DELETE`. */
import { add } from "../load/Call.ts"
import { connectSessions } from "../load/HttpExchanges.ts"
import type { Trial } from "../Trial.ts"
import { inSessions, named } from "./entrants.ts"
import { type HttpRow, httpTrial, usual } from "./HttpTrial.ts"

const connections = 8

const row: HttpRow = {
  row: {
    name: `session-churn-${connections}`,
    chapter: "sessions and memory",
    about: "One session: `initialize`, `notifications/initialized`, one `tools/call`, `DELETE`; " +
      `${connections} connections.`,
    unit: "CPU µs a session",
    reference: "raw-http",
    goals: [{ contestant: "parley-node", atMost: 1.4, timesOf: "raw-http" }]
  },
  connect: (target) => connectSessions(target, add, connections),
  sampling: usual
}

/** fastmcp is left out: it holds each new session for about a second before its first answer. */
export const churn: ReadonlyArray<Trial> = [
  httpTrial(
    named(
      inSessions,
      "raw-http",
      "effect-http",
      "parley-node",
      "parley-router",
      "mcp-lite",
      "effect-ai",
      "sdk-v1",
      "sdk-v2"
    ),
    [row]
  )
]
