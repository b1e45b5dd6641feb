/**
 * A client transport over HTTP+SSE, the way to servers of the oldest revision: one event stream for all that the server
 * says, and a POST for each message to it. Servers that speak Streamable HTTP are not for it; `StreamableHttpClient` turns
 * to it by itself when a server refuses what is posted (SSE-08).
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as HttpClient from "effect/http/HttpClient"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { JsonRpcLimits } from "../jsonrpc/Limits.ts"
import { ClientTransport } from "./ClientTransport.ts"
import type { Connection } from "./Connection.ts"
import * as DuplexClient from "./DuplexClient.ts"
import * as Endpoint from "./http/Endpoint.ts"
import * as HttpAnswer from "./http/HttpAnswer.ts"
import * as MessageStream from "./http/MessageStream.ts"
import * as Peer from "./http/Peer.ts"
import * as RequestHeaders from "./http/RequestHeaders.ts"
import * as Interlude from "./Interlude.ts"
import * as Taking from "./Taking.ts"
import * as TransportError from "./TransportError.ts"

/**
 * Where the event stream is, and what to send along.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly url: string | URL
  /** Headers for every request, for instance `authorization`. Those that the protocol defines cannot be set. */
  readonly headers?: { readonly [name: string]: string | Redacted.Redacted }
  /** How long the server may take to say where messages go. Default: 10 seconds. */
  readonly openTimeout?: Duration.Input
}

/** How long a request may take to be posted, in milliseconds: some servers answer the POST only when the work is done. */
const requestMillisMax = 600_000

/** Every message is sent in a session here, so that 400 with a word about it means that there is none (HTS-07). */
const isExpiry = (status: number, body: string): boolean =>
  status === 404 || status === 410 || (status === 400 && /session/i.test(body.slice(0, 1_000)))

/** Posts a message. A server that knows no such session knows this client no more. */
const post = (messages: Endpoint.Endpoint, text: string, millisMax?: number) => {
  const posting = Effect.scoped(Effect.gen(function*() {
    const response = yield* Endpoint.post(messages, {}, text)
    const body = yield* HttpAnswer.errorBody(response)
    if (HttpAnswer.isSuccess(response)) return
    return yield* isExpiry(response.status, body)
      ? TransportError.make(new TransportError.SessionExpired({ mayHaveRun: false }))
      : HttpAnswer.statusError(response, body)
  }))
  return Taking.inTime(posting, millisMax)
}

/**
 * How long a message holds up those after it, in milliseconds. One that is not taken by then may be under way for long, or
 * its confirmation lost; order is not worth more.
 */
const orderMillisMax = 1_000

/** When a message is posted again that certainly did not arrive. */
const again: Schedule.Schedule<unknown> = Schedule.upTo(Schedule.exponential("250 millis"), { times: 2 })

const isUnreachable = ({ reason }: TransportError.TransportError): boolean => reason._tag === "Unreachable"

/** Posts a message that has no answer to be missed. It may be an answer itself, which is given once. */
const postNote = (messages: Endpoint.Endpoint, text: string) =>
  Effect.retry(post(messages, text), {
    schedule: again,
    while: (error) => isUnreachable(error) && !error.mayHaveRun
  })

/**
 * Posts, and what is waited for. Messages without an answer arrive before what is sent within a second after them; requests
 * do not wait.
 *
 * @param lost called when a message without an answer may never have come to the server. Nobody else would notice: a server
 *   that was not told that it is initialized says nothing for as long as the session lasts
 */
const makeSender = Effect.fnUntraced(function*(messages: Endpoint.Endpoint, lost: () => void) {
  const room = yield* Latch.make(true)
  // Last of all: nobody waits for room on a link that is closed.
  yield* Effect.addFinalizer(() => room.open)
  const run = yield* FiberSet.makeRuntime<never, void>()
  const clocks = Interlude.makeShared()
  let notes = 0
  const onTaken = Effect.sync(() => {
    notes--
    if (notes === 0) room.openUnsafe()
  })
  const sendNote = (text: string): void => {
    notes++
    room.closeUnsafe()
    const posting = run(
      Interlude.working(clocks, postNote(messages, text)).pipe(
        Effect.tapError((error) => Effect.sync(() => isUnreachable(error) && lost())),
        Effect.catch((error) => Effect.logDebug("A message could not be posted", error))
      )
    )
    run(Effect.ensuring(Effect.asVoid(Effect.timeoutOption(Fiber.await(posting), orderMillisMax)), onTaken))
  }
  const send: Connection["send"] = (text, failed, begin) => {
    if (failed === undefined) return sendNote(text)
    const posting = Effect.provideService(post(messages, text, requestMillisMax), Interlude.Interlude, begin)
    run(Effect.catch(posting, (error) => Effect.sync(() => failed(error))))
  }
  return { send, drained: Interlude.waiting(clocks, room.await) }
})

const connect = Effect.fnUntraced(function*(
  client: HttpClient.HttpClient,
  { headers, openTimeout = "10 seconds", url }: Options
): Effect.fn.Return<Connection, TransportError.TransportError, Scope.Scope> {
  const { messageBytesMax } = yield* JsonRpcLimits
  const own = RequestHeaders.own(headers)
  const stream = yield* MessageStream.open(Endpoint.make(client, String(url), own), messageBytesMax, openTimeout)
  const lost = Deferred.makeUnsafe<void>()
  const sender = yield* makeSender(
    Endpoint.make(client, stream.messagesUrl, own),
    () => Deferred.doneUnsafe(lost, Effect.void)
  )
  return { ...sender, listen: (receive) => Effect.raceFirst(stream.listen(receive), Deferred.await(lost)) }
})

/**
 * A transport to the event stream at `url`, over an HTTP client. Only revisions with sessions are spoken over it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromClient = (client: HttpClient.HttpClient, options: Options): ClientTransport["Service"] => {
  const { open, peer } = DuplexClient.make(connect(client, options), Peer.fromUrl(String(options.url)))
  return {
    peer,
    open: (receive) => Effect.map(open(receive), (link) => ({ ...link, silence: "Outage", era: "session" }))
  }
}

/**
 * A transport to the event stream at `url`, over the HTTP client in the context.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<ClientTransport, never, HttpClient.HttpClient> =>
  Layer.effect(
    ClientTransport,
    Effect.map(Effect.all([HttpClient.HttpClient, Interlude.IsPossible]), ([client, hasInterludes]) => ({
      ...fromClient(client, options),
      hasInterludes
    }))
  )
