/**
 * A network on which several are: a client, the protected server, a person's browser, a thief. As `fetch` does, it follows
 * redirects for whoever has not forbidden it. It knows everything that was sent, and by whom.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as TestClock from "effect/testing/TestClock"
import * as FakeHttp from "./FakeHttp.ts"

/** Who sends. What a thief sends, he has already. */
export type Party = "client" | "server" | "person" | "thief"

/** A network. */
export interface Network {
  readonly http: FakeHttp.FakeHttp
  readonly clientOf: (party: Party) => HttpClient.HttpClient
  /** What a party has sent, in order. */
  readonly sentBy: (party: Party) => ReadonlyArray<FakeHttp.Arrived>
  /** Where the requests went that have no answer yet. */
  readonly waiting: () => ReadonlyArray<string>
}

/** Where a request went: `POST https://host/path`. */
export const placeOf = ({ method, url }: Pick<FakeHttp.Arrived, "method" | "url">): string =>
  `${method} ${url.origin}${url.pathname}`

const redirectsMax = 20

/** The request that a redirect leads to, as the Fetch standard has it. */
const redirected = (
  request: HttpClientRequest.HttpClientRequest,
  from: URL,
  { headers: { location }, status }: HttpClientResponse
): HttpClientRequest.HttpClientRequest | undefined => {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined
  const to = new URL(location, from)
  const next = HttpClientRequest.setUrl(request, to)
  const kept = to.origin === from.origin ? next : HttpClientRequest.removeHeader(next, "authorization")
  return status === 307 || status === 308 || request.method === "GET"
    ? kept
    : HttpClientRequest.get(to, { headers: kept.headers })
}

/** A network with these handlers. */
export const make = (table: FakeHttp.Table = {}): Network => {
  const http = FakeHttp.make(table)
  const waiting: Array<string> = []
  const answered = (place: string): void => void waiting.splice(waiting.indexOf(place), 1)
  const clientOf = (party: Party): HttpClient.HttpClient => {
    const plain = http.clientOf(party)
    const execute = (request: HttpClientRequest.HttpClientRequest, url: URL) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          const place = placeOf({ method: request.method, url })
          waiting.push(place)
          return place
        }),
        () => plain.execute(request),
        (place) => Effect.sync(() => answered(place))
      )
    return HttpClient.make((request, url, _signal, fiber) => {
      const init = Context.getOrUndefined(fiber.context, FetchHttpClient.RequestInit)
      const follow = (
        request: HttpClientRequest.HttpClientRequest,
        url: URL,
        redirects: number
      ): Effect.Effect<HttpClientResponse, HttpClientError.HttpClientError> =>
        Effect.flatMap(execute(request, url), (response) => {
          const next = init?.redirect === "manual" ? undefined : redirected(request, url, response)
          return next === undefined || redirects === 0
            ? Effect.succeed(response)
            : follow(next, new URL(next.url), redirects - 1)
        })
      return follow(request, url, party === "person" ? 0 : redirectsMax)
    })
  }
  return { http, clientOf, sentBy: (party) => http.requests.filter(({ by }) => by === party), waiting: () => waiting }
}

/** So many turns without a request, and there is nothing under way but what waits for time to pass. */
const quietTurns = 5

const turn = Effect.promise(() => new Promise<void>((resolve) => void setImmediate(resolve)))

/**
 * Time that passes in small steps, for ever, but not while somebody waits for an answer: servers here answer in no time,
 * however busy the machine is that they run on. Only the places that are named never do.
 */
export const clock = ({ waiting }: Network, silent: ReadonlyArray<string> = []): Effect.Effect<never> =>
  Effect.forever(Effect.gen(function*() {
    for (let quiet = 0; quiet < quietTurns; quiet++) {
      yield* turn
      if (waiting().some((place) => !silent.includes(place))) quiet = -1
    }
    yield* TestClock.adjust("100 millis")
  }))
