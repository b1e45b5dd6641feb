/**
 * The streams of a session that a client asks for by GET: the rest of an answer that broke off, and what the server says
 * apart from any request. Both are taken up again where they broke; in the stateless era neither exists (HTM-09).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { Limits } from "../../jsonrpc/Limits.ts"
import * as Message from "../../jsonrpc/Message.ts"
import type { Revision } from "../../revision/Revision.ts"
import * as Uptime from "../../session/Uptime.ts"
import type { Answer, OutgoingRequest, Receive } from "../ClientTransport.ts"
import * as Interlude from "../Interlude.ts"
import * as TransportError from "../TransportError.ts"
import * as Endpoint from "./Endpoint.ts"
import * as EventCursor from "./EventCursor.ts"
import * as Exchange from "./Exchange.ts"
import * as HttpAnswer from "./HttpAnswer.ts"
import * as HttpSession from "./HttpSession.ts"
import * as Pace from "./Pace.ts"

/**
 * What a link over HTTP is made of; its streams are asked for with the same as its messages are sent with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Context {
  readonly endpoint: Endpoint.Endpoint
  readonly session: HttpSession.HttpSession
  readonly ending: Exchange.Ending
  readonly limits: Limits
  readonly receive: Receive
  /** When the rest of an answer is asked for, and how often without success. */
  readonly resume: Schedule.Schedule<unknown, TransportError.TransportError>
}

/** A stream that lasted as long was a good one, whatever came on it: in milliseconds. */
const stableMillis = 10_000

/** How long a stream may take to begin, in milliseconds. What was lost on its way would be waited for without end. */
const beginMillisMax = 30_000

const notBegun = TransportError.make(
  new TransportError.Unreachable({ detail: "an event stream did not begin in time", mayHaveRun: true })
)

/** Without end: a server that was away for an hour is heard again when it is back. */
const listenAgain: Schedule.Schedule<unknown, TransportError.TransportError> = Schedule.min([
  Schedule.exponential("1 second", 1.5),
  Schedule.spaced("30 seconds")
])

const answerMissing = TransportError.make(new TransportError.AnswerMissing())

/** Whether a refusal may be another answer soon. 501 says that it will not. */
const isPassing = ({ reason }: TransportError.TransportError): boolean =>
  reason._tag === "Unreachable" ||
  (reason._tag === "HttpStatus" && (reason.status === 429 || (reason.status >= 500 && reason.status !== 501)))

/** Whether a server is only busy, or not there, so that nothing follows about what it offers. */
const isBusy = (error: TransportError.TransportError): boolean =>
  isPassing(error) && (error.reason._tag !== "HttpStatus" || error.reason.status === 429 || error.reason.status === 503)

/** Opens a stream; a refusal is an error. 404 means that the session is gone only where there was a stream before. */
const open = Effect.fnUntraced(function*(
  { endpoint, session }: Context,
  revision: Revision | undefined,
  cursor: EventCursor.EventCursor
): Effect.fn.Return<HttpClientResponse, TransportError.TransportError, Scope.Scope> {
  const response = yield* Endpoint.listen(endpoint, HttpSession.headersOf(session, revision), cursor.lastId)
  if (HttpAnswer.isSuccess(response)) {
    if (!HttpAnswer.isEvents(response)) return yield* answerMissing
    HttpSession.listened(session)
    return response
  }
  const body = yield* HttpAnswer.errorBody(response)
  const isGone = session.hasListened && session.id !== undefined && HttpSession.isExpiry(response.status, body)
  return yield* isGone ? HttpSession.expire(session, true) : HttpAnswer.statusError(response, body)
})

const rest = (
  context: Context,
  { id, revision }: OutgoingRequest,
  cursor: EventCursor.EventCursor
) =>
  Effect.flatMap(
    open(context, revision, cursor),
    (response) => HttpAnswer.read(response, id, context.limits, (incoming) => context.receive(incoming, id), cursor)
  )

/** Opens a stream that nobody else limits in time. */
const openInTime: typeof open = (context, revision, cursor) =>
  Interlude.timeoutOrElse(open(context, revision, cursor), beginMillisMax, () => {
    // Some servers begin a stream when they have something to say: they are asked again soon.
    EventCursor.lasted(cursor)
    return Effect.fail(notBegun)
  })

/** What the rest of an answer came to: a refusal for now is a stream that is lost again. */
const attempt = (context: Context, request: OutgoingRequest, cursor: EventCursor.EventCursor) =>
  Effect.catch(
    Exchange.run(context.ending, rest(context, request, cursor)),
    (error): Effect.Effect<HttpAnswer.Read, TransportError.TransportError> => {
      if (isPassing(error)) return Effect.succeed({ _tag: "Lost", error, rest: undefined })
      // The request was taken up before the right to hear its answer was lost.
      if (error.reason._tag === "Unauthorized") {
        const { cause } = error.reason
        return Effect.fail(TransportError.make(new TransportError.Unauthorized({ cause, mayHaveRun: true })))
      }
      // The server has no such stream, or none any more: what became of the request cannot be found out.
      return Effect.fail(error.reason._tag === "HttpStatus" ? answerMissing : error)
    }
  )

