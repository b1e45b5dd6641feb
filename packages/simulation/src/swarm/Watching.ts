/**
 * Checkers at work on the history of a world: each sees every event as it happens, and the first violation is known at once.
 * It ends no world by itself.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Checker, Remains, Violation } from "../checker/Checker.ts"
import * as Reading from "../checker/Reading.ts"
import type { History } from "../history/History.ts"

/**
 * Checkers at work.
 *
 * @category models
 * @since 0.1.0
 */
export interface Watching {
  readonly violations: ReadonlyArray<Violation>
  /** Completes with the first violation. */
  readonly violated: Effect.Effect<void>
  /** Writes down a violation that somebody else has found. */
  readonly add: (checker: string, what: string) => void
  /** Asks the checkers what is missing, once the world is over, unless something was wrong before. */
  readonly end: (remains: Remains) => void
}

/**
 * Has checkers watch a history, from now on.
 *
 * @param nowMillis the time of the world
 * @param eventsMax how many events a world may have: one with more runs in circles
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  history: History,
  checkers: ReadonlyArray<Checker>,
  nowMillis: () => number,
  eventsMax: number
): Watching => {
  const violations: Array<Violation> = []
  const violated = Deferred.makeUnsafe<void>()
  const reader = Reading.make()
  const watches = checkers.map(({ make, name }) => ({ name, watch: make(reader) }))
  const add = (checker: string, what: string): void => {
    const [first] = violations
    // The world ends with the first: what comes after that event comes of its end.
    if (first !== undefined && first.events !== history.events.length) return
    violations.push({ checker, what, atMillis: nowMillis(), events: history.events.length })
    Deferred.doneUnsafe(violated, Exit.void)
  }
  history.watch((event) => {
    for (const { name, watch } of watches) {
      const what = watch.see(event)
      if (what !== undefined) add(name, what)
    }
    if (history.events.length === eventsMax) add("Runaway", `The world has ${eventsMax} events, and does not end`)
  })
  return {
    violations,
    violated: Deferred.await(violated),
    add,
    end: (remains) => {
      if (violations.length > 0) return
      for (const { name, watch } of watches) for (const what of watch.end(remains)) add(name, what)
    }
  }
}
