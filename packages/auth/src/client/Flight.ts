/**
 * Work that is done once, however many wait for it: it runs as long as the layer lives, whoever of those who wait gives up,
 * and all of them get what comes of it. While a person is asked, the clocks of those who wait stand still (`Interlude`).
 * What the work is is not known here.
 *
 * @since 0.1.0
 */
import * as Interlude from "@parley/mcp/transport/Interlude"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"

/**
 * Says what is done, and about what: work with the same name about the same is the same work.
 *
 * @category models
 * @since 0.1.0
 */
export interface Task {
  readonly name: string
  readonly about: object | undefined
}

/**
 * Work under way.
 *
 * @category models
 * @since 0.1.0
 */
export interface Flight<A, E> {
  readonly task: Task
  readonly done: Deferred.Deferred<A, E>
  readonly clocks: Interlude.Shared
  /** Ends it. */
  interrupt: Effect.Effect<void>
}

/**
 * The place of the work: one at a time. Only the functions of this file write to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place<A, E> {
  readonly scope: Scope.Scope
  flight: Flight<A, E> | undefined
}

/**
 * No work is under way. It ends with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <A, E>(scope: Scope.Scope): Place<A, E> => ({ scope, flight: undefined })

const join = <A, E>({ clocks, done }: Flight<A, E>): Effect.Effect<A, E> =>
  Interlude.waiting(clocks, Deferred.await(done))

/** Begins work where none is under way. Once begun it is begun: nobody waits for what nobody does. */
const begin = <A, E>(place: Place<A, E>, task: Task, work: Effect.Effect<A, E>): Effect.Effect<Flight<A, E>> =>
  Effect.uninterruptible(Effect.suspend(() => {
    const clocks = Interlude.makeShared()
    const flight: Flight<A, E> = { task, done: Deferred.makeUnsafe(), clocks, interrupt: Effect.void }
    place.flight = flight
    const working = Interlude.working(clocks, work)
    return Effect.map(Effect.forkIn(working, place.scope, { startImmediately: true }), (fiber) => {
      flight.interrupt = Fiber.interrupt(fiber)
      // Not by a finalizer of the work: where the scope is closed already, it never starts.
      fiber.addObserver((exit) => {
        place.flight = undefined
        Deferred.doneUnsafe(flight.done, exit)
      })
      return flight
    })
  }))

/**
 * Does work once for all who want it; giving up does it no harm. Whoever wants something else than what is under way waits
 * for that to end, and looks again whether it is still wanted: `done` gives what it would come to, if that is there already.
 *
 * @category operations
 * @since 0.1.0
 */
export const once = <A, E>(
  place: Place<A, E>,
  task: Task,
  done: () => Effect.Effect<A, E> | undefined,
  work: Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    const { flight } = place
    if (flight === undefined) return done() ?? Effect.flatMap(begin(place, task, work), join)
    return flight.task.name === task.name && flight.task.about === task.about
      ? join(flight)
      : Effect.andThen(Effect.exit(join(flight)), once(place, task, done, work))
  })

/**
 * Ends what is under way before its time, if that is meant; all who wait for it get the error.
 *
 * @category operations
 * @since 0.1.0
 */
export const end = <A, E>(place: Place<A, E>, isMeant: (task: Task) => boolean, error: E): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { flight } = place
    if (flight === undefined || !isMeant(flight.task)) return Effect.void
    Deferred.doneUnsafe(flight.done, Exit.fail(error))
    return flight.interrupt
  })
