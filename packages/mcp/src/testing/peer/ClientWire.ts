/**
 * What a scripted client speaks over: a line, or HTTP in either of its ways. It makes texts arrive, and hands over those that
 * come; it neither reads nor judges them.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Events from "../recording/Events.ts"
import type * as Serving from "../Serving.ts"
import type { Headers, ResponseHead } from "../transcript/Entry.ts"
import * as WireRecorder from "../WireRecorder.ts"

/**
 * A wire. The headers are for HTTP, and what is sent on a line has none.
 *
 * @category models
 * @since 0.1.0
 */
export interface Wire {
  readonly send: (text: string, headers: Headers) => Effect.Effect<void>
  readonly listen: (headers: Headers) => Effect.Effect<void>
  readonly hangUp: Effect.Effect<void>
}

/**
 * Takes what has come: a text with the head of the response that it was in.
 *
 * @category models
 * @since 0.1.0
 */
export type Hear = (text: string, head?: ResponseHead) => void

const overLine = Effect.fnUntraced(function*(
  { close, connection }: Serving.Line,
  recorder: WireRecorder.WireRecorder,
  hear: Hear
): Effect.fn.Return<Wire, never, Scope.Scope> {
  const line = WireRecorder.connection(recorder, connection)
  const listening = line.listen((received) => {
    if (received._tag === "Line") hear(received.text)
  })
  yield* Effect.forkScoped(listening, { startImmediately: true })
  return { send: (text) => Effect.sync(() => line.send(text)), listen: () => Effect.void, hangUp: close }
})

/** Hears what a response brings: a body, the events of a stream, or nothing but a head. */
const hearResponse = Effect.fnUntraced(function*(
  response: HttpClientResponse,
  hear: Hear,
  endpoint: (path: string) => void
) {
  const { headers, status } = response
  const head = { status, headers }
  if (!Events.areIn(headers)) {
    const text = yield* response.text
    return status === 202 && text === "" ? undefined : hear(text, head)
  }
  const read = Events.reader(({ data, name }) => {
    if (name === "endpoint") endpoint(data)
    if (name === "message" && data !== "") hear(data, head)
  })
  yield* Stream.runForEach(Stream.decodeText(response.stream), (text) => Effect.sync(() => read(text)))
})

/** Requests that run side by side, until all are given up. */
const makeRequests = Effect.fnUntraced(function*(http: HttpClient.HttpClient, hear: Hear) {
  const calls = yield* FiberSet.make<void>()
  const run = yield* FiberSet.runtime(calls)<never>()
  const start = (
    request: Effect.Effect<HttpClientRequest.HttpClientRequest>,
    endpoint: (path: string) => void = () => undefined
  ) =>
    Effect.sync(() =>
      void run(request.pipe(
        Effect.flatMap(http.execute),
        Effect.flatMap((response) => hearResponse(response, hear, endpoint)),
        Effect.ignore
      ))
    )
  return { start, giveUp: FiberSet.clear(calls) }
})

const post = (url: string, text: string, headers: Headers) =>
  HttpClientRequest.post(url).pipe(
    HttpClientRequest.bodyText(text, "application/json"),
    HttpClientRequest.setHeaders({ accept: "application/json, text/event-stream", ...headers })
  )

const get = (url: string, headers: Headers) =>
  HttpClientRequest.setHeaders(HttpClientRequest.get(url), { accept: "text/event-stream", ...headers })

const overHttp = (http: HttpClient.HttpClient, url: string, hear: Hear): Effect.Effect<Wire, never, Scope.Scope> =>
  Effect.map(makeRequests(http, hear), ({ giveUp, start }) => ({
    send: (text, headers) => start(Effect.succeed(post(url, text, headers))),
    listen: (headers) => start(Effect.succeed(get(url, headers))),
    hangUp: giveUp
  }))

/** Nothing is posted before the stream has said where to. */
const overSse = Effect.fnUntraced(function*(
  http: HttpClient.HttpClient,
  url: string,
  hear: Hear
): Effect.fn.Return<Wire, never, Scope.Scope> {
  const { giveUp, start } = yield* makeRequests(http, hear)
  let messagesUrl = Deferred.makeUnsafe<string>()
  const listen: Wire["listen"] = (headers) =>
    Effect.suspend(() => {
      const own = messagesUrl = Deferred.makeUnsafe<string>()
      return start(
        Effect.succeed(get(url, headers)),
        (path) => Deferred.doneUnsafe(own, Effect.succeed(URL.parse(path, url)?.href ?? path))
      )
    })
  yield* listen({})
  return {
    send: (text, headers) =>
      Effect.suspend(() => start(Effect.map(Deferred.await(messagesUrl), (url) => post(url, text, headers)))),
    listen,
    hangUp: giveUp
  }
})

/**
 * A wire to a server, for as long as the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  served: Serving.Served,
  way: Serving.Way,
  recorder: WireRecorder.WireRecorder,
  hear: Hear
): Effect.Effect<Wire, never, Scope.Scope> => {
  if (served._tag === "Line") {
    return Effect.flatMap(served.connect, (line) => overLine(line, recorder, hear))
  }
  const http = WireRecorder.httpClient(recorder, served.client)
  return way === "sse" ? overSse(http, served.url, hear) : overHttp(http, served.url, hear)
}
