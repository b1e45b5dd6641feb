/** Parley's client over Streamable HTTP, as its documentation shows it on Node: by names, or (told so) typed. */
import { Catalog, McpClient, Tool } from "@parley/mcp"
import * as Revisions from "@parley/mcp/revision/Revisions"
import { NodeMcpClient } from "@parley/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import process from "node:process"
import { session } from "../load/Dialect.ts"
import { fresh, serve, verify } from "./work.ts"

const [url = "", way = "named"] = process.argv.slice(2)

const Add = Tool.make("add", {
  parameters: { a: Schema.Finite, b: Schema.Finite },
  success: Schema.Struct({ sum: Schema.Finite })
})
const Demo = Catalog.make("demo").add(Add)

const runtime = ManagedRuntime.make(
  McpClient.layer({
    name: "demo",
    version: "1.0.0",
    revisions: Revisions.all.filter(({ version }) => version === session.version)
  }).pipe(Layer.provide(NodeMcpClient.layerHttp({ url })))
)
const client = await runtime.runPromise(McpClient.McpClient)
const demo = await runtime.runPromise(McpClient.of(Demo))

const call = way === "typed"
  ? (a: number) => Effect.map(demo.tools.add({ a, b: 1 }), ({ sum }): unknown => sum)
  : (a: number) =>
    Effect.map(
      client.callTool({ name: "add", arguments: { a, b: 1 } }),
      ({ structuredContent }) => (structuredContent as { readonly sum?: unknown } | undefined)?.sum
    )

serve((again) =>
  runtime.runPromise(Effect.gen(function*() {
    while (again()) {
      const a = fresh()
      verify(yield* call(a), a)
    }
  }))
)
