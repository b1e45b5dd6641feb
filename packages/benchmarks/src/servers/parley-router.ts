/** Parley mounted on an app's `HttpRouter`, on the same server layer as `effect-http`: one endpoint for both eras. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { NodeMcpServer } from "@parley/node"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import { createServer } from "node:http"
import { ready } from "./channel.ts"
import { Benchmark } from "./parley.ts"
import { settings } from "./settings.ts"

const Transport = NodeMcpServer.layerRouter({ path: "/mcp", response: settings.events ? "sse" : "auto" })

const App = Layer.provide(Benchmark, Transport)

const Ready = Layer.effectDiscard(
  HttpServer.addressFormattedWith((address) => Effect.sync(() => ready(`${address}/mcp`)))
)

const Live = Ready.pipe(
  Layer.provide(HttpRouter.serve(App, { disableLogger: true, disableListenLog: true })),
  Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
)

NodeRuntime.runMain(Layer.launch(Live))
