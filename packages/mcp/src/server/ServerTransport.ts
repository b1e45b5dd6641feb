/**
 * The way a server is reached, as a service: a transport layer provides it, and `McpServer.layer` hands it the server.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { HttpGate } from "./http/HttpGate.ts"
import type { Server } from "./Server.ts"

/**
 * The transport could not be opened, or broke down.
 *
 * @category errors
 * @since 0.1.0
 */
export class ServerTransportError extends Schema.TaggedError<ServerTransportError>()("ServerTransportError", {
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/**
 * Starts serving in the scope: it returns once the server can be reached, and the scope's end ends it.
 *
 * @category services
 * @since 0.1.0
 */
export class ServerTransport extends Context.Service<ServerTransport, {
  readonly serve: (server: Server) => Effect.Effect<void, ServerTransportError, Scope.Scope>
  /** The gate that was in the context of the transport. Absent where there was none, or none is asked: off HTTP. */
  readonly gate?: HttpGate["Service"] | undefined
}>()("@parley/mcp/server/ServerTransport") {}
