/** Parley's typed client and its server in one process, over the texts that a wire would carry: a line, or HTTP. */
import { Catalog, McpClient, McpServer, Tool } from "@parley/mcp"
import * as McpTest from "@parley/mcp/testing/McpTest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import process from "node:process"
import { fresh, serve, verify } from "./work.ts"

const Add = Tool.make("add", {
  description: "Add two numbers",
  parameters: { a: Schema.Finite, b: Schema.Finite },
  success: Schema.Struct({ sum: Schema.Finite })
})
const Demo = Catalog.make("demo").add(Add)

const Server = McpServer.layer(Demo, { name: "demo", version: "1.0.0" }).pipe(
  Layer.provide(Demo.layer({ tools: { add: ({ a, b }) => Effect.succeed({ sum: a + b }) } }))
)

const runtime = ManagedRuntime.make(McpTest.layer(Server, { way: process.argv[2] === "http" ? "http" : "line" }))
const demo = await runtime.runPromise(McpClient.of(Demo))

serve((again) =>
  runtime.runPromise(Effect.gen(function*() {
    while (again()) {
      const a = fresh()
      verify((yield* demo.tools.add({ a, b: 1 })).sum, a)
    }
  }))
)
