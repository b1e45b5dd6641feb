/**
 * Clients as layers: a name and a version, over the transport in the context. The layer connects when it is built, finds
 * out which revision the server speaks, and hangs up with its scope. From it come the untyped client (`McpClient`) and
 * typed ones derived from catalogs (`of`).
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as Catalog from "../contract/Catalog.ts"
import type { Revision } from "../revision/Revision.ts"
import * as Revisions from "../revision/Revisions.ts"
import type { Icon } from "../schema/Icon.ts"
import type { ClientTransport } from "../transport/ClientTransport.ts"
import type { Client } from "./Client.ts"
import * as Connect from "./Connect.ts"
import * as Inbound from "./Inbound.ts"
import type { McpClientError } from "./McpClientError.ts"
import * as Methods from "./Methods.ts"
import * as ServerRequests from "./ServerRequests.ts"
import * as TypedClient from "./TypedClient.ts"

/**
 * What a client says about itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClientInfo {
  readonly name: string
  readonly version: string
  readonly title?: string
  readonly description?: string
  readonly websiteUrl?: string
  readonly icons?: ReadonlyArray<Icon>
}

/**
 * The options of {@link layer}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends ClientInfo {
  /**
   * The revisions that may be spoken; among those that the server has too, the newest wins. Default: all. Revisions of
   * one era alone settle the era: without stateless ones there is no probe, without session ones no fallback.
   */
  readonly revisions?: ReadonlyArray<Revision>
  /** How long a request may take unless it says otherwise. Default: 60 seconds. */
  readonly timeout?: Duration.Input
  /** How long a server on a line may be silent before it is taken for an old one. Default: 5 seconds. */
  readonly probeTimeout?: Duration.Input
}

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

/**
 * Connects, and completes once a revision is agreed. The connection lives as long as the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(
  { probeTimeout = "5 seconds", revisions = Revisions.all, timeout = "60 seconds", ...clientInfo }: Options
): Effect.fn.Return<Client, McpClientError, ClientTransport | Scope.Scope> {
  const handlers = ServerRequests.builtIn
  const capabilities = ServerRequests.capabilities(handlers)
  const inbound = yield* Inbound.make(handlers)
  let lastId = 0
  const nextId = () => ++lastId
  const connected = yield* Connect.connect({
    clientInfo,
    capabilities,
    revisions,
    timeout,
    probeTimeout,
    nextId,
    inbound
  })
  return Methods.make({ ...connected, inbound, clientInfo, capabilities, timeout, nextId, logLevel: undefined })
})

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
export const layer = (options: Options): Layer.Layer<McpClient, McpClientError, ClientTransport> =>
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
