/** A test of a server of one tool, with a client connected to it in memory: what is bundled. */
import { McpServer, Tool } from "@parley/mcp"
import * as McpTest from "@parley/mcp/testing/McpTest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const add = Tool.serve("add", {
  description: "Add two numbers",
  parameters: { a: Schema.Number, b: Schema.Number },
  success: Schema.Struct({ sum: Schema.Number })
}, ({ a, b }) => Effect.succeed({ sum: a + b }))

const Server = McpServer.layer(add, { name: "demo", version: "1.0.0" })

const test = Effect.gen(function*() {
  const { client } = yield* McpTest.make(Server)
  return yield* client.callTool({ name: "add", arguments: { a: 1, b: 2 } })
})

export const result = Effect.runPromise(Effect.scoped(test))
