/**
 * A world: hosts with servers and clients on them, links between them, time and chance of its own, and the history of what
 * happened. It is lived in by a program, which may be a drawn plan or a scenario that somebody wrote.
 *
 * @since 0.1.0
 */
import type { McpClientError } from "@parley/mcp/client/McpClientError"
import type { McpServer } from "@parley/mcp/server/McpServer"
import type { ServerTransport } from "@parley/mcp/server/ServerTransport"
import type { HttpExchange } from "@parley/mcp/transport/HttpExchange"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import type { Remains } from "../checker/Checker.ts"
import type { Fault } from "../fault/Fault.ts"
import type { Event } from "../history/Event.ts"
import * as History from "../history/History.ts"
import type { Chance } from "../kernel/Chance.ts"
import * as Kernel from "../kernel/Kernel.ts"
import * as Network from "../network/Network.ts"
import * as Daemon from "./Daemon.ts"
import * as Host from "./Host.ts"
import * as Leftovers from "./Leftovers.ts"
import * as Server from "./Server.ts"
import * as Strikes from "./Strikes.ts"
import * as User from "./User.ts"

export type { ProtectedServerOptions, ServerOptions, SimulatedServer, Way } from "./Server.ts"
export type { ClientOptions, User } from "./User.ts"

/**
 * A world.
 *
 * @category models
 * @since 0.1.0
 */
export interface World {
  readonly seed: number
  readonly chance: Chance
  readonly history: History.History
  /** Milliseconds since the world began. */
  readonly nowMillis: () => number
  /** Puts a server into the world. Its layer is built on each of its hosts, anew whenever one comes up. */
  readonly server: {
    <E>(
      name: string,
      layer: Layer.Layer<McpServer, E, ServerTransport>,
      options?: Server.ServerOptions
    ): Effect.Effect<Server.SimulatedServer, E>
    <E, R, E2>(
      name: string,
      layer: Layer.Layer<McpServer, E, NoInfer<R>>,
      options: Server.ProtectedServerOptions<R, E2>
    ): Effect.Effect<Server.SimulatedServer, E | E2>
  }
  /** Puts a client into the world, and connects it. A name may be used again for who comes after it has left. */
  readonly client: (
    name: string,
    server: Server.SimulatedServer,
    options?: User.ClientOptions
  ) => Effect.Effect<User.User, McpClientError>
  /** Puts any other HTTP server into the world, at `http://<name>/`: it runs anew when its host comes up again. */
  readonly site: (name: string, handler: (exchange: HttpExchange) => Effect.Effect<void>) => Effect.Effect<void>
  /** An HTTP client on a host. */
  readonly httpClient: (host: string) => HttpClient.HttpClient
  /**
   * Lets a fault strike a link (`Fault.linkName`) or a host now; running what it gives ends it. On the name of a server it
   * strikes all its hosts, or all its links, and so it does on that of a client. A client that is to restart loses its
   * network for that time: the program of its user goes on.
   */
  readonly strike: (on: string, fault: Fault) => Effect.Effect<Effect.Effect<void>>
  /** Ends all faults: what was held back is let go, hosts come up, clocks are put right. */
  readonly heal: Effect.Effect<void>
  /** Writes something into the history. */
  readonly note: (text: string) => Effect.Effect<void>
}

/**
 * What a world begins with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly seed: number
  /** How long the program may take, in milliseconds of the world, before it is taken for stalled. Default: an hour. */
  readonly lastsMillisMax?: number
}

/**
 * A world that is over.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lived<out A, out E> {
  readonly exit: Exit.Exit<A, E | Kernel.Stalled>
  readonly history: ReadonlyArray<Event>
  /** What was left of each host after everybody had left, and what servers kept that went on when all clients had. */
  readonly left: Remains["left"]
}

interface Parts {
  readonly kernel: Kernel.Kernel
  readonly history: History.History
  readonly network: Network.Network
  readonly hosts: Map<string, Host.Host>
  /** By the name of the server or site, and by that of each host. */
  readonly daemons: Map<string, ReadonlyArray<Daemon.Daemon>>
  /** What clients live in, and in what servers and sites do: clients go first. */
  readonly clients: Scope.Closeable
  readonly servers: Scope.Closeable
  /** What servers kept for clients who had left; known once the world has ended. */
  kept: Remains["left"]
}

