/**
 * The answer to one POST, decided late: nothing is sent until there is something to send. A call that emits nothing
 * before its result is answered as plain JSON; its first notification turns the answer into an event stream, and so does
 * a long silence, because connections on which nothing happens are cut on their way.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Encode from "../../jsonrpc/Encode.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import type { Log } from "../../session/EventLog.ts"
import { type Acceptance, corsHeaders, type Refusal } from "../../session/HttpAdmission.ts"
import type { HttpPolicy } from "../../session/HttpPolicy.ts"
import type { HttpExchange, HttpStream, ResponseHeaders } from "../../transport/HttpExchange.ts"
import * as EventStream from "./EventStream.ts"
import type { Held, Holding } from "./Holding.ts"
import * as LateStream from "./LateStream.ts"

const noHeaders: ResponseHeaders = {}

const jsonHeaders: ResponseHeaders = { "content-type": "application/json" }

const streamHeaders: ResponseHeaders = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no"
}

/** The headers of an answer. Where there is nothing to add, they are those of every other such answer. */
const headersOf = (
  exchange: HttpExchange,
  common: ResponseHeaders,
  further: ResponseHeaders | undefined
): ResponseHeaders => {
  const origin = exchange.header("origin")
  if (origin !== undefined) return { ...common, ...further, ...corsHeaders(origin) }
  return further === undefined ? common : { ...common, ...further }
}

/**
 * Answers with JSON at once.
 *
 * @category replies
 * @since 0.1.0
 */
export const json = (exchange: HttpExchange, status: number, text: string, headers?: ResponseHeaders): void =>
  exchange.respond(status, headersOf(exchange, jsonHeaders, headers), text)

/**
 * Answers without a body.
 *
 * @category replies
 * @since 0.1.0
 */
export const empty = (exchange: HttpExchange, status: number, headers?: ResponseHeaders): void =>
  exchange.respond(status, headersOf(exchange, noHeaders, headers), "")

/**
 * Answers with a refusal: its status, and its error as a JSON-RPC body.
 *
 * @category replies
 * @since 0.1.0
 */
export const refuse = (exchange: HttpExchange, refusal: Refusal, id?: string | number): void => {
  const text = Encode.failure(id, refusal.error)
  if (refusal.unreadable !== true) return json(exchange, refusal.status, text, refusal.headers)
  exchange.respond(refusal.status, { ...jsonHeaders, ...refusal.headers }, text)
}

/**
 * Opens an event stream as the answer.
 *
 * @category replies
 * @since 0.1.0
 */
export const stream = (exchange: HttpExchange, headers?: ResponseHeaders): HttpStream =>
  exchange.stream(200, headersOf(exchange, streamHeaders, headers))

/**
 * What a reply depends on besides its exchange.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly policy: HttpPolicy
  /** It must admit at least one of the two forms. */
  readonly acceptance: Acceptance
  readonly holding: Holding
  /** Headers of the answer, whatever its form. */
  readonly headers?: ResponseHeaders | undefined
  /** The session whose stream it is; it goes on when the client goes away. */
  readonly session?: Session | undefined
}

/**
 * What a reply needs of its session: where its streams are, and where their events are kept, if they are.
 *
 * @category models
 * @since 0.1.0
 */
export interface Session {
  readonly owner: EventStream.Owner
  readonly log: Log | undefined
  /** Whether its clients know streams that are primed, and so may be told to come back. */
  readonly priming: boolean
}

/**
 * The reply to a request.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpReply {
  readonly exchange: HttpExchange
  readonly options: Options
  /** The stream that it has become. */
  target: EventStream.EventStream | undefined
  /** What is looked after, once the answer has to be waited for. */
  held: Held | undefined
  hasEnded: boolean
  /** Whether it was looked after before anything was sent. */
  wasSeen: boolean
}

/**
 * A reply that has not begun.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (exchange: HttpExchange, options: Options): HttpReply => ({
  exchange,
  options,
  target: undefined,
  held: undefined,
  hasEnded: false,
  wasSeen: false
})

/**
 * Whether anything can be sent ahead of the answer.
 *
 * @category queries
 * @since 0.1.0
 */
export const mayStream = ({ options: { acceptance, policy } }: HttpReply): boolean =>
  policy.response !== "json" && acceptance.eventStream

const mustStream = (reply: HttpReply): boolean =>
  mayStream(reply) && (reply.options.policy.response === "sse" || !reply.options.acceptance.json)

/**
 * Whether its connection can be given up before the answer, because the client can come back for it.
 *
 * @category queries
 * @since 0.1.0
 */
export const mayPause = (reply: HttpReply): boolean => {
  const { session } = reply.options
  return session !== undefined && session.priming && session.log !== undefined && mayStream(reply)
}

