/** Virtual time that passes only as fast as the work of a fiber goes on, real promises in it included. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"

/** Lets everything go on that needs no time. */
export const turns: Effect.Effect<void> = Effect.promise(() =>
  [1, 2, 3, 4, 5].reduce(
    (before) => before.then(() => new Promise<void>((resolve) => void setImmediate(resolve))),
    Promise.resolve()
  )
)

/** What comes of a fiber, with the clock going on in steps of so many milliseconds; at most a thousand of them. */
export const until = Effect.fnUntraced(function*<A, E>(fiber: Fiber.Fiber<A, E>, stepMillis = 100) {
  yield* turns
  for (let step = 0; fiber.pollUnsafe() === undefined; step++) {
    if (step === 1_000) return yield* Effect.die("it does not end")
    yield* TestClock.adjust(stepMillis)
    yield* turns
  }
  return yield* Fiber.join(fiber)
})
