/**
 * The life of one HTTP exchange: its response is let go when what was wanted of it is there. An event stream may come to
 * its end by itself first, for a moment, because cutting it off would cost the connection beneath.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"

/**
 * Where exchanges may end after nobody waits for them any more.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ending {
  readonly scope: Scope.Scope
  /** How many are ending. */
  count: number
}

/**
 * What an exchange gave, and what is left of its response.
 *
 * @category models
 * @since 0.1.0
 */
export interface Finished {
  readonly rest: Effect.Effect<void> | undefined
  /** Whether the response was read to its end: then there is nothing to let go of. Default: `false`. */
  readonly isWhole?: boolean
}

/** How long a response may take to end, in milliseconds, and how many of them may be about it at a time. */
const endingMillisMax = 1_000
const endingMax = 16

/** Reads on without anybody waiting for it. */
const end = (ending: Ending, rest: Effect.Effect<void>, close: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (ending.count >= endingMax) return close
    ending.count++
    const ended = Effect.andThen(
      close,
      Effect.sync(() => {
        ending.count--
      })
    )
    // Started at once, because a fiber that is interrupted before it starts would not even close.
    const reading = Effect.ensuring(Effect.timeoutOption(rest, endingMillisMax), ended)
    return Effect.asVoid(Effect.forkIn(reading, ending.scope, { startImmediately: true }))
  })

/**
 * Runs an exchange in a scope of its own.
 *
 * @category operations
 * @since 0.1.0
 */
export const run = <A extends Finished, E>(
  ending: Ending,
  exchange: Effect.Effect<A, E, Scope.Scope>
): Effect.Effect<A, E> =>
  Effect.uninterruptibleMask((restore) => {
    const scope = Scope.makeUnsafe()
    return Effect.flatMap(Effect.exit(restore(Scope.provide(exchange, scope))), (exit) => {
      // All that its scope would do is abort the request. Where that is over it would only cost an error, and its stack.
      if (Exit.isSuccess(exit) && exit.value.isWhole === true) return exit
      const close = Scope.close(scope, exit)
      const rest = Exit.isSuccess(exit) ? exit.value.rest : undefined
      return Effect.andThen(rest === undefined ? close : end(ending, rest, close), exit)
    })
  })