const worldName = "world"

const hostOf = ({ history, hosts, kernel }: Parts, name: string): Host.Host => {
  const known = hosts.get(name)
  if (known !== undefined) return known
  const host = Host.make(kernel, history, name)
  hosts.set(name, host)
  return host
}

/** Runs something on a host, with chance of its own. */
const onHost = (parts: Parts, name: string): User.User["run"] => (what, effect) => {
  const random = Kernel.randomOf(parts.kernel.chance.fork(`${name} ${what}`))
  return Effect.provideContext(effect, Context.add(hostOf(parts, name).context, Random.Random, random))
}

/** Has daemons end with the world, and found by their names. */
const enter = ({ daemons, servers }: Parts, name: string, entered: ReadonlyArray<Daemon.Daemon>) =>
  Effect.gen(function*() {
    for (const daemon of entered) {
      daemons.set(daemon.host.name, [daemon])
      yield* Scope.addFinalizer(servers, daemon.stop)
    }
    daemons.set(name, entered)
  })

const withoutCurrent = Context.omit(Tracer.ParentSpan, Scope.Scope)

/** What is in the context of who puts something there counts for it, but for the span and the scope that were current. */
const inPlace = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.updateContext(effect, (context: Context.Context<never>) => withoutCurrent(context))

const makeServer = (parts: Parts): World["server"] =>
<E, R, E2>(
  name: string,
  layer: Layer.Layer<McpServer, E, R>,
  options?: Partial<Server.ProtectedServerOptions<R, E2>>
) =>
  Effect.uninterruptible(Effect.gen(function*() {
    const place = { ...parts, hostOf: (name: string) => hostOf(parts, name) }
    const { daemons, server } = yield* inPlace(Server.make(place, name, layer, options))
    yield* enter(parts, name, daemons)
    return server
  }))

const makeSite = (parts: Parts): World["site"] => (name, handler) => {
  const { network } = parts
  const host = hostOf(parts, name)
  // Only requests of the world's own clients get here; they are as long as these let them be.
  const bytesMax = Number.MAX_SAFE_INTEGER
  const program: Daemon.Program<never> = (fork) =>
    Effect.asVoid(Effect.acquireRelease(
      Effect.sync(() => network.serve(name, { routes: [{ path: "*", handler }], bytesMax, fork })),
      (end) => Effect.sync(end)
    ))
  const making = Effect.provideContext(Daemon.make(host, { ...parts, program }), host.context)
  return Effect.uninterruptible(Effect.flatMap(inPlace(making), (daemon) => enter(parts, name, [daemon])))
}

const makeWorld = (parts: Parts, seed: number, { heal, strike }: Strikes.Strikes): World => {
  const { clients, history, kernel, network } = parts
  const place = { network, history, onHost: (name: string) => onHost(parts, name) }
  return {
    seed,
    chance: kernel.chance,
    history,
    nowMillis: kernel.agenda.nowMillis,
    server: makeServer(parts),
    client: (name, server, options = {}) =>
      inPlace(Scope.provide(User.make(place, hostOf(parts, name), server, options), clients)),
    site: makeSite(parts),
    httpClient: network.httpClient,
    strike,
    heal,
    note: (text) => Effect.sync(() => history.add({ _tag: "Noted", host: worldName, text }))
  }
}

/** How long what was told to end may take to do so, once everybody has left. */
const graceMillis = 10_000

/** For how long a server may keep what clients have left there who did not say that they were leaving. */
const keptMillisMax = 2 * 3_600_000

/** How often it is looked what servers still keep, in milliseconds. */
const lookMillis = 5 * 60_000

/** How long the end of a world may take altogether, in milliseconds, before it is taken for stalled. */
const endMillisMax = keptMillisMax + 3_600_000

