/**
 * The HTTP client of a host in a world: an Effect `HttpClient` whose requests go over the simulated network. It follows no
 * redirects, and keeps nothing.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import type { Exchange } from "./Exchange.ts"
import type { Asker, Code, Request } from "./Parties.ts"
import * as ReceivedBody from "./ReceivedBody.ts"
import * as ReceivedResponse from "./ReceivedResponse.ts"

/**
 * Sends a request to the server of a name.
 *
 * @category models
 * @since 0.1.0
 */
export type Send = (server: string, request: Request, asker: Asker) => Exchange

type Failure = HttpClientError.HttpClientError

/** What a platform says of a broken connection, so that clients judge it as they do there. */
const broken = (request: HttpClientRequest, code: Code, why: string): Failure => {
  const cause = Object.assign(new Error(`${code}: ${why}`), { code })
  return new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
}

const unencodable = (request: HttpClientRequest, cause: unknown): Failure =>
  new HttpClientError.HttpClientError({ reason: new HttpClientError.EncodeError({ request, cause }) })

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const textOf = (request: HttpClientRequest, body: HttpBody.HttpBody): Effect.Effect<string, Failure> => {
  switch (body._tag) {
    case "Empty":
      return Effect.succeed("")
    case "Uint8Array":
      return Effect.succeed(body.text ?? decode(body.body))
    case "Stream":
      return Effect.mapError(Stream.mkString(Stream.decodeText(body.stream)), (cause) => unencodable(request, cause))
    case "Raw":
      if (typeof body.body === "string") return Effect.succeed(body.body)
      return Effect.fail(unencodable(request, new Error("A body of this kind is not simulated")))
    case "FormData":
      return Effect.fail(unencodable(request, new Error("A form with files is not simulated")))
  }
}

const exchange = (
  send: Send,
  request: HttpClientRequest,
  url: URL,
  signal: AbortSignal,
  body: string
): Effect.Effect<HttpClientResponse, Failure> =>
  Effect.callback((resume) => {
    const received = ReceivedBody.make<Failure>((isHeld) => sent.hold(isHeld))
    const href = url.hash === "" ? url.href : url.href.slice(0, -url.hash.length)
    // Held on to while the exchange is open: Effect aborts the exchange of a response that is collected as garbage, at a
    // time that nobody can repeat.
    const kept: { response?: HttpClientResponse } = {}
    const asker: Asker = {
      head: (status, headers) => {
        kept.response = ReceivedResponse.make({ request, url: href, status, headers, body: received })
        resume(Effect.succeed(kept.response))
      },
      piece: received.take,
      complete: received.complete,
      broken: (code, why) => {
        const failure = broken(request, code, why)
        received.broken(failure)
        resume(Effect.fail(failure))
      }
    }
    const sent = send(url.hostname, {
      method: request.method,
      target: `${url.pathname}${url.search}`,
      headers: { ...request.headers, host: url.host },
      body
    }, asker)
    signal.addEventListener("abort", sent.abort, { once: true })
    return Effect.sync(sent.abort)
  })

/**
 * A client that sends like this.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (send: Send): HttpClient.HttpClient =>
  HttpClient.make((request, url, signal) =>
    Effect.flatMap(textOf(request, request.body), (body) => exchange(send, request, url, signal, body))
  )
