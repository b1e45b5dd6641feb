/** `effect/ai`: a client and a server in one process, connected by its `McpTest`. */
import * as McpProtocol from "effect/ai/McpProtocol"
import * as McpServer from "effect/ai/McpServer"
import * as McpTest from "effect/ai/McpTest"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { fresh, serve, verify } from "./work.ts"

const Add = Tool.make("add", {
  description: "Add two numbers",
  parameters: Schema.Struct({ a: Schema.Finite, b: Schema.Finite }),
  success: Schema.Struct({ sum: Schema.Finite })
})
const Tools = Toolkit.make(Add)

const Registrations = McpServer.toolkit(Tools).pipe(
  Layer.provide(Tools.toLayer({ add: ({ a, b }) => Effect.succeed({ sum: a + b }) }))
)

const client = await Effect.runPromise(Effect.provideService(
  McpTest.makeClient(Registrations, { protocols: [McpProtocol.v2025_11_25] }),
  Scope.Scope,
  Scope.makeUnsafe()
))

serve((again) =>
  Effect.runPromise(Effect.gen(function*() {
    while (again()) {
      const a = fresh()
      const { structuredContent } = yield* client.callTool({ name: "add", arguments: { a, b: 1 } })
      verify((structuredContent as { readonly sum?: unknown } | undefined)?.sum, a)
    }
  }))
)
