/** What a client makes of streams that its server ends, and of connections that break or lead elsewhere, on real sockets. */
import { assert, describe, it } from "@effect/vitest"
import { ClientStream, McpClient, McpServer, Progress, Registry, Tool } from "@parley/mcp"
import { v2025_11_25 } from "@parley/mcp/revision/v2025_11_25"
import { v2026_07_28 } from "@parley/mcp/revision/v2026_07_28"
import { ClientTransport, type OutgoingRequest } from "@parley/mcp/transport/ClientTransport"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import * as NodeMcpClient from "../../src/NodeMcpClient.ts"
import * as NodeMcpServer from "../../src/NodeMcpServer.ts"

const work = Tool.serve("work", {}, () =>
  Effect.gen(function*() {
    for (let progress = 1; progress <= 3; progress++) {
      yield* Progress.report({ progress })
      yield* ClientStream.pause({ retryMillis: 5 })
    }
    return "worked"
  }))

const touch = Tool.serve("touch", {}, () => Effect.as(Registry.listChanged("tools"), "touched"))

const Server = McpServer.layer([work, touch], { name: "demo", version: "1.0.0" }).pipe(
  Layer.provideMerge(NodeMcpServer.layerHttp({ port: 0 }))
)

const connect = Effect.gen(function*() {
  const { url } = yield* NodeMcpServer.HttpAddress
  const transport = yield* Layer.build(NodeMcpClient.layerHttp({ url: yield* url }))
  const options = { name: "test", version: "0", revisions: [v2025_11_25] }
  return yield* Effect.provide(McpClient.make(options), transport)
})

describe("a session with our own server", () => {
  it.live("a call whose stream the server ends again and again is heard in full (HTL-02, HTL-04, HTG-10)", () =>
    Effect.gen(function*() {
      const client = yield* connect
      const heard: Array<number> = []
      const onProgress = ({ progress }: { readonly progress: number }) => Effect.sync(() => heard.push(progress))
      const { content } = yield* client.callTool({ name: "work" }, { onProgress })
      assert.deepStrictEqual(content, [{ type: "text", text: "worked" }])
      assert.deepStrictEqual(heard, [1, 2, 3])
    }).pipe(Effect.scoped, Effect.provide(Server)))

  it.live("what the server says unasked is heard (HTG-01)", () =>
    Effect.gen(function*() {
      const client = yield* connect
      const hearing = yield* client.notifications.pipe(
        Stream.filter(({ method }) => method === "notifications/tools/list_changed"),
        Stream.runHead,
        Effect.forkChild({ startImmediately: true })
      )
      // Again and again, because nothing says when the server has the stream on which it will say so.
      yield* Effect.raceFirst(Fiber.join(hearing), Effect.forever(client.callTool({ name: "touch" })))
    }).pipe(Effect.scoped, Effect.provide(Server)))
})

const request: OutgoingRequest = {
  id: 1,
  method: "tools/call",
  name: "x",
  paramsText: "{}",
  revision: v2026_07_28
}

const listen = (handler: Http.RequestListener) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<Http.Server>((resume) => {
        const server = Http.createServer(handler)
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.callback<void>((resume) => {
          server.closeAllConnections()
          server.close(() => resume(Effect.void))
        })
    ),
    // A TCP server has an address of this form.
    (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
  )

const linkTo = (url: string) =>
  Effect.gen(function*() {
    const layer = yield* Layer.build(NodeMcpClient.layerHttp({ url }))
    return yield* Effect.provide(Effect.flatMap(ClientTransport, (transport) => transport.open(() => {})), layer)
  })

describe("a connection that breaks", () => {
  it.live("before it is there: nothing has run", () =>
    Effect.gen(function*() {
      const url = yield* Effect.scoped(listen(() => {}))
      const link = yield* linkTo(url)
      const { reason } = yield* Effect.flip(link.request(request))
      assert.deepInclude(reason, { _tag: "Unreachable", mayHaveRun: false })
      assert.include(reason.message, "ECONNREFUSED")
    }).pipe(Effect.scoped))

  it.live("after the request: it may have run", () =>
    Effect.gen(function*() {
      const url = yield* listen(({ socket }) => void socket.destroy())
      const link = yield* linkTo(url)
      assert.deepInclude((yield* Effect.flip(link.request(request))).reason, { _tag: "Unreachable", mayHaveRun: true })
    }).pipe(Effect.scoped))

  it.live("redirects to another origin are not followed, and nothing is told there", () =>
    Effect.gen(function*() {
      const visits: Array<string | undefined> = []
      const elsewhere = yield* listen((incoming, response) => {
        visits.push(incoming.url)
        response.end()
      })
      const url = yield* listen((_, response) => void response.writeHead(307, { location: elsewhere }).end())
      const { reason } = yield* Effect.flip((yield* linkTo(url)).request(request))
      assert.deepInclude(reason, { _tag: "HttpStatus", status: 307, location: elsewhere })
      assert.lengthOf(visits, 0)
    }).pipe(Effect.scoped))
})
