/**
 * Server and client in one process, over the same text that a wire would carry: for tests, and for programs that embed
 * a server to use it themselves.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ConnectionDriver from "../server/ConnectionDriver.ts"
import type { Server } from "../server/Server.ts"
import { ServerTransport } from "../server/ServerTransport.ts"
import { ClientTransport } from "../transport/ClientTransport.ts"
import * as DuplexClient from "../transport/DuplexClient.ts"
import { makePair } from "../transport/InMemory.ts"

/** A line of its own for each client; it is closed with the client's scope, and the server's end is served until then. */
const connect = (server: Deferred.Deferred<Server>) =>
  Effect.gen(function*() {
    const pair = yield* makePair
    const served = ConnectionDriver.run(yield* Deferred.await(server), pair.server)
    yield* Effect.forkScoped(served, { startImmediately: true })
    yield* Effect.addFinalizer(() => pair.close)
    return pair.client
  })

/**
 * Both ends of a transport in memory. Clients that connect before the server is there wait for it.
 *
 * @example
 * ```ts
 * import { McpClient, McpServer, Tool } from "@parley/mcp"
 * import * as InMemoryTransport from "@parley/mcp/testing/InMemoryTransport"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))
 * const Server = McpServer.layer(hello, { name: "demo", version: "1.0.0" })
 * const Client = McpClient.layer({ name: "test", version: "1.0.0" })
 *
 * export const Both = Layer.mergeAll(Server, Client).pipe(Layer.provide(InMemoryTransport.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<ServerTransport | ClientTransport> = Layer.effectContext(Effect.gen(function*() {
  const server = yield* Deferred.make<Server>()
  return Context.make(ServerTransport, {
    serve: (started) => Effect.asVoid(Deferred.succeed(server, started))
  }).pipe(Context.add(ClientTransport, DuplexClient.make(connect(server))))
}))
