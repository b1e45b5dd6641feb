/**
 * A limit on how many calls run at once.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { make, type Policy, RefusalCode, refuse } from "./Model.ts"

/**
 * The options of {@link concurrency}.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConcurrencyOptions {
  /** How many calls may wait for their turn. Default: 64. */
  readonly waitingMax?: number
}

/**
 * Runs so many calls at a time, in the order of their arrival. Those beyond wait, up to `waitingMax` of them; the next
 * is refused at once: `isError` for a tool, code 429 for everything else. A call that is cancelled gives up its place.
 *
 * The limit is on all that the value is applied to, together. For a limit on each of several components, make several.
 *
 * @category policies
 * @since 0.1.0
 */
export const concurrency = (running: number, { waitingMax = 64 }: ConcurrencyOptions = {}): Policy<never> =>
  make(Effect.sync(() => {
    const semaphore = Semaphore.makeUnsafe(running)
    let inside = 0
    return (call, effect) =>
      // Counted so that no interruption, wherever it comes, leaves it counted.
      Effect.acquireUseRelease(
        Effect.sync(() => {
          inside += 1
          return inside > running + waitingMax
        }),
        (full) =>
          full
            ? refuse(call, {
              policy: "concurrency",
              code: RefusalCode.tooManyRequests,
              message: `Too many calls of "${call.name}" are under way; try again later`
            })
            : semaphore.withPermit(effect),
        () => Effect.sync(() => void (inside -= 1))
      )
  }))
