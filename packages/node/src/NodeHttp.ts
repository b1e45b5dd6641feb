/**
 * Serving over `node:http`, directly: the fastest way to an endpoint. A request costs one fiber, and one that finishes
 * at once leaves nothing behind.
 *
 * @since 0.1.0
 */
import type { HttpHandler } from "@parley/mcp/server/HttpDriver"
import * as HttpDriver from "@parley/mcp/server/HttpDriver"
import type { Server } from "@parley/mcp/server/Server"
import { ServerTransport, ServerTransportError } from "@parley/mcp/server/ServerTransport"
import * as HttpPolicy from "@parley/mcp/session/HttpPolicy"
import * as SessionStore from "@parley/mcp/session/SessionStore"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import * as NodeExchange from "./NodeExchange.ts"

/**
 * Where and how to serve. Policies are those of `HttpPolicy`, safe unless changed.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpOptions extends Partial<HttpPolicy.HttpPolicy> {
  /** The port; 0 takes any that is free. Default: 3000. */
  readonly port?: number
  /** The address to listen on. Default: `127.0.0.1`. */
  readonly host?: string
  /** The path of the endpoint. Default: `/mcp`. */
  readonly path?: string
}

/**
 * Where a server can be reached, once it listens.
 *
 * @category services
 * @since 0.1.0
 */
export class HttpAddress extends Context.Service<HttpAddress, {
  /** Waits until the server listens, and gives its URL. */
  readonly url: Effect.Effect<string>
}>()("@parley/node/HttpAddress") {}

interface Endpoint {
  readonly path: string
  readonly bytesMax: number
  readonly handler: HttpHandler
  readonly fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
  readonly running: Set<Fiber.Fiber<void>>
}

const notFound = (response: Http.ServerResponse): void => {
  const body = "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"There is nothing at this path\"}}"
  response.writeHead(404, { "content-type": "application/json", "content-length": body.length }).end(body)
}

const isAt = (path: string, url: string | undefined): boolean => url === path || url?.startsWith(`${path}?`) === true

const answer = (
  endpoint: Endpoint,
  request: Http.IncomingMessage,
  response: Http.ServerResponse,
  body: string | undefined
): void => {
  const exchange = NodeExchange.make(request, response, body)
  const fiber = endpoint.fork(endpoint.handler(exchange))
  if (fiber.pollUnsafe() === undefined) {
    endpoint.running.add(fiber)
    fiber.addObserver(() => endpoint.running.delete(fiber))
  }
  if (!response.writableEnded) exchange.watch()
}

const listener = (endpoint: Endpoint): Http.RequestListener => (request, response) => {
  if (!isAt(endpoint.path, request.url)) {
    request.resume()
    return notFound(response)
  }
  NodeExchange.readBody(request, endpoint.bytesMax, (body) => answer(endpoint, request, response, body))
}

const listen = (
  server: Http.Server,
  { host = "127.0.0.1", port = 3000 }: HttpOptions
): Effect.Effect<AddressInfo, ServerTransportError> =>
  Effect.callback((resume) => {
    const failed = (cause: Error): void =>
      resume(Effect.fail(new ServerTransportError({ message: `Cannot listen on ${host}:${port}`, cause })))
    server.once("error", failed)
    server.listen(port, host, () => {
      server.off("error", failed)
      // A server that listens on a port has such an address.
      resume(Effect.succeed(server.address() as AddressInfo))
    })
  })

const urlOf = ({ address, family, port }: AddressInfo, path: string): string =>
  `http://${family === "IPv6" ? `[${address}]` : address}:${port}${path}`

const serve = (
  mcp: Server,
  options: HttpOptions,
  address: Deferred.Deferred<string>
): Effect.Effect<void, ServerTransportError, Scope.Scope | SessionStore.SessionStore> =>
  Effect.gen(function*() {
    const path = options.path ?? "/mcp"
    const running = new Set<Fiber.Fiber<void>>()
    const http = Http.createServer()
    // Finalizers run last to first: no new connections, then calls and sessions end, then what is open is cut.
    yield* Effect.addFinalizer(() => Effect.sync(() => http.closeAllConnections()))
    const handler = yield* HttpDriver.make(mcp, HttpPolicy.make(options))
    const context = yield* Effect.context<never>()
    http.on(
      "request",
      listener({
        path,
        bytesMax: mcp.messageLimits.messageBytesMax,
        handler,
        fork: Effect.runForkWith(context),
        running
      })
    )
    const bound = yield* listen(http, options)
    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        http.close()
        return Fiber.interruptAll(Array.from(running))
      })
    )
    yield* Deferred.succeed(address, urlOf(bound, path))
  })

/**
 * Serves over HTTP with the `SessionStore` in the context.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerHttpStore = (
  options: HttpOptions = {}
): Layer.Layer<ServerTransport | HttpAddress, never, SessionStore.SessionStore> =>
  Layer.effectContext(Effect.gen(function*() {
    const address = yield* Deferred.make<string>()
    const store = yield* SessionStore.SessionStore
    return Context.make(ServerTransport, {
      serve: (server) => Effect.provideService(serve(server, options, address), SessionStore.SessionStore, store)
    }).pipe(Context.add(HttpAddress, { url: Deferred.await(address) }))
  }))

/**
 * Serves over HTTP, with sessions in the memory of this process.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerHttp = (options: HttpOptions = {}): Layer.Layer<ServerTransport | HttpAddress> =>
  Layer.provide(layerHttpStore(options), SessionStore.layerMemory)
