/**
 * A network in memory: an `HttpClient` over a table of handlers, which records every request that is sent. An address
 * that nobody handles cannot be reached. Handlers are effects: they see the clock of the test, and may take their time.
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

/** A request as it arrived. */
export interface Arrived {
  /** Who sent it, where several do. */
  readonly by: string
  /** In capitals. */
  readonly method: string
  readonly url: URL
  /** By names in lower case. */
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: string
}

/** What answers. */
export type Handler = (request: Arrived) => Response | Effect.Effect<Response>

/**
 * Handlers by address, the most precise first: `GET https://host/path`, `https://host/path` (without query), and
 * `https://host` for everything else there.
 */
export type Table = { readonly [address: string]: Handler }

/** A network. */
export interface FakeHttp {
  readonly client: HttpClient.HttpClient
  /** The client of one of several that are on the network. */
  readonly clientOf: (by: string) => HttpClient.HttpClient
  readonly layer: Layer.Layer<HttpClient.HttpClient>
  /** Everything that was sent so far, in order, handled or not. */
  readonly requests: ReadonlyArray<Arrived>
  /** The requests to one address, as in a table. */
  readonly sentTo: (address: string) => ReadonlyArray<Arrived>
  /** Adds handlers, or replaces them. */
  readonly handle: (table: Table) => void
}

/** JSON, as an endpoint answers it. */
export const json = (body: unknown, init: ResponseInit = {}): Response => {
  const headers = new Headers(init.headers)
  if (!headers.has("content-type")) headers.set("content-type", "application/json")
  return new Response(JSON.stringify(body), { ...init, headers })
}

/** The form that a request carries. */
export const form = (request: Arrived): URLSearchParams => new URLSearchParams(request.body)

const bodyOf = (request: HttpClientRequest.HttpClientRequest): Effect.Effect<string> => {
  const { body } = request
  switch (body._tag) {
    case "Empty":
      return Effect.succeed("")
    case "Uint8Array":
      return Effect.succeed(new TextDecoder().decode(body.body))
    case "Stream":
      return body.stream.pipe(Stream.decodeText, Stream.mkString, Effect.orDie)
    default:
      return Effect.promise(() => new Response(body._tag === "FormData" ? body.formData : body.body as BodyInit).text())
  }
}

const addressesOf = ({ method, url }: Arrived): ReadonlyArray<string> => {
  const address = `${url.origin}${url.pathname}`
  return [`${method} ${address}`, address, url.origin]
}

/** A network with these handlers. */
export const make = (table: Table = {}): FakeHttp => {
  const handlers = new Map(Object.entries(table))
  const requests: Array<Arrived> = []
  const clientOf = (by: string) =>
    HttpClient.make((request, url) =>
      Effect.gen(function*() {
        const arrived: Arrived = {
          by,
          method: request.method,
          url,
          headers: { ...request.headers },
          body: yield* bodyOf(request)
        }
        requests.push(arrived)
        const handler = addressesOf(arrived).map((address) => handlers.get(address)).find((one) => one !== undefined)
        if (handler === undefined) {
          return yield* Effect.fail(
            new HttpClientError.HttpClientError({
              reason: new HttpClientError.TransportError({ request, description: `nobody listens at ${url.origin}` })
            })
          )
        }
        const answer = handler(arrived)
        return HttpClientResponse.fromWeb(request, Effect.isEffect(answer) ? yield* answer : answer)
      })
    )
  const client = clientOf("client")
  return {
    client,
    clientOf,
    layer: Layer.succeed(HttpClient.HttpClient, client),
    requests,
    sentTo: (address) => requests.filter((request) => addressesOf(request).includes(address)),
    handle: (more) => {
      for (const [address, handler] of Object.entries(more)) handlers.set(address, handler)
    }
  }
}
