/** A client over HTTP+SSE on real sockets: a server that is lost in the middle of a call, and what is left of it all. */
import { assert, describe, it } from "@effect/vitest"
import * as McpClient from "@parley/mcp/client/McpClient"
import * as Effect from "effect/Effect"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import * as NodeMcpClient from "../../src/NodeMcpClient.ts"

interface Message {
  readonly id?: number
  readonly method: string
}

const results: { readonly [method: string]: object } = {
  initialize: {
    protocolVersion: "2024-11-05",
    capabilities: { tools: {} },
    serverInfo: { name: "old", version: "1" }
  },
  "tools/list": { tools: [{ name: "a", inputSchema: { type: "object" } }] }
}

/** A server of the oldest revision. Calling a tool costs the stream. */
const makeServer = Effect.acquireRelease(
  Effect.callback<{ readonly server: Server; readonly sockets: Set<Socket>; readonly url: string }>((resume) => {
    const streams = new Map<string, ServerResponse>()
    const sockets = new Set<Socket>()
    const take = (request: IncomingMessage, response: ServerResponse, text: string): void => {
      const session = new URL(request.url ?? "", "http://localhost").searchParams.get("session") ?? ""
      const stream = streams.get(session)
      if (stream === undefined) return void response.writeHead(404).end("Session not found")
      const { id, method } = JSON.parse(text) as Message
      response.writeHead(202).end()
      if (method === "tools/call") {
        streams.delete(session)
        return void stream.destroy()
      }
      if (id === undefined) return
      const answer = JSON.stringify({ jsonrpc: "2.0", id, result: results[method] ?? {} })
      stream.write(`event: message\ndata: ${answer}\n\n`)
    }
    const server = createServer((request, response) => {
      if (request.method === "GET") {
        const session = String(streams.size + sockets.size)
        streams.set(session, response)
        response.writeHead(200, { "content-type": "text/event-stream" })
        return void response.write(`event: endpoint\ndata: /messages?session=${session}\n\n`)
      }
      if (!request.url?.startsWith("/messages")) return void response.writeHead(405).end()
      let text = ""
      request.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk
      }).on("end", () => take(request, response, text))
    })
    server.on("connection", (socket) => {
      sockets.add(socket)
      socket.on("close", () => sockets.delete(socket))
    })
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      resume(Effect.succeed({ server, sockets, url: `http://127.0.0.1:${port}/sse` }))
    })
  }),
  ({ server }) =>
    Effect.sync(() => {
      server.close()
      server.closeAllConnections()
    })
)

const ways = { "found out": NodeMcpClient.layerHttp, known: NodeMcpClient.layerSse }

describe("HTTP+SSE on sockets (ERA-11, SSE-03)", () => {
  for (const [name, layer] of Object.entries(ways)) {
    it.live(`a stream that is lost fails what may have run, and is opened again; the way is ${name}`, () =>
      Effect.gen(function*() {
        const { sockets, url } = yield* makeServer
        yield* Effect.gen(function*() {
          const client = yield* McpClient.make({ name: "test", version: "0" })
          assert.strictEqual(client.server.info?.name, "old")
          for (let round = 0; round < 3; round++) {
            assert.lengthOf(yield* client.listTools, 1)
            const { mayHaveRun, reason } = yield* Effect.flip(client.callTool({ name: "a" }))
            assert.strictEqual(reason._tag === "TransportError" ? reason.reason._tag : "", "ConnectionClosed")
            assert.isTrue(mayHaveRun)
          }
          assert.lengthOf(yield* client.listTools, 1)
        }).pipe(Effect.scoped, Effect.provide(layer({ url })))
        // The client and its connections are gone; the server hears of it in a moment.
        const closing = [...sockets].map((socket) =>
          Effect.callback<void>((resume) => {
            if (socket.destroyed) return resume(Effect.void)
            socket.once("close", () => resume(Effect.void))
          })
        )
        yield* Effect.timeout(Effect.all(closing, { concurrency: "unbounded" }), "5 seconds")
      }))
  }
})
