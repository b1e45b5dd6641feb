/**
 * A server on a host that is reached over HTTP: its layer on a transport whose requests come from the network of the world
 * and go to the same drivers as everywhere.
 *
 * @since 0.1.0
 */
import * as Gating from "@parley/mcp/server/http/Gating"
import * as HttpDriver from "@parley/mcp/server/http/HttpDriver"
import type { Route } from "@parley/mcp/server/http/HttpGate"
import * as HttpSse from "@parley/mcp/server/http/HttpSse"
import * as HttpStores from "@parley/mcp/server/http/HttpStores"
import type { McpServer } from "@parley/mcp/server/McpServer"
import type { Server } from "@parley/mcp/server/Server"
import { ServerTransport } from "@parley/mcp/server/ServerTransport"
import type { HttpPolicy } from "@parley/mcp/session/HttpPolicy"
import * as SessionLimits from "@parley/mcp/session/SessionLimits"
import type { SessionStore } from "@parley/mcp/session/SessionStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Network } from "../network/Network.ts"
import type { Fork, Program } from "./Daemon.ts"
import type { Host } from "./Host.ts"
import * as Shared from "./Shared.ts"

/**
 * Where endpoints are. Of HTTP+SSE: where streams are opened, and where messages are posted.
 *
 * @category constants
 * @since 0.1.0
 */
export const paths = { http: "/mcp", sse: "/sse", messages: "/messages" } as const

/**
 * What is served, and how.
 *
 * @category models
 * @since 0.1.0
 */
export interface Setup<E, R, E2> {
  readonly layer: Layer.Layer<McpServer, E, R>
  readonly protect: (transport: Layer.Layer<ServerTransport>) => Layer.Layer<R, E2>
  readonly way: "http" | "sse"
  readonly policy: HttpPolicy
  /** What differs from the limits of sessions that are in force. */
  readonly sessions: Partial<SessionLimits.Limits> | undefined
  readonly shared: Shared.Shared | undefined
}

const routesOf = (
  server: Server,
  { policy, way }: Pick<Setup<never, never, never>, "policy" | "way">
): Effect.Effect<ReadonlyArray<Route>, never, Scope.Scope | SessionStore> =>
  Effect.gen(function*() {
    const beside = Gating.routesOf(server)
    if (way === "http") return [{ path: paths.http, handler: yield* HttpDriver.make(server, policy) }, ...beside]
    const { onMessage, onStream } = yield* HttpSse.make(server, policy, paths.messages)
    return [{ path: paths.sse, handler: onStream }, { path: paths.messages, handler: onMessage }, ...beside]
  })

/** A host that has crashed waits for nothing as it ends. */
const policyOn = (host: Host, policy: HttpPolicy): HttpPolicy => ({
  ...policy,
  get drainMillis() {
    return host.isUp ? policy.drainMillis : 0
  }
})

const layerTransport = (
  network: Network,
  host: Host,
  fork: Fork,
  setup: Pick<Setup<never, never, never>, "policy" | "way">
): Layer.Layer<ServerTransport> =>
  Layer.provide(
    Layer.effect(
      ServerTransport,
      Effect.gen(function*() {
        const stores = yield* HttpStores.taken
        return {
          gate: yield* Gating.taken,
          serve: (server) =>
            Effect.gen(function*() {
              const routes = yield* routesOf(server, setup)
              const bytesMax = server.messageLimits.messageBytesMax
              yield* Effect.acquireRelease(
                Effect.sync(() => network.serve(host.name, { routes, bytesMax, fork })),
                (end) => Effect.sync(end)
              )
            }).pipe(Effect.provideContext(stores))
        }
      })
    ),
    Shared.layerStores(host)
  )

/**
 * The program of a host that serves over HTTP.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <E, R, E2>(network: Network, host: Host, setup: Setup<E, R, E2>): Program<E | E2> => (fork) =>
  Effect.gen(function*() {
    const { policy, way } = setup
    const transport = layerTransport(network, host, fork, { way, policy: policyOn(host, policy) })
    const layer = Layer.provide(setup.layer, setup.protect(transport))
    const scope = yield* Effect.scope
    const context = yield* Shared.contextOn(host, setup.shared)
    // Each host builds for itself, whatever was built elsewhere of the same layer.
    const building = Layer.buildWithMemoMap(layer, Layer.makeMemoMapUnsafe(), scope)
    const limits = { ...(yield* SessionLimits.SessionLimits), ...setup.sessions }
    yield* building.pipe(
      Effect.provideService(SessionLimits.SessionLimits, limits),
      Effect.provideContext(context)
    )
  })
