/**
 * The stream of a server with HTTP+SSE (2024-11-05): its first event says where messages are to be posted, each of the
 * others is a message. A stream that ends, or breaks, is not taken up again: the session ends with it.
 *
 * @since 0.1.0
 */
import type * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Pull from "effect/Pull"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Received } from "../Connection.ts"
import * as Interlude from "../Interlude.ts"
import * as TransportError from "../TransportError.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Failure from "./Failure.ts"
import * as HttpAnswer from "./HttpAnswer.ts"

/**
 * A stream whose first event has come.
 *
 * @category models
 * @since 0.1.0
 */
export interface MessageStream {
  /** Where messages go: an absolute URL, or a path where that of the stream is one too. */
  readonly messagesUrl: string
  /** Hands over the messages, in order, until the stream ends or breaks; then it completes. */
  readonly listen: (receive: (received: Received) => void) => Effect.Effect<void>
}

const invalid = (detail: string) => TransportError.make(new TransportError.InvalidAnswer({ detail }))

/**
 * The URL that an `endpoint` event names. It is on the origin of the stream, because what is sent there, credentials
 * included, is meant for that; anything else is `undefined`.
 *
 * @category parsing
 * @since 0.1.0
 */
export const messagesUrl = (data: string, streamUrl: string): string | undefined => {
  if (!URL.canParse(streamUrl)) return /^\/(?![/\\])/.test(data) && !URL.canParse(data) ? data : undefined
  if (!URL.canParse(data, streamUrl)) return undefined
  const url = new URL(data, streamUrl)
  return url.origin === new URL(streamUrl).origin ? url.href : undefined
}

interface State {
  readonly parser: Sse.Parser
  readonly pull: Pull.Pull<ReadonlyArray<string>, TransportError.TransportError>
  readonly bytesMax: number
  /** The data of the first event, and which event that was. */
  first: Sse.Event | undefined
  /** What came with it, before anybody listened. */
  readonly early: Array<Received>
  receive: (received: Received) => void
}

/** A message; never longer in characters than in bytes. */
const receivedOf = (text: string, unitsMax: number): Received =>
  text.length > unitsMax ? { _tag: "TooLong", unitsMax } : { _tag: "Line", text }

const makeState = Effect.fnUntraced(function*(
  response: HttpClientResponse,
  bytesMax: number
): Effect.fn.Return<State, never, Scope.Scope> {
  const text = Stream.decodeText(Stream.mapError(response.stream, Failure.fromHttp))
  const early: Array<Received> = []
  const state: State = {
    parser: Sse.makeParser((event) => {
      if (event._tag === "Retry") return
      if (state.first === undefined) state.first = event
      else if (event.event === "message" && event.data !== "") state.receive(receivedOf(event.data, bytesMax))
    }, { maxEventSize: bytesMax }),
    pull: yield* Stream.toPull(text),
    bytesMax,
    first: undefined,
    early,
    receive: (received) => void early.push(received)
  }
  return state
})

/** Reads on. False when an event is too long: where the next one begins is not known any more. */
const read = ({ parser, pull }: State): Effect.Effect<boolean, TransportError.TransportError | Cause.Done> =>
  Effect.map(pull, (texts) => texts.every((text) => parser.feed(text) === undefined))

const findEndpoint = Effect.fnUntraced(function*(
  state: State,
  streamUrl: string
): Effect.fn.Return<string, TransportError.TransportError> {
  const reading = Pull.catchDone(read(state), () => Effect.fail(invalid("its event stream ended before it began")))
  while (state.first === undefined) {
    if (!(yield* reading)) return yield* invalid("its first event is too long")
  }
  const { data, event } = state.first
  const url = event === "endpoint" ? messagesUrl(data, streamUrl) : undefined
  return url ?? (yield* invalid(
    event === "endpoint" ? "it wants messages on another origin" : "its event stream does not begin with an endpoint"
  ))
})

const listen = (state: State): MessageStream["listen"] => (receive) =>
  Effect.suspend(() => {
    state.receive = receive
    for (const received of state.early.splice(0)) receive(received)
    const tooLong = Effect.sync(() => receive({ _tag: "TooLong", unitsMax: state.bytesMax }))
    return Effect.ignore(Effect.andThen(Effect.repeat(read(state), { while: (isWhole) => isWhole }), tooLong))
  })

/**
 * Asks for the stream, and waits for its first event. Fails with the status of a refusal, with `InvalidAnswer` when what
 * comes is not such a stream, and with `Unreachable` when nothing comes in time.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = (
  endpoint: Endpoint.Endpoint,
  bytesMax: number,
  timeout: Duration.Input
): Effect.Effect<MessageStream, TransportError.TransportError, Scope.Scope> => {
  const millis = Duration.toMillis(timeout)
  const opening = Effect.gen(function*() {
    const response = yield* Endpoint.listen(endpoint, {}, undefined)
    if (!HttpAnswer.isSuccess(response)) {
      return yield* HttpAnswer.statusError(response, yield* HttpAnswer.errorBody(response))
    }
    if (!HttpAnswer.isEvents(response)) return yield* invalid("it is no event stream")
    const state = yield* makeState(response, bytesMax)
    const messagesUrl = yield* findEndpoint(state, endpoint.url)
    return { messagesUrl, listen: listen(state) }
  })
  return Interlude.timeoutOrElse(opening, millis, () => {
    const detail = `no event stream with an endpoint began within ${millis} ms`
    return Effect.fail(TransportError.make(new TransportError.Unreachable({ detail, mayHaveRun: false })))
  })
}
