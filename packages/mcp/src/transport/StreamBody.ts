/**
 * A response body that is written piece by piece, as an Effect stream: what adapters to Effect HTTP and to the web need.
 * A reader that falls behind holds the writer up.
 *
 * @since 0.1.0
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { HttpStream } from "./HttpExchange.ts"

/** Most pieces that wait for the reader. */
const piecesMax = 64

/**
 * The two sides of a body.
 *
 * @category models
 * @since 0.1.0
 */
export interface StreamBody {
  readonly writer: HttpStream
  readonly body: Stream.Stream<Uint8Array>
}

/**
 * A new body.
 *
 * @param onGone called when the reader stops before the writer has ended
 * @category constructors
 * @since 0.1.0
 */
export const make = (onGone: () => void): StreamBody => {
  const queue = Effect.runSync(Queue.bounded<string, Cause.Done>(piecesMax))
  let ended = false
  return {
    writer: {
      // A queue that is shut down takes nothing, and says so without failing.
      write: (text) => Effect.asVoid(Queue.offer(queue, text)),
      offer: (text) => Queue.offerUnsafe(queue, text),
      end: () => {
        ended = true
        Queue.endUnsafe(queue)
      },
      abort: () => void Queue.shutdownUnsafe(queue)
    },
    body: Stream.fromQueue(queue).pipe(
      Stream.encodeText,
      Stream.ensuring(Effect.suspend(() => {
        if (!ended) onGone()
        return Queue.shutdown(queue)
      }))
    )
  }
}
