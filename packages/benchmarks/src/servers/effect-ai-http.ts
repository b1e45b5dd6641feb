/**
 * `effect/ai`'s server on `HttpRouter`, as the documentation of `McpServer.layerHttp` shows, on the same server layer as
 * `effect-http`, with both eras, and sessions that may be ended.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as McpProtocol from "effect/ai/McpProtocol"
import * as McpServer from "effect/ai/McpServer"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import { createServer } from "node:http"
import { ready } from "./channel.ts"
import { registrations } from "./effect-ai.ts"

const App = McpServer.layerHttp({
  name: "effect-ai",
  version: "1.0.0",
  path: "/mcp",
  protocols: [McpProtocol.v2026_07_28, McpProtocol.v2025_11_25],
  allowSessionTermination: true,
  registrations
})

const Ready = Layer.effectDiscard(
  HttpServer.addressFormattedWith((address) => Effect.sync(() => ready(`${address}/mcp`)))
)

const Live = Ready.pipe(
  Layer.provide(HttpRouter.serve(App, { disableLogger: true, disableListenLog: true })),
  Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
)

NodeRuntime.runMain(Layer.launch(Live))
