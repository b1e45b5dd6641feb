/**
 * One HTTP request and the ways to answer it: the inner form that every binding to HTTP is brought to. It is neither a
 * web `Request` nor an Effect `HttpServerRequest`; those are made into one by an adapter, and the fastest adapter sits
 * directly on the platform's own server.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { Caller } from "../session/Caller.ts"

/**
 * Response headers by their lower-case name. The adapter adds `content-length`.
 *
 * @category models
 * @since 0.1.0
 */
export type ResponseHeaders = { readonly [name: string]: string }

/**
 * A response body that is written piece by piece.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpStream {
  /** Writes text; once the peer is gone it does nothing. Waits while the connection cannot take more. */
  readonly write: (text: string) => Effect.Effect<void>
  /** Writes text unless the connection is behind, as none is at its first piece; says whether it was taken. */
  readonly offer: (text: string) => boolean
  /** Ends the response. */
  readonly end: () => void
  /** Cuts the connection: what it has not taken yet is lost, and whoever waits for it goes on. */
  readonly abort: () => void
}

/**
 * One request, to be answered once: with `respond` or with `stream`.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpExchange {
  /** The verb, in capitals. */
  readonly method: string
  /** Path and query as they were asked for; some bindings give a whole URL. */
  readonly url: string
  /** A request header by its lower-case name. */
  readonly header: (name: string) => string | undefined
  /** The body as text: empty when there is none, `undefined` when it was longer than the adapter's limit. */
  readonly body: string | undefined
  /** Who sends it, once a gate has found out. */
  readonly caller?: Caller | undefined
  /** Answers with a whole body; an empty one is sent without content. Does nothing once there is an answer. */
  readonly respond: (status: number, headers: ResponseHeaders, body: string) => void
  /** Answers with a body to be written; its headers are sent at once. */
  readonly stream: (status: number, headers: ResponseHeaders) => HttpStream
  /** Calls back, once at most, when the peer goes away before the answer is finished; at once, when it is gone. */
  readonly onClose: (callback: () => void) => void
}