/**
 * Asks for the rest of an answer that broke off, until it has come (HTL-02, HTL-04, HTG-10). Fails with the loss when
 * nothing came for as long as the schedule goes on, or when no event had an id to come back with; with `AnswerMissing`
 * when the server does not have the rest; with `SessionExpired` when it has not even the session.
 *
 * @category operations
 * @since 0.1.0
 */
export const resume = Effect.fnUntraced(function*(
  context: Context,
  request: OutgoingRequest,
  cursor: EventCursor.EventCursor,
  loss: TransportError.TransportError
): Effect.fn.Return<Answer, TransportError.TransportError> {
  const pace = Pace.make(context.resume)
  let lost = loss
  while (cursor.lastId !== undefined && (yield* Pace.wait(pace, cursor, lost))) {
    // Another call may have found out meanwhile.
    if (context.session.isExpired) return yield* HttpSession.expire(context.session, true)
    EventCursor.reconnected(cursor)
    const read = yield* attempt(context, request, cursor)
    if (read._tag === "Answered") return { message: read.message, status: 200 }
    lost = read.error
  }
  return yield* loss
})

const hear = ({ limits, receive }: Context, text: string): void => {
  const parsed = Message.parse(text, limits)
  for (const message of parsed._tag === "Batch" ? parsed.items : [parsed]) {
    if (message._tag === "Request" || message._tag === "Notification") receive(message, undefined)
  }
}

interface Heard extends Exchange.Finished {
  readonly lost: TransportError.TransportError
  /** Whether there is a stream to come back to, as far as can be known. */
  readonly isOffered: boolean
}

const hearOnce = (
  context: Context,
  revision: Revision,
  cursor: EventCursor.EventCursor,
  onOpen: (missed: boolean) => Effect.Effect<void>
): Effect.Effect<Heard, TransportError.TransportError, Scope.Scope> =>
  Effect.gen(function*() {
    // What was said since the last attempt is lost, unless the server goes on after an event that it has numbered.
    const missed = cursor.connection > 0 && cursor.lastId === undefined
    const response = yield* Effect.onExit(
      openInTime(context, revision, cursor),
      (exit) => onOpen(missed && Exit.isSuccess(exit))
    )
    const begun = yield* Uptime.millis
    const { messageBytesMax } = context.limits
    const reading = HttpAnswer.readEvents(response, cursor, messageBytesMax, (text) => {
      hear(context, text)
      return false
    })
    const lost = yield* Effect.catch(Effect.as(reading, answerMissing), Effect.succeed)
    // What is too long would come again each time.
    if (lost.reason._tag === "MessageTooLarge") EventCursor.forget(cursor)
    if ((yield* Uptime.millis) - begun >= stableMillis) EventCursor.lasted(cursor)
    return { lost, isOffered: true, rest: undefined }
  })

/** Before a stream was ever offered, a refusal is the answer; after that, it is an outage unless it says otherwise. */
const onRefused = (
  { session }: Context,
  error: TransportError.TransportError
): Effect.Effect<Heard, TransportError.TransportError> => {
  if (error.reason._tag === "SessionExpired" || error.reason._tag === "Unauthorized") return Effect.fail(error)
  const isOffered = session.hasListened ? isPassing(error) : isBusy(error)
  return Effect.succeed({ lost: error, isOffered, rest: undefined })
}

/**
 * Hears what the server says apart from any request, and takes the stream up again when it ends or breaks (HTG-05,
 * HTG-10). Completes when the server offers none; fails with `SessionExpired` when the session is gone, and with
 * `Unauthorized` when it may be heard no more.
 *
 * @category operations
 * @since 0.1.0
 */
export const listen = Effect.fnUntraced(function*(
  context: Context,
  revision: Revision,
  onOpen: (missed: boolean) => Effect.Effect<void> = () => Effect.void
): Effect.fn.Return<void, TransportError.TransportError> {
  const cursor = EventCursor.make()
  const pace = Pace.make(listenAgain)
  const hearing = Effect.catch(
    Exchange.run(context.ending, hearOnce(context, revision, cursor, onOpen)),
    (error) => onRefused(context, error)
  )
  while (true) {
    if (context.session.isExpired) return yield* HttpSession.expire(context.session, false)
    const { isOffered, lost } = yield* hearing
    if (!isOffered) return yield* Effect.logDebug("The server has no stream for what it says unasked", lost)
    yield* Pace.wait(pace, cursor, lost)
    EventCursor.reconnected(cursor)
  }
})
