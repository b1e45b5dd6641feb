/** A client over Streamable HTTP, on `fetch`, that calls one tool by its name: what is bundled. */
import { McpClient, StreamableHttpClient } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"

const program = Effect.gen(function*() {
  const client = yield* McpClient.McpClient
  return yield* client.callTool({ name: "add", arguments: { a: 1, b: 2 } })
})

export const result = program.pipe(
  Effect.provide(
    McpClient.layer({ name: "demo", version: "1.0.0" }).pipe(
      Layer.provide(StreamableHttpClient.layer({ url: "http://localhost:3000/mcp" })),
      Layer.provide(FetchHttpClient.layer)
    )
  ),
  Effect.runPromise
)
