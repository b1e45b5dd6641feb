/**
 * Clients as layers: a name and a version, over the transport in the context. The layer connects when it is built, finds
 * out which revision the server speaks, and hangs up with its scope. From it come the untyped client (`McpClient`) and
 * typed ones derived from catalogs (`of`).
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type * as Catalog from "../contract/Catalog.ts"
import type { ProgramInfo } from "../contract/ProgramInfo.ts"
import type { Revision } from "../revision/Revision.ts"
import * as Revisions from "../revision/Revisions.ts"
import { ClientTransport } from "../transport/ClientTransport.ts"
import * as Answers from "./answering/Answers.ts"
import * as RootChanges from "./answering/RootChanges.ts"
import type { Identity } from "./cache/Caching.ts"
import type { Client } from "./Client.ts"
import { ClientLimits } from "./ClientLimits.ts"
import * as Connect from "./connection/Connect.ts"
import * as Connection from "./connection/Connection.ts"
import * as Inbound from "./connection/Inbound.ts"
import * as OwnScope from "./connection/OwnScope.ts"
import type * as Prior from "./connection/Prior.ts"
import * as Listening from "./listening/Listening.ts"
import * as Logs from "./listening/Logs.ts"
import * as Subscribed from "./listening/Subscribed.ts"
import type { McpClientError } from "./McpClientError.ts"
import type * as Middleware from "./Middleware.ts"
import * as LastKnown from "./requests/LastKnown.ts"
import * as Lists from "./requests/Lists.ts"
import * as Methods from "./requests/Methods.ts"
import * as Once from "./requests/Once.ts"
import * as Optional from "./requests/Optional.ts"
import * as Pipeline from "./requests/Pipeline.ts"
import * as Recovery from "./requests/Recovery.ts"
import * as TypedClient from "./TypedClient.ts"

/**
 * What a client says about itself.
 *
 * @category models
 * @since 0.1.0
 */
export type ClientInfo = ProgramInfo

/**
 * The options of {@link layer}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<out M extends ReadonlyArray<Middleware.Any> = ReadonlyArray<Middleware.Middleware<never>>>
  extends ClientInfo
{
  /**
   * The revisions that may be spoken; among those that the server has too, the newest wins. Default: all. Revisions of
   * one era alone settle the era: without stateless ones there is no probe, without session ones no fallback.
   */
  readonly revisions?: ReadonlyArray<Revision>
  /** How long a request may take unless it says otherwise. Default: 60 seconds. */
  readonly timeout?: Duration.Input
  /** How long a request may take altogether while its progress keeps coming. Default: progress prolongs nothing. */
  readonly timeoutTotal?: Duration.Input
  /**
   * How long a server on a line may be silent before it is taken for an old one. Default: 5 seconds. Where `revisions` has no
   * old one, the first question has the `timeout` of a request.
   */
  readonly probeTimeout?: Duration.Input
  /**
   * When a server that is lost (a process that ended, a line that closed) is dialled again while that fails. Default: after
   * 0.1, 0.2, 0.4 seconds and so on, at most 5 seconds apart, ten times. After that the next request tries again. A server
   * that asks to be left alone for longer (`Retry-After`, up to an hour) is.
   */
  readonly reconnect?: Schedule.Schedule<unknown, McpClientError>
  /** What calls pass on their way out, and what comes in on its way in; the first is outermost. Default: none. */
  readonly middleware?: M
  /**
   * Who requests act for, which tells private results in the response cache apart: a name, or an effect that finds it
   * for each request. Default: nobody knows; then no private result of a server on HTTP is kept, and what servers on
   * lines say is kept for this client alone.
   */
  readonly identity?: Identity
  /**
   * What an earlier client had as its `prior`. A server without sessions is then spoken to without asking first, and one
   * with sessions is not probed; when that proves wrong, the server is asked after all. Anything else than a fresh
   * verdict on this server is passed over.
   */
  readonly prior?: Prior.Prior
}

const defaultReconnect: Schedule.Schedule<unknown, McpClientError> = Schedule.upTo(
  Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")]),
  { times: 10 }
)

/**
 * A connected client, in its untyped form.
 *
 * @example
 * ```ts
 * import { McpClient } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 *
 * export const names = Effect.gen(function*() {
 *   const client = yield* McpClient.McpClient
 *   const tools = yield* client.listTools
 *   return tools.map((tool) => tool.name)
 * })
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class McpClient extends Context.Service<McpClient, Client>()("@parley/mcp/client/McpClient") {}

/** The facade: what calls do, what is heard, and how the connection stands. */
const facade = (
  connection: Connection.Connection,
  { ended }: Inbound.Inbound,
  lastKnown: LastKnown.Store,
  members: Methods.Methods & Lists.Lists & Listening.Listening
): Client => ({
  ...members,
  get server() {
    return connection.latest().server
  },
  get prior() {
    return connection.latest().prior
  },
  get lastKnown() {
    return lastKnown.current()
  },
  notify: (method, params) => Recovery.delivered(connection, (connected) => Once.notify(connected, method, params)),
  status: SubscriptionRef.changes(connection.status).pipe(
    Stream.interruptWhen(Deferred.await(ended)),
    Stream.map((status) =>
      status._tag === "Connected" ? { _tag: "Connected", server: status.connected.server } : status
    )
  )
})

