/**
 * A program that has a server as its child, and comes to an end in the way that its first argument says. The rest of its
 * arguments are the command line of the server. It prints a line once it is connected.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as McpClient from "@parley/mcp/client/McpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NodeMcpClient from "../../src/NodeMcpClient.ts"

const [manner, command = "", ...args] = process.argv.slice(2)

const endings: { readonly [manner: string]: () => void } = {
  exits: () => process.exit(0),
  breaks: () =>
    queueMicrotask(() => {
      throw new Error("on purpose")
    })
}

Effect.gen(function*() {
  yield* McpClient.McpClient
  process.stdout.write("connected\n")
  endings[manner ?? ""]?.()
  return yield* Effect.never
}).pipe(
  Effect.provide(McpClient.layer({ name: "host", version: "0" })),
  Effect.provide(Layer.fresh(NodeMcpClient.layerStdio({ command, args, closeTimeout: "200 millis" }))),
  NodeRuntime.runMain
)
