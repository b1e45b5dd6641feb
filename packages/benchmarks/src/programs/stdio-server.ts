/** A server of one tool over stdio: what is bundled, and started from cold. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { McpServer, Tool } from "@parley/mcp"
import * as NodeMcpServer from "@parley/node/NodeMcpServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const add = Tool.serve("add", {
  description: "Add two numbers",
  parameters: { a: Schema.Number, b: Schema.Number },
  success: Schema.Struct({ sum: Schema.Number })
}, ({ a, b }) => Effect.succeed({ sum: a + b }))

NodeRuntime.runMain(Layer.launch(Layer.provide(
  McpServer.layer(add, { name: "demo", version: "1.0.0" }),
  NodeMcpServer.layerStdio
)))
