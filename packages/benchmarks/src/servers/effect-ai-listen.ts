/** `effect/ai`'s server on `HttpRouter`, with a tool that tells all who listen of a change. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as McpProtocol from "effect/ai/McpProtocol"
import * as McpServer from "effect/ai/McpServer"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { createServer } from "node:http"
import { ready } from "./channel.ts"

const Tools = Toolkit.make(Tool.make("change", { description: "Tells of a change", success: Schema.String }))

const registrations = McpServer.toolkit(Tools).pipe(Layer.provide(
  Tools.toLayer(Effect.map(McpServer.McpServer, ({ notifications }) =>
    Tools.of({
      change: () => Effect.as(notifications["notifications/tools/list_changed"]({}), "done")
    })))
))

const App = McpServer.layerHttp({
  name: "effect-ai",
  version: "1.0.0",
  path: "/mcp",
  protocols: [McpProtocol.v2026_07_28],
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
