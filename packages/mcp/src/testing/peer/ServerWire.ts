/**
 * What a scripted server speaks over: lines, or HTTP in either of its ways. What a client says is heard with the ways to answer
 * it, unless there is an answer at once.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Encode from "../../jsonrpc/Encode.ts"
import { defaultLimits } from "../../jsonrpc/Limits.ts"
import type { RequestId } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as SseFraming from "../../jsonrpc/SseFraming.ts"
import type { ClientTransport } from "../../transport/ClientTransport.ts"
import * as DuplexClient from "../../transport/DuplexClient.ts"
import type { HttpExchange, HttpStream, ResponseHeaders } from "../../transport/HttpExchange.ts"
import * as HttpSseClient from "../../transport/HttpSseClient.ts"
import * as InMemory from "../../transport/InMemory.ts"
import * as StreamableHttpClient from "../../transport/StreamableHttpClient.ts"
import * as LoopbackHttp from "../LoopbackHttp.ts"
import * as HttpRecording from "../recording/HttpRecording.ts"
import type { Way } from "../Serving.ts"
import type { RequestHead } from "../transcript/Entry.ts"
import * as WireRecorder from "../WireRecorder.ts"
import * as Heard from "./Heard.ts"
import type * as Inbox from "./Inbox.ts"

/**
 * Something that a client said, with what only a server can do about it.
 *
 * @category models
 * @since 0.1.0
 */
export interface HeardFromClient extends Heard.Heard {
  /**
   * Over HTTP: answers with a status, headers and a body. On a line the body is sent as it is, and over HTTP+SSE, where what was
   * posted is taken already, as an event.
   */
  readonly respond: (status: number, headers?: ResponseHeaders, body?: string) => Effect.Effect<void>
  /** Sends a piece of an event stream (over HTTP), or a line, as it stands. */
  readonly write: (text: string) => Effect.Effect<void>
  /** Ends the stream without an answer. On a line nothing can be ended but the line. */
  readonly end: Effect.Effect<void>
  /** Hangs up: cuts the response, or closes the line. What the client has not read of a response by then is lost. */
  readonly cut: Effect.Effect<void>
}

/**
 * How a scripted server is reached, and what it says by itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Default: `line`. */
  readonly way?: Way
  /** Results, or errors, that are given at once, by method; such requests are not heard of otherwise. */
  readonly answers?: { readonly [method: string]: object | RpcError }
  /** Over HTTP: headers that the client sends, a credential, say. */
  readonly headers?: StreamableHttpClient.Options["headers"]
  /** Over HTTP: the session that `initialize` opens, or that the stream of HTTP+SSE tells. Default: none. */
  readonly sessionId?: string
  /**
   * Over HTTP: what becomes of a GET. It is refused with 405; it opens the stream that `send` sends on; or it is heard, with
   * an empty text, and answered by the test. Default: `refuse`.
   */
  readonly onGet?: "refuse" | "listen" | "hear"
}

/**
 * A wire.
 *
 * @category models
 * @since 0.1.0
 */
export interface Wire {
  /** For a real client. */
  readonly transport: ClientTransport["Service"]
  readonly send: (text: string) => Effect.Effect<void>
  readonly hangUp: Effect.Effect<void>
}

/**
 * What a server says by itself, and where what it hears goes.
 *
 * @category models
 * @since 0.1.0
 */
export interface State {
  readonly options: Options
  readonly inbox: Inbox.Inbox<HeardFromClient>
  readonly recorder: WireRecorder.WireRecorder
}

const isRpcError = (value: unknown): value is RpcError => Predicate.isTagged(value, "RpcError")

/** The text of an answer that is given at once, if the message is a request that has one. */
const answerTo = (
  { options: { answers = {} } }: State,
  { id, message, method }: Pick<Heard.Heard, "id" | "message" | "method">
): string | undefined => {
  if (message._tag !== "Request" || method === undefined || !Object.hasOwn(answers, method)) return undefined
  const answer = answers[method]
  return isRpcError(answer) ? Encode.failure(id, answer) : Heard.textOf({ id, result: answer })
}

/** How texts go back: those ahead of an answer, and the last. */
interface Back {
  readonly ahead: (text: string) => Effect.Effect<void>
  readonly last: (text: string) => Effect.Effect<void>
}

