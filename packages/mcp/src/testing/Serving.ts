/**
 * A server that is served in this process by its real drivers, over lines in memory or behind HTTP endpoints without a socket:
 * what test clients, scripted clients and cassettes are connected to. It makes no client.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as ConnectionDriver from "../server/ConnectionDriver.ts"
import * as Gating from "../server/http/Gating.ts"
import * as HttpDriver from "../server/http/HttpDriver.ts"
import * as HttpSse from "../server/http/HttpSse.ts"
import { McpServer } from "../server/McpServer.ts"
import type { Server } from "../server/Server.ts"
import { ServerTransport } from "../server/ServerTransport.ts"
import * as HttpPolicy from "../session/HttpPolicy.ts"
import * as SessionStore from "../session/SessionStore.ts"
import type { Connection } from "../transport/Connection.ts"
import * as InMemory from "../transport/InMemory.ts"
import * as LoopbackHttp from "./LoopbackHttp.ts"

/**
 * How a server is reached: over a line, as with stdio; over Streamable HTTP; over HTTP+SSE, the way of the oldest revision.
 *
 * @category models
 * @since 0.1.0
 */
export type Way = "line" | "http" | "sse"

/**
 * How a server is served.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Default: `line`. */
  readonly way?: Way
  /** What differs from the policy of an HTTP endpoint; what is cut off at the end is not waited for unless it says so. */
  readonly policy?: Partial<HttpPolicy.HttpPolicy>
}

/**
 * The client's end of a line. It is closed with its scope, or before.
 *
 * @category models
 * @since 0.1.0
 */
export interface Line {
  readonly connection: Connection
  readonly close: Effect.Effect<void>
}

/**
 * Ways to a server: any number of lines, or the HTTP client that reaches it at a URL.
 *
 * @category models
 * @since 0.1.0
 */
export type Served =
  | { readonly _tag: "Line"; readonly connect: Effect.Effect<Line, never, Scope.Scope> }
  | { readonly _tag: "Http"; readonly client: HttpClient.HttpClient; readonly url: string }

/** Takes what a server's layer hands over; it is driven by hand, once it is there. */
const transport: Layer.Layer<ServerTransport> = Layer.effect(
  ServerTransport,
  Effect.map(Gating.taken, (gate) => ({ gate, serve: () => Effect.void }))
)

/**
 * Builds a server, for as long as the scope; nobody serves it yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const build = <E, R>(
  server: Layer.Layer<McpServer, E, R>
): Effect.Effect<Server, E, Exclude<R, ServerTransport> | Scope.Scope> =>
  Effect.map(Layer.build(Layer.provide(server, transport)), (built) => Context.get(built, McpServer))

const line = (server: Server): Effect.Effect<Line, never, Scope.Scope> =>
  Effect.gen(function*() {
    const pair = yield* InMemory.makePair
    yield* Effect.forkScoped(ConnectionDriver.run(server, pair.server), { startImmediately: true })
    yield* Effect.addFinalizer(() => pair.close)
    return { connection: pair.client, close: pair.close }
  })

const origin = "http://localhost"

/**
 * Serves a server, for as long as the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const serve = (
  server: Server,
  { policy: changes, way = "line" }: Options = {}
): Effect.Effect<Served, never, Scope.Scope> =>
  Effect.gen(function*() {
    // Nobody waits for what goes on when a test is over.
    const policy = HttpPolicy.make({ drainMillis: 0, ...changes })
    const bytesMax = server.messageLimits.messageBytesMax
    switch (way) {
      case "line":
        return { _tag: "Line", connect: line(server) }
      case "http": {
        const handler = yield* Effect.provide(HttpDriver.make(server, policy), SessionStore.layerMemory)
        const client = yield* LoopbackHttp.make({ "/mcp": handler }, bytesMax)
        return { _tag: "Http", client, url: `${origin}/mcp` }
      }
      case "sse": {
        const { onMessage, onStream } = yield* HttpSse.make(server, policy, "/messages")
        const client = yield* LoopbackHttp.make({ "/sse": onStream, "/messages": onMessage }, bytesMax)
        return { _tag: "Http", client, url: `${origin}/sse` }
      }
    }
  })