/** Gives servers without clients time to forget them; gives what they do not. */
const kept = ({ hosts, daemons, network }: Parts): Effect.Effect<Remains["left"]> =>
  Effect.gen(function*() {
    const servers = Array.from(hosts.values()).filter(({ name }) => daemons.has(name))
    const isDone = (): boolean => Object.keys(Leftovers.kept(network, servers)).length === 0
    yield* Effect.sleep(graceMillis)
    for (let waited = 0; waited < keptMillisMax && !isDone(); waited += lookMillis) yield* Effect.sleep(lookMillis)
    return Leftovers.kept(network, servers)
  })

/** Everybody leaves: faults end, clients hang up, servers are alone for a while and end, and what is on its way arrives. */
const end = (parts: Parts, { heal }: Strikes.Strikes): Effect.Effect<void> =>
  Effect.gen(function*() {
    const { clients, servers } = parts
    yield* heal
    yield* Scope.close(clients, Exit.void)
    parts.kept = yield* kept(parts)
    yield* Scope.close(servers, Exit.void)
    yield* Effect.sleep(graceMillis)
  })

const makeParts = (seed: number): Effect.Effect<Parts> =>
  Effect.gen(function*() {
    const kernel = Kernel.make(seed)
    const history = History.make(kernel.agenda.nowMillis)
    const { agenda, chance } = kernel
    return {
      kernel,
      history,
      network: Network.make({ agenda, history, chance: chance.fork("network") }),
      hosts: new Map(),
      daemons: new Map(),
      clients: yield* Scope.make("parallel"),
      servers: yield* Scope.make("parallel"),
      kept: {}
    }
  })

/**
 * Lives in a world until its program has ended, and everybody has left. Whatever becomes of the program is part of what
 * this gives.
 *
 * @category running
 * @since 0.1.0
 */
export const live = <A, E, R>(
  { lastsMillisMax = 3_600_000, seed }: Options,
  program: (world: World) => Effect.Effect<A, E, R>
): Effect.Effect<Lived<A, E>, never, Exclude<R, Scope.Scope>> =>
  Effect.gen(function*() {
    const parts = yield* makeParts(seed)
    const { history, hosts, kernel, daemons, network } = parts
    const own = hostOf(parts, worldName)
    own.isUp = true
    const strikes = Strikes.make({
      network,
      history,
      hostsOf: (name) => {
        const found = daemons.get(name)?.map(({ host }) => host) ?? [hosts.get(name)]
        return found.filter((host) => host !== undefined)
      },
      daemonsOf: (name) => daemons.get(name) ?? []
    }, parts.servers)
    const lived = Effect.scoped(program(makeWorld(parts, seed, strikes)))
    const living = Kernel.live(kernel, own, lived, lastsMillisMax)
    // The end has time of its own, however long the program took.
    const exit = yield* Effect.exit(
      Effect.onExit(living, () => Kernel.live(kernel, own, end(parts, strikes), endMillisMax))
    )
    // What was kept until the end is gone with the server.
    return { exit, history: history.events, left: { ...parts.kept, ...Leftovers.count(network, hosts.values()) } }
  })

/**
 * Lives in a world until its program has ended, and everybody has left; gives what the program gives.
 *
 * @example
 * ```ts
 * import { McpServer, Tool } from "@parley/mcp"
 * import { World } from "@parley/simulation"
 * import * as Effect from "effect/Effect"
 *
 * const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))
 * const MyServer = McpServer.layer(hello, { name: "demo", version: "1.0.0" })
 *
 * export const said = World.run({ seed: 1 }, (world) =>
 *   Effect.gen(function*() {
 *     const server = yield* world.server("server", MyServer)
 *     const { client } = yield* world.client("client", server)
 *     yield* world.strike("client-server", { _tag: "HalfOpen", direction: "toServer" })
 *     yield* Effect.sleep("1 minute")
 *     yield* world.heal
 *     return yield* client.callTool({ name: "hello" })
 *   }))
 * ```
 *
 * @category running
 * @since 0.1.0
 */
export const run = <A, E, R>(
  options: Options,
  program: (world: World) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | Kernel.Stalled, Exclude<R, Scope.Scope>> =>
  Effect.flatMap(live(options, program), ({ exit }) => exit)
