/**
 * An HTTP client that never leaves the process: it hands its requests to routes that are here. It is for tools that
 * call an API which the same process serves, and for tests; it is not for shortcuts, because everything but the socket
 * is as it would be over HTTP, security included.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpEffect from "effect/http/HttpEffect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

type PerRequest = HttpServerRequest.HttpServerRequest | Scope.Scope

type WebApp = Effect.Effect<HttpServerResponse, unknown, PerRequest>

/** Any origin will do where nothing leaves the process. */
const inProcessOrigin = "http://localhost"

const absolute = (request: HttpClientRequest.HttpClientRequest): HttpClientRequest.HttpClientRequest =>
  request.url.startsWith("/") ? HttpClientRequest.prependUrl(request, inProcessOrigin) : request

/**
 * A client of the given routes. They are built for this client alone, and nobody else can call them through it; what
 * they have to share with the rest of the process, a database for instance, is provided to this layer and not only to
 * the routes.
 *
 * @example
 * ```ts
 * import * as InProcessHttpClient from "@parley/mcp/server/bridge/InProcessHttpClient"
 * import * as HttpRouter from "effect/http/HttpRouter"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 *
 * export const Client = InProcessHttpClient.layer(HttpRouter.add("GET", "/health", HttpServerResponse.text("ok")))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <A, E, R>(
  app: Layer.Layer<A, E, R>
): Layer.Layer<
  HttpClient.HttpClient,
  HttpRouter.Request.Without<E>,
  Exclude<HttpRouter.Request.Without<R>, HttpRouter.HttpRouter>
> => {
  // With the layers of the process, these routes would land on the process's own router, for everybody to call.
  const built = Effect.provideService(HttpRouter.toHttpEffect(app), Layer.CurrentMemoMap, Layer.makeMemoMapUnsafe())
  const handler = Effect.map(
    Effect.all([built, Effect.context<never>()]),
    // What routes need for each request comes with it; the rest they have from what they were built with.
    ([routes, context]) => HttpEffect.toWebHandlerWith<never, PerRequest>(context)(routes as WebApp)
  )
  const fetch = Effect.map(
    handler,
    (handler): typeof globalThis.fetch => (input, init) => handler(new Request(input, init))
  )
  return Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, HttpClient.mapRequest(absolute))
  ).pipe(
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(Layer.effect(FetchHttpClient.Fetch, fetch))
  )
}
