/**
 * Time that only goes forward, for measuring how long something takes or lasts. The time of day does not do for that: it may
 * be put right meanwhile, and whoever waits would wait as much longer.
 *
 * @since 0.1.0
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

const nanosPerMilli = 1_000_000

/**
 * Milliseconds since some beginning, which is the same for one clock.
 *
 * @category queries
 * @since 0.1.0
 */
export const millisOf = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / nanosPerMilli

/**
 * The same, of the clock in the context.
 *
 * @category queries
 * @since 0.1.0
 */
export const millis: Effect.Effect<number> = Effect.clockWith((clock) => Effect.sync(() => millisOf(clock)))
