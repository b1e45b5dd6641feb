/**
 * GET in the session era: a stream on which a session hears what happens on the server (HTG-03), or the rest of a stream
 * that its client has lost (HTG-10). What happens is told on one stream only (HTG-06); while nobody listens, or the
 * listener is slow, it coalesces.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import * as EventLog from "../../session/EventLog.ts"
import * as HttpAdmission from "../../session/HttpAdmission.ts"
import type { ServerEvent } from "../../session/NotificationBus.ts"
import * as Subscriptions from "../../session/Subscriptions.ts"
import type { HttpExchange, HttpStream } from "../../transport/HttpExchange.ts"
import * as Feed from "../listening/Feed.ts"
import * as EventStream from "./EventStream.ts"
import * as Expiry from "./Expiry.ts"
import { type Endpoint, refused, sessionOf, streamsOf } from "./HttpEndpoint.ts"
import * as HttpReply from "./HttpReply.ts"
import type { LiveSession } from "./LiveSession.ts"

/** Streams that were opened by listening have names that begin so, and can be told from others when they are gone. */
const prefix = "get"

/** The stream that tells: the newest one that is connected. */
const teller = (session: LiveSession): EventStream.EventStream | undefined =>
  session.listening.findLast(({ connection }) => connection !== undefined)

const tellNext = (session: LiveSession): Effect.Effect<void> =>
  Effect.suspend(() => {
    const stream = teller(session)
    if (stream === undefined) return Effect.void
    const [event, next] = Subscriptions.take(session.heard)
    session.heard = next
    const text = event === undefined ? undefined : Feed.messageFor(session.feed, event)
    return text === undefined ? Effect.void : EventStream.send(stream, text)
  })

/** Tells what waits, one after the other, as long as somebody listens. Nothing runs while there is nothing to tell. */
const tell = (endpoint: Endpoint, session: LiveSession): void => {
  if (session.isTelling || session.heard.pending.size === 0 || teller(session) === undefined) return
  session.isTelling = true
  const goesOn = (): boolean => session.heard.pending.size > 0 && teller(session) !== undefined
  endpoint.fork(Effect.ensuring(
    Effect.andThen(
      // What is published in one turn of the event loop is told together.
      Effect.yieldNow,
      Effect.whileLoop({ while: goesOn, body: () => tellNext(session), step: () => undefined })
    ),
    Effect.sync(() => {
      session.isTelling = false
    })
  ))
}

/**
 * Notes for all sessions what has happened.
 *
 * @category listening
 * @since 0.1.0
 */
export const onEvent = (endpoint: Endpoint, event: ServerEvent): void => {
  for (const session of endpoint.sessions.all()) {
    if (!session.feed.isOpen) continue
    session.heard = Subscriptions.step(session.heard, event)
    tell(endpoint, session)
  }
}

/** Most streams that one session may listen on at a time; the oldest makes room. */
const listeningMax = 8

/** A stream joins those that the session listens on, until its connection is lost; its end counts as activity. */
const join = (
  endpoint: Endpoint,
  session: LiveSession,
  exchange: HttpExchange,
  stream: EventStream.EventStream
): void => {
  const held = HttpReply.heldStream(endpoint.policy, stream)
  if (session.listening.length >= listeningMax) session.listening.slice(0, 1).forEach(EventStream.end)
  session.listening = [...session.listening, stream]
  endpoint.holding.add(held)
  const forget = Expiry.onExpiry(endpoint.holding, exchange.caller, () => EventStream.end(stream))
  stream.onEnd = () => {
    forget()
    endpoint.holding.remove(held)
    session.listening = session.listening.filter((other) => other !== stream)
    endpoint.sessions.touch(session)
  }
  exchange.onClose(() => EventStream.end(stream))
}