const open = ({ exchange, options: { headers, session } }: HttpReply): EventStream.EventStream => {
  const connection = LateStream.make(exchange, 200, headersOf(exchange, streamHeaders, headers))
  const opened = EventStream.make(connection)
  if (session === undefined) return opened
  if (session.log !== undefined) {
    EventStream.keep(opened, session.log, session.owner, { prefix: "post", priming: session.priming })
  }
  exchange.onClose(() => EventStream.detach(opened, connection))
  return opened
}

const opened = (reply: HttpReply): EventStream.EventStream => reply.target ??= open(reply)

/** How many times in a row a reader may take nothing. */
const stallsMax = (policy: HttpPolicy): number => Math.ceil(policy.stalledMillis / policy.keepAliveMillis)

/**
 * Something held open around a stream.
 *
 * @category constructors
 * @since 0.1.0
 */
export const heldStream = (policy: HttpPolicy, target: EventStream.EventStream): Held => ({
  beat: () => {
    EventStream.beat(target, stallsMax(policy))
    return undefined
  }
})

/**
 * Gives the connection up before the answer, which the client comes back for after so many milliseconds.
 *
 * @category operations
 * @since 0.1.0
 */
export const pause = (reply: HttpReply, retryMillis = reply.options.policy.retryMillis): Effect.Effect<void> =>
  Effect.suspend(() => reply.hasEnded ? Effect.void : EventStream.pause(opened(reply), retryMillis))

/** A first silence is let pass; after the second the answer becomes a stream, which is kept alive. */
const beat = (reply: HttpReply): Effect.Effect<void> | undefined => {
  const { hasEnded, options: { policy }, target, wasSeen } = reply
  if (target === undefined) {
    reply.wasSeen = true
    return wasSeen && !hasEnded && mayStream(reply) ? EventStream.comment(opened(reply)) : undefined
  }
  EventStream.beat(target, stallsMax(policy))
  const isLong = target.age * policy.keepAliveMillis >= policy.pollMillis
  return isLong && !hasEnded && mayPause(reply) ? pause(reply) : undefined
}

/**
 * Has the reply looked after until it ends, because its answer is not there at once. Whoever does this sees to its end.
 *
 * @category operations
 * @since 0.1.0
 */
export const hold = (reply: HttpReply): void => {
  if (reply.held !== undefined || reply.hasEnded && reply.target === undefined) return
  reply.held = { beat: () => beat(reply) }
  reply.options.holding.add(reply.held)
}

/**
 * Forgets the reply: nobody waits for it.
 *
 * @category operations
 * @since 0.1.0
 */
export const drop = (reply: HttpReply): void => {
  reply.hasEnded = true
  if (reply.held !== undefined) reply.options.holding.remove(reply.held)
}

/**
 * Sends a message ahead of the answer, as an event; drops it when only JSON may be sent, or the reply has ended.
 *
 * @category operations
 * @since 0.1.0
 */
export const send = (reply: HttpReply, text: string): Effect.Effect<void> =>
  mayStream(reply)
    ? Effect.suspend(() => reply.hasEnded ? Effect.void : EventStream.send(opened(reply), text))
    : Effect.void

/**
 * Sends the answer at once, and ends the reply; the effect is what is left to do. The status shows only when nothing was
 * sent before, and so does what an error says of HTTP; one that says something is JSON, also where a stream would be due.
 *
 * @category operations
 * @since 0.1.0
 */
export const finish = (
  reply: HttpReply,
  status: number,
  text: string,
  http?: RpcError["http"]
): Effect.Effect<void> => {
  const { exchange, options: { headers }, target } = reply
  if (target === undefined && (http !== undefined || !mustStream(reply))) {
    drop(reply)
    if (http === undefined) json(exchange, status, text, headers)
    else json(exchange, http.status, text, { ...headers, ...http.headers })
    return Effect.void
  }
  reply.hasEnded = true
  const last = opened(reply)
  hold(reply)
  return Effect.andThen(
    EventStream.send(last, text),
    Effect.sync(() => {
      EventStream.end(last)
      drop(reply)
    })
  )
}

/**
 * Ends the reply with a refusal.
 *
 * @category operations
 * @since 0.1.0
 */
export const reject = (reply: HttpReply, refusal: Refusal, id: string | number | undefined): Effect.Effect<void> =>
  Effect.sync(() => {
    drop(reply)
    refuse(reply.exchange, refusal, id)
  })

/**
 * Ends the reply without an answer: the request was cancelled.
 *
 * @category operations
 * @since 0.1.0
 */
export const abandon = (reply: HttpReply): void => {
  const { exchange, hasEnded, target } = reply
  drop(reply)
  if (target !== undefined) EventStream.end(target)
  else if (!hasEnded) empty(exchange, 202)
}
