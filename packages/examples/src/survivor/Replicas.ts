/**
 * A server that forgets its sessions: an address behind which one replica takes the place of another, as when a new
 * version is rolled out. Sessions are in the memory of a replica, and end with it.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { McpHttp, McpServer, Tool } from "@parley/mcp"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpEffect from "effect/http/HttpEffect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { createServer } from "node:http"

const replica = (version: string) => {
  const whoAreYou = Tool.serve(
    "who_are_you",
    { success: Schema.Struct({ version: Schema.String }) },
    () => Effect.succeed({ version })
  )
  return McpHttp.toWebHandler(McpServer.layer(whoAreYou, { name: "replica", version }))
}

/** The replica in force, and its address. */
export class Replicas extends Context.Service<Replicas, {
  readonly url: string
  /** Puts another replica in the place of the one that there is. */
  readonly rollOut: (version: string) => Effect.Effect<void>
  /** How often a session was opened. */
  readonly sessions: Effect.Effect<number>
}>()("examples/survivor/Replicas") {}

/** One address on this machine, on any free port. */
export const layer = Layer.effect(
  Replicas,
  Effect.gen(function*() {
    let current = replica("1.0.0")
    let sessions = 0
    yield* Effect.addFinalizer(() => Effect.promise(() => current.dispose()))
    const server = yield* HttpServer.HttpServer
    yield* server.serve(HttpEffect.fromWebHandler(async (request) => {
      const response = await current.handler(request)
      // Only the answer to `initialize` brings a session id.
      if (response.headers.has("mcp-session-id")) sessions++
      return response
    }))
    return {
      url: `${HttpServer.formatAddress(server.address)}/mcp`,
      rollOut: (version) =>
        Effect.promise(() => {
          const former = current
          current = replica(version)
          return former.dispose()
        }),
      sessions: Effect.sync(() => sessions)
    }
  })
).pipe(Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })))
