/**
 * The answer to one POST, decided late: nothing is sent until there is something to send. A call that emits nothing
 * before its result is answered as plain JSON; its first notification turns the answer into an event stream.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Encode from "../jsonrpc/Encode.ts"
import * as SseFraming from "../jsonrpc/SseFraming.ts"
import { type Acceptance, corsHeaders, type Refusal } from "../session/HttpAdmission.ts"
import type { HttpPolicy } from "../session/HttpPolicy.ts"
import type { HttpExchange, HttpStream, ResponseHeaders } from "../transport/HttpExchange.ts"

const jsonHeaders: ResponseHeaders = { "content-type": "application/json" }

const streamHeaders: ResponseHeaders = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no"
}

const withCors = (exchange: HttpExchange, headers: ResponseHeaders): ResponseHeaders => {
  const origin = exchange.header("origin")
  return origin === undefined ? headers : { ...headers, ...corsHeaders(origin) }
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
  /** Sends the answer and ends the reply. The status only shows when nothing was sent before. */
  readonly finish: (status: number, text: string) => Effect.Effect<void>
  /** Ends the reply without an answer: the request was cancelled. */
  readonly abandon: () => void
}

/**
 * Answers with JSON at once.
 *
 * @category replies
 * @since 0.1.0
 */
export const json = (exchange: HttpExchange, status: number, text: string, headers: ResponseHeaders = {}): void =>
  exchange.respond(status, withCors(exchange, { ...jsonHeaders, ...headers }), text)

/**
 * Answers without a body.
 *
 * @category replies
 * @since 0.1.0
 */
export const empty = (exchange: HttpExchange, status: number, headers: ResponseHeaders = {}): void =>
  exchange.respond(status, withCors(exchange, headers), "")

/**
 * Answers with a refusal: its status, and its error as a JSON-RPC body.
 *
 * @category replies
 * @since 0.1.0
 */
export const refuse = (exchange: HttpExchange, refusal: Refusal, id?: string | number): void =>
  json(exchange, refusal.status, Encode.failure(id, refusal.error), refusal.headers)

/**
 * Opens an event stream as the answer.
 *
 * @category replies
 * @since 0.1.0
 */
export const stream = (exchange: HttpExchange): HttpStream => exchange.stream(200, withCors(exchange, streamHeaders))

/**
 * A reply that has not begun. `acceptance` must admit at least one of the two forms.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (exchange: HttpExchange, policy: HttpPolicy, acceptance: Acceptance): HttpReply => {
  const mayStream = policy.response !== "json" && acceptance.eventStream
  const mustStream = mayStream && (policy.response === "sse" || !acceptance.json)
  let open: HttpStream | undefined
  let ended = false
  const opened = (): HttpStream => open ??= stream(exchange)
  return {
    mayStream,
    send: (text) =>
      mayStream
        ? Effect.suspend(() => ended ? Effect.void : opened().write(SseFraming.message(text)))
        : Effect.void,
    finish: (status, text) =>
      Effect.suspend(() => {
        ended = true
        if (open === undefined && !mustStream) {
          json(exchange, status, text)
          return Effect.void
        }
        const target = opened()
        return Effect.andThen(target.write(SseFraming.message(text)), Effect.sync(target.end))
      }),
    abandon: () => {
      if (ended) return
      ended = true
      if (open === undefined) empty(exchange, 202)
      else open.end()
    }
  }
}