const replies = (id: RequestId | undefined, { ahead, last }: Back) => ({
  reply: (result: object) => last(Heard.textOf({ id, result })),
  fail: (code: number, message: string, data?: unknown) =>
    last(Heard.textOf({ id, ...Heard.failureOf(code, message, data) })),
  send: (message: Heard.Sent) => ahead(Heard.textOf(message)),
  sendText: ahead
})

const onLine = (state: State, pair: InMemory.Pair, text: string): void => {
  const read = Heard.read(text)
  const write = (text: string) => Effect.sync(() => pair.server.send(text))
  const ways = replies(read.id, { ahead: write, last: write })
  const answer = answerTo(state, read)
  if (answer !== undefined) pair.server.send(answer)
  else {
    const respond: HeardFromClient["respond"] = (_, __, body = "") => write(body)
    state.inbox.add({ ...read, ...ways, write, end: pair.close, cut: pair.close, respond })
  }
}

const overLine = (state: State): Wire => {
  let current: InMemory.Pair | undefined
  const connect = Effect.gen(function*() {
    const pair = yield* InMemory.makePair
    current = pair
    yield* Effect.forkScoped(
      pair.server.listen((received) => {
        if (received._tag === "Line") onLine(state, pair, received.text)
      }),
      { startImmediately: true }
    )
    yield* Effect.addFinalizer(() => pair.close)
    return WireRecorder.connection(state.recorder, pair.client)
  })
  return {
    transport: DuplexClient.make(connect, "a scripted server"),
    send: (text) => Effect.sync(() => current?.server.send(text)),
    hangUp: Effect.suspend(() => current?.close ?? Effect.void)
  }
}

const json = { "content-type": "application/json" }
const eventStream = { "content-type": "text/event-stream" }

const eventOf = (text: string): string => `data: ${text.replaceAll("\n", "\ndata: ")}\n\n`

/** The ways to answer an exchange. A stream is opened by what is sent first, and ends with the answer. */
const exchangeWays = (exchange: HttpExchange, id: RequestId | undefined, headers: ResponseHeaders) => {
  let stream: HttpStream | undefined
  const opened = (): HttpStream => stream ??= exchange.stream(200, { ...eventStream, ...headers })
  const ahead = (text: string) => Effect.suspend(() => opened().write(eventOf(text)))
  const last = (text: string) =>
    Effect.suspend(() => {
      if (stream === undefined) return Effect.sync(() => exchange.respond(200, { ...json, ...headers }, text))
      const { end, write } = stream
      return Effect.andThen(write(eventOf(text)), Effect.sync(end))
    })
  return {
    ...replies(id, { ahead, last }),
    answer: last,
    write: (text: string) => Effect.suspend(() => opened().write(text)),
    end: Effect.sync(() => opened().end()),
    cut: Effect.sync(() => opened().abort()),
    respond: (status: number, headers: ResponseHeaders = {}, body = "") =>
      Effect.sync(() => exchange.respond(status, headers, body))
  }
}

const headOf = (exchange: HttpExchange): RequestHead => ({
  verb: exchange.method,
  url: exchange.url,
  headers: HttpRecording.headersOf(exchange)
})

const onPost = (state: State, exchange: HttpExchange): Effect.Effect<void> => {
  const head = headOf(exchange)
  const read = Heard.read(exchange.body ?? "", head)
  const { sessionId } = state.options
  const isOpening = read.method === "initialize" && sessionId !== undefined
  const ways = exchangeWays(exchange, read.id, isOpening ? { "mcp-session-id": sessionId } : {})
  const answer = answerTo(state, read)
  // What has no answer is taken; a test that wants otherwise answers a request.
  const isRequest = read.message._tag === "Request" || read.message._tag === "Malformed"
  if (!isRequest) exchange.respond(202, {}, "")
  return answer !== undefined
    ? ways.answer(answer)
    : Effect.sync(() => state.inbox.add({ ...read, ...ways }))
}

/** A mistake of whoever writes a test. */
class NobodyListens extends Schema.TaggedError<NobodyListens>()("NobodyListens", { message: Schema.String }) {}

const nobodyListens = "Over HTTP a scripted server can say something of its own only with the option onGet: \"listen\""

