/** Clients over HTTP against our own server, on a real socket. */
import { assert, describe, it } from "@effect/vitest"
import * as McpClient from "@parley/mcp/client/McpClient"
import * as Progress from "@parley/mcp/contract/Progress"
import * as Tool from "@parley/mcp/contract/Tool"
import { all } from "@parley/mcp/revision/Revisions"
import { v2026_07_28 } from "@parley/mcp/revision/v2026_07_28"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as NodeMcpClient from "../../src/NodeMcpClient.ts"
import * as NodeMcpServer from "../../src/NodeMcpServer.ts"

const started = Deferred.makeUnsafe<void>()
const interrupted = Deferred.makeUnsafe<void>()

const echo = Tool.serve("echo", { parameters: { text: Schema.String } }, ({ text }) => Effect.succeed(text))
const chatty = Tool.serve("chatty", {}, () => Effect.as(Progress.report({ progress: 1 }), "done"))
const never = Tool.serve("never", {}, () =>
  Deferred.succeed(started, undefined).pipe(
    Effect.andThen(Effect.never),
    Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
  ))

const Server = McpServer.layer([echo, chatty, never], { name: "demo", version: "1.0.0" }).pipe(
  Layer.provideMerge(NodeMcpServer.layerHttp({ port: 0 }))
)

const connect = (options: Partial<McpClient.Options> = {}, path = "") =>
  Effect.gen(function*() {
    const { url } = yield* NodeMcpServer.HttpAddress
    const transport = yield* Layer.build(NodeMcpClient.layerHttp({ url: `${yield* url}${path}` }))
    return yield* Effect.provide(McpClient.make({ name: "test", version: "0", ...options }), transport)
  })

describe("our own server over HTTP", () => {
  for (const revision of all) {
    it.live(`speaks ${revision.version}`, () =>
      Effect.gen(function*() {
        const client = yield* connect({ revisions: [revision] })
        assert.strictEqual(client.server.revision, revision)
        const heard: Array<number> = []
        const texts = ["héllo", "x".repeat(500_000)]
        for (const text of texts) {
          const { content } = yield* client.callTool({ name: "echo", arguments: { text } })
          assert.deepStrictEqual(content, [{ type: "text", text }])
        }
        yield* client.callTool({ name: "chatty" }, {
          onProgress: ({ progress }) => Effect.sync(() => heard.push(progress))
        })
        assert.deepStrictEqual(heard, [1])
        const many = yield* Effect.forEach(
          Array.from({ length: 40 }, (_, index) => String(index)),
          (text) => client.callTool({ name: "echo", arguments: { text } }),
          { concurrency: 20 }
        )
        assert.lengthOf(many, 40)
      }).pipe(Effect.scoped, Effect.provide(Server)))
  }

  it.live("a call that is given up ends in the server too (CAN-07)", () =>
    Effect.gen(function*() {
      const client = yield* connect()
      assert.strictEqual(client.server.revision, v2026_07_28)
      const calling = yield* Effect.forkChild(client.callTool({ name: "never" }))
      yield* Deferred.await(started)
      yield* Fiber.interrupt(calling)
      yield* Deferred.await(interrupted)
    }).pipe(Effect.scoped, Effect.provide(Server)))

  it.live("a wrong path is no server", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(connect({}, "/elsewhere"))
      assert.include(["RpcError", "TransportError"], reason._tag)
    }).pipe(Effect.scoped, Effect.provide(Server)))
})

describe("no server at all", () => {
  it.live("is unreachable", () =>
    Effect.gen(function*() {
      const url = yield* Effect.scoped(Effect.provide(
        Effect.flatMap(NodeMcpServer.HttpAddress, ({ url }) => url),
        Server
      ))
      const client = McpClient.make({ name: "test", version: "0" })
      const { reason } = yield* Effect.flip(Effect.provide(client, NodeMcpClient.layerHttp({ url })))
      assert.strictEqual(reason._tag === "TransportError" ? reason.reason._tag : "", "Unreachable")
      assert.include(reason.message, "ECONNREFUSED")
    }))
})
