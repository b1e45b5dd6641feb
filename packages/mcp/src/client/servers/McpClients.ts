/**
 * Many servers as one service: each has a client of its own, their tools are together under names that say whose they are.
 * A server that fails is a status among others, and what it last listed stays readable.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"
import * as PubSub from "effect/PubSub"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { CallToolParams, CallToolResult, Tool } from "../../schema/Tool.ts"
import type { Client, LastKnown, RequestOptions } from "../Client.ts"
import type { Prior } from "../connection/Prior.ts"
import type * as McpClient from "../McpClient.ts"
import type * as Middleware from "../Middleware.ts"
import type { List } from "../ServerLists.ts"
import * as McpServersError from "./McpServersError.ts"
import * as Namespace from "./Namespace.ts"
import * as Supervisor from "./Supervisor.ts"

export type { List } from "../ServerLists.ts"
export type { Definition, ServerError, ServerStatus } from "./Supervisor.ts"

/**
 * The options of all clients, and of what is common to them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<out M extends ReadonlyArray<Middleware.Any> = ReadonlyArray<Middleware.Middleware<never>>>
  extends Omit<McpClient.Options<M>, "prior">
{
  /** What an earlier set of clients had as its `priors`; each counts for the server that it is about. Default: none. */
  readonly priors?: Iterable<Prior>
  /** How long to wait at the beginning for servers that are slow; they go on without being waited for. Default: 10 seconds. */
  readonly startTimeout?: Duration.Input
  /** Which lists are read by themselves, and again when they change. Default: the tools. */
  readonly lists?: ReadonlyArray<List>
  /**
   * When a server that could not be reached from the beginning is tried again, if that may help: a 401 only once the
   * definition says so (`admitted`). Default: after 1, 2, 4 seconds and so on, at most a minute apart, without end. One that was lost later is dialled again
   * by `reconnect`.
   */
  readonly retry?: Schedule.Schedule<unknown, Supervisor.ServerError>
}

/**
 * A server as it stands. The lists are those that were read last, `stale` once they may have changed.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServerState {
  readonly name: string
  readonly status: Supervisor.ServerStatus
  readonly lists: LastKnown
}

/**
 * A tool under the name that it has among all.
 *
 * @category models
 * @since 0.1.0
 */
export interface NamespacedTool {
  /** `server__tool`. */
  readonly name: string
  readonly server: string
  /** The tool as its server lists it, under the name that it has there. */
  readonly tool: Tool
  /** The list that it is from may have changed, or its server is away. */
  readonly stale: boolean
}

/**
 * Many servers.
 *
 * @category models
 * @since 0.1.0
 */
export interface Clients {
  /** All servers, in the order of their definitions. */
  readonly servers: Effect.Effect<ReadonlyArray<ServerState>>
  /** All servers as they stand now, and after each change, until they end; a slow reader sees the latest. */
  readonly changes: Stream.Stream<ReadonlyArray<ServerState>>
  /** The tools of all servers, as they were listed last. */
  readonly tools: Effect.Effect<ReadonlyArray<NamespacedTool>>
  /**
   * Calls a tool by the name that it has among all. A server that is not connected is connected first. A tool that no list
   * has is tried where its name begins with that of a server.
   */
  readonly callTool: (
    params: Pick<CallToolParams, "name" | "arguments">,
    options?: RequestOptions
  ) => Effect.Effect<CallToolResult, Supervisor.ServerError>
  /** The client of a server, for everything else; it stays the same while the server is defined. */
  readonly client: (server: string) => Effect.Effect<Client, Supervisor.ServerError>
  /** What to remember of the servers that were connected, to be kept and given to the next set as the option `priors`. */
  readonly priors: Effect.Effect<ReadonlyArray<Prior>>
  /** Exchanges the definitions: servers with an equal `origin` go on, the others end or begin. */
  readonly set: (definitions: Iterable<Supervisor.Definition>) => Effect.Effect<void>
}

/**
 * Many servers at once.
 *
 * @example
 * ```ts
 * import { McpClients } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 *
 * export const program = Effect.gen(function*() {
 *   const servers = yield* McpClients.McpClients
 *   const tools = yield* servers.tools
 *   const result = yield* servers.callTool({ name: "github__search", arguments: { query: "effect" } })
 *   return { names: tools.map(({ name }) => name), result }
 * })
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class McpClients extends Context.Service<McpClients, Clients>()("@parley/mcp/client/servers/McpClients") {}

const defaultRetry: Schedule.Schedule<unknown, Supervisor.ServerError> = Schedule.min([
  Schedule.exponential("1 second"),
  Schedule.spaced("1 minute")
])

type Supervisors = ReadonlyMap<string, Supervisor.Supervisor>

const stateOf = ({ definition, lists, status }: Supervisor.Supervisor): ServerState => ({
  name: definition.name,
  status: status(),
  lists: lists()
})

interface Listed extends Namespace.Place {
  readonly definition: Tool
}

const listedOf = (supervisors: Supervisors): ReadonlyArray<Listed> =>
  Array.from(
    supervisors.values(),
    ({ definition: { name: server }, lists }) =>
      (lists().tools?.items ?? []).map((definition) => ({ server, tool: definition.name, definition }))
  ).flat()

/** The tools by their names among all, made again when a list is another one than before. */
const makeIndex = () => {
  let lists: ReadonlyArray<unknown> = []
  let prefixes: ReadonlyMap<string, string> = new Map()
  let named: ReadonlyMap<string, Listed> = new Map()
  let of: Supervisors | undefined
  return (supervisors: Supervisors) => {
    const now = Array.from(supervisors.values(), ({ lists }) => lists().tools?.items)
    if (of !== supervisors || now.some((items, index) => items !== lists[index])) {
      of = supervisors
      lists = now
      prefixes = Namespace.prefixes(supervisors.keys())
      named = Namespace.names(listedOf(supervisors), prefixes)
    }
    return { prefixes, named }
  }
}

