/** `effect/ai`: a server of one tool over stdio, as the documentation of its `McpServer` shows. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import * as McpProtocol from "effect/ai/McpProtocol"
import * as McpServer from "effect/ai/McpServer"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const Add = Tool.make("add", {
  description: "Add two numbers",
  parameters: Schema.Struct({ a: Schema.Number, b: Schema.Number }),
  success: Schema.Struct({ sum: Schema.Number })
})
const Tools = Toolkit.make(Add)

const Registrations = McpServer.toolkit(Tools).pipe(
  Layer.provide(Tools.toLayer({ add: ({ a, b }) => Effect.succeed({ sum: a + b }) }))
)

const Server = McpServer.layerStdio({
  name: "demo",
  version: "1.0.0",
  protocols: [McpProtocol.v2025_11_25],
  registrations: Registrations
}).pipe(Layer.provide(NodeStdio.layer))

NodeRuntime.runMain(Layer.launch(Server))
