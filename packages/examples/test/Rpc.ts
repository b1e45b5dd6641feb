/**
 * Bare HTTP, to see on the wire what a client library would hide.
 */
import * as Effect from "effect/Effect"
import type { Message } from "./Program.ts"

/** An answer, with all messages of its body: one when it is JSON, any number when it is an event stream. */
export interface Reply {
  readonly status: number
  readonly type: string
  readonly sessionId: string | undefined
  readonly messages: ReadonlyArray<Message>
}

const messagesOf = (type: string, body: string): ReadonlyArray<Message> => {
  const texts = type === "text/event-stream"
    ? body.split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice("data: ".length))
    : [body].filter((text) => text !== "")
  return texts.map((text) => JSON.parse(text) as Message)
}

/** Sends a request as it is. */
export const request = (url: string, init: RequestInit): Effect.Effect<Reply, unknown> =>
  Effect.tryPromise(async (signal) => {
    const response = await fetch(url, { ...init, signal })
    const type = response.headers.get("content-type") ?? ""
    return {
      status: response.status,
      type,
      sessionId: response.headers.get("mcp-session-id") ?? undefined,
      messages: messagesOf(type, await response.text())
    }
  })

/** Posts a message. */
export const post = (
  url: string,
  message: object,
  headers: Record<string, string> = {}
): Effect.Effect<Reply, unknown> =>
  request(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-11-25",
      ...headers
    },
    body: JSON.stringify({ jsonrpc: "2.0", ...message })
  })

/** Opens a session, and gives the header that names it. */
export const open = (url: string): Effect.Effect<Record<string, string>, unknown> =>
  Effect.map(
    post(url, {
      id: 0,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } }
    }),
    ({ sessionId }) => sessionId === undefined ? {} : { "mcp-session-id": sessionId }
  )

/** Posts a request of the stateless era; `name` is that of the tool or prompt. */
export const ask = (
  url: string,
  method: string,
  params: { readonly name?: string; readonly [name: string]: unknown } = {},
  meta: object = {},
  headers: Record<string, string> = {}
): Effect.Effect<Reply, unknown> =>
  post(url, { id: 1, method, params: { ...params, _meta: { ...claim, ...meta } } }, {
    "mcp-protocol-version": claim["io.modelcontextprotocol/protocolVersion"],
    "mcp-method": method,
    ...(params.name === undefined ? {} : { "mcp-name": params.name }),
    ...headers
  })

/** What a request of the stateless era says of itself. */
export const claim = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" }
}

/** A call of a tool that asks for progress. */
export const call = (name: string, args: object = {}): object => ({
  id: 1,
  method: "tools/call",
  params: { name, arguments: args, _meta: { progressToken: "p" } }
})
