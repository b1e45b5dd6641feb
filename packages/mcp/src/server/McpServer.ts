/**
 * Servers as layers. A server is a catalog, or components served with their handlers, plus a name and a version; its
 * handlers and its transport come from the context.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Catalog from "../contract/Catalog.ts"
import type * as CustomMethod from "../contract/CustomMethod.ts"
import type * as Policy from "../contract/Policy.ts"
import { type AnyServed, type CatalogError, Registry } from "../contract/Registry.ts"
import type { Revision } from "../revision/Revision.ts"
import { all } from "../revision/Revisions.ts"
import type { CallOptions, CatalogRequirements, ServedRequirements } from "./CallOptions.ts"
import type { ListOptions } from "./component/ListOptions.ts"
import type { ServerInfo } from "./Identity.ts"
import type * as Middleware from "./Middleware.ts"
import * as Server from "./Server.ts"
import { ServerTransport, type ServerTransportError } from "./ServerTransport.ts"

/**
 * What a server is besides its catalog. Written as a type without parameters, it is that of options without middleware,
 * policies and methods of one's own: what those need is known by their types only, so let them be inferred.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<
  M extends ReadonlyArray<Middleware.Any> = readonly [],
  P extends ReadonlyArray<Policy.Any> = readonly [],
  C extends ReadonlyArray<CustomMethod.Registration> = readonly []
> extends ServerInfo, ListOptions, CallOptions<M, P, C> {
  /** The revisions that are spoken, newest first. Default: all. */
  readonly revisions?: ReadonlyArray<Revision>
}

/**
 * A server that is running, for those who drive it by hand: adapters, tests.
 *
 * @category services
 * @since 0.1.0
 */
export class McpServer extends Context.Service<McpServer, Server.Server>()("@parley/mcp/server/McpServer") {}

/** Options of which it is forgotten what they need. */
type AnyOptions = Options<
  ReadonlyArray<Middleware.Any>,
  ReadonlyArray<Policy.Any>,
  ReadonlyArray<CustomMethod.Registration>
>

const build = (
  entries: ReadonlyArray<Catalog.AnyEntry>,
  context: Context.Context<never>,
  options: AnyOptions
): Effect.Effect<Server.Server, CatalogError> =>
  Server.make(entries, context, { info: options, options, revisions: options.revisions ?? all })

type Source = Catalog.Any | AnyServed | ReadonlyArray<AnyServed>

const servedContext = (
  served: ReadonlyArray<AnyServed>,
  entries: ReadonlyArray<Catalog.AnyEntry>,
  context: Context.Context<never>
): Context.Context<never> =>
  entries.reduce<Context.Context<never>>((services, entry, index) => {
    const one = served[index]
    if (one === undefined) return services
    const shape = { run: one.handler, extras: one.extras, context }
    // Keys of handlers are data here, and the context that handlers run in is theirs already.
    return Context.add(services, Catalog.handler(entry.key), shape) as Context.Context<never>
  }, context)

const fromSource = (source: Source, options: AnyOptions): Effect.Effect<Server.Server, CatalogError> =>
  Effect.flatMap(Effect.context<never>(), (context) => {
    if ("_tag" in source && source._tag === "Catalog") return build(source.entries, context, options)
    const served = "_tag" in source ? [source] : source
    const entries = Catalog.make("served").add(...served.map((one) => one.component)).entries
    return build(entries, servedContext(served, entries, context), options)
  })

/**
 * The server itself, without a transport: for embedding, where an adapter brings the requests.
 *
 * @category layers
 * @since 0.1.0
 */
export const make: {
  <
    Id extends string,
    E extends Catalog.AnyEntry,
    const M extends ReadonlyArray<Middleware.Any> = readonly [],
    const P extends ReadonlyArray<Policy.Any> = readonly [],
    const C extends ReadonlyArray<CustomMethod.Registration> = readonly []
  >(
    catalog: Catalog.Catalog<Id, E>,
    options: Options<M, P, C>
  ): Effect.Effect<Server.Server, CatalogError, CatalogRequirements<E, M, P, C>>
  <
    S extends AnyServed,
    const M extends ReadonlyArray<Middleware.Any> = readonly [],
    const P extends ReadonlyArray<Policy.Any> = readonly [],
    const C extends ReadonlyArray<CustomMethod.Registration> = readonly []
  >(
    served: S | ReadonlyArray<S>,
    options: Options<M, P, C>
  ): Effect.Effect<Server.Server, CatalogError, ServedRequirements<S, M, P, C>>
} = fromSource

/**
 * Serves a catalog, or components with their handlers, over the transport in the context.
 *
 * @example
 * ```ts
 * import { McpServer, Tool } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * const greet = Tool.serve("greet", { parameters: { name: Schema.String } }, ({ name }) =>
 *   Effect.succeed(`Hello, ${name}!`))
 *
 * export const Server = McpServer.layer(greet, { name: "demo", version: "1.0.0" })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: {
  <
    Id extends string,
    E extends Catalog.AnyEntry,
    const M extends ReadonlyArray<Middleware.Any> = readonly [],
    const P extends ReadonlyArray<Policy.Any> = readonly [],
    const C extends ReadonlyArray<CustomMethod.Registration> = readonly []
  >(
    catalog: Catalog.Catalog<Id, E>,
    options: Options<M, P, C>
  ): Layer.Layer<
    McpServer | Registry,
    CatalogError | ServerTransportError,
    CatalogRequirements<E, M, P, C> | ServerTransport
  >
  <
    S extends AnyServed,
    const M extends ReadonlyArray<Middleware.Any> = readonly [],
    const P extends ReadonlyArray<Policy.Any> = readonly [],
    const C extends ReadonlyArray<CustomMethod.Registration> = readonly []
  >(
    served: S | ReadonlyArray<S>,
    options: Options<M, P, C>
  ): Layer.Layer<
    McpServer | Registry,
    CatalogError | ServerTransportError,
    ServedRequirements<S, M, P, C> | ServerTransport
  >
} = (source: Source, options: AnyOptions) =>
  Layer.effectContext(
    Effect.gen(function*() {
      const transport = yield* ServerTransport
      const server = { ...(yield* fromSource(source, options)), gate: transport.gate }
      yield* transport.serve(server)
      return Context.make(McpServer, server).pipe(Context.add(Registry, server.registry))
    })
  )
