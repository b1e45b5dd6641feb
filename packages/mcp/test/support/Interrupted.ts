/** Interrupting an effect wherever that can happen: between any two of its steps. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { MaxOpsBeforeYield } from "effect/Scheduler"

/** After so many steps a fiber lets others go first. With fewer it would never get anywhere. */
export const paces = [3, 4, 5]

export const stepsMax = 30

/** Runs an effect again and again, a few steps at a time, and interrupts it a little later each time. */
export const interruptEverywhere = (effect: Effect.Effect<unknown, unknown>) =>
  Effect.forEach(
    paces,
    (pace) =>
      Effect.forEach(Array.from({ length: stepsMax }, (_, step) => step), (step) =>
        Effect.gen(function*() {
          const slow = Effect.provideService(effect, MaxOpsBeforeYield, pace)
          const fiber = yield* Effect.forkChild(Effect.exit(slow), { startImmediately: true })
          for (let left = step; left > 0; left--) yield* Effect.yieldNow
          yield* Fiber.interrupt(fiber)
        })),
    { discard: true }
  )
