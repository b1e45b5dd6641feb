/**
 * A client that talks to the notes server (`npm start`) over HTTP, and shares its contract: arguments, results and
 * failures have types. The server's URL is in `MCP_URL`, or that of `npm start`.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { McpClient } from "@parley/mcp"
import { NodeMcpClient } from "@parley/node"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { NotesCatalog } from "../notes/Contract.ts"

const program = Effect.gen(function*() {
  const { resources, tools } = yield* McpClient.of(NotesCatalog)

  const note = yield* tools.add_note({ topic: "Clients", title: "First words", body: "Hello from a client." })
  yield* Console.log(`added note ${note.id} at ${DateTime.formatIso(note.createdAt)}`)

  const { notes } = yield* tools.search_notes({ topic: "Clients", limit: 10 })
  yield* Console.log(`found ${notes.map(({ title }) => title).join(", ")}`)

  const { contents } = yield* resources["notes://{id}"]({ id: note.id })
  yield* Console.log(`read ${JSON.stringify(contents)}`)

  yield* tools.delete_note({ id: note.id })
  yield* tools.delete_note({ id: note.id }).pipe(
    Effect.catchTag(
      "ToolFailure",
      ({ failure, message }) => Console.log(failure?._tag === "NoteNotFound" ? `note ${failure.id} is gone` : message)
    )
  )
})

const Client = Layer.unwrap(Effect.gen(function*() {
  const url = yield* Config.String("MCP_URL").pipe(Config.withDefault("http://127.0.0.1:3000/mcp"))
  return McpClient.layer({ name: "client", version: "1.0.0" }).pipe(Layer.provide(NodeMcpClient.layerHttp({ url })))
}))

program.pipe(Effect.provide(Client), NodeRuntime.runMain)
