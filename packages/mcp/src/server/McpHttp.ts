/**
 * HTTP endpoints inside something that exists already: on an app's own `HttpRouter`, or as a web handler from `Request`
 * to `Response`. Both answer exactly as the servers that listen by themselves do.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as HttpPolicy from "../session/HttpPolicy.ts"
import * as SessionStore from "../session/SessionStore.ts"
import * as RouterExchange from "../transport/RouterExchange.ts"
import * as WebExchange from "../transport/WebExchange.ts"
import * as Gating from "./http/Gating.ts"
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
        gate: yield* Gating.taken,
        serve: Effect.fnUntraced(function*(server) {
          // What the driver leaves running when the scope ends is interrupted after it.
          const fork = yield* Running.makeFork
          const handle = yield* Effect.provideContext(HttpDriver.make(server, HttpPolicy.make(options)), stores)
          const { readBody = RouterExchange.readText(fork) } = options
          const bytesMax = server.messageLimits.messageBytesMax
          const serving = { bytesMax, fork, readBody }
          yield* router.add("*", options.path ?? "/mcp", (request) => RouterExchange.serve(request, handle, serving))
          for (const { handler, path } of Gating.routesOf(server)) {
            // What a gate serves is found at the root of its host, so its path begins with a slash.
            yield* router.add("*", path as HttpRouter.PathInput, (request) =>
              RouterExchange.serve(request, handler, serving))
          }
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

type Serve = (request: Request) => Effect.Effect<Response>

/** The handler for a path: that of a route of the gate, or else the endpoint's. */
const byPath = (
  routes: ReturnType<typeof Gating.routesOf>,
  endpoint: HttpDriver.HttpHandler
): (request: Request) => HttpDriver.HttpHandler => {
  if (routes.length === 0) return () => endpoint
  const handlers = new Map(routes.map(({ handler, path }) => [path, handler]))
  return (request) => handlers.get(new URL(request.url).pathname) ?? endpoint
}

const layerWeb = (
  policy: HttpPolicy.HttpPolicy,
  handler: Deferred.Deferred<Serve>
): Layer.Layer<ServerTransport> =>
  Layer.provide(
    Layer.effect(
      ServerTransport,
      Effect.gen(function*() {
        const stores = yield* HttpStores.taken
        return {
          gate: yield* Gating.taken,
          serve: Effect.fnUntraced(function*(server) {
            // What the driver leaves running when the scope ends is interrupted after it.
            const fork = yield* Running.makeFork
            const handle = yield* Effect.provideContext(HttpDriver.make(server, policy), stores)
            const handlerOf = byPath(Gating.routesOf(server), handle)
            const bytesMax = server.messageLimits.messageBytesMax
            yield* Deferred.succeed(
              handler,
              (request) => WebExchange.serve(request, handlerOf(request), { bytesMax, fork })
            )
          })
        }
      })
    ),
    SessionStore.layerMemory
  )

/**
 * A server as a handler of web requests.
 *
 * @category models
 * @since 0.1.0
 */
export interface WebServer {
  readonly handler: (request: Request) => Promise<Response>
  readonly dispose: () => Promise<void>
}

/**
 * How a server becomes a web handler, where something stands before its transport: a gate, say. Policies are those of
 * `HttpPolicy`, safe unless changed.
 *
 * @category models
 * @since 0.1.0
 */
export interface ProtectedWebOptions<R, E = never> extends Partial<HttpPolicy.HttpPolicy> {
  /** Puts it there. What it gives beside the transport, the server may require. */
  readonly protect: (transport: Layer.Layer<ServerTransport>) => Layer.Layer<R, E>
}

/**
 * A server as a web handler. The server is built on the first request, and `dispose` ends it. Any path is the endpoint
 * but those of a gate's routes: whoever calls the handler has chosen it.
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
export const toWebHandler: {
  <E>(server: Layer.Layer<McpServer, E, ServerTransport>, options?: Partial<HttpPolicy.HttpPolicy>): WebServer
  <E, R, E2>(server: Layer.Layer<McpServer, E, NoInfer<R>>, options: ProtectedWebOptions<R, E2>): WebServer
} = (
  server: Layer.Layer<McpServer, unknown, ServerTransport>,
  { protect = identity, ...policy }: Partial<ProtectedWebOptions<ServerTransport, unknown>> = {}
) => {
  const handler = Deferred.makeUnsafe<Serve>()
  const transport = protect(layerWeb(HttpPolicy.make(policy), handler))
  const runtime = ManagedRuntime.make(Layer.provide(server, transport))
  const answered = (request: Request): Effect.Effect<Response> =>
    Effect.flatMap(Deferred.await(handler), (serve) => serve(request))
  return {
    handler: (request: Request) => runtime.runPromise(answered(request)),
    dispose: () => runtime.dispose()
  }
}
