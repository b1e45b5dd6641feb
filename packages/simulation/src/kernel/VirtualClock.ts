/**
 * A clock that shows the time of an agenda, to whoever lives in the world. Each host has its own, which may be wrong: what
 * it takes for the time of day can be moved, as by an administrator or a time server, while what has begun to sleep goes on
 * to sleep as long as it meant to.
 *
 * @since 0.1.0
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Agenda } from "./Agenda.ts"

/**
 * The clock of a host.
 *
 * @category models
 * @since 0.1.0
 */
export interface VirtualClock extends Clock.Clock {
  /** Moves the time of day by so many milliseconds, backwards if they are negative. */
  readonly jump: (millis: number) => void
  /** How many sleep by it and will wake. */
  readonly sleeping: () => number
}

const nanosPerMilli = 1_000_000

const nanosOf = (millis: number): bigint => BigInt(Math.round(millis * nanosPerMilli))

/** When worlds begin: 1 January 2026, 00:00 UTC. Any time would do, as long as it is always the same. */
const epochMillis = 1_767_225_600_000

/**
 * A clock that is right.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (agenda: Agenda): VirtualClock => {
  let skewMillis = 0
  let sleepers = 0
  const millis = (): number => epochMillis + agenda.nowMillis() + skewMillis
  const nanos = (): bigint => nanosOf(millis())
  const monotonic = (): bigint => nanosOf(agenda.nowMillis())
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: monotonic,
    monotonicTimeNanos: Effect.sync(monotonic),
    sleep: (duration) => {
      const length = Duration.toMillis(duration)
      if (length <= 0) return Effect.yieldNow
      return Effect.callback<void>((resume) => {
        // Nobody wakes from an endless sleep, and none keeps a world going.
        if (!Number.isFinite(length)) return
        sleepers += 1
        let isAsleep = true
        const wake = (): void => {
          if (isAsleep) sleepers -= 1
          isAsleep = false
        }
        const cancel = agenda.after(length, () => {
          wake()
          resume(Effect.void)
        })
        return Effect.sync(() => {
          wake()
          cancel()
        })
      })
    },
    jump: (millis) => {
      skewMillis += millis
    },
    sleeping: () => sleepers
  }
}
