/** HTTP+SSE on an app's router, beside an endpoint of Streamable HTTP for the same server. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpHttp from "../../src/server/McpHttp.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as McpSse from "../../src/server/McpSse.ts"
import { initializeParams, request, serverInfo } from "../support/Messages.ts"
import { readUntil } from "../support/Reading.ts"

const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))

const app = () => {
  const Mcp = McpServer.layer(hello, serverInfo).pipe(Layer.provide(McpHttp.layerRouter()), Layer.orDie)
  return HttpRouter.toWebHandler(
    McpSse.layerRouter({ path: "/old" }).pipe(Layer.provideMerge(Mcp), Layer.provideMerge(HttpServer.layerServices)),
    { disableLogger: true }
  )
}

const makeHandler = Effect.acquireRelease(Effect.sync(app), ({ dispose }) => Effect.promise(() => dispose()))

const headers = { host: "localhost", "content-type": "application/json" }

describe("HTTP+SSE on a router", () => {
  it.live("serves beside the endpoint (SSE-07)", () =>
    Effect.gen(function*() {
      const { handler } = yield* makeHandler
      const ask = (path: string, message?: object) =>
        Effect.promise(() =>
          handler(
            new Request(`http://localhost${path}`, {
              headers,
              ...(message === undefined ? {} : { method: "POST", body: JSON.stringify(message) })
            })
          )
        )
      const stream = yield* ask("/old")
      assert.strictEqual(stream.headers.get("content-type"), "text/event-stream")
      const reader = stream.body?.getReader() ?? assert.fail("no body")
      const uri = /^data: (.+)$/m.exec(yield* readUntil(reader, "\n\n"))?.[1] ?? ""
      const initialize = request(0, "initialize", initializeParams("2024-11-05"))
      assert.strictEqual((yield* ask(uri, initialize)).status, 202)
      assert.include(yield* readUntil(reader, "\n\n"), "\"protocolVersion\":\"2024-11-05\"")
      yield* Effect.promise(() => reader.cancel())
      assert.strictEqual((yield* ask("/mcp", initialize)).status, 200)
    }))
})
