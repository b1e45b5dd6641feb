/**
 * HTTP without sessions and without streams: every answer is one JSON body, as the simplest of clients and proxies want
 * it. What a call reports before its result is dropped.
 */
import { McpServer, Progress, Tool } from "@parley/mcp"
import { NodeMcpServer } from "@parley/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const shout = Tool.serve("shout", {
  description: "Says it louder",
  parameters: { text: Schema.String },
  success: Schema.Struct({ text: Schema.String })
}, ({ text }) =>
  Effect.gen(function*() {
    yield* Progress.report({ progress: 1, total: 2, message: "drawing breath" })
    return { text: `${text.toUpperCase()}!` }
  }))

/** The server, on a port of this machine. */
export const serve = (port: number) =>
  McpServer.layer(shout, { name: "stateless-json", version: "1.0.0" }).pipe(
    Layer.provideMerge(NodeMcpServer.layerHttp({ port, sessions: "stateless", response: "json" }))
  )
