/**
 * Services that differ from request to request: the current user, the tenant. A middleware of the server provides them.
 * A catalog says which of them its handlers may need, so that layers of handlers do not ask for them, and the server's
 * layer does, unless one of its middleware provides them.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import * as Catalog from "./Catalog.ts"
import type { PerRequest, ServicesOf } from "./Component.ts"

export type { PerRequest, ServicesOf }

/**
 * An entry whose handler may need the services `S` of its request.
 *
 * @category type-level
 * @since 0.1.0
 */
export type EntryWith<E extends Catalog.AnyEntry, S> = E extends Catalog.Entry<infer K, infer Name, infer Key, infer C>
  ? Catalog.Entry<K, Name, Key, C & PerRequest<S | (C extends PerRequest<infer S0> ? S0 : never)>>
  : never

/**
 * The services of the request that a component says its handler may need.
 *
 * @category accessors
 * @since 0.1.0
 */
export const servicesOf = (component: object): PerRequest<unknown>["perRequest"] =>
  "perRequest" in component ? (component as PerRequest<unknown>).perRequest : []

/**
 * Says that the handlers of a catalog may need a service of their request.
 *
 * @example
 * ```ts
 * import { Catalog, Middleware, McpServer, PerRequest, Tool } from "@parley/mcp"
 * import * as Context from "effect/Context"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * class User extends Context.Service<User, { readonly name: string }>()("app/User") {}
 *
 * const App = PerRequest.declare(Catalog.make("app").add(Tool.make("whoami")), User)
 * const AppLive = App.layer({ tools: { whoami: () => Effect.map(User, ({ name }) => name) } })
 * const identify = Middleware.service(User)((message) => Effect.succeed({ name: message.principal ?? "somebody" }))
 *
 * export const Server = McpServer.layer(App, { name: "app", version: "1.0.0", middleware: [identify] })
 *   .pipe(Layer.provide(AppLive))
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const declare = <Id extends string, E extends Catalog.AnyEntry, I, S>(
  catalog: Catalog.Catalog<Id, E>,
  service: Context.Key<I, S>
): Catalog.Catalog<Id, EntryWith<E, I>> =>
  // `EntryWith` says of the types what happens to the components here.
  Catalog.mapComponents(catalog, (component) => ({
    ...component,
    perRequest: [...servicesOf(component), service]
  })) as never
