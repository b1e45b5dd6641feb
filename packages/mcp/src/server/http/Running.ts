/**
 * What an endpoint has running: the fibers of its exchanges, which end with it. Most exchanges end as they begin, and
 * those cost no more than their fiber.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"

/**
 * Runs an effect in a fiber of its own.
 *
 * @category models
 * @since 0.1.0
 */
export type Fork = (effect: Effect.Effect<void>) => Fiber.Fiber<void>

/**
 * Runs effects in fibers that are interrupted when the scope closes, if they have not ended by then.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeFork: Effect.Effect<Fork, never, Scope.Scope> = Effect.gen(function*() {
  const running = yield* FiberSet.make<void>()
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  return (effect) => {
    const fiber = fork(effect)
    if (fiber.pollUnsafe() === undefined) FiberSet.addUnsafe(running, fiber)
    return fiber
  }
})
