/**
 * A duplex line to one peer, over which whole messages go as text in both directions: stdio, two ends in memory, any
 * reliable byte stream. It moves text; what the text means is decided elsewhere.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { Frame } from "../jsonrpc/LineFraming.ts"
import type { Caller } from "../session/Caller.ts"
import type * as Interlude from "./Interlude.ts"
import type { TransportError } from "./TransportError.ts"

/**
 * What arrives: the text of one message, or the news that one was longer than the limit and is lost; and who has sent it,
 * where each message came by a gate of its own.
 *
 * @category models
 * @since 0.1.0
 */
export type Received = Frame & { readonly caller?: Caller | undefined }

/**
 * One end of the line.
 *
 * @category models
 * @since 0.1.0
 */
export interface Connection {
  /** A header of the HTTP request that opened the line, by its lower-case name; absent where there was none. */
  readonly header?: (name: string) => string | undefined
  /**
   * Sends one message. It is kept and goes out with whatever else is ready; `drained` tells when to go on. Where single
   * messages can be lost, `failed` hears why this one was; where sending takes a time that is not the peer's, `begin` stops
   * the clock of whoever waits for the answer.
   */
  readonly send: (text: string, failed?: (error: TransportError) => void, begin?: Interlude.Begin) => void
  /** Sends what is kept, and completes once the peer has taken enough for more to be sent; at once, most of the time. */
  readonly drained: Effect.Effect<void>
  /** Hands over what arrives, in order, until the peer closes; then it completes. Interrupting it stops listening. */
  readonly listen: (receive: (received: Received) => void) => Effect.Effect<void>
  /** Why the line ended, in a few words without secrets, once that is known; absent where it never is. */
  readonly ending?: () => string | undefined
}
