/**
 * Who takes part in an HTTP exchange, and what it carries: the request, whoever asks, and where it arrives.
 *
 * @since 0.1.0
 */
import type { HttpExchange, ResponseHeaders } from "@parley/mcp/transport/HttpExchange"

/**
 * A request, as it is sent.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** By their lower-case names. */
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: string
}

/**
 * How a connection breaks, in the words of platforms: before anything was sent on it, or later.
 *
 * @category models
 * @since 0.1.0
 */
export type Code = "ECONNREFUSED" | "ECONNRESET"

/**
 * Whether a connection breaks when something is lost, or nobody is told.
 *
 * @category models
 * @since 0.1.0
 */
export type Loss = "told" | "silent"

/**
 * The client's side of an exchange.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asker {
  readonly head: (status: number, headers: ResponseHeaders) => void
  readonly piece: (text: string) => void
  /** The response is complete. */
  readonly complete: () => void
  readonly broken: (code: Code, why: string) => void
}

/**
 * Where a request arrives.
 *
 * @category models
 * @since 0.1.0
 */
export interface Arrival {
  readonly host: string
  /** The longest body that is read, in bytes. */
  readonly bytesMax: number
  /** Starts to answer. */
  readonly handle: (exchange: HttpExchange) => void
  /** Hears of a session that was opened here. */
  readonly keep: (session: string) => void
}
