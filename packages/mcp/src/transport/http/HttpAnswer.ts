/**
 * Reading HTTP responses for a client: from a bounded body or an SSE stream to the one answer that was waited for,
 * handing over what comes before it. Nothing here sends anything, or knows of sessions.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import type { HttpClientError } from "effect/http/HttpClientError"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Limits } from "../../jsonrpc/Limits.ts"
import * as Message from "../../jsonrpc/Message.ts"
import type { Incoming } from "../ClientTransport.ts"
import * as TransportError from "../TransportError.ts"
import * as EventCursor from "./EventCursor.ts"
import * as Failure from "./Failure.ts"

/** The most that is read of a body that only explains a refusal, in bytes, and that is kept of it, in characters. */
const errorBytesMax = 64 * 1024
const errorUnitsMax = 1_000

/** The longest that such a body is waited for, in milliseconds. */
const errorMillisMax = 5_000

type AnswerMessage = Message.Success | Message.Failure

/**
 * What became of reading a response. `rest` is what is left of a stream: reading it to its end, without looking at it,
 * keeps the connection usable.
 *
 * @category models
 * @since 0.1.0
 */
export type Read =
  | {
    readonly _tag: "Answered"
    readonly message: AnswerMessage
    readonly rest: Effect.Effect<void> | undefined
    /** Whether the response was read to its end. */
    readonly isWhole?: boolean
  }
  /** The stream ended, or broke, before the answer came. */
  | { readonly _tag: "Lost"; readonly error: TransportError.TransportError; readonly rest: undefined }

const invalid = (detail: string) => TransportError.make(new TransportError.InvalidAnswer({ detail }))

const answerMissing = TransportError.make(new TransportError.AnswerMissing())

const missing = Effect.fail(answerMissing)

const tooLarge = (bytesMax: number) => TransportError.make(new TransportError.MessageTooLarge({ bytesMax }))

/** An absent body is an error to some HTTP clients; here it is an empty one, and gives what there is: nothing. */
const onBroken = <A, B>(
  error: HttpClientError | TransportError.TransportError,
  empty: Effect.Effect<A, B>
): Effect.Effect<A, B | TransportError.TransportError> => {
  if (error._tag === "TransportError") return Effect.fail(error)
  return error.reason._tag === "EmptyBodyError" ? empty : Effect.fail(Failure.fromHttp(error))
}

/** Decoded here, piece by piece, and not by stages of a stream, each of which would cost more than all of the reading. */
const boundedText = (
  response: HttpClientResponse,
  bytesMax: number
): Effect.Effect<string, TransportError.TransportError> =>
  Effect.suspend(() => {
    const decoder = new TextDecoder()
    let size = 0
    let text = ""
    const reading = Stream.runForEachArray(response.stream, (pieces) => {
      for (const piece of pieces) {
        size += piece.length
        if (size > bytesMax) return Effect.fail(tooLarge(bytesMax))
        text += decoder.decode(piece, { stream: true })
      }
      return Effect.void
    })
    return Effect.map(
      Effect.catch(reading, (error) => onBroken(error, Effect.void)),
      () => text + decoder.decode()
    )
  })

/**
 * The text of a body that only explains; empty when it is too long, breaks off, or does not end.
 *
 * @category reading
 * @since 0.1.0
 */
export const errorBody = (response: HttpClientResponse): Effect.Effect<string> =>
  Effect.timeoutOrElse(Effect.orElseSucceed(boundedText(response, errorBytesMax), () => ""), {
    duration: errorMillisMax,
    orElse: () => Effect.succeed("")
  })

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
 * Whether a response says yes.
 *
 * @category reading
 * @since 0.1.0
 */
export const isSuccess = ({ status }: HttpClientResponse): boolean => status >= 200 && status < 300

const placeOf = (location: string | undefined, base: string): string | undefined => {
  if (location === undefined || !URL.canParse(location, base)) return undefined
  const { origin, pathname } = new URL(location, base)
  return `${origin}${pathname}`
}

/**
 * The error for a status, with the beginning of the body and the headers that tell what to do about it.
 *
 * @category conversions
 * @since 0.1.0
 */
