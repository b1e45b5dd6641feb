/**
 * The voice of a client over HTTP: sends the requests of a cassette with an HTTP client, whatever that is connected to, and
 * hears the responses, event by event where they are streams.
 *
 * @since 0.1.0
 */
import * as Events from "@parley/mcp/testing/recording/Events"
import * as Transcript from "@parley/mcp/testing/Transcript"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as HttpMethod from "effect/http/HttpMethod"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Cassette from "./Cassette.ts"
import * as Heads from "./Heads.ts"
import * as JsonText from "./JsonText.ts"
import type { Voice } from "./Player.ts"

/**
 * Where the server is, and what is sent to it beside what the cassette has.
 *
 * @category models
 * @since 0.1.0
 */
export interface Endpoint {
  readonly client: HttpClient.HttpClient
  /** Of the server, with any path: those of the cassette count. Whatever hosts that names, nothing goes anywhere else. */
  readonly url: string
  /** A credential, say: the cassette has none. */
  readonly headers?: Transcript.Headers
}

interface State {
  readonly endpoint: Endpoint
  readonly heard: Queue.Queue<Cassette.Said>
  readonly running: Map<string, Fiber.Fiber<void, unknown>>
}

/** A path of the cassette, on the server. It is whoever plays the cassette who says to whom credentials are shown. */
const targetOf = (url: string, wanted: string): string => {
  if (!URL.canParse(wanted, url)) return url
  const { pathname, search } = new URL(wanted, url)
  return `${new URL(url).origin}${pathname}${search}`
}

const requestOf = ({ headers, url }: Endpoint, head: Transcript.RequestHead, text: string | undefined) => {
  const target = targetOf(url, head.url)
  const method = HttpMethod.isHttpMethod(head.verb) ? head.verb : "POST"
  const accept = method === "GET" ? "text/event-stream" : "application/json, text/event-stream"
  const request = HttpClientRequest.make(method)(target).pipe(
    HttpClientRequest.setHeaders({ accept, ...head.headers, ...headers })
  )
  return text === undefined ? request : HttpClientRequest.bodyText(request, text, "application/json")
}

const readEvents = (state: State, exchange: string, response: HttpClientResponse) => {
  let lastId: string | undefined
  const readText = Events.reader(({ data, id, name }) => {
    // Of others, a recording has nothing either.
    if (name !== "message" && name !== "endpoint") return
    const hasOwnId = id !== undefined && id !== lastId
    lastId = id
    Queue.offerUnsafe(state.heard, {
      _tag: "Spoken",
      direction: "toClient",
      exchange,
      isEvent: true,
      ...(hasOwnId ? { eventId: id } : {}),
      ...(data === "" ? {} : { text: JsonText.compact(data) })
    })
  })
  return Stream.runForEach(Stream.decodeText(response.stream), (text) => Effect.sync(() => readText(text)))
}

const read = (state: State, exchange: string, response: HttpClientResponse) =>
  Effect.gen(function*() {
    const { headers, status } = response
    const spoken: Cassette.Spoken = {
      _tag: "Spoken",
      direction: "toClient",
      exchange,
      head: { status, headers: Heads.ofResponse(headers) }
    }
    if (!Events.areIn(headers)) {
      // An absent body is an error to some clients; here it is an empty one.
      const text = yield* Effect.orElseSucceed(response.text, () => "")
      Queue.offerUnsafe(state.heard, text === "" ? spoken : { ...spoken, text: JsonText.compact(text) })
      return
    }
    Queue.offerUnsafe(state.heard, spoken)
    yield* readEvents(state, exchange, response)
    Queue.offerUnsafe(state.heard, { _tag: "Over", exchange, how: "end" })
  })

const send = (state: State, exchange: string, head: Transcript.RequestHead, text: string | undefined) =>
  Effect.gen(function*() {
    const client = HttpClient.withScope(state.endpoint.client)
    yield* read(state, exchange, yield* client.execute(requestOf(state.endpoint, head, text)))
  }).pipe(
    Effect.scoped,
    Effect.onExit((exit) =>
      Effect.sync(() => {
        state.running.delete(exchange)
        const isBroken = Exit.isFailure(exit) && !Exit.hasInterrupts(exit)
        if (isBroken) Queue.offerUnsafe(state.heard, { _tag: "Over", exchange, how: "cut" })
      })
    )
  )

const say = (state: State, said: Cassette.Said) =>
  Effect.gen(function*() {
    const { exchange = "" } = said
    if (said._tag === "Over") {
      const fiber = state.running.get(exchange)
      return fiber === undefined ? undefined : yield* Fiber.interrupt(fiber)
    }
    if (said.head === undefined || !Transcript.isRequestHead(said.head)) return
    const fiber = yield* Effect.forkScoped(Effect.ignore(send(state, exchange, said.head, said.text)))
    state.running.set(exchange, fiber)
  })

/**
 * Speaks to a server, for as long as the scope is open.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (endpoint: Endpoint): Effect.Effect<Voice, never, Scope.Scope> =>
  Effect.gen(function*() {
    const scope = yield* Effect.scope
    const state: State = { endpoint, heard: yield* Queue.unbounded<Cassette.Said>(), running: new Map() }
    return { heard: state.heard, say: (said) => Effect.provideService(say(state, said), Scope.Scope, scope) }
  })
