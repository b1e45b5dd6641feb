/**
 * An HTTP client whose requests go to handlers of exchanges in the same process: the real binding of web requests, without a
 * socket. What is not found there is a 404.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import type * as Scope from "effect/Scope"
import type { HttpHandler } from "../server/http/HttpDriver.ts"
import * as Running from "../server/http/Running.ts"
import * as WebExchange from "../transport/WebExchange.ts"

/**
 * Handlers by the paths of their endpoints.
 *
 * @category models
 * @since 0.1.0
 */
export type Sites = { readonly [path: string]: HttpHandler }

/**
 * A client of these endpoints, on any host. Bodies of more than `bytesMax` are refused. What still runs for an exchange when
 * the scope ends is interrupted.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  sites: Sites,
  bytesMax: number
): Effect.Effect<HttpClient.HttpClient, never, Scope.Scope> =>
  Effect.map(Running.makeFork, (fork) =>
    HttpClient.make((request, url, signal) =>
      Effect.gen(function*() {
        const handler = Object.hasOwn(sites, url.pathname) ? sites[url.pathname] : undefined
        const asked = yield* Effect.mapError(
          HttpClientRequest.toWeb(request, { signal }),
          (cause) =>
            new HttpClientError.HttpClientError({ reason: new HttpClientError.InvalidUrlError({ request, cause }) })
        )
        const response = handler === undefined
          ? new Response(null, { status: 404 })
          : yield* WebExchange.serve(asked, handler, { bytesMax, fork })
        return HttpClientResponse.fromWeb(request, response)
      })
    ))
