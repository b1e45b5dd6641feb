/**
 * HTTP endpoints inside something that exists already: on an app's own `HttpRouter`, or as a web handler from `Request`
 * to `Response`. Both answer exactly as the servers that listen by themselves do.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as HttpPolicy from "../session/HttpPolicy.ts"
import * as SessionStore from "../session/SessionStore.ts"
import * as RouterExchange from "../transport/RouterExchange.ts"
import * as WebExchange from "../transport/WebExchange.ts"
import * as HttpDriver from "./http/HttpDriver.ts"
import * as HttpStores from "./http/HttpStores.ts"
import * as Running from "./http/Running.ts"
import type { McpServer } from "./McpServer.ts"
import { ServerTransport } from "./ServerTransport.ts"

/**
 * How an endpoint on a router is mounted. Policies are those of `HttpPolicy`, safe unless changed.
 *
 * @category models
 * @since 0.1.0
 */
export interface RouterOptions extends Partial<HttpPolicy.HttpPolicy> {
  /** The path of the endpoint. Default: `/mcp`. */
  readonly path?: HttpRouter.PathInput
  /** Another way to read bodies, where the platform has a faster one. */
  readonly readBody?: RouterExchange.ReadBody
}

/**
 * Mounts the endpoint on the router in the context, with the `SessionStore` in the context.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerRouterStore = (
  options: RouterOptions = {}
): Layer.Layer<ServerTransport, never, HttpRouter.HttpRouter | SessionStore.SessionStore> =>
  Layer.effect(
    ServerTransport,
    Effect.gen(function*() {
      const router = yield* HttpRouter.HttpRouter
      const stores = yield* HttpStores.taken
      return {
        serve: Effect.fnUntraced(function*(server) {
          // What the driver leaves running when the scope ends is interrupted after it.
          const fork = yield* Running.makeFork
          const handle = yield* Effect.provideContext(HttpDriver.make(server, HttpPolicy.make(options)), stores)
          const { readBody = RouterExchange.readText } = options
          const bytesMax = server.messageLimits.messageBytesMax
          yield* router.add("*", options.path ?? "/mcp", (request) =>
            RouterExchange.serve(request, handle, { bytesMax, fork, readBody }))
        })
      }
    })
  )

/**
 * Mounts the endpoint on the router in the context; sessions are kept in the memory of this process.
 *
 * @example
 * ```ts
 * import { McpHttp, McpServer, Tool } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 * import * as HttpRouter from "effect/http/HttpRouter"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 * import * as Layer from "effect/Layer"
 *
 * const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))
 * const Mcp = McpServer.layer(hello, { name: "demo", version: "1.0.0" }).pipe(
 *   Layer.provide(McpHttp.layerRouter({ path: "/mcp" }))
 * )
 *
 * export const App = Layer.mergeAll(Mcp, HttpRouter.add("GET", "/health", HttpServerResponse.text("ok")))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerRouter = (options?: RouterOptions): Layer.Layer<ServerTransport, never, HttpRouter.HttpRouter> =>
  Layer.provide(layerRouterStore(options), SessionStore.layerMemory)

/** Answers web requests, once a server is there. */
class WebHandler extends Context.Service<WebHandler, {
  readonly handle: (request: Request) => Effect.Effect<Response>
}>()("@parley/mcp/server/McpHttp/WebHandler") {}

const layerWeb = (
  policy: HttpPolicy.HttpPolicy
): Layer.Layer<ServerTransport | WebHandler, never, SessionStore.SessionStore> =>
  Layer.effectContext(Effect.gen(function*() {
    const handler = yield* Deferred.make<(request: Request) => Effect.Effect<Response>>()
    const stores = yield* HttpStores.taken
    return Context.make(ServerTransport, {
      serve: Effect.fnUntraced(function*(server) {
        // What the driver leaves running when the scope ends is interrupted after it.
        const fork = yield* Running.makeFork
        const handle = yield* Effect.provideContext(HttpDriver.make(server, policy), stores)
        const bytesMax = server.messageLimits.messageBytesMax
        yield* Deferred.succeed(handler, (request) => WebExchange.serve(request, handle, { bytesMax, fork }))
      })
    }).pipe(Context.add(WebHandler, {
      handle: (request: Request) => Effect.flatMap(Deferred.await(handler), (serve) => serve(request))
    }))
  }))

/**
 * A server as a web handler. The server is built on the first request, and `dispose` ends it. Any path is the endpoint:
 * whoever calls the handler has chosen it.
 *
 * @example
 * ```ts
 * import { McpHttp, McpServer, Tool } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 *
 * const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))
 * const Server = McpServer.layer(hello, { name: "demo", version: "1.0.0" })
 *
 * export const { handler, dispose } = McpHttp.toWebHandler(Server, { sessions: "stateless" })
 * ```
 *
 * @category web
 * @since 0.1.0
 */
export const toWebHandler = <E>(
  server: Layer.Layer<McpServer, E, ServerTransport>,
  options: Partial<HttpPolicy.HttpPolicy> = {}
): { readonly handler: (request: Request) => Promise<Response>; readonly dispose: () => Promise<void> } => {
  const runtime = ManagedRuntime.make(server.pipe(
    Layer.provideMerge(layerWeb(HttpPolicy.make(options))),
    Layer.provide(SessionStore.layerMemory)
  ))
  return {
    handler: (request) => runtime.runPromise(Effect.flatMap(WebHandler, ({ handle }) => handle(request))),
    dispose: () => runtime.dispose()
  }
}