type Index = ReturnType<typeof makeIndex>

const toolsOf = (supervisors: Supervisors, index: Index): ReadonlyArray<NamespacedTool> =>
  Array.from(index(supervisors).named, ([name, { definition, server }]) => ({
    name,
    server,
    tool: definition,
    stale: supervisors.get(server)?.lists().tools?.stale ?? true
  }))

const isSame = (one: Supervisor.Definition, other: Supervisor.Definition): boolean =>
  (one.disabled ?? false) === (other.disabled ?? false) &&
  (one.origin === undefined ? one.transport === other.transport : Equal.equals(one.origin, other.origin))

const closeAll = (supervisors: Iterable<Supervisor.Supervisor>): Effect.Effect<void> =>
  Effect.forEach(supervisors, ({ close }) => close, { concurrency: "unbounded", discard: true })

const find = (supervisors: Supervisors, server: string) =>
  supervisors.get(server)?.client ??
    Effect.fail(McpServersError.make(new McpServersError.UnknownServer({ server })))

const placeOf = (supervisors: Supervisors, index: Index, name: string): Namespace.Place | undefined => {
  const { named, prefixes } = index(supervisors)
  return named.get(name) ?? Namespace.guess(name, prefixes)
}

/**
 * Begins to keep the servers in view, and completes when each is connected or has failed once, or time is up. They end
 * with the scope, all at once. What answers servers (elicitation, sampling, roots) is found in the context, for all alike.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*<const M extends ReadonlyArray<Middleware.Any> = readonly []>(
  definitions: Iterable<Supervisor.Definition>,
  { lists = ["tools"], priors = [], retry = defaultRetry, startTimeout = "10 seconds", ...clients }: Options<M>
): Effect.fn.Return<Clients, never, Scope.Scope | Middleware.RequiredBy<M>> {
  // Only that something has changed; `false` is the last that readers hear.
  const published = yield* PubSub.sliding<boolean>({ capacity: 1, replay: 1 })
  const changed = (): void => void PubSub.publishUnsafe(published, true)
  const context = yield* Effect.context<never>()
  const mutex = yield* Semaphore.make(1)
  const index = makeIndex()
  const remembered = new Map(Array.from(priors, (prior) => [prior.peer, prior] as const))
  // What middleware require is in the context, which all clients are given.
  const client = clients as unknown as McpClient.Options
  const common: Supervisor.Options = { client, priors: remembered, lists, retry, changed }
  let supervisors: Supervisors = new Map()
  let ended = false
  const states = () => Array.from(supervisors.values(), stateOf)
  const set = (definitions: Iterable<Supervisor.Definition>) =>
    Effect.gen(function*() {
      if (ended) return
      const before = supervisors
      const after = new Map<string, Supervisor.Supervisor>()
      // Of two with one name the last counts, as in JSON.
      for (const definition of new Map(Array.from(definitions, (one) => [one.name, one] as const)).values()) {
        const known = before.get(definition.name)
        const stays = known !== undefined && isSame(known.definition, definition)
        after.set(
          definition.name,
          stays ? known : yield* Supervisor.make(definition, common)
        )
      }
      supervisors = after
      changed()
      yield* closeAll(Array.from(before.values()).filter((known) => after.get(known.definition.name) !== known))
    }).pipe(Effect.provideContext(context), Effect.uninterruptible, mutex.withPermits(1))
  const end = Effect.suspend(() => {
    ended = true
    return closeAll(supervisors.values())
  })
  yield* Effect.addFinalizer(() => Effect.andThen(mutex.withPermits(1)(end), PubSub.publish(published, false)))
  yield* set(definitions)
  const settled = Effect.forEach(supervisors.values(), ({ settled }) => settled, { concurrency: "unbounded" })
  yield* Effect.timeoutOption(settled, startTimeout)
  return {
    servers: Effect.sync(states),
    changes: Stream.map(Stream.takeWhile(Stream.fromPubSub(published), (goesOn) => goesOn), states),
    tools: Effect.sync(() => toolsOf(supervisors, index)),
    callTool: ({ arguments: args, name }, options) =>
      Effect.suspend(() => {
        const place = placeOf(supervisors, index, name)
        if (place === undefined) {
          return Effect.fail(McpServersError.make(new McpServersError.UnknownTool({ tool: name })))
        }
        const params = { name: place.tool, ...(args === undefined ? {} : { arguments: args }) }
        return Effect.flatMap(find(supervisors, place.server), (client) => client.callTool(params, options))
      }),
    client: (server) => Effect.suspend(() => find(supervisors, server)),
    priors: Effect.sync(() => Array.from(supervisors.values()).flatMap(({ prior }) => prior() ?? [])),
    set
  }
})

/**
 * Many servers as a layer. It is built even if none of them can be reached.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <const M extends ReadonlyArray<Middleware.Any> = readonly []>(
  definitions: Iterable<Supervisor.Definition>,
  options: Options<M>
): Layer.Layer<McpClients, never, Exclude<Middleware.RequiredBy<M>, Scope.Scope>> =>
  Layer.effect(McpClients, make(definitions, options))
