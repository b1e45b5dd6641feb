/** Clients that live as long as a test. */
import { McpClient } from "@parley/mcp"
import { NodeMcpClient } from "@parley/node"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** A client of the server at a URL; it hangs up with the scope. */
export const connect = (url: string) =>
  Effect.map(
    Layer.build(
      McpClient.layer({ name: "test", version: "1" }).pipe(Layer.provide(NodeMcpClient.layerHttp({ url })))
    ),
    Context.get(McpClient.McpClient)
  )
