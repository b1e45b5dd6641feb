/**
 * A client of a server in one line, for tests: the server's layer is built, its real driver serves it, and a real client is
 * connected to it over the same text that a wire would carry. No socket is opened, no process started, and time is that of
 * the fiber, so that it may be a `TestClock`'s. Nothing here is faked but the network.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Client } from "../client/Client.ts"
import * as McpClient from "../client/McpClient.ts"
import type { McpClientError } from "../client/McpClientError.ts"
import type { McpServer } from "../server/McpServer.ts"
import type { Server } from "../server/Server.ts"
import type { ServerTransport } from "../server/ServerTransport.ts"
import { ClientTransport } from "../transport/ClientTransport.ts"
import * as DuplexClient from "../transport/DuplexClient.ts"
import * as HttpSseClient from "../transport/HttpSseClient.ts"
import * as StreamableHttpClient from "../transport/StreamableHttpClient.ts"
import type { Script } from "./Script.ts"
import * as Serving from "./Serving.ts"
import type { Transcript } from "./transcript/Entry.ts"
import * as WireRecorder from "./WireRecorder.ts"

/** How a server is reached. @category models @since 0.1.0 */
export type { Way } from "./Serving.ts"

/**
 * What differs for a client. Everything that `McpClient` knows can be said too: `revisions` above all.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClientOptions extends Partial<McpClient.Options> {
  /** What it answers when the server asks; its scope ends with a defect unless the script was played to its end. */
  readonly script?: Script
  /** Headers of its requests, over HTTP: a credential, say. */
  readonly headers?: StreamableHttpClient.Options["headers"]
  /** Writes down what goes over its wire. Default: one of its own. */
  readonly recorder?: WireRecorder.WireRecorder
}

/** What differs for a server. @category models @since 0.1.0 */
export type ServerOptions = Serving.Options

/**
 * A client that is connected, and what went over its wire.
 *
 * @category models
 * @since 0.1.0
 */
export interface Tested {
  readonly client: Client
  /** All that went over the wire so far. */
  readonly recorded: () => Transcript
}

/**
 * A server that is being served.
 *
 * @category models
 * @since 0.1.0
 */
export interface Hosted {
  readonly server: Server
  /** Connects another client, for as long as the scope. */
  readonly connect: (options?: ClientOptions) => Effect.Effect<Tested, McpClientError, Scope.Scope>
}

/** The transport of a client, with a recorder on its wire. */
const transportTo = (
  served: Serving.Served,
  way: Serving.Way,
  recorder: WireRecorder.WireRecorder,
  headers: ClientOptions["headers"] = {}
): Effect.Effect<ClientTransport["Service"]> => {
  if (served._tag === "Line") {
    return Effect.succeed(
      DuplexClient.make(
        Effect.map(served.connect, ({ connection }) => WireRecorder.connection(recorder, connection))
      )
    )
  }
  const client = WireRecorder.httpClient(recorder, served.client)
  const { url } = served
  return way === "sse"
    ? Effect.succeed(HttpSseClient.fromClient(client, { url, headers }))
    : Effect.provideService(StreamableHttpClient.make({ url, headers }), HttpClient.HttpClient, client)
}

/** A script that was not played to its end is somebody's mistake, unless the test went wrong anyway. */
const lookBack = (script: Script) =>
  Effect.addFinalizer((exit) => Exit.isSuccess(exit) ? Effect.orDie(script.finished) : Effect.void)

const connectOver = (served: Serving.Served, way: Serving.Way): Hosted["connect"] =>
  Effect.fnUntraced(function*({ headers, recorder: given, script, ...options } = {}) {
    const recorder = given ?? (yield* WireRecorder.make())
    if (script !== undefined) yield* lookBack(script)
    const made = Effect.provideService(
      McpClient.make({ name: "test", version: "0", ...options }),
      ClientTransport,
      yield* transportTo(served, way, recorder, headers)
    )
    const client = yield* script === undefined ? made : Effect.provideContext(made, script.context)
    return { client, recorded: recorder.transcript }
  })

/**
 * Builds a server and serves it, for as long as the scope; any number of clients may connect.
 *
 * @category constructors
 * @since 0.1.0
 */
export const host = <E, R>(
  server: Layer.Layer<McpServer, E, R>,
  options: ServerOptions = {}
): Effect.Effect<Hosted, E, Exclude<R, ServerTransport> | Scope.Scope> =>
  Effect.gen(function*() {
    const built = yield* Serving.build(server)
    return { server: built, connect: connectOver(yield* Serving.serve(built, options), options.way ?? "line") }
  })

/**
 * Builds a server, serves it, and connects a client to it, for as long as the scope.
 *
 * @example
 * ```ts
 * import { McpServer, Tool } from "@parley/mcp"
 * import * as McpTest from "@parley/mcp/testing/McpTest"
 * import * as Effect from "effect/Effect"
 *
 * const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))
 * const Server = McpServer.layer(hello, { name: "demo", version: "1.0.0" })
 *
 * const test = Effect.gen(function*() {
 *   const { client } = yield* McpTest.make(Server, { way: "http" })
 *   return yield* client.callTool({ name: "hello" })
 * })
 *
 * const result = await Effect.runPromise(Effect.scoped(test))
 * result.content // => [{ type: "text", text: "Hello!" }]
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <E, R>(
  server: Layer.Layer<McpServer, E, R>,
  { policy, way, ...options }: ServerOptions & ClientOptions = {}
): Effect.Effect<Tested, E | McpClientError, Exclude<R, ServerTransport> | Scope.Scope> =>
  Effect.flatMap(
    host(server, { ...(way === undefined ? {} : { way }), ...(policy === undefined ? {} : { policy }) }),
    ({ connect }) => connect(options)
  )

/**
 * The same as a layer: the client is `McpClient` in the context, from which typed ones come (`McpClient.of`).
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <E, R>(
  server: Layer.Layer<McpServer, E, R>,
  options: ServerOptions & ClientOptions = {}
): Layer.Layer<McpClient.McpClient, E | McpClientError, Exclude<Exclude<R, ServerTransport>, Scope.Scope>> =>
  Layer.effect(McpClient.McpClient, Effect.map(make(server, options), ({ client }) => client))