const overHttp = Effect.fnUntraced(function*(state: State): Effect.fn.Return<Wire, never, Scope.Scope> {
  const { headers = {}, onGet = "refuse" } = state.options
  let listening: HttpStream | undefined
  const waiting: Array<string> = []
  const onStream = (exchange: HttpExchange): Effect.Effect<void> => {
    if (onGet === "refuse") return Effect.sync(() => exchange.respond(405, {}, ""))
    if (onGet === "hear") {
      const ways = exchangeWays(exchange, undefined, {})
      return Effect.sync(() => state.inbox.add({ ...Heard.read("", headOf(exchange)), ...ways }))
    }
    listening = exchange.stream(200, eventStream)
    return listening.write(waiting.splice(0).map(eventOf).join(""))
  }
  const site = (exchange: HttpExchange): Effect.Effect<void> => {
    if (exchange.method === "GET") return onStream(exchange)
    if (exchange.method === "POST") return Effect.suspend(() => onPost(state, exchange))
    return Effect.sync(() => exchange.respond(200, {}, ""))
  }
  const http = yield* LoopbackHttp.make({ "/mcp": site }, defaultLimits.messageBytesMax)
  const transport = yield* StreamableHttpClient.make({ url: "http://localhost/mcp", headers }).pipe(
    Effect.provideService(HttpClient.HttpClient, WireRecorder.httpClient(state.recorder, http))
  )
  return {
    transport,
    // Kept until the client listens.
    send: (text) =>
      Effect.suspend(() => {
        // Otherwise whoever waits for the answer would wait for ever.
        if (onGet !== "listen") return Effect.die(new NobodyListens({ message: nobodyListens }))
        return listening?.write(eventOf(text)) ?? Effect.sync(() => void waiting.push(text))
      }),
    hangUp: Effect.sync(() => {
      listening?.abort()
      listening = undefined
    })
  }
})

/** What was posted, and is answered on the stream as on a line. */
const onMessage = (state: State, exchange: HttpExchange, stream: HttpStream): Effect.Effect<void> =>
  Effect.suspend(() => {
    const read = Heard.read(exchange.body ?? "", headOf(exchange))
    const say = (text: string) => Effect.suspend(() => stream.write(eventOf(text)))
    exchange.respond(202, {}, "")
    const answer = answerTo(state, read)
    if (answer !== undefined) return say(answer)
    state.inbox.add({
      ...read,
      ...replies(read.id, { ahead: say, last: say }),
      respond: (_, __, body = "") => say(body),
      write: (text) => Effect.suspend(() => stream.write(text)),
      end: Effect.sync(stream.end),
      cut: Effect.sync(stream.abort)
    })
    return Effect.void
  })

const overSse = Effect.fnUntraced(function*(state: State): Effect.fn.Return<Wire, never, Scope.Scope> {
  const { headers = {}, sessionId } = state.options
  const messagesUrl = sessionId === undefined ? "/messages" : `/messages?sessionId=${encodeURIComponent(sessionId)}`
  let stream: HttpStream | undefined
  const sites = {
    "/sse": (exchange: HttpExchange) =>
      Effect.suspend(() => {
        if (exchange.method !== "GET") return Effect.sync(() => exchange.respond(405, {}, ""))
        stream = exchange.stream(200, eventStream)
        return stream.write(SseFraming.endpoint(messagesUrl))
      }),
    "/messages": (exchange: HttpExchange) =>
      Effect.suspend(() =>
        stream === undefined
          ? Effect.sync(() => exchange.respond(404, {}, ""))
          : onMessage(state, exchange, stream)
      )
  }
  const http = yield* LoopbackHttp.make(sites, defaultLimits.messageBytesMax)
  const client = WireRecorder.httpClient(state.recorder, http)
  return {
    transport: HttpSseClient.fromClient(client, { url: "http://localhost/sse", headers }),
    send: (text) => Effect.suspend(() => stream?.write(eventOf(text)) ?? Effect.void),
    hangUp: Effect.sync(() => stream?.abort())
  }
})

/**
 * A wire from a scripted server, for as long as the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (state: State): Effect.Effect<Wire, never, Scope.Scope> => {
  switch (state.options.way ?? "line") {
    case "line":
      return Effect.sync(() => overLine(state))
    case "http":
      return overHttp(state)
    case "sse":
      return overSse(state)
  }
}
