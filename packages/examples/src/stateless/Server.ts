/**
 * HTTP without sessions: each request stands alone, so that any replica of the server can answer it. What a call reports
 * before its result still streams.
 */
import { McpServer, Progress, Tool } from "@parley/mcp"
import { NodeMcpServer } from "@parley/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const factorize = Tool.serve("factorize", {
  description: "The prime factors of a number",
  parameters: { number: Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: 1_000_000 })) },
  success: Schema.Struct({ factors: Schema.Array(Schema.Int) })
}, ({ number }) =>
  Effect.gen(function*() {
    const factors: Array<number> = []
    let rest = number
    for (let candidate = 2; rest > 1; candidate++) {
      while (rest % candidate === 0) {
        factors.push(candidate)
        rest /= candidate
        yield* Progress.report({ progress: factors.length, message: `${candidate} is a factor` })
      }
    }
    return { factors }
  }))

/** The server, on a port of this machine. */
export const serve = (port: number) =>
  McpServer.layer(factorize, { name: "stateless", version: "1.0.0" }).pipe(
    Layer.provideMerge(NodeMcpServer.layerHttp({ port, sessions: "stateless" }))
  )
