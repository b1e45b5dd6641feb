/**
 * Services that live as long as a client's session: built from a layer the first time a handler of that session asks,
 * shared by its later calls, released when it ends. In the stateless era there is no session, and they live as long as
 * the request.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { McpRequest, type SessionBuild } from "./McpRequest.ts"

/**
 * Identifies the way to build a service for a session.
 *
 * @category services
 * @since 0.1.0
 */
export interface PerSession<in out Identifier> {
  readonly "~@parley/mcp/PerSession": Identifier
}

interface Builder<S> {
  readonly build: SessionBuild<S, never>
}

const builder = <I, S>(service: Context.Key<I, S>): Context.Service<PerSession<I>, Builder<S>> =>
  Context.Service<PerSession<I>, Builder<S>>(`@parley/mcp/PerSession/${service.key}`)

/**
 * Says how a service is built for each session. What the layer needs is taken from here, once.
 *
 * @example
 * ```ts
 * import { PerSession } from "@parley/mcp"
 * import * as Context from "effect/Context"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * class Cart extends Context.Service<Cart, { readonly items: Array<string> }>()("app/Cart") {}
 *
 * export const CartPerSession = PerSession.layer(Cart, Layer.sync(Cart, () => ({ items: [] })))
 * export const items = Effect.map(PerSession.get(Cart), (cart) => cart.items)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <I, S, R>(
  service: Context.Key<I, S>,
  build: Layer.Layer<I, never, R>
): Layer.Layer<PerSession<I>, never, R> =>
  Layer.effect(
    builder(service),
    Effect.map(Effect.context<R>(), (context) => ({
      build: (scope) =>
        Layer.buildWithScope(Layer.fresh(build), scope).pipe(
          Effect.map((built) => Context.get(built, service)),
          Effect.provideContext(context)
        )
    }))
  )

/**
 * The service of this session, built when nobody of the session has asked before.
 *
 * @category accessors
 * @since 0.1.0
 */
export const get = <I, S>(service: Context.Key<I, S>): Effect.Effect<S, never, PerSession<I> | McpRequest> =>
  Effect.gen(function*() {
    const key = builder(service)
    const { build } = yield* key
    const request = yield* McpRequest
    return yield* request.session.get(service, build)
  })