const listen = (endpoint: Endpoint, session: LiveSession, exchange: HttpExchange): Effect.Effect<void> =>
  Effect.suspend(() => {
    const stream = EventStream.make(HttpReply.stream(exchange))
    const { log, priming } = streamsOf(endpoint, session)
    if (log !== undefined) EventStream.keep(stream, log, session, { prefix, priming })
    join(endpoint, session, exchange, stream)
    return Effect.andThen(EventStream.comment(stream), Effect.sync(() => tell(endpoint, session)))
  })

/** Listens on where a client has lost the stream; as anew, when nothing of that is kept. */
const listenOn = (
  endpoint: Endpoint,
  session: LiveSession,
  exchange: HttpExchange,
  { lastEventId, log, name }: Lost
): Effect.Effect<void> => {
  const former = session.streams?.get(name)
  // Its connection may be half-open: whoever comes back has lost it.
  former?.connection?.abort()
  if (former !== undefined) EventStream.end(former)
  return Effect.flatMap(log.after(session.id, lastEventId), (replay) => {
    if (replay === undefined) return listen(endpoint, session, exchange)
    const kept: EventStream.Kept = { log, owner: session, name }
    const stream = EventStream.make(undefined, kept)
    EventStream.enter(session, name, stream)
    const connect = (): HttpStream => {
      join(endpoint, session, exchange, stream)
      return HttpReply.stream(exchange)
    }
    return Effect.andThen(
      EventStream.resume(stream, kept, lastEventId, connect),
      Effect.sync(() => tell(endpoint, session))
    )
  })
}

interface Lost {
  readonly log: EventLog.Log
  readonly name: string
  readonly lastEventId: string
}

const unknownEvent: HttpAdmission.Refusal = HttpAdmission.refuse(
  400,
  Rpc.invalidRequest("Nothing is kept of the stream that Last-Event-ID names")
)

/** The rest of a call's stream: what is kept, and what comes, if the call goes on (HTG-04, HTG-11). */
const resumeCall = (
  endpoint: Endpoint,
  session: LiveSession,
  exchange: HttpExchange,
  { lastEventId, log, name }: Lost
): Effect.Effect<void> => {
  const live = session.streams?.get(name)
  const resume = (stream: EventStream.EventStream): Effect.Effect<void> =>
    EventStream.resume(stream, { log, owner: session, name }, lastEventId, () => {
      const connection = HttpReply.stream(exchange)
      exchange.onClose(() => {
        EventStream.detach(stream, connection)
        endpoint.sessions.touch(session)
      })
      return connection
    })
  if (live !== undefined) return resume(live)
  return Effect.flatMap(log.after(session.id, lastEventId), (replay) => {
    if (replay === undefined) return refused(exchange, unknownEvent)
    // The call has ended. What is left is looked after like any stream, so that nobody holds it without reading.
    const rest = EventStream.make(undefined)
    const held = HttpReply.heldStream(endpoint.policy, rest)
    endpoint.holding.add(held)
    return Effect.ensuring(
      resume(rest),
      Effect.sync(() => {
        EventStream.end(rest)
        endpoint.holding.remove(held)
      })
    )
  })
}

/**
 * Serves GET.
 *
 * @category listening
 * @since 0.1.0
 */
export const onGet = (endpoint: Endpoint, exchange: HttpExchange): Effect.Effect<void> => {
  if (!endpoint.isStateful) return refused(exchange, HttpAdmission.postOnly)
  if (!HttpAdmission.acceptance(exchange.header("accept")).eventStream) {
    return refused(exchange, HttpAdmission.notAcceptable)
  }
  const session = sessionOf(endpoint, exchange)
  if (Result.isFailure(session)) return refused(exchange, session.failure)
  const lastEventId = exchange.header("last-event-id")
  const { log } = endpoint
  if (lastEventId === undefined || log === undefined) return listen(endpoint, session.success, exchange)
  const lost: Lost = { log, lastEventId, name: EventLog.streamOf(lastEventId) }
  return lost.name.startsWith(prefix)
    ? listenOn(endpoint, session.success, exchange, lost)
    : resumeCall(endpoint, session.success, exchange, lost)
}
