/**
 * What a world owes its users once it is healed: what they wait for ends, and what they begin anew succeeds.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { Chance } from "../kernel/Chance.ts"
import type { User } from "../world/World.ts"
import { perform, type Stage } from "./Performing.ts"

const whyOf = (exit: Exit.Exit<unknown, unknown>): string =>
  Exit.isFailure(exit) ? Cause.pretty(exit.cause).split("\n", 1)[0] ?? "" : ""

/**
 * Waits for what goes on to end, and says what has not, or has come to grief: an outcome that is no plain data, say.
 *
 * @param fibers what goes on, by what it is
 * @param withinMillis how long it may take altogether
 * @category liveness
 * @since 0.1.0
 */
export const quiet = (
  stage: Stage,
  fibers: ReadonlyArray<readonly [what: string, Fiber.Fiber<unknown, unknown>]>,
  withinMillis: number
): Effect.Effect<void> =>
  Effect.gen(function*() {
    yield* Effect.timeoutOption(
      Effect.forEach(fibers, ([, fiber]) => Fiber.await(fiber), { discard: true }),
      withinMillis
    )
    for (const [what, fiber] of fibers) {
      const exit = fiber.pollUnsafe()
      if (exit === undefined) {
        stage.watching.add("Liveness", `${what} still waits ${withinMillis} ms after everything was healed`)
      } else if (Exit.hasDies(exit)) {
        stage.watching.add("Defects", `${what} ended with a defect: ${whyOf(exit)}`)
      }
    }
  })

/** How many things each user tries anew. */
const freshActs = 2

/**
 * Has a user do something anew, which must succeed.
 *
 * @param withinMillis how long each may take
 * @category liveness
 * @since 0.1.0
 */
export const fresh = (stage: Stage, chance: Chance, user: User, withinMillis: number): Effect.Effect<void> =>
  Effect.gen(function*() {
    for (let index = 1; index <= freshActs; index++) {
      const key = `fresh-${user.name}-${index}`
      const act = stage.workload.draw(chance.fork(key), key)
      const { detail, mayHaveRun, outcome } = yield* perform(stage, user, key, act, withinMillis)
      if (outcome === "Success" || outcome === "Defect") continue
      if (outcome === "Failure" && mayHaveRun === undefined) continue
      const what = outcome === "Failure" ? `failed: ${JSON.stringify(detail)}` : `did not end within ${withinMillis} ms`
      stage.watching.add("Liveness", `${key} (${act.action}), begun after everything was healed, ${what}`)
    }
  })
