/** `effect/ai`: a client and a server of one tool, connected by its `McpTest`. */
import * as McpProtocol from "effect/ai/McpProtocol"
import * as McpServer from "effect/ai/McpServer"
import * as McpTest from "effect/ai/McpTest"
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

const test = Effect.gen(function*() {
  const client = yield* McpTest.makeClient(Registrations, { protocols: [McpProtocol.v2025_11_25] })
  return yield* client.callTool({ name: "add", arguments: { a: 1, b: 2 } })
})

export const result = Effect.runPromise(Effect.scoped(test))
