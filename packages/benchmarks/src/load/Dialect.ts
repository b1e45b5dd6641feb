/**
 * The dialects that the load generators speak: which revision of the protocol, and whether a session is opened first.
 * Bodies and headers are written out by hand, so that the generators depend on no toolkit and cost as little as possible.
 */

/** A revision, and whether its messages belong to a session. */
export interface Dialect {
  readonly version: "2025-06-18" | "2025-11-25" | "2026-07-28"
  readonly sessions: boolean
}

/** The session era. */
export const session: Dialect = { version: "2025-11-25", sessions: true }

/** The stateless era. */
export const stateless: Dialect = { version: "2026-07-28", sessions: false }

/** The session era as servers without sessions speak it: each request stands alone, nobody says `initialize`. */
export const sessionless: Dialect = { version: "2025-11-25", sessions: false }

/** The session era before its last revision, for servers that know no later one. */
export const olderSession: Dialect = { version: "2025-06-18", sessions: true }

/** The same, for servers without sessions. */
export const olderSessionless: Dialect = { version: "2025-06-18", sessions: false }

const clientInfo = { name: "benchmarks", version: "1.0.0" }

const envelope = {
  "io.modelcontextprotocol/protocolVersion": stateless.version,
  "io.modelcontextprotocol/clientInfo": clientInfo,
  "io.modelcontextprotocol/clientCapabilities": {}
}

/** The params of a request, as far as a dialect looks into them. */
export interface Params {
  readonly [member: string]: unknown
  readonly _meta?: object
}

/** Params in a dialect: the stateless era puts its envelope into `_meta`. */
export const paramsIn = ({ version }: Dialect, params: Params): object =>
  version === stateless.version ? { ...params, _meta: { ...envelope, ...params._meta } } : params

/** The `initialize` request that opens a session. */
export const initializeBody = ({ version }: Dialect): string =>
  JSON.stringify({
    jsonrpc: "2.0",
    id: 0,
    method: "initialize",
    params: { protocolVersion: version, capabilities: {}, clientInfo }
  })

/** The notification that completes the opening. */
export const initializedBody = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })

/** The lines that a POST of this dialect has beside those of every POST. */
export const headerLines = (
  { sessions, version }: Dialect,
  method: string,
  name: string | undefined,
  sessionId: string | undefined
): ReadonlyArray<string> => [
  `MCP-Protocol-Version: ${version}`,
  ...(sessions && sessionId !== undefined ? [`Mcp-Session-Id: ${sessionId}`] : []),
  ...(version === stateless.version ? [`Mcp-Method: ${method}`] : []),
  ...(version === stateless.version && name !== undefined ? [`Mcp-Name: ${name}`] : [])
]
