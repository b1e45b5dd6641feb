/**
 * Writes down HTTP: on the side of a client, the requests of an `HttpClient` and what comes back; on that of a server, the
 * exchanges that it is given. Bodies are read by whoever they are for, and written down as they are.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { HttpExchange, HttpStream } from "../../transport/HttpExchange.ts"
import * as Events from "./Events.ts"
import * as Recorder from "./Recorder.ts"

const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest): string =>
  body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""

const withText = (text: string): { readonly text?: string } => text === "" ? {} : { text }

/** Takes the text of a body in pieces; it is over when a piece is `undefined`. */
const bodyWriter = (recorder: Recorder.Recorder, isEvents: boolean, over: string) => {
  if (isEvents) {
    const feed = Recorder.events(recorder, over)
    return (text: string | undefined): void => {
      if (text !== undefined) feed(text)
    }
  }
  let whole = ""
  return (text: string | undefined): void => {
    if (text !== undefined) whole += text
    else if (whole !== "") recorder.say("toClient", { text: whole, over })
  }
}

const ended = "the response ended"

const hasNoBody = (error: unknown): boolean =>
  HttpClientError.isHttpClientError(error) && error.reason._tag === "EmptyBodyError"

/** The response with its body looked at as it is read, whichever way that is. */
const heard = (recorder: Recorder.Recorder, response: HttpClientResponse, over: string): HttpClientResponse => {
  const isStream = Events.areIn(response.headers)
  const write = bodyWriter(recorder, isStream, over)
  let isWritten = false
  /** However often it is read, it was said once. */
  const whole = (text: string): void => {
    if (isWritten) return
    isWritten = true
    write(text)
    write(undefined)
  }
  let isOver = false
  const finish = (how: string): void => {
    if (isOver) return
    isOver = true
    if (how === ended) write(undefined)
    if (isStream || how !== ended) recorder.note(how, over)
  }
  // A body that there is none of cannot break; to read it is an error all the same.
  const broke = (error: unknown) => Effect.sync(() => finish(hasNoBody(error) ? ended : "the response broke off"))
  const stream = Stream.suspend(() => {
    const decoder = new TextDecoder()
    return response.stream.pipe(
      Stream.tap((bytes) => Effect.sync(() => write(decoder.decode(bytes, { stream: true })))),
      Stream.onError((cause) => Cause.hasInterruptsOnly(cause) ? Effect.void : broke(Cause.squash(cause))),
      Stream.onEnd(Effect.sync(() => finish(ended))),
      // Last: whoever has what it wanted may stop reading.
      Stream.ensuring(Effect.sync(() => finish("the client went away")))
    )
  })
  const taken = <A, E>(body: Effect.Effect<A, E>, textOf: (value: A) => string): Effect.Effect<A, E> =>
    body.pipe(
      Effect.tap((value) => Effect.sync(() => whole(textOf(value)))),
      Effect.tapError(broke)
    )
  const text = taken(response.text, (text) => text)
  // What was said is the text, and not what became of it.
  const json = Effect.andThen(text, response.json)
  const arrayBuffer = taken(response.arrayBuffer, (bytes) => new TextDecoder().decode(bytes))
  const bodies: { readonly [name: string]: unknown } = { stream, text, json, arrayBuffer }
  return new Proxy(response, {
    get: (target, name) => {
      if (typeof name === "string" && Object.hasOwn(bodies, name)) return bodies[name]
      return Reflect.get(target, name, target)
    }
  })
}

/** As it is sent, with the parameters that were set apart. */
const urlOf = (request: HttpClientRequest.HttpClientRequest): string =>
  Option.match(HttpClientRequest.toUrl(request), { onNone: () => request.url, onSome: ({ href }) => href })

/**
 * An HTTP client that sends what it is given to send, and writes it down.
 *
 * @category recording
 * @since 0.1.0
 */
export const httpClient = (recorder: Recorder.Recorder, client: HttpClient.HttpClient): HttpClient.HttpClient =>
  HttpClient.transform(client, (responding, request) =>
    Effect.suspend(() => {
      const over = recorder.begin("exchange")
      const head = { verb: request.method, url: urlOf(request), headers: request.headers }
      recorder.say("toServer", { head, over, ...withText(bodyOf(request)) })
      return responding.pipe(
        Effect.map((response) => {
          recorder.say("toClient", { head: { status: response.status, headers: response.headers }, over })
          return heard(recorder, response, over)
        }),
        Effect.tapError(() => Effect.sync(() => recorder.note("there was no response", over))),
        Effect.onInterrupt(() => Effect.sync(() => recorder.note("the request was given up", over)))
      )
    }))

/** The headers that say something about the protocol: an exchange tells only those that it is asked for. */
const headerNames: ReadonlyArray<string> = [
  "accept",
  "authorization",
  "content-type",
  "host",
  "last-event-id",
  "mcp-method",
  "mcp-name",
  "mcp-protocol-version",
  "mcp-session-id",
  "origin"
]

/**
 * The headers of a request that say something about the protocol.
 *
 * @category queries
 * @since 0.1.0
 */
export const headersOf = ({ header }: HttpExchange): { readonly [name: string]: string } =>
  Object.fromEntries(headerNames.flatMap((name) => {
    const value = header(name)
    return value === undefined ? [] : [[name, value]]
  }))

const heardStream = (recorder: Recorder.Recorder, stream: HttpStream, over: string): HttpStream => {
  const write = Recorder.events(recorder, over)
  let isOver = false
  const finish = (how: string): void => {
    if (!isOver) recorder.note(how, over)
    isOver = true
  }
  return {
    write: (text) =>
      Effect.suspend(() => {
        write(text)
        return stream.write(text)
      }),
    offer: (text) => {
      const isTaken = stream.offer(text)
      if (isTaken) write(text)
      return isTaken
    },
    end: () => {
      finish(ended)
      stream.end()
    },
    abort: () => {
      finish("the server cut the stream")
      stream.abort()
    }
  }
}

/**
 * An exchange whose request is written down at once, and its answer as it is given.
 *
 * @category recording
 * @since 0.1.0
 */
export const exchange = (recorder: Recorder.Recorder, exchange: HttpExchange): HttpExchange => {
  const over = recorder.begin("exchange")
  const head = { verb: exchange.method, url: exchange.url, headers: headersOf(exchange) }
  recorder.say("toServer", { head, over, ...withText(exchange.body ?? "") })
  // There is one answer, and whoever goes away does so once, however many want to know.
  let isAnswered = false
  let isGone = false
  return {
    ...exchange,
    respond: (status, headers, body) => {
      if (isAnswered) return exchange.respond(status, headers, body)
      isAnswered = true
      // A stream of which everything is there already is written down like one that takes its time.
      const isStream = Events.areIn(headers)
      recorder.say("toClient", { head: { status, headers }, over, ...(isStream ? {} : withText(body)) })
      if (isStream) {
        Recorder.events(recorder, over)(body)
        recorder.note(ended, over)
      }
      exchange.respond(status, headers, body)
    },
    stream: (status, headers) => {
      isAnswered = true
      recorder.say("toClient", { head: { status, headers }, over })
      return heardStream(recorder, exchange.stream(status, headers), over)
    },
    onClose: (callback) =>
      exchange.onClose(() => {
        if (!isGone) recorder.note("the client went away", over)
        isGone = true
        callback()
      })
  }
}
