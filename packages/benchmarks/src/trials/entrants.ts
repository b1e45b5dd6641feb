/**
 * The HTTP servers that the trials compare, by the era in which they meet. The references and Parley speak the era's own
 * dialect; a peer speaks the nearest to it that it knows.
 */
import { olderSession, olderSessionless, session, sessionless, stateless } from "../load/Dialect.ts"
import type { HttpEntrant } from "./HttpTrial.ts"

const toldSessions = ["--sessions"]

/** mcp-lite answers with events whenever its client accepts them, as every client must. */
const acceptJson = "application/json"

/** Servers that keep a session for each connection. */
export const inSessions: ReadonlyArray<HttpEntrant> = [
  { name: "raw-http", server: "raw-http", dialect: session },
  { name: "effect-http", server: "effect-http", dialect: session },
  { name: "parley-node", server: "parley-node", dialect: session },
  { name: "parley-router", server: "parley-router", dialect: session },
  { name: "mcp-lite", server: "mcp-lite", settings: toldSessions, dialect: olderSession, accept: acceptJson },
  { name: "effect-ai", server: "effect-ai-http", dialect: session },
  { name: "sdk-v1", server: "sdk-v1-http", settings: toldSessions, dialect: session },
  { name: "sdk-v2", server: "sdk-v2-http", dialect: session },
  { name: "fastmcp", server: "fastmcp", settings: toldSessions, dialect: session }
]

/** Servers for which each request stands alone. */
export const standingAlone: ReadonlyArray<HttpEntrant> = [
  { name: "raw-http", server: "raw-http", dialect: stateless },
  { name: "effect-http", server: "effect-http", dialect: stateless },
  { name: "parley-node", server: "parley-node", dialect: stateless },
  { name: "parley-router", server: "parley-router", dialect: stateless },
  { name: "mcp-lite", server: "mcp-lite", dialect: olderSessionless, accept: acceptJson },
  { name: "effect-ai", server: "effect-ai-http", dialect: stateless },
  { name: "sdk-v1", server: "sdk-v1-http", dialect: sessionless },
  { name: "sdk-v2", server: "sdk-v2-http", dialect: stateless },
  { name: "fastmcp", server: "fastmcp", dialect: sessionless }
]

/** The entrants of these names. */
export const named = (
  entrants: ReadonlyArray<HttpEntrant>,
  ...names: ReadonlyArray<string>
): ReadonlyArray<HttpEntrant> => entrants.filter(({ name }) => names.includes(name))

const told = ({ settings = [], ...entrant }: HttpEntrant, more: string): HttpEntrant => ({
  ...entrant,
  settings: [...settings, more]
})

/** The entrants, each told to answer with events, which all their clients accept. */
export const withEvents = (entrants: ReadonlyArray<HttpEntrant>): ReadonlyArray<HttpEntrant> =>
  entrants.map(({ dialect, name, server, settings = [] }) => told({ dialect, name, server, settings }, "--events"))

/** The entrants, each told to have a handler that has to be run. */
export const withEffects = (entrants: ReadonlyArray<HttpEntrant>): ReadonlyArray<HttpEntrant> =>
  entrants.map((entrant) => told(entrant, "--effects"))
