/**
 * A limit of time on a handler.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { make, type Policy, RefusalCode, refuse } from "./Model.ts"

/**
 * Interrupts a handler that takes longer, waits for its finalizers, and refuses: `isError` for a tool, code 504 for
 * everything else. Inside `retry` the limit is on each attempt, outside of it on all of them.
 *
 * @category policies
 * @since 0.1.0
 */
export const timeout = (duration: Duration.Input): Policy<never> => {
  const limit = Duration.fromInputUnsafe(duration)
  return make(Effect.succeed((call, effect) =>
    Effect.timeoutOrElse(effect, {
      duration: limit,
      orElse: () =>
        refuse(call, {
          policy: "timeout",
          code: RefusalCode.timeout,
          message: `"${call.name}" took longer than ${Duration.format(limit)}`
        })
    })
  ))
}
