/**
 * What a session holds while nobody uses it: sessions are opened on a server of three tools, over connections that are
 * closed before its memory is looked at, after a full collection.
 */
import { olderSession, session } from "../load/Dialect.ts"
import { connectOpenings, type HttpTarget, makeHttpTarget } from "../load/HttpExchanges.ts"
import { roundsAt, runRounds } from "../measure/Rounds.ts"
import { startServer, withServers } from "../measure/ServerProcess.ts"
import type { Row, Sample, Samples, Trial } from "../Trial.ts"
import type { HttpEntrant } from "./HttpTrial.ts"

interface IdleEntrant extends HttpEntrant {
  /** How many sessions are opened; fewer where each takes long. */
  readonly sessions: number
  readonly connections: number
}

const many = { sessions: 10_000, connections: 32 }
const fewer = { sessions: 2_000, connections: 32 }

const entrants: ReadonlyArray<IdleEntrant> = [
  { name: "parley-node", server: "parley-node", dialect: session, ...many },
  { name: "mcp-lite", server: "mcp-lite", settings: ["--sessions"], dialect: olderSession, ...many },
  { name: "effect-ai", server: "effect-ai-http", dialect: session, ...many },
  { name: "sdk-v1", server: "sdk-v1-http", settings: ["--sessions"], dialect: session, ...fewer },
  { name: "sdk-v2", server: "sdk-v2-http", dialect: session, ...fewer },
  // It takes a second to open a session.
  {
    name: "fastmcp",
    server: "fastmcp",
    settings: ["--sessions"],
    dialect: session,
    sessions: 500,
    connections: 250
  }
]

const rowOf = (part: string, what: string, atMost: number): Row => ({
  name: `idle-session-${part}`,
  chapter: "sessions and memory",
  about:
    `${what} that an idle session takes, of 10,000 (2,000 on the official SDKs, 500 on fastmcp), after a collection.`,
  unit: "KiB",
  reference: "parley-node",
  goals: [{ contestant: "parley-node", atMost }]
})

const heapRow = rowOf("heap", "The heap", 1)
const rssRow = rowOf("rss", "The memory of the process", 10)

/** Sessions that are opened first, unmeasured: they bring code and heap to the size that a server in use has. */
const openedBefore = 500

const open = async (target: HttpTarget, { connections }: IdleEntrant, requestsMax: number): Promise<void> => {
  const load = await connectOpenings(target, Math.min(connections, requestsMax))
  try {
    await load.run({ requestsMax, millisMax: Number.POSITIVE_INFINITY })
  } finally {
    load.close()
  }
}

/** KiB of heap, and of the process, for each session of a server that is started for this alone. */
const measure = (entrant: IdleEntrant): Promise<{ readonly heap: number; readonly rss: number }> => {
  const settings = ["--tools", "3", ...entrant.settings ?? []]
  const start = () => startServer(entrant.server, { settings, flags: ["--expose-gc"] })
  return withServers([start], async ([server]) => {
    if (server === undefined) throw new Error(`${entrant.name} did not start`)
    const target = makeHttpTarget(server.url, entrant.dialect, entrant.accept)
    const first = Math.min(openedBefore, entrant.sessions / 2)
    await open(target, entrant, first)
    const before = await server.memory()
    const sessions = entrant.sessions - first
    await open(target, entrant, sessions)
    const after = await server.memory()
    const each = (bytes: number): number => bytes / sessions / 1_024
    return { heap: each(after.heapUsed - before.heapUsed), rss: each(after.rss - before.rss) }
  })
}

/** Both rows. */
export const idleSessions: ReadonlyArray<Trial> = [{
  rows: [heapRow, rssRow],
  run: async (pace) => {
    const ofRss = new Map<string, Array<Sample>>(entrants.map(({ name }) => [name, []]))
    const contestants = entrants.map((entrant) => ({
      name: entrant.name,
      measure: async () => {
        const { heap, rss } = await measure(entrant)
        ofRss.get(entrant.name)?.push({ value: rss })
        return { value: heap }
      }
    }))
    const ofHeap = await runRounds(contestants, roundsAt(pace, 2))
    const all: ReadonlyArray<readonly [Row, Samples]> = [[heapRow, ofHeap], [rssRow, ofRss]]
    return new Map(all.flatMap(([row, samples]) => pace.wants(row) ? [[row.name, samples] as const] : []))
  }
}]