const connect = Effect.fnUntraced(function*<const M extends ReadonlyArray<Middleware.Any> = readonly []>(
  {
    identity,
    middleware,
    prior,
    probeTimeout = "5 seconds",
    reconnect = defaultReconnect,
    revisions = Revisions.all,
    timeout = "60 seconds",
    timeoutTotal,
    ...clientInfo
  }: Options<M>
): Effect.fn.Return<Client, McpClientError, ClientTransport | Scope.Scope | Middleware.RequiredBy<M>> {
  const transport = yield* ClientTransport
  const limits = yield* ClientLimits
  const optional = yield* Optional.make({ peer: transport.peer, middleware: middleware ?? [], identity })
  const answers = optional.answers(yield* Answers.make(transport.peer, limits.visitsMax))
  const claims = { clientInfo, capabilities: answers.capabilities }
  let lastId = 0
  const nextId = () => ++lastId

  const inbound = yield* Inbound.make(answers, optional.notified)
  const { fork } = inbound
  const dialling = { claims, revisions, timeout, probeTimeout, nextId, inbound }
  const dial = (prior: Prior.Prior | undefined) =>
    Effect.provideService(Connect.connect(dialling, prior), ClientTransport, transport)
  const listensFirst = Object.keys(answers.capabilities).length > 0
  // Roots that change while the connection is made are told of, too.
  const followRoots = yield* RootChanges.hear(answers)
  const connection = yield* Connection.make({ dial, prior, reconnect, listensFirst })
  yield* followRoots(connection)

  const level = Logs.make()
  const common: Once.Common = { claims, nextId, fork, logLevel: () => level.wanted }
  const stages = yield* optional.stages(connection, inbound)
  const { validator } = optional
  const timeoutMillis = Duration.toMillis(timeout)
  // In milliseconds already: to read "60 seconds" for each call would cost more than to keep its time.
  const timeouts = {
    timeout: timeoutMillis,
    timeoutTotal: timeoutTotal === undefined ? undefined : Duration.toMillis(timeoutTotal),
    hasInterludes: transport.hasInterludes
  }
  const send = Pipeline.make({ connection, inbound, common, timeouts, stages, validator })

  const lastKnown = LastKnown.make(connection)
  Inbound.observe(inbound, lastKnown.hear)
  const subscribed = Subscribed.make({ send, inForce: connection.inForce, fork })
  return facade(connection, inbound, lastKnown, {
    ...Methods.make(send),
    ...Lists.make({ send, limits, lastKnown }),
    ...Listening.make({
      changes: { common, connection, inbound, timeoutMillis, subscribed },
      logs: { level, connection, fork, send }
    })
  })
})

/**
 * Connects, and completes once a revision is agreed. The connection lives as long as the scope; when there is
 * none, nothing is left in the scope, so that it may be retried.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <const M extends ReadonlyArray<Middleware.Any> = readonly []>(
  options: Options<M>
): Effect.Effect<Client, McpClientError, ClientTransport | Scope.Scope | Middleware.RequiredBy<M>> =>
  Effect.flatMap(Effect.scope, (parent) => Effect.map(OwnScope.make(parent, connect(options)), ({ made }) => made))

/**
 * A client, connected over the transport in the context.
 *
 * @example
 * ```ts
 * import { McpClient } from "@parley/mcp"
 *
 * export const ClientLive = McpClient.layer({ name: "me", version: "1.0.0" })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <const M extends ReadonlyArray<Middleware.Any> = readonly []>(
  options: Options<M>
): Layer.Layer<McpClient, McpClientError, ClientTransport | Exclude<Middleware.RequiredBy<M>, Scope.Scope>> =>
  Layer.effect(McpClient, make(options))

/**
 * The client in the context, with the types of a catalog.
 *
 * @example
 * ```ts
 * import { Catalog, McpClient, Tool } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * const Add = Tool.make("add", {
 *   parameters: { a: Schema.Number, b: Schema.Number },
 *   success: Schema.Struct({ sum: Schema.Number })
 * })
 * const Demo = Catalog.make("demo").add(Add)
 *
 * export const program = Effect.gen(function*() {
 *   const demo = yield* McpClient.of(Demo)
 *   const { sum } = yield* demo.tools.add({ a: 1, b: 2 })
 *   return sum
 * })
 * ```
 *
 * @category typed
 * @since 0.1.0
 */
export const of = <Id extends string, E extends Catalog.AnyEntry>(
  catalog: Catalog.Catalog<Id, E>
): Effect.Effect<TypedClient.TypedClient<E>, never, McpClient> =>
  Effect.map(McpClient, (client) => TypedClient.make(client, catalog))
