/** `effect/ai`: its client over Streamable HTTP, on undici, as its documentation shows. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as McpClient from "effect/ai/McpClient"
import * as McpProtocol from "effect/ai/McpProtocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import process from "node:process"
import { fresh, serve, verify } from "./work.ts"

const runtime = ManagedRuntime.make(
  McpClient.layerHttp({
    name: "demo",
    version: "1.0.0",
    protocol: McpProtocol.v2025_11_25,
    url: process.argv[2] ?? ""
  }).pipe(Layer.provide(NodeHttpClient.layerUndici))
)
const client = await runtime.runPromise(McpClient.McpClient)
const tools = await runtime.runPromise(client.listTools())
const tool = tools.find(({ name }) => name === "add")
if (tool === undefined) throw new Error("there is no tool named add")

serve((again) =>
  runtime.runPromise(Effect.gen(function*() {
    while (again()) {
      const a = fresh()
      const { structuredContent } = yield* client.callTool({ tool, arguments: { a, b: 1 } })
      verify((structuredContent as { readonly sum?: unknown } | undefined)?.sum, a)
    }
  }))
)
