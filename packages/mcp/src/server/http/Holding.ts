/**
 * What an endpoint holds open: calls that have no answer yet, and streams. All are looked after by one fiber, which
 * keeps the silent ones alive; and whoever ends the endpoint waits here until they are over.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"

/**
 * Something that is held open.
 *
 * @category models
 * @since 0.1.0
 */
export interface Held {
  /** Looks after it. What cannot be done at once comes back as an effect, so that one that waits holds up no other. */
  readonly beat: () => Effect.Effect<void> | undefined
}

/**
 * All that is held open.
 *
 * @category models
 * @since 0.1.0
 */
export interface Holding {
  readonly add: (held: Held) => void
  readonly remove: (held: Held) => void
  /** Calls back at a time, in milliseconds since 1970, or at once where it is past. The result takes the wish back. */
  readonly at: (millis: number, callback: () => void) => () => void
  /** Completes once nothing is held. */
  readonly emptied: Effect.Effect<void>
}

const nothing = (): void => undefined

/**
 * Nothing is held yet. What is held is looked after as long as the scope is open.
 *
 * @param everyMillis how often; infinity for never
 * @category constructors
 * @since 0.1.0
 */
export const make = (everyMillis: number): Effect.Effect<Holding, never, Scope.Scope> =>
  Effect.gen(function*() {
    const all = new Set<Held>()
    const waiting = new Set<Deferred.Deferred<void>>()
    const scope = yield* Effect.scope
    const clock = yield* Clock.Clock
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    const look = Effect.suspend(() => {
      const longer = Array.from(all).flatMap((held) => held.beat() ?? [])
      return Effect.forEach(longer, (effect) => Effect.forkIn(effect, scope), { discard: true })
    })
    if (Number.isFinite(everyMillis)) {
      yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced(everyMillis)))
    }
    return {
      add: (held) => void all.add(held),
      remove: (held) => {
        all.delete(held)
        if (all.size > 0 || waiting.size === 0) return
        for (const emptied of waiting) Deferred.doneUnsafe(emptied, Effect.void)
        waiting.clear()
      },
      at: (millis, callback) => {
        // A time without end never comes.
        if (!Number.isFinite(millis)) return nothing
        const later = Effect.sleep(Math.max(0, millis - clock.currentTimeMillisUnsafe()))
        const fiber = fork(Effect.andThen(later, Effect.sync(callback)))
        return () => fiber.interruptUnsafe()
      },
      emptied: Effect.suspend(() => {
        if (all.size === 0) return Effect.void
        const emptied = Deferred.makeUnsafe<void>()
        waiting.add(emptied)
        return Deferred.await(emptied)
      })
    }
  })
