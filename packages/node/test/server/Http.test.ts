/** How a server on `node:http` comes up and goes down. */
import { assert, describe, it } from "@effect/vitest"
import { McpServer, Tool } from "@parley/mcp"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as NodeMcpServer from "../../src/NodeMcpServer.ts"

const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" }

const post = (url: string, message: object, more: Record<string, string> = {}) =>
  fetch(url, {
    method: "POST",
    headers: { ...headers, ...more },
    body: JSON.stringify({ jsonrpc: "2.0", ...message })
  })

const initialize = {
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } }
}

const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))

const serverOf = (port: number) =>
  McpServer.layer(hello, { name: "test", version: "1" }).pipe(Layer.provideMerge(NodeMcpServer.layerHttp({ port })))

describe("layerHttp", () => {
  it.live("ends open streams and running calls when its scope closes, and frees the port", () =>
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const finalized: Array<string> = []
      const never = Tool.serve(
        "never",
        {},
        () =>
          Effect.andThen(Deferred.succeed(started, undefined), Effect.never).pipe(
            Effect.onInterrupt(() => Effect.sync(() => finalized.push("never")))
          )
      )
      const Server = McpServer.layer(never, { name: "test", version: "1" }).pipe(
        Layer.provideMerge(NodeMcpServer.layerHttp({ port: 0, drainMillis: 50 }))
      )
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(Server, scope)
      const url = yield* Effect.flatMap(NodeMcpServer.HttpAddress, (address) => address.url).pipe(
        Effect.provideContext(context)
      )

      const opened = yield* Effect.promise(() => post(url, initialize))
      const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" }
      yield* Effect.promise(() => opened.text())
      const stream = yield* Effect.promise(() => fetch(url, { headers: { ...headers, ...session } }))
      assert.strictEqual(stream.headers.get("content-type"), "text/event-stream")
      const call = post(url, { id: 1, method: "tools/call", params: { name: "never" } }, session)
      yield* Deferred.await(started)

      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(finalized, ["never"])
      assert.match(yield* Effect.promise(() => stream.text()), /: keep-alive/)
      const ended = yield* Effect.promise(() => call.then((response) => response.status, () => "broken off"))
      assert.include([202, "broken off"], ended)
      const gone = yield* Effect.promise(() => post(url, initialize).then(() => "served", () => "gone"))
      assert.strictEqual(gone, "gone")
    }))

  it.live("fails with a typed error when the port is taken", () =>
    Effect.gen(function*() {
      const context = yield* Layer.build(serverOf(0))
      const url = yield* Effect.flatMap(NodeMcpServer.HttpAddress, (address) => address.url).pipe(
        Effect.provideContext(context)
      )
      const port = Number(new URL(url).port)
      const error = yield* Effect.flip(Layer.build(serverOf(port)))
      assert.strictEqual(error._tag, "ServerTransportError")
      assert.strictEqual(error.message, `Cannot listen on 127.0.0.1:${port}`)
    }))
})
