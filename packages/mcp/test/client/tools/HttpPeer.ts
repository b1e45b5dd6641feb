/** A server over HTTP that answers as told and keeps what it heard, headers included. */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Client } from "../../../src/client/Client.ts"
import * as McpClient from "../../../src/client/McpClient.ts"
import type { McpClientError } from "../../../src/client/McpClientError.ts"
import type { Params } from "../../../src/jsonrpc/Message.ts"
import type { Revision } from "../../../src/revision/Revision.ts"
import * as StreamableHttpClient from "../../../src/transport/StreamableHttpClient.ts"
import { type Heard, opening, type Reply } from "../ScriptedPeer.ts"

/** A message with the headers that it came with. */
export interface Received extends Heard {
  readonly headers: { readonly [name: string]: string }
}

/** What to reply to each method. */
export type Script = { readonly [method: string]: (params: Params, received: Received) => Reply }

export interface HttpPeer {
  readonly heard: Array<Received>
  readonly client: Effect.Effect<Client, McpClientError, Scope.Scope>
}

const messageOf = ({ body }: HttpClientRequest): Heard =>
  body._tag === "Uint8Array" ? JSON.parse(new TextDecoder().decode(body.body)) as Heard : {}

const json = (body: object, status = 200): Response =>
  new Response(JSON.stringify({ jsonrpc: "2.0", ...body }), { status, headers: { "content-type": "application/json" } })

export const make = (revision: Revision, script: Script): HttpPeer => {
  const heard: Array<Received> = []
  const open = opening(revision)
  const answer = (received: Received): Response => {
    const { id, method, params = {} } = received
    if (method === undefined) return new Response(null, { status: 405 })
    if (id === undefined) return new Response(null, { status: 202 })
    const opened = open[method]
    const reply = typeof opened === "object" ? opened : script[method]?.(params, received)
    return reply === undefined || typeof reply === "string"
      ? json({ id, error: { code: -32601, message: "no" } }, 404)
      : json({ id, ...reply }, "error" in reply ? 400 : 200)
  }
  const http = HttpClient.make((request) =>
    Effect.sync(() => {
      const received = { ...messageOf(request), headers: { ...request.headers } }
      heard.push(received)
      return HttpClientResponse.fromWeb(request, answer(received))
    })
  )
  const transport = Layer.provide(
    StreamableHttpClient.layer({ url: "https://example.com/mcp" }),
    Layer.succeed(HttpClient.HttpClient, http)
  )
  return { heard, client: Effect.provide(McpClient.make({ name: "test", version: "0" }), transport) }
}

/** What came under a method. */
export const received = ({ heard }: HttpPeer, method: string): ReadonlyArray<Received> =>
  heard.filter((message) => message.method === method)
