/** A server of one tool as a web handler (`Request => Response`), for edge runtimes: what is bundled. */
import { McpHttp, McpServer, Tool } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const add = Tool.serve("add", {
  description: "Add two numbers",
  parameters: { a: Schema.Number, b: Schema.Number },
  success: Schema.Struct({ sum: Schema.Number })
}, ({ a, b }) => Effect.succeed({ sum: a + b }))

const { handler } = McpHttp.toWebHandler(McpServer.layer(add, { name: "demo", version: "1.0.0" }))

export default { fetch: handler }
