/**
 * Calling what is of an author's making, and may throw where it should have given an effect.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

/**
 * The effect that a function gives, or the death of it, where the function throws. Unlike `Effect.suspend`, it calls the
 * function at once: what has ended already comes back as the `Exit` that it is.
 *
 * @category calling
 * @since 0.1.0
 */
export const attempt = <A, E, R>(make: () => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  const made = Result.try(make)
  return Result.isSuccess(made) ? made.success : Effect.die(made.failure)
}
