/**
 * For clients of the first revision, which know HTTP+SSE and nothing else: their two endpoints (`/sse` and `/messages`)
 * stand beside that of Streamable HTTP, before one and the same server. New clients do not need it.
 */
import { McpServer, Progress, Tool } from "@parley/mcp"
import { NodeMcpServer } from "@parley/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const knock = Tool.serve("knock", {
  description: "Knock at the door",
  parameters: { times: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 })) }
}, ({ times }) =>
  Effect.gen(function*() {
    for (let knock = 1; knock <= times; knock++) yield* Progress.report({ progress: knock, total: times })
    return "Come in"
  }))

/** The server, on a port of this machine. */
export const serve = (port: number) =>
  McpServer.layer(knock, { name: "sse", version: "1.0.0" }).pipe(
    Layer.provideMerge(NodeMcpServer.layerHttp({ port, sse: true }))
  )
