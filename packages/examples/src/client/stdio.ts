/**
 * A client that starts a server as a child process, and knows nothing about it but what the server says: it lists what
 * there is, and calls it by name.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { McpClient } from "@parley/mcp"
import { NodeMcpClient } from "@parley/node"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { fileURLToPath } from "node:url"

const program = Effect.gen(function*() {
  const client = yield* McpClient.McpClient
  yield* Console.log(`${client.server.info?.name} speaks ${client.server.revision.version}`)

  for (const tool of yield* client.listTools) yield* Console.log(`tool ${tool.name}: ${tool.description}`)
  const { structuredContent } = yield* client.callTool({ name: "add", arguments: { a: 1, b: 2 } })
  yield* Console.log(`add: ${JSON.stringify(structuredContent)}`)

  const { contents } = yield* client.readResource("greeting://Ada")
  yield* Console.log(`greeting://Ada: ${JSON.stringify(contents)}`)

  const { messages } = yield* client.getPrompt({ name: "greet_user", arguments: { name: "Ada", style: "formal" } })
  yield* Console.log(`greet_user: ${JSON.stringify(messages)}`)
})

const Client = McpClient.layer({ name: "client", version: "1.0.0" }).pipe(
  Layer.provide(NodeMcpClient.layerStdio({
    command: process.execPath,
    args: [...process.execArgv, fileURLToPath(new URL("../quickstart/main.ts", import.meta.url))]
  }))
)

program.pipe(Effect.provide(Client), NodeRuntime.runMain)
