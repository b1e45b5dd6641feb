/** `effect/ai`: a server of one tool as a web handler: its `McpServer.layerHttp` under `HttpRouter.toWebHandler`. */
import * as McpProtocol from "effect/ai/McpProtocol"
import * as McpServer from "effect/ai/McpServer"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
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

const Server = McpServer.layerHttp({
  name: "demo",
  version: "1.0.0",
  path: "/mcp",
  protocols: [McpProtocol.v2026_07_28, McpProtocol.v2025_11_25],
  registrations: Registrations
}).pipe(Layer.provide(HttpServer.layerServices))

const { handler } = HttpRouter.toWebHandler(Server)

export default { fetch: handler }
