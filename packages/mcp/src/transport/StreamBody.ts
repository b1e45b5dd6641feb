/**
 * A response body that is written piece by piece, as an Effect stream: what adapters to Effect HTTP and to the web need.
 * A reader that falls behind holds the writer up.
 *
 * @since 0.1.0
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { HttpStream } from "./HttpExchange.ts"

/** Once so many characters wait for the reader, writers wait too. */
const charactersMax = 64 * 1024

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
 * A new body. What waits for the reader is `charactersMax` and one piece at most.
 *
 * @param onGone called when the reader stops, or is cut, before the writer has ended
 * @category constructors
 * @since 0.1.0
 */
export const make = (onGone: () => void): StreamBody => {
  const queue = Effect.runSync(Queue.unbounded<string, Cause.Done>())
  const room = Latch.makeUnsafe(true)
  const encoder = new TextEncoder()
  let characters = 0
  let ended = false
  const put = (text: string): boolean => {
    if (!Queue.offerUnsafe(queue, text)) return false
    characters += text.length
    if (characters >= charactersMax) room.closeUnsafe()
    return true
  }
  const taken = (text: string): Uint8Array => {
    characters -= text.length
    if (characters < charactersMax) room.openUnsafe()
    return encoder.encode(text)
  }
  const leave = (): void => {
    Queue.shutdownUnsafe(queue)
    if (!ended) {
      ended = true
      onGone()
    }
    // Last, so that a writer who is cancelled by this does not go on first.
    room.openUnsafe()
  }
  return {
    writer: {
      write: (text) => Effect.suspend(() => put(text) ? room.await : Effect.void),
      offer: (text) => characters < charactersMax && put(text),
      end: () => {
        ended = true
        Queue.endUnsafe(queue)
      },
      abort: leave
    },
    body: Stream.fromQueue(queue).pipe(Stream.map(taken), Stream.ensuring(Effect.sync(leave)))
  }
}
