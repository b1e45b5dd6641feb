/**
 * Clients in a world: real ones, each on a host of its own, and what their users do with them.
 *
 * @since 0.1.0
 */
import type { Client } from "@parley/mcp/client/Client"
import * as McpClient from "@parley/mcp/client/McpClient"
import type { McpClientError } from "@parley/mcp/client/McpClientError"
import type { Revision } from "@parley/mcp/revision/Revision"
import { ClientTransport } from "@parley/mcp/transport/ClientTransport"
import * as DuplexClient from "@parley/mcp/transport/DuplexClient"
import * as HttpSseClient from "@parley/mcp/transport/HttpSseClient"
import * as StreamableHttpClient from "@parley/mcp/transport/StreamableHttpClient"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { History } from "../history/History.ts"
import type { Network } from "../network/Network.ts"
import type { Host } from "./Host.ts"
import type { SimulatedServer } from "./Server.ts"

/**
 * How a client is put into a world.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClientOptions {
  readonly revisions?: ReadonlyArray<Revision>
  /** Whose requests these are, told to the server in the `authorization` header. Default: nobody's. HTTP only. */
  readonly principal?: string
  /** How long a request may take. Default: 20 seconds. */
  readonly timeoutMillis?: number
  /** What answers the server: layers of `Elicitation`, `Sampling`, `Roots`. Default: nothing does. */
  readonly answers?: Layer.Layer<never>
  /** Makes another HTTP client of that of the host: one that logs in, say. HTTP only. */
  readonly httpClient?: Layer.Layer<HttpClient.HttpClient, never, HttpClient.HttpClient>
  /** What else is said when the client is made: how it reconnects, its middleware, what it knows of the server. */
  readonly more?: Partial<Omit<McpClient.Options, "name" | "version" | "revisions" | "timeout">>
}

/**
 * A client in a world, on a host of its own.
 *
 * @category models
 * @since 0.1.0
 */
export interface User {
  readonly name: string
  readonly principal: string | undefined
  readonly server: SimulatedServer
  readonly client: Client
  /**
   * Runs something on the host of the client: with its clock, and with chance that is told apart by the name of what is done,
   * so that it is the same whatever else is done. What the program of a world does itself is done on the world's clock.
   */
  readonly run: <A, E, R>(what: string, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Hangs up, and leaves nothing behind. */
  readonly leave: Effect.Effect<void>
}

/**
 * Where clients are put.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place {
  readonly network: Network
  readonly history: History
  /** How something is run on a host, with chance of its own. */
  readonly onHost: (host: string) => User["run"]
}

const headersOf = (principal: string | undefined) =>
  principal === undefined ? {} : { headers: { authorization: `Bearer ${principal}` } }

const transportOf = (
  { network }: Place,
  name: string,
  { name: serverName, url, way }: SimulatedServer,
  { httpClient, principal }: ClientOptions
): Layer.Layer<ClientTransport> => {
  if (way === "line") {
    return Layer.succeed(ClientTransport, DuplexClient.make(network.connect(name, serverName), serverName))
  }
  const options = { url, ...headersOf(principal) }
  const own = Layer.succeed(HttpClient.HttpClient, network.httpClient(name))
  return Layer.provide(
    way === "http" ? StreamableHttpClient.layer(options) : HttpSseClient.layer(options),
    httpClient === undefined ? own : Layer.provide(httpClient, own)
  )
}

const connect = (
  place: Place,
  host: Host,
  server: SimulatedServer,
  options: ClientOptions
): Effect.Effect<Client, McpClientError, Scope.Scope> =>
  Effect.gen(function*() {
    const { answers = Layer.empty, more, revisions, timeoutMillis = 20_000 } = options
    const transport = transportOf(place, host.name, server, options)
    const layer = Layer.merge(transport, answers)
    const context = yield* Layer.buildWithMemoMap(layer, Layer.makeMemoMapUnsafe(), yield* Effect.scope)
    const client = McpClient.make({
      name: host.name,
      version: "1.0.0",
      timeout: timeoutMillis,
      ...(revisions === undefined ? {} : { revisions }),
      ...more
    })
    return yield* Effect.provideContext(client, context)
  })

const setUp = ({ history }: Place, host: Host, isUp: boolean): void => {
  if (host.isUp === isUp) return
  history.add({ _tag: isUp ? "Up" : "Down", host: host.name })
  host.isUp = isUp
}

/**
 * Puts a client on a host, and connects it. When that fails nothing is left there, and it may be tried again. The end of
 * the scope ends it, as `leave` does.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  place: Place,
  host: Host,
  server: SimulatedServer,
  options: ClientOptions
): Effect.Effect<User, McpClientError, Scope.Scope> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const { name } = host
      const own = yield* Scope.fork(yield* Effect.scope)
      setUp(place, host, true)
      yield* Scope.addFinalizer(own, Effect.sync(() => setUp(place, host, false)))
      const connecting = Effect.provideContext(Scope.provide(connect(place, host, server, options), own), host.context)
      const exit = yield* Effect.exit(restore(connecting))
      if (Exit.isFailure(exit)) yield* Scope.close(own, exit)
      const client = yield* exit
      return {
        name,
        principal: options.principal,
        server,
        client,
        run: place.onHost(name),
        leave: Scope.close(own, Exit.void)
      }
    })
  )
