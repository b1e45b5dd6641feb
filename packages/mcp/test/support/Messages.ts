/** The messages that tests send and receive. */
import { statelessEra } from "../../src/revision/Revisions.ts"
import { MetaKey } from "../../src/schema/Meta.ts"

/** Any message of a server, read off the wire. */
export interface Received {
  readonly jsonrpc: "2.0"
  readonly id?: string | number
  readonly method?: string
  readonly params?: { readonly [key: string]: unknown }
  readonly result?: { readonly [key: string]: unknown }
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

export type Params = { readonly [key: string]: unknown }

/** The newest revision without sessions. */
export const modernVersion: string = statelessEra[0]?.version ?? ""

export const request = (id: string | number, method: string, params?: Params) =>
  params === undefined ? { jsonrpc: "2.0", id, method } : { jsonrpc: "2.0", id, method, params }

export const notification = (method: string, params?: Params) =>
  params === undefined ? { jsonrpc: "2.0", method } : { jsonrpc: "2.0", method, params }

export const cancelled = (requestId: unknown) => notification("notifications/cancelled", { requestId })

export const initializeParams = (protocolVersion: string) => ({
  protocolVersion,
  capabilities: {},
  clientInfo: { name: "test", version: "1" }
})

/** What a request of the stateless era says of itself. */
export const claim = {
  [MetaKey.protocolVersion]: modernVersion,
  [MetaKey.clientCapabilities]: {},
  [MetaKey.clientInfo]: { name: "test", version: "1" }
}

/** Params that make a request one of the stateless era. */
export const claimed = (params: Params = {}, meta: Params = {}): Params => ({ ...params, _meta: { ...claim, ...meta } })

export const serverInfo = { name: "server", version: "1.0.0" }

/** The error of an answer as one line. */
export const errorOf = ({ error }: Received): string => error === undefined ? "none" : `${error.code} ${error.message}`

/** The texts of a tool's result. */
export const textsOf = ({ result }: Received): ReadonlyArray<unknown> =>
  Array.isArray(result?.content) ? result.content.map((block: { readonly text?: unknown }) => block.text) : []
