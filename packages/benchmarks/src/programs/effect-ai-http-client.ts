/** `effect/ai`: a client over Streamable HTTP, on `fetch`, that calls one tool, as its documentation shows. */
import * as McpClient from "effect/ai/McpClient"
import * as McpProtocol from "effect/ai/McpProtocol"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"

const program = Effect.gen(function*() {
  const client = yield* McpClient.McpClient
  const tools = yield* client.listTools()
  const tool = tools.find(({ name }) => name === "add")
  return tool === undefined ? undefined : yield* client.callTool({ tool, arguments: { a: 1, b: 2 } })
})

export const result = program.pipe(
  Effect.provide(
    McpClient.layerHttp({
      name: "demo",
      version: "1.0.0",
      protocol: McpProtocol.v2025_11_25,
      url: "http://localhost:3000/mcp"
    }).pipe(Layer.provide(FetchHttpClient.layer))
  ),
  Effect.runPromise
)
