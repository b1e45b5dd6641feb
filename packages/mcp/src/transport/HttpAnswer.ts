/**
 * Reading HTTP responses for a client: from a bounded body or an SSE stream to the one answer that was waited for,
 * handing over what comes before it. Nothing here sends anything, or knows of sessions.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import type { HttpClientError } from "effect/http/HttpClientError"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Pull from "effect/Pull"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Limits } from "../jsonrpc/Limits.ts"
import * as Message from "../jsonrpc/Message.ts"
import type { Incoming } from "./ClientTransport.ts"
import * as TransportError from "./TransportError.ts"

/** The most that is read of a body that only explains a refusal, in bytes, and that is kept of it, in characters. */
const errorBytesMax = 64 * 1024
const errorUnitsMax = 1_000

type AnswerMessage = Message.Success | Message.Failure

/**
 * The answer, and what is left of a stream: reading it to its end, without looking at it, keeps the connection usable.
 *
 * @category models
 * @since 0.1.0
 */
export interface Read {
  readonly message: AnswerMessage
  readonly rest: Effect.Effect<void> | undefined
}

const invalid = (detail: string) => TransportError.make(new TransportError.InvalidAnswer({ detail }))

const tooLarge = (bytesMax: number) => TransportError.make(new TransportError.MessageTooLarge({ bytesMax }))

const causeText = (cause: unknown): string | undefined => cause instanceof Error ? cause.message : undefined

/**
 * An error of the HTTP client as a transport error. Only sentences are taken over: the error itself holds the request
 * with its headers, and those may be secret.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromHttp = ({ message, reason }: HttpClientError): TransportError.TransportError => {
  const cause = causeText(reason.cause)
  return TransportError.make(
    new TransportError.Unreachable({ detail: cause === undefined ? message : `${message}: ${cause}` })
  )
}

/** An absent body is an error to some HTTP clients; here it is an empty one. */
const bytes = (response: HttpClientResponse): Stream.Stream<Uint8Array, TransportError.TransportError> =>
  Stream.catch(
    response.stream,
    (error) => error.reason._tag === "EmptyBodyError" ? Stream.empty : Stream.fail(fromHttp(error))
  )

const boundedText = (response: HttpClientResponse, bytesMax: number) => {
  const bounded = Stream.limitBytes(bytes(response), bytesMax, () => Stream.fail(tooLarge(bytesMax)))
  return Stream.mkString(Stream.decodeText(bounded))
}

/**
 * The text of a body that only explains; empty when it is too long or breaks off.
 *
 * @category reading
 * @since 0.1.0
 */
export const errorBody = (response: HttpClientResponse): Effect.Effect<string> =>
  Effect.orElseSucceed(boundedText(response, errorBytesMax), () => "")

/**
 * The JSON-RPC error in the body of a refusal, if there is one. 401 and 403 are never read as one: whatever their body
 * says, they ask for authorization.
 *
 * @category reading
 * @since 0.1.0
 */
export const errorMessage = (
  status: number,
  body: string,
  id: Message.RequestId,
  limits: Limits
): Message.Failure | undefined => {
  if (status === 401 || status === 403) return undefined
  const message = Message.parse(body, limits)
  return message._tag === "Failure" && (message.id === undefined || message.id === id) ? message : undefined
}

/**
 * The error for a status, with the beginning of the body and the headers that tell what to do about it.
 *
 * @category conversions
 * @since 0.1.0
 */
export const statusError = ({ headers, status }: HttpClientResponse, body: string): TransportError.TransportError => {
  const wwwAuthenticate = headers["www-authenticate"]
  const retryAfter = headers["retry-after"]
  return TransportError.make(
    new TransportError.HttpStatus({
      status,
      body: body.slice(0, errorUnitsMax),
      ...(wwwAuthenticate === undefined ? {} : { wwwAuthenticate }),
      ...(retryAfter === undefined ? {} : { retryAfter })
    })
  )
}

type Found = AnswerMessage | Message.Malformed | undefined

/** Looks through the messages of one text: hands over what is not the answer, and returns the answer if it is there. */
const sift = (
  text: string,
  id: Message.RequestId,
  limits: Limits,
  receive: (incoming: Incoming) => void
): Found => {
  const parsed = Message.parse(text, limits)
  let found: Found
  for (const message of parsed._tag === "Batch" ? parsed.items : [parsed]) {
    if (message._tag === "Request" || message._tag === "Notification") {
      receive(message)
      continue
    }
    const answers = message._tag === "Malformed" ? message.answers : message.id
    // An error without an id is about this request: nothing else was in the body that it answers.
    if (answers === id || (answers === undefined && message._tag !== "Success")) found ??= message
  }
  return found
}

const settle = (
  found: AnswerMessage | Message.Malformed
): Effect.Effect<AnswerMessage, TransportError.TransportError> =>
  found._tag === "Malformed" ? Effect.fail(invalid(found.error.message)) : Effect.succeed(found)

const readJson = (
  response: HttpClientResponse,
  id: Message.RequestId,
  limits: Limits,
  receive: (incoming: Incoming) => void
) =>
  Effect.flatMap(boundedText(response, limits.messageBytesMax), (text) => {
    if (text === "") return Effect.fail(TransportError.make(new TransportError.AnswerMissing()))
    const found = sift(text, id, limits, receive)
    return found === undefined
      ? Effect.fail(invalid("it answers another request"))
      : Effect.map(settle(found), (message): Read => ({ message, rest: undefined }))
  })

const readEvents = (
  response: HttpClientResponse,
  id: Message.RequestId,
  limits: Limits,
  receive: (incoming: Incoming) => void
): Effect.Effect<Read, TransportError.TransportError, Scope.Scope> =>
  Effect.gen(function*() {
    const state: { found: Found } = { found: undefined }
    // Comments are not handed over; an event without data only primes the stream; `retry` is for reconnecting.
    const parser = Sse.makeParser((event) => {
      if (event._tag === "Event" && event.event === "message" && event.data !== "" && state.found === undefined) {
        state.found = sift(event.data, id, limits, receive)
      }
    }, { maxEventSize: limits.messageBytesMax })
    const pull = Pull.catchDone(
      yield* Stream.toPull(Stream.decodeText(bytes(response))),
      () => Effect.fail(TransportError.make(new TransportError.AnswerMissing()))
    )
    while (state.found === undefined) {
      for (const text of yield* pull) {
        if (parser.feed(text) !== undefined) return yield* tooLarge(limits.messageBytesMax)
      }
    }
    return { message: yield* settle(state.found), rest: Effect.ignore(Effect.forever(pull)) }
  })

/**
 * The answer to the request `id` out of a successful response, JSON or SSE (HTC-16). What comes before it goes to
 * `receive`, in order. The scope is that of the response.
 *
 * @category reading
 * @since 0.1.0
 */
export const read = (
  response: HttpClientResponse,
  id: Message.RequestId,
  limits: Limits,
  receive: (incoming: Incoming) => void
): Effect.Effect<Read, TransportError.TransportError, Scope.Scope> => {
  const type = (response.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase()
  switch (type) {
    case "text/event-stream":
      return readEvents(response, id, limits, receive)
    case "application/json":
    case "":
      return readJson(response, id, limits, receive)
    default:
      return Effect.fail(invalid(`its content type is ${type}`))
  }
}
