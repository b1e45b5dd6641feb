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
 * The reply to a request.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpReply {
  /** Whether anything can be sent ahead of the answer. */
  readonly mayStream: boolean
  /** Sends a message ahead of the answer, as an event; drops it when only JSON may be sent, or the reply has ended. */
  readonly send: (text: string) => Effect.Effect<void>
  /**
   * Sends the answer at once, and ends the reply; the effect is what is left to do. The status shows only when nothing was
   * sent before, and so does what an error says of HTTP; one that says something is JSON, also where a stream would be due.
   */
  readonly finish: (status: number, text: string, http?: RpcError["http"]) => Effect.Effect<void>
  /** Answers with a refusal. */
  readonly refuse: (refusal: Refusal, id: string | number | undefined) => Effect.Effect<void>
  /** Ends the reply without an answer: the request was cancelled. */
  readonly abandon: () => void
  /** Forgets the reply: nobody waits for it. */
  readonly drop: () => void
  /** Gives the connection up before the answer, which the client comes back for; absent where it could not. */
  readonly pause: ((retryMillis: number | undefined) => Effect.Effect<void>) | undefined
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

const open = (exchange: HttpExchange, { headers, session }: Options): EventStream.EventStream => {
  const connection = LateStream.make(exchange, 200, headersOf(exchange, streamHeaders, headers))
  const opened = EventStream.make(connection)
  if (session === undefined) return opened
  if (session.log !== undefined) {
    EventStream.keep(opened, session.log, session.owner, { prefix: "post", priming: session.priming })
  }
  exchange.onClose(() => EventStream.detach(opened, connection))
  return opened
}

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
 * A reply that has not begun.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (exchange: HttpExchange, options: Options): HttpReply => {
  const { acceptance, headers, holding, policy, session } = options
  const mayStream = policy.response !== "json" && acceptance.eventStream
  const mustStream = mayStream && (policy.response === "sse" || !acceptance.json)
  const mayPause = mayStream && session?.priming === true && session.log !== undefined
  let target: EventStream.EventStream | undefined
  let ended = false
  let wasSeen = false
  const opened = (): EventStream.EventStream => target ??= open(exchange, options)
  const pause = (retryMillis = policy.retryMillis): Effect.Effect<void> =>
    Effect.suspend(() => ended ? Effect.void : EventStream.pause(opened(), retryMillis))
  const held: Held = {
    beat: () => {
      if (ended && target === undefined) return undefined
      if (target === undefined) {
        if (wasSeen && mayStream) return EventStream.comment(opened())
        wasSeen = true
        return undefined
      }
      EventStream.beat(target, stallsMax(policy))
      return mayPause && !ended && target.age * policy.keepAliveMillis >= policy.pollMillis ? pause() : undefined
    }
  }
  const over = (): void => {
    ended = true
    holding.remove(held)
  }
  holding.add(held)
  return {
    mayStream,
    send: (text) =>
      mayStream
        ? Effect.suspend(() => ended ? Effect.void : EventStream.send(opened(), text))
        : Effect.void,
    finish: (status, text, http) => {
      ended = true
      if (target === undefined && (http !== undefined || !mustStream)) {
        holding.remove(held)
        if (http === undefined) json(exchange, status, text, headers)
        else json(exchange, http.status, text, { ...headers, ...http.headers })
        return Effect.void
      }
      const last = opened()
      return Effect.andThen(
        EventStream.send(last, text),
        Effect.sync(() => {
          EventStream.end(last)
          over()
        })
      )
    },
    refuse: (refusal, id) =>
      Effect.sync(() => {
        over()
        refuse(exchange, refusal, id)
      }),
    abandon: () => {
      const wasEnded = ended
      over()
      if (target !== undefined) EventStream.end(target)
      else if (!wasEnded) empty(exchange, 202)
    },
    drop: over,
    pause: mayPause ? pause : undefined
  }
}
