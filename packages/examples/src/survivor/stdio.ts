/**
 * A client whose server is killed in the middle of a call, twice. The server is started again by itself. What only reads
 * is asked again, and the caller does not notice; what may have done something is an error that says so, and the caller
 * looks before it does it again.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Content, McpClient } from "@parley/mcp"
import { NodeMcpClient } from "@parley/node"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { runClient } from "../runClient.ts"

/** Charges a customer, once: when nobody knows whether it has happened, it looks. */
const chargeOnce = Effect.fnUntraced(function*({ callTool }: McpClient.McpClient["Service"], cents: number) {
  const { content } = yield* callTool({ name: "charge", arguments: { cents } }).pipe(
    Effect.catch((error) =>
      Effect.gen(function*() {
        yield* Console.log(`${error.message}; may have run: ${error.mayHaveRun}`)
        const { structuredContent } = yield* callTool({ name: "charges", arguments: {} })
        yield* Console.log(`charges: ${JSON.stringify(structuredContent)}`)
        const text = "It was charged before the power failed"
        return { content: [{ type: "text" as const, text }] }
      })
    )
  )
  yield* Console.log(Content.toText(content))
})

const program = Effect.gen(function*() {
  const client = yield* McpClient.McpClient
  yield* Effect.forkScoped(
    Stream.runForEach(client.status, ({ _tag }) => Console.log(`status: ${_tag}`)),
    { startImmediately: true }
  )
  // From the list the client knows that `charges` only reads, and may be called again.
  const tools = yield* client.listTools
  yield* Console.log(`tools: ${tools.map(({ name }) => name).join(", ")}`)
  yield* chargeOnce(client, 1250)
  yield* chargeOnce(client, 80)
})

const Client = (journal: string) =>
  McpClient.layer({ name: "survivor", version: "1.0.0" }).pipe(
    Layer.provide(NodeMcpClient.layerStdio({
      command: process.execPath,
      args: [...process.execArgv, fileURLToPath(new URL("till-main.ts", import.meta.url)), journal]
    }))
  )

runClient(
  Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped({ prefix: "survivor-" })
    yield* Effect.provide(program, Client(join(folder, "journal.txt")))
  }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
)
