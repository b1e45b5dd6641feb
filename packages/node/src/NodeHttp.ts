/**
 * Serving over `node:http`, directly: the fastest way to an endpoint. A request costs one fiber, and one that finishes
 * at once leaves nothing behind.
 *
 * @since 0.1.0
 */
import * as Gating from "@parley/mcp/server/http/Gating"
import type { HttpHandler } from "@parley/mcp/server/http/HttpDriver"
import * as HttpDriver from "@parley/mcp/server/http/HttpDriver"
import type { Route } from "@parley/mcp/server/http/HttpGate"
import * as HttpSse from "@parley/mcp/server/http/HttpSse"
import * as HttpStores from "@parley/mcp/server/http/HttpStores"
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
import type { AddressInfo, Socket } from "node:net"
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
  /** Serves clients of the oldest revision by HTTP+SSE too, on these paths (SSE-07). Default: it does not. */
  readonly sse?: boolean | {
    /** Where streams are opened. Default: `/sse`. */
    readonly path?: string
    /** Where messages are posted. Default: `/messages`. */
    readonly messagesPath?: string
  }
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
  /** What is served where; the endpoint of Streamable HTTP comes first. */
  readonly routes: ReadonlyArray<Route>
  readonly bytesMax: number
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
  handler: HttpHandler,
  request: Http.IncomingMessage,
  response: Http.ServerResponse,
  body: string | undefined
): void => {
  const exchange = NodeExchange.make(request, response, body)
  const fiber = endpoint.fork(handler(exchange))
  if (fiber.pollUnsafe() === undefined) {
    endpoint.running.add(fiber)
    fiber.addObserver(() => endpoint.running.delete(fiber))
  }
  if (!response.writableEnded) exchange.watch()
}

const listener = (endpoint: Endpoint): Http.RequestListener => (request, response) => {
  const route = endpoint.routes.find(({ path }) => isAt(path, request.url))
  if (route === undefined) {
    request.resume()
    return notFound(response)
  }
  NodeExchange.readBody(request, endpoint.bytesMax, (body) => answer(endpoint, route.handler, request, response, body))
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

/** How long answers that were given may take to get out when the server ends, in milliseconds. */
const flushMillisMax = 1_000

/** All connections that are open, whether anything was asked on them or not. */
const connectionsOf = (server: Http.Server): ReadonlySet<Socket> => {
  const open = new Set<Socket>()
  server.on("connection", (socket) => {
    open.add(socket)
    socket.on("close", () => open.delete(socket))
  })
  return open
}

/** Closes each connection as soon as what was written to it is out, and waits for that. */
const flushed = (server: Http.Server, open: ReadonlySet<Socket>): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
    for (const socket of open) socket.destroySoon()
  })

/**
 * Interrupts what is left and lets out the answers that were given. What is open after it is cut, which also frees
 * whoever waits for a reader that takes nothing.
 */
const ended = (
  server: Http.Server,
  open: ReadonlySet<Socket>,
  running: ReadonlySet<Fiber.Fiber<void>>
): Effect.Effect<void> => {
  const interrupted = Effect.suspend(() => Fiber.interruptAll(Array.from(running)))
  return Effect.andThen(interrupted, flushed(server, open)).pipe(
    Effect.timeoutOption(flushMillisMax),
    Effect.andThen(Effect.suspend(() => {
      server.close()
      for (const socket of open) socket.destroy()
      return interrupted
    }))
  )
}

const makeRoutes = (
  mcp: Server,
  options: HttpOptions,
  path: string
): Effect.Effect<ReadonlyArray<Route>, never, Scope.Scope | SessionStore.SessionStore> =>
  Effect.gen(function*() {
    const policy = HttpPolicy.make(options)
    const main: Route = { path, handler: yield* HttpDriver.make(mcp, policy) }
    const routes = [main, ...Gating.routesOf(mcp)]
    if (options.sse === undefined || options.sse === false) return routes
    const paths = options.sse === true ? {} : options.sse
    const messagesPath = paths.messagesPath ?? "/messages"
    const { onMessage, onStream } = yield* HttpSse.make(mcp, policy, messagesPath)
    return [...routes, { path: paths.path ?? "/sse", handler: onStream }, { path: messagesPath, handler: onMessage }]
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
    // Of two `Authorization` headers Node would otherwise show the first, where a proxy may have looked at the second.
    const http = Http.createServer({ joinDuplicateHeaders: true })
    const open = connectionsOf(http)
    // Finalizers run last to first: the drivers let calls end while new ones are refused, and end their sessions, before
    // the connections go.
    yield* Effect.addFinalizer(() => ended(http, open, running))
    const routes = yield* makeRoutes(mcp, options, path)
    const context = yield* Effect.context<never>()
    const bytesMax = mcp.messageLimits.messageBytesMax
    http.on("request", listener({ routes, bytesMax, fork: Effect.runForkWith(context), running }))
    const bound = yield* listen(http, options)
    const url = urlOf(bound, path)
    yield* Effect.logInfo(`Listening on ${url}`)
    yield* Deferred.succeed(address, url)
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
    const stores = yield* HttpStores.taken
    return Context.make(ServerTransport, {
      gate: yield* Gating.taken,
      serve: (server) => Effect.provideContext(serve(server, options, address), stores)
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
