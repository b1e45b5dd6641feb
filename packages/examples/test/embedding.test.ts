/** An MCP endpoint among the routes of an app, all of them about the same tasks. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { createServer } from "node:http"
import { App } from "../src/embedding/Server.ts"
import { connect } from "./Clients.ts"
import * as Program from "./Program.ts"
import * as Rpc from "./Rpc.ts"

const get = (url: string) => Effect.promise(() => fetch(url).then((response) => response.text()))

const Served = App.pipe(
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1", gracefulShutdownTimeout: 0 })),
  Layer.provide(Logger.layer([]))
)

describe("embedding", () => {
  it.live("what a model adds, the app's own routes show", () =>
    Effect.gen(function*() {
      const { address } = yield* HttpServer.HttpServer
      const url = HttpServer.formatAddress(address)
      const client = yield* connect(`${url}/mcp`)
      assert.strictEqual(yield* get(`${url}/tasks`), "{\"tasks\":[]}")
      yield* client.callTool({ name: "add_task", arguments: { task: "write" } })
      yield* client.callTool({ name: "add_task", arguments: { task: "test" } })
      assert.strictEqual(yield* get(`${url}/tasks`), "{\"tasks\":[\"write\",\"test\"]}")
      assert.strictEqual(yield* get(`${url}/health`), "ok")
    }).pipe(Effect.scoped, Effect.provide(Served), Effect.timeout("10 seconds")))
})

describe("embedding as a program", () => {
  it.live("serves the routes and the endpoint on one port", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* Program.listen("embedding/main.ts")
      const session = yield* Rpc.open(`${url}/mcp`)
      const { messages } = yield* Rpc.post(`${url}/mcp`, Rpc.call("add_task", { task: "rest" }), session)
      assert.deepInclude(messages[0]?.result, { structuredContent: { tasks: ["rest"] } })
      assert.strictEqual(yield* get(`${url}/tasks`), "{\"tasks\":[\"rest\"]}")
      assert.strictEqual((yield* stop("SIGTERM")).code, 130)
      yield* Effect.flip(Rpc.open(`${url}/mcp`))
    }).pipe(Effect.scoped))
})
