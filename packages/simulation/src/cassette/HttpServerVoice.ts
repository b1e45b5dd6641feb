/**
 * The voice of a server over HTTP, as an HTTP client: whoever sends requests with it, has them answered by a cassette.
 *
 * @since 0.1.0
 */
import * as SseFraming from "@parley/mcp/jsonrpc/SseFraming"
import * as Events from "@parley/mcp/testing/recording/Events"
import * as Transcript from "@parley/mcp/testing/Transcript"
import type * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type * as Cassette from "./Cassette.ts"
import * as Heads from "./Heads.ts"
import * as JsonText from "./JsonText.ts"
import type { Voice } from "./Player.ts"

/** The stream of a response broke. */
const broken = "broken"

type Body = Queue.Queue<string, typeof broken | Cause.Done>

/** A request that has no answer yet, or whose answer is not at its end. */
interface Exchange {
  readonly request: HttpClientRequest.HttpClientRequest
  readonly response: Deferred.Deferred<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>
  readonly body: Body
  isOver: boolean
  hasEvents: boolean
}

interface State {
  /** Whether the first event of a stream says where messages go. */
  readonly isSse: boolean
  readonly heard: Queue.Queue<Cassette.Said>
  readonly exchanges: Map<string, Exchange>
  count: number
}

const textOf = ({ body }: HttpClientRequest.HttpClientRequest): string => {
  switch (body._tag) {
    case "Uint8Array":
      return new TextDecoder().decode(body.body)
    default:
      return ""
  }
}

const onRequest = (state: State, request: HttpClientRequest.HttpClientRequest, url: URL) =>
  Effect.gen(function*() {
    state.count += 1
    // Not a number, so that nobody takes it for the cassette's.
    const name = `request ${state.count}`
    const exchange: Exchange = {
      request,
      response: yield* Deferred.make<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>(),
      body: yield* Queue.unbounded<string, typeof broken | Cause.Done>(),
      isOver: false,
      hasEvents: false
    }
    state.exchanges.set(name, exchange)
    const text = textOf(request)
    Queue.offerUnsafe(state.heard, {
      _tag: "Spoken",
      direction: "toServer",
      exchange: name,
      head: {
        verb: request.method,
        url: `${url.pathname}${url.search}`,
        headers: Heads.ofRequest(request.headers)
      },
      ...(text === "" ? {} : { text: JsonText.compact(text) })
    })
    return yield* Effect.onInterrupt(Deferred.await(exchange.response), () => leave(state, name))
  })

/** The client goes away before the answer is at its end. */
const leave = (state: State, name: string): Effect.Effect<void> =>
  Effect.sync(() => {
    const exchange = state.exchanges.get(name)
    if (exchange === undefined || exchange.isOver) return
    exchange.isOver = true
    Queue.offerUnsafe(state.heard, { _tag: "Over", exchange: name, how: "leave" })
  })

const failure = ({ request }: Exchange, description: string, cause?: unknown): HttpClientError.HttpClientError =>
  new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, description, cause }) })

const bodiless: ReadonlySet<number> = new Set([101, 204, 205, 304])

const respond = (
  state: State,
  name: string,
  exchange: Exchange,
  { head, text = "" }: Cassette.Spoken
) => {
  if (head === undefined || Transcript.isRequestHead(head)) return Effect.void
  const { headers, status } = head
  const isStream = Events.areIn(headers)
  const events = Stream.ensuring(Stream.fromQueue(exchange.body), leave(state, name))
  const body = isStream ? Stream.toReadableStream(Stream.encodeText(events)) : text
  if (!isStream) exchange.isOver = true
  const answer = Effect.try({
    try: () => new Response(bodiless.has(status) || body === "" ? null : body, { status, headers }),
    // Placeholders may stand for what no header can hold.
    catch: (cause) => failure(exchange, "The head of the cassette cannot be sent", cause)
  })
  return Deferred.complete(
    exchange.response,
    Effect.map(answer, (response) => HttpClientResponse.fromWeb(exchange.request, response))
  )
}

/** An event as it goes over the wire. */
const framed = (state: State, exchange: Exchange, { eventId, text = "" }: Cassette.Spoken): string => {
  const isFirst = !exchange.hasEvents
  exchange.hasEvents = true
  if (state.isSse && isFirst) return SseFraming.endpoint(text)
  return eventId === undefined ? SseFraming.message(text) : SseFraming.event(eventId, text)
}

const finish = (exchange: Exchange, how: Cassette.Over["how"]): Effect.Effect<unknown> => {
  exchange.isOver = true
  if (how === "end") return Queue.end(exchange.body)
  return Effect.andThen(
    Queue.fail(exchange.body, broken),
    Deferred.fail(exchange.response, failure(exchange, "The connection broke"))
  )
}

const say = (state: State, said: Cassette.Said): Effect.Effect<unknown> =>
  Effect.suspend(() => {
    const name = said.exchange ?? ""
    const exchange = state.exchanges.get(name)
    if (exchange === undefined) return Effect.void
    if (said._tag === "Over") return finish(exchange, said.how)
    return said.head === undefined
      ? Queue.offer(exchange.body, framed(state, exchange, said))
      : respond(state, name, exchange, said)
  })

/**
 * A voice, and the HTTP client that hears it.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpServerVoice {
  readonly voice: Voice
  readonly client: HttpClient.HttpClient
}

/**
 * A server that says what it is told to.
 *
 * @param isSse whether the server is one of HTTP+SSE, whose streams begin with an endpoint
 * @category constructors
 * @since 0.1.0
 */
export const make = (isSse: boolean): Effect.Effect<HttpServerVoice> =>
  Effect.gen(function*() {
    const state: State = { isSse, heard: yield* Queue.unbounded<Cassette.Said>(), exchanges: new Map(), count: 0 }
    return {
      voice: { heard: state.heard, say: (said) => Effect.asVoid(say(state, said)) },
      client: HttpClient.make((request, url) => onRequest(state, request, url))
    }
  })
