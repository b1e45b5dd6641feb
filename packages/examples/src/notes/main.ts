/**
 * The notes server as a program: over HTTP, or over stdio for the clients that start their servers themselves. Logs go
 * to stderr; stdout tells how to connect, and over stdio belongs to the protocol.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { McpServer } from "@parley/mcp"
import { NodeMcpServer } from "@parley/node"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as Connecting from "./Connecting.ts"
import { NotesCatalog } from "./Contract.ts"
import { Database } from "./Database.ts"
import { NotesHandlers } from "./Handlers.ts"
import { Notes } from "./Notes.ts"

const version = "0.1.0"

const Server = McpServer.layer(NotesCatalog, {
  name: "notes",
  title: "Notes",
  version,
  instructions: "Keeps notes by topic. Search before you add, and delete only what you are asked to delete."
}).pipe(Layer.provide(NotesHandlers), Layer.provide(Notes.layer))

const flags = {
  port: Flag.Int("port").pipe(
    Flag.withSchema(Schema.Port),
    Flag.withDefault(3000),
    Flag.withDescription("Port to serve HTTP on; 0 takes any that is free")
  ),
  host: Flag.String("host").pipe(
    Flag.withDefault("127.0.0.1"),
    Flag.withDescription("Address to serve HTTP on; only requests that are addressed to it are let in")
  ),
  jsonResponse: Flag.Boolean("json-response").pipe(
    Flag.withDefault(false),
    Flag.withDescription("Answer each HTTP request with plain JSON, and never with a stream of events")
  ),
  stateless: Flag.Boolean("stateless").pipe(Flag.withDefault(false), Flag.withDescription("Keep no sessions")),
  stdio: Flag.Boolean("stdio").pipe(
    Flag.withDefault(false),
    Flag.withDescription("Serve over stdin and stdout instead of HTTP")
  ),
  database: Flag.String("database").pipe(
    Flag.optional,
    Flag.withMetavar("path"),
    Flag.withDescription("File to keep the notes in; a temporary one unless given")
  )
}

const notes = Command.make(
  "notes",
  flags,
  Effect.fnUntraced(
    function*({ database, host, jsonResponse, port, stateless, stdio }) {
      const DatabaseLive = Option.match(database, { onNone: () => Database.layerTemporary, onSome: Database.layer })
      const ServerLive = Server.pipe(Layer.provide(DatabaseLive))
      if (stdio) return yield* Layer.launch(Layer.provide(ServerLive, NodeMcpServer.layerStdio))

      const hosts = Connecting.hosts(host)
      const Http = NodeMcpServer.layerHttp({
        port,
        host,
        allowedHosts: hosts,
        allowedOrigins: hosts,
        sessions: stateless ? "stateless" : "stateful",
        response: jsonResponse ? "json" : "auto"
      })
      yield* Effect.gen(function*() {
        const address = yield* NodeMcpServer.HttpAddress
        yield* Console.log(Connecting.instructions(yield* address.url, Option.getOrUndefined(database)))
        return yield* Effect.never
      }).pipe(Effect.provide(Layer.provideMerge(ServerLive, Http)))
    },
    Effect.tapError((error) => Effect.logError(error.message)),
    Effect.tapDefect(Effect.logError)
  )
).pipe(Command.withDescription("An MCP server that keeps notes"))

Command.run(notes, { version }).pipe(
  Effect.provide([NodeServices.layer, Layer.succeed(References.LogToStderr, true)]),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    // Being told to stop is how a server ends well.
    teardown: (exit, onExit) => Runtime.defaultTeardown(exit, (code) => onExit(code === 130 ? 0 : code))
  })
)
