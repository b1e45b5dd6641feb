/**
 * The MCP endpoint of a server as a client sees it: sends HTTP requests to it, and follows redirects as long as they stay
 * on its origin. What is sent, and what a response means, is not known here.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import type * as Scope from "effect/Scope"
import * as TransportError from "../TransportError.ts"
import * as Failure from "./Failure.ts"
import * as HttpAnswer from "./HttpAnswer.ts"
import type { Headers } from "./RequestHeaders.ts"

/**
 * Where messages go.
 *
 * @category models
 * @since 0.1.0
 */
export interface Endpoint {
  readonly client: HttpClient.HttpClient.With<TransportError.TransportError, Scope.Scope>
  /** Scheme, host and port; `undefined` when the URL is relative to a page. */
  readonly origin: string | undefined
  /** Headers for every request. */
  readonly headers: Headers
  /** Changes when the server says that it has moved for good. */
  url: string
}

/** Most redirects of one request. */
const redirectsMax = 3

const originOf = (url: string): string | undefined => URL.canParse(url) ? new URL(url).origin : undefined

/** A span of the call says what there is to say; one of HTTP would add what the URL asks for, which may be secret. */
const untraced = Effect.provideService(HttpClient.TracerDisabledWhen, () => true)

/**
 * The endpoint at a URL.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (client: HttpClient.HttpClient, url: string, headers: Headers): Endpoint => ({
  client: HttpClient.withScope(
    HttpClient.transformResponse(client, (response) => Effect.mapError(untraced(response), Failure.fromHttp))
  ),
  origin: originOf(url),
  headers,
  url
})

/** Whether the HTTP client followed a redirect to another origin by itself: what came back is not the server's. */
const isForeign = ({ origin }: Endpoint, { url }: HttpClientResponse): boolean =>
  origin !== undefined && url !== "" && !url.startsWith(`${origin}/`) && originOf(url) !== origin

/** Where to send the same request again: redirects that would change it, or leave the origin, are not followed. */
const redirectOf = ({ origin, url }: Endpoint, response: HttpClientResponse): string | undefined => {
  const { status } = response
  if (status !== 301 && status !== 302 && status !== 307 && status !== 308) return undefined
  const { location } = response.headers
  if (location === undefined || !URL.canParse(location, url)) return undefined
  const next = new URL(location, url)
  return next.origin === origin ? next.href : undefined
}

const follow = (
  endpoint: Endpoint,
  request: HttpClientRequest.HttpClientRequest,
  redirects: number
): Effect.Effect<HttpClientResponse, TransportError.TransportError, Scope.Scope> =>
  Effect.flatMap(endpoint.client.execute(request), (response) => {
    if (isForeign(endpoint, response)) {
      const detail = "it came from another origin, to which the HTTP client was redirected"
      return Effect.fail(TransportError.make(new TransportError.InvalidAnswer({ detail })))
    }
    const next = redirects < redirectsMax ? redirectOf(endpoint, response) : undefined
    if (next === undefined) return Effect.succeed(response)
    if (response.status === 301 || response.status === 308) endpoint.url = next
    // Read to its end, so that the next request may use the same connection.
    return Effect.andThen(
      HttpAnswer.errorBody(response),
      follow(endpoint, HttpClientRequest.setUrl(request, next), redirects + 1)
    )
  })

const send = (endpoint: Endpoint, request: HttpClientRequest.HttpClientRequest, headers: Headers) =>
  follow(endpoint, HttpClientRequest.setHeaders(request, { ...endpoint.headers, ...headers }), 0)

/**
 * Posts a JSON text (HTC-07 to HTC-09).
 *
 * @category operations
 * @since 0.1.0
 */
export const post = (endpoint: Endpoint, headers: Headers, text: string) =>
  send(
    endpoint,
    HttpClientRequest.bodyText(HttpClientRequest.post(endpoint.url), text, "application/json"),
    { accept: "application/json, text/event-stream", ...headers }
  )

/**
 * Asks for a stream of events (HTG-01), for what follows an event when there is an id (HTG-10).
 *
 * @category operations
 * @since 0.1.0
 */
export const listen = (endpoint: Endpoint, headers: Headers, lastId: string | undefined) =>
  send(endpoint, HttpClientRequest.get(endpoint.url), {
    accept: "text/event-stream",
    ...headers,
    ...(lastId === undefined ? {} : { "last-event-id": lastId })
  })

/**
 * Asks to forget a session (HTS-08).
 *
 * @category operations
 * @since 0.1.0
 */
export const forget = (endpoint: Endpoint, headers: Headers) =>
  send(endpoint, HttpClientRequest.delete(endpoint.url), headers)
