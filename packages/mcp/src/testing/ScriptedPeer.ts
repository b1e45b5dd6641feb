/**
 * Peers for tests of the protocol itself: one side is real, the other says what a test tells it to, over the same text that a
 * wire would carry. A scripted server for a real client, a scripted client for a real server; each hears messages one by one
 * (`expect`, `find`, `next`), answers them or does not, and may send anything at any time.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Rpc from "../jsonrpc/RpcError.ts"
import type { Revision } from "../revision/Revision.ts"
import { MetaKey } from "../schema/Meta.ts"
import type { McpServer } from "../server/McpServer.ts"
import type { ServerTransport } from "../server/ServerTransport.ts"
import * as ScriptedClients from "./peer/ScriptedClient.ts"
import * as ScriptedServers from "./peer/ScriptedServer.ts"
import type * as ServerWire from "./peer/ServerWire.ts"
import * as Serving from "./Serving.ts"

/** What a peer has heard, and ways to answer it. @category models @since 0.1.0 */
export type { Heard, Sent } from "./peer/Heard.ts"

/** The scripted client. @category models @since 0.1.0 */
export type { ScriptedClient } from "./peer/ScriptedClient.ts"

/** The scripted server. @category models @since 0.1.0 */
export type { ScriptedServer } from "./peer/ScriptedServer.ts"

/** What a scripted server has heard. @category models @since 0.1.0 */
export type { HeardFromClient } from "./peer/ServerWire.ts"

/**
 * A scripted server, for as long as the scope: its `transport` is for a real client.
 *
 * @example
 * ```ts
 * import { McpClient } from "@parley/mcp"
 * import { v2026_07_28 } from "@parley/mcp/revision/v2026_07_28"
 * import * as ScriptedPeer from "@parley/mcp/testing/ScriptedPeer"
 * import { ClientTransport } from "@parley/mcp/transport/ClientTransport"
 * import * as Effect from "effect/Effect"
 * import * as Fiber from "effect/Fiber"
 *
 * export const test = Effect.gen(function*() {
 *   const server = yield* ScriptedPeer.server({ answers: ScriptedPeer.opening(v2026_07_28) })
 *   const client = yield* McpClient.make({ name: "me", version: "1.0.0" }).pipe(
 *     Effect.provideService(ClientTransport, server.transport)
 *   )
 *   const call = yield* Effect.forkChild(client.callTool({ name: "add", arguments: { a: 1, b: 2 } }))
 *   const heard = yield* server.expect(`→ tools/call add {"a": 1, "b": 2}`)
 *   yield* heard.fail(-32603, "not today")
 *   return yield* Fiber.await(call)
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const server: (
  options?: ServerWire.Options
) => Effect.Effect<ScriptedServers.ScriptedServer, never, Scope.Scope> = ScriptedServers.make

/**
 * A scripted client of a server, which is built and served by its real driver, for as long as the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const client = <E, R>(
  server: Layer.Layer<McpServer, E, R>,
  options?: Serving.Options
): Effect.Effect<ScriptedClients.ScriptedClient, E, Exclude<R, ServerTransport> | Scope.Scope> =>
  Effect.flatMap(Serving.build(server), (built) => ScriptedClients.make(built, options))

/**
 * What a server answers to the first question of a client that speaks a revision, for `answers`: it has these capabilities,
 * and is called `scripted`.
 *
 * @category answers
 * @since 0.1.0
 */
export const opening = (
  { era, version }: Revision,
  capabilities: object = { tools: {}, resources: {}, prompts: {} }
): { readonly [method: string]: object | Rpc.RpcError } => {
  const serverInfo = { name: "scripted", version: "0" }
  return era === "session"
    ? {
      initialize: { protocolVersion: version, capabilities, serverInfo },
      // Clients that know the stateless era ask for it first.
      "server/discover": Rpc.methodNotFound("server/discover")
    }
    : {
      "server/discover": {
        resultType: "complete",
        supportedVersions: [version],
        capabilities,
        ttlMs: 0,
        cacheScope: "private",
        _meta: { [MetaKey.serverInfo]: serverInfo }
      }
    }
}
