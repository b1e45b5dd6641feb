/**
 * Servers over HTTP+SSE that do what they should not, on real sockets. All answers share one stream here, so that what is
 * wrong on it must not reach the calls of others.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Client } from "@parley/mcp/client/Client"
import { v2024_11_05 } from "@parley/mcp/revision/v2024_11_05"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type { ServerResponse } from "node:http"
import * as NodeMcpClient from "../../src/NodeMcpClient.ts"
import * as Misbehaving from "../support/Misbehaving.ts"
import { nothingLeft } from "../support/NothingLeft.ts"
import { connect, ending } from "../support/ShortLived.ts"

const { content, jsonRpc, result, rightly, sse } = Misbehaving

const closed = "ConnectionClosed, may have run"
const late = "RequestTimeout, may have run"

/** What is said on the stream about a call. */
type Say = (exchange: Misbehaving.Exchange, stream: ServerResponse) => void

const handshake = {
  protocolVersion: "2024-11-05",
  capabilities: { tools: {} },
  serverInfo: { name: "m", version: "1" }
}

const wrongly = (id: unknown): string => sse(jsonRpc({ id, result: { content: [{ type: "text", text: "wrong" }] } }))

/** A server of the oldest revision: whatever is posted is taken, and answered on the stream that was opened last. */
const make = (tools: { readonly [name: string]: Say }) => {
  const streams: Array<ServerResponse> = []
  const saying = (say: Say): Misbehaving.Script => (exchange) => {
    exchange.response.writeHead(202).end()
    const stream = streams.at(-1)
    if (stream !== undefined) say(exchange, stream)
  }
  const scripts: { readonly [what: string]: Say } = {
    initialize: ({ message: { id } }, stream) => stream.write(sse(jsonRpc({ id, result: handshake }))),
    next: (exchange, stream) => stream.write(sse(rightly(exchange))),
    ...tools
  }
  return Misbehaving.make({
    ...Object.fromEntries(Object.entries(scripts).map(([what, say]) => [what, saying(say)])),
    GET: ({ response }) => {
      streams.push(response)
      response.writeHead(200, { "content-type": "text/event-stream" }).write("event: endpoint\ndata: /messages\n\n")
    }
  })
}

const visit = <A, E>(
  server: Misbehaving.Misbehaving,
  use: (client: Client) => Effect.Effect<A, E, Scope.Scope>
) => {
  const transport = NodeMcpClient.layerSse({ url: server.url })
  return Effect.scoped(Effect.flatMap(connect(transport, { revisions: [v2024_11_05] }), use)).pipe(
    Effect.andThen(Effect.timeout(server.quiet, "5 seconds"))
  )
}

const answers: { readonly [what: string]: readonly [Say, unknown] } = {
  "nothing": [() => undefined, late],
  "a wrong id": [(_, stream) => stream.write(wrongly(99_999)), late],
  "its id as a string": [({ message }, stream) => stream.write(wrongly(String(message.id))), late],
  "both": [
    ({ message: { id } }, stream) => stream.write(sse(jsonRpc({ id, result, error: { code: 1, message: "both" } }))),
    "InvalidAnswer, may have run"
  ],
  "the answer twice": [
    (exchange, stream) => stream.write(sse(rightly(exchange)) + wrongly(exchange.message.id)),
    content
  ],
  "garbage first": [
    (exchange, stream) =>
      stream.write(
        `\u0000\ngarbage\n\ndata: {"half\n\nevent: endpoint\ndata: http://evil.example/\n\n${sse(rightly(exchange))}`
      ),
    content
  ]
}

describe("HTTP+SSE", () => {
  it.live.each(Object.entries(answers))(
    "a server that says %s",
    ([, [say, end]]) =>
      nothingLeft(Effect.gen(function*() {
        const server = yield* make({ say })
        yield* visit(server, (client) =>
          Effect.gen(function*() {
            const timeout = end === late ? { timeout: "50 millis" } as const : {}
            const both = [ending(client, "say", {}, timeout), ending(client, "next")]
            assert.deepStrictEqual(yield* Effect.all(both, { concurrency: 2 }), [end, content])
            assert.deepStrictEqual(yield* ending(client, "next"), content)
          }))
      }))
  )

  it.live("a server that answers in another order", () =>
    nothingLeft(Effect.gen(function*() {
      const held: Array<string> = []
      const server = yield* make({
        ordered: ({ message: { id, params } }, stream) => {
          const text = String(params?.arguments?.text)
          held.push(sse(jsonRpc({ id, result: { content: [{ type: "text", text }] } })))
          if (held.length === 8) stream.write(held.toReversed().join(""))
        }
      })
      const texts = Array.from({ length: 8 }, (_, index) => `call ${index}`)
      yield* visit(server, (client) =>
        Effect.gen(function*() {
          const ends = yield* Effect.forEach(texts, (text) => ending(client, "ordered", { text }), { concurrency: 8 })
          assert.deepStrictEqual(ends, texts.map((text) => [{ type: "text", text }]))
        }))
    })))

  it.live("a stream that is cut at any byte of an answer: the call may have run, and the next one works", () =>
    nothingLeft(Effect.gen(function*() {
      const length = Buffer.byteLength(sse(jsonRpc({ id: 1, result })))
      const server = yield* make({
        cut: (exchange, stream) => {
          const bytes = Buffer.from(sse(rightly(exchange))).subarray(
            0,
            Number(exchange.message.params?.arguments?.size)
          )
          stream.write(bytes, () => stream.destroy())
        }
      })
      const sizes = Array.from({ length }, (_, size) => size)
      yield* Effect.forEach(sizes, (size) =>
        Effect.scoped(Effect.gen(function*() {
          const transport = NodeMcpClient.layerSse({ url: server.url })
          const client = yield* connect(transport, { revisions: [v2024_11_05] })
          assert.strictEqual(yield* ending(client, "cut", { size }), closed)
          assert.deepStrictEqual(yield* ending(client, "next"), content)
        })), { discard: true })
      yield* server.quiet
    })))

  it.live("a server that is killed during a call, and started again", () =>
    nothingLeft(Effect.gen(function*() {
      const server = yield* make({ hold: () => undefined })
      yield* visit(server, (client) =>
        Effect.gen(function*() {
          const held = yield* Effect.forkChild(server.next("hold"), { startImmediately: true })
          const calling = yield* Effect.forkChild(ending(client, "hold"))
          yield* Fiber.join(held)
          yield* Effect.andThen(server.kill, server.restart)
          assert.strictEqual(yield* Fiber.join(calling), closed)
          assert.deepStrictEqual(yield* ending(client, "next"), content)
        }))
    })))
})
