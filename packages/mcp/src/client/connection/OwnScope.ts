/**
 * A scope of its own for what is made in several steps: what the first steps have begun is ended again when a later one
 * fails, or is interrupted.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"

/**
 * What was made, and the scope that it lives in.
 *
 * @category models
 * @since 0.1.0
 */
export interface Owned<out A> {
  readonly made: A
  readonly own: Scope.Closeable
}

/**
 * Makes something in a scope of its own inside `parent`; nothing is left in `parent` when that fails.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <A, E, R>(
  parent: Scope.Scope,
  making: Effect.Effect<A, E, R>
): Effect.Effect<Owned<A>, E, Exclude<R, Scope.Scope>> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const own = yield* Scope.fork(parent)
      const exit = yield* Effect.exit(restore(Scope.provide(making, own)))
      if (Exit.isFailure(exit)) yield* Scope.close(own, exit)
      return { made: yield* exit, own }
    })
  )
