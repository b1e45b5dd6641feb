/** Our own server over stdio. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Tool from "@parley/mcp/contract/Tool"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as NodeMcpServer from "../../src/NodeMcpServer.ts"

const echo = Tool.serve(
  "echo",
  { parameters: { text: Schema.String }, success: Schema.String },
  ({ text }) => Effect.as(Effect.sync(() => console.log("a stray line")), text)
)

McpServer.layer(echo, { name: "demo", version: "1.0.0" }).pipe(
  Layer.provide(NodeMcpServer.layerStdio),
  Layer.launch,
  NodeRuntime.runMain
)