export const statusError = (
  { headers, status, url }: HttpClientResponse,
  body: string
): TransportError.TransportError => {
  const wwwAuthenticate = headers["www-authenticate"]
  const retryAfter = headers["retry-after"]
  const location = status >= 300 && status < 400 ? placeOf(headers.location, url) : undefined
  return TransportError.make(
    new TransportError.HttpStatus({
      status,
      body: body.slice(0, errorUnitsMax),
      ...(wwwAuthenticate === undefined ? {} : { wwwAuthenticate }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(location === undefined ? {} : { location })
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
    if (text === "") return Effect.fail(answerMissing)
    const found = sift(text, id, limits, receive)
    return found === undefined
      ? Effect.fail(invalid("it answers another request"))
      : Effect.map(settle(found), (message): Read => ({ _tag: "Answered", message, rest: undefined, isWhole: true }))
  })

const typeOf = ({ headers }: HttpClientResponse): string | undefined =>
  (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase()

/**
 * Whether a response is an SSE stream.
 *
 * @category reading
 * @since 0.1.0
 */
export const isEvents = (response: HttpClientResponse): boolean => typeOf(response) === "text/event-stream"

/**
 * Reads an SSE stream, giving each message's text to `take`, until that says enough; gives what is left of the stream.
 * Fails with `AnswerMissing` when the stream ends before, with `Unreachable` when it breaks, and with `MessageTooLarge`.
 * Comments, and events without data, are not messages (HTM-08).
 *
 * @category reading
 * @since 0.1.0
 */
export const readEvents = (
  response: HttpClientResponse,
  cursor: EventCursor.EventCursor,
  bytesMax: number,
  take: (text: string) => boolean
): Effect.Effect<Effect.Effect<void>, TransportError.TransportError, Scope.Scope> =>
  Effect.gen(function*() {
    const state = { enough: false, isTooLong: false }
    const parser = Sse.makeParser((event) => {
      if (state.enough || state.isTooLong) return
      const text = EventCursor.take(cursor, event)
      // The parser bounds what it holds back, not an event that arrives in one piece.
      if (text !== undefined && text.length > bytesMax) state.isTooLong = true
      else if (text !== undefined) state.enough = take(text)
    }, { maxEventSize: bytesMax })
    const decoder = new TextDecoder()
    const pull = Effect.catch(
      yield* Stream.toPull(response.stream),
      (error) => Cause.isDone(error) ? missing : onBroken(error, missing)
    )
    while (!state.enough) {
      for (const piece of yield* pull) {
        const wrong = parser.feed(decoder.decode(piece, { stream: true }))
        if (wrong !== undefined || state.isTooLong) return yield* tooLarge(bytesMax)
      }
    }
    return Effect.ignore(Effect.forever(pull))
  })

/** Reads on over an event that is nobody's, such as a heartbeat in words; the stream may have the answer nevertheless. */
const readAnswer = (
  response: HttpClientResponse,
  id: Message.RequestId,
  limits: Limits,
  receive: (incoming: Incoming) => void,
  cursor: EventCursor.EventCursor
): Effect.Effect<Read, TransportError.TransportError, Scope.Scope> =>
  Effect.suspend(() => {
    const state: { found: Found; stray: Message.Malformed | undefined } = { found: undefined, stray: undefined }
    const reading = readEvents(response, cursor, limits.messageBytesMax, (text) => {
      const found = sift(text, id, limits, receive)
      if (found?._tag === "Malformed" && found.answers === undefined) state.stray ??= found
      else state.found = found
      return state.found !== undefined
    })
    const lost = (error: TransportError.TransportError) => {
      const stray = error.reason._tag === "AnswerMissing" ? state.stray : undefined
      return stray === undefined ? error : invalid(stray.error.message)
    }
    return Effect.matchEffect(reading, {
      onSuccess: (rest) =>
        state.found === undefined
          ? Effect.fail(answerMissing)
          : Effect.map(settle(state.found), (message): Read => ({ _tag: "Answered", message, rest })),
      onFailure: (error) =>
        error.reason._tag === "MessageTooLarge"
          ? Effect.fail(error)
          : Effect.succeed<Read>({ _tag: "Lost", error: lost(error), rest: undefined })
    })
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
  receive: (incoming: Incoming) => void,
  cursor: EventCursor.EventCursor
): Effect.Effect<Read, TransportError.TransportError, Scope.Scope> => {
  const type = typeOf(response)
  switch (type) {
    case "text/event-stream":
      return readAnswer(response, id, limits, receive, cursor)
    case "application/json":
    case "":
      return readJson(response, id, limits, receive)
    default:
      return Effect.fail(invalid(`its content type is ${type}`))
  }
}
