/**
 * Servers in a world: how they are put there, on how many hosts, and what stands before them.
 *
 * @since 0.1.0
 */
import type { McpServer } from "@parley/mcp/server/McpServer"
import type { ServerTransport } from "@parley/mcp/server/ServerTransport"
import * as HttpPolicy from "@parley/mcp/session/HttpPolicy"
import type * as SessionLimits from "@parley/mcp/session/SessionLimits"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import type * as Layer from "effect/Layer"
import type { History } from "../history/History.ts"
import type { Network } from "../network/Network.ts"
import * as Daemon from "./Daemon.ts"
import type { Host } from "./Host.ts"
import * as HttpProgram from "./HttpProgram.ts"
import * as LineProgram from "./LineProgram.ts"
import * as Shared from "./Shared.ts"

/**
 * How a server is reached: over a line to each client (as over stdio: a process for each), over Streamable HTTP, or over
 * HTTP+SSE, the transport of the oldest revision.
 *
 * @category models
 * @since 0.1.0
 */
export type Way = "line" | "http" | "sse"

/**
 * How a server is put into a world: plain data.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServerOptions {
  /** Default: `http`. */
  readonly way?: Way
  /** How many hosts serve it behind a load balancer, which keeps a session with the host that opened it. Default: 1. HTTP only. */
  readonly replicas?: number
  /** What differs from the policy of the server's transport. HTTP only. */
  readonly policy?: Partial<HttpPolicy.HttpPolicy>
  /** What differs from the limits of its sessions. HTTP only. */
  readonly sessions?: Partial<SessionLimits.Limits>
  /**
   * Whether its hosts have a notification bus and state keys in common, which outlive each of them; a layer that brings its
   * own keeps to those. Default: true. HTTP only: processes at the end of lines share nothing.
   */
  readonly shared?: boolean
}

/**
 * How a server is put into a world behind something that stands before its transport: a gate, say. HTTP only.
 *
 * @category models
 * @since 0.1.0
 */
export interface ProtectedServerOptions<R, E = never> extends ServerOptions {
  /** Puts it there. What it gives beside the transport, the server may require. It is asked for each host, each time. */
  readonly protect: (transport: Layer.Layer<ServerTransport>) => Layer.Layer<R, E>
}

/**
 * A server in a world. Its hosts have the names `name` or, where there are several, `name-1`, `name-2` and so on.
 *
 * @category models
 * @since 0.1.0
 */
export interface SimulatedServer {
  readonly name: string
  readonly way: Way
  /** Where it is over HTTP; names it elsewhere. */
  readonly url: string
  readonly hosts: ReadonlyArray<string>
  /** Takes a host down, or all, with all that was in its memory, and brings it up again after so many milliseconds. */
  readonly restart: (host?: string, downMillis?: number) => Effect.Effect<void>
}

/**
 * A server with its daemons.
 *
 * @category models
 * @since 0.1.0
 */
export interface Placed {
  readonly server: SimulatedServer
  readonly daemons: ReadonlyArray<Daemon.Daemon>
}

/**
 * Where servers are put.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place {
  readonly network: Network
  readonly history: History
  readonly hostOf: (name: string) => Host
}

/** Options of which it is forgotten what stands before the transport. */
type AnyOptions<R, E2> = Partial<ProtectedServerOptions<R, E2>>

const namesOf = (name: string, replicas: number): readonly [string, ...ReadonlyArray<string>] => [
  replicas === 1 ? name : `${name}-1`,
  ...Array.from({ length: replicas - 1 }, (_, index) => `${name}-${index + 2}`)
]

const programOf = <E, R, E2>(
  { network }: Place,
  name: string,
  layer: Layer.Layer<McpServer, E, R>,
  { policy, protect, sessions, way = "http" }: AnyOptions<R, E2>,
  shared: Shared.Shared | undefined
): (host: Host) => Daemon.Program<E | E2> => {
  // Where nothing stands before the transport, it is all that the server requires: the overloads of `World.server` say so.
  const before = protect ?? identity as unknown as NonNullable<typeof protect>
  const alone = layer as unknown as Layer.Layer<McpServer, E, ServerTransport>
  return (host) =>
    way === "line" ? LineProgram.make(network, host, alone) : HttpProgram.make(network, host, {
      layer,
      protect: before,
      way,
      policy: HttpPolicy.make({ allowedHosts: [name], ...policy }),
      sessions,
      shared
    })
}

const restart = (daemon: Daemon.Daemon, downMillis: number): Effect.Effect<void> =>
  Effect.gen(function*() {
    daemon.crash()
    yield* daemon.settled
    yield* Effect.sleep(downMillis)
    daemon.revive()
    yield* daemon.settled
  })

const urlOf = (name: string, way: Way): string => way === "line" ? name : `http://${name}${HttpProgram.paths[way]}`

/**
 * Puts a server on its hosts, and starts it there. It runs in what is in the context, on the hosts of the place.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <E, R, E2 = never>(
  place: Place,
  name: string,
  layer: Layer.Layer<McpServer, E, R>,
  options: AnyOptions<R, E2> = {}
): Effect.Effect<Placed, E | E2> =>
  Effect.gen(function*() {
    const { replicas = 1, shared = true, way = "http" } = options
    const hosts = namesOf(name, way === "http" ? replicas : 1)
    const common = shared && way !== "line"
      ? yield* Effect.provideContext(Shared.make, place.hostOf(name).context)
      : undefined
    if (hosts.length > 1) place.network.balance(name, hosts)
    const program = programOf(place, name, layer, options, common)
    const daemons = yield* Effect.forEach(hosts, (hostName) => {
      const host = place.hostOf(hostName)
      return Effect.provideContext(Daemon.make(host, { ...place, program: program(host) }), host.context)
    })
    return {
      daemons,
      server: {
        name,
        way,
        url: urlOf(name, way),
        hosts,
        restart: (host, downMillis = 0) =>
          Effect.forEach(
            daemons.filter((daemon) => host === undefined || daemon.host.name === host),
            (daemon) => restart(daemon, downMillis),
            { concurrency: "unbounded", discard: true }
          )
      }
    }
  })
