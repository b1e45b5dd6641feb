/** A client over Streamable HTTP with the types of a catalog, and its encoders and decoders: what is bundled. */
import { Catalog, McpClient, StreamableHttpClient, Tool } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const Add = Tool.make("add", {
  description: "Add two numbers",
  parameters: { a: Schema.Number, b: Schema.Number },
  success: Schema.Struct({ sum: Schema.Number })
})
const Demo = Catalog.make("demo").add(Add)

const program = Effect.gen(function*() {
  const demo = yield* McpClient.of(Demo)
  const { sum } = yield* demo.tools.add({ a: 1, b: 2 })
  return sum
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
