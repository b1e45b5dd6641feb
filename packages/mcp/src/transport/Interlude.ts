/**
 * Times in which a client does not wait for the server: something else has to happen first, and it is not the server that
 * takes its time over it; a person has to agree, say. Whatever limits the time of a request says here how its clock is
 * stopped, and an HTTP client that puts an interlude in stops it. What the interlude is about is not known here.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Uptime from "../session/Uptime.ts"

/**
 * Stops the clock of whatever is under way, and gives what lets it go on. Interludes may overlap: the clock stands still
 * until the last is over. Letting it go on twice does no more than once.
 *
 * @category models
 * @since 0.1.0
 */
export type Begin = () => () => void

/**
 * Stops the clock of the request that the fiber works for. Default: there is no clock, and nothing to stop.
 *
 * @category references
 * @since 0.1.0
 */
export const Interlude: Context.Reference<Begin | undefined> = Context.Reference<Begin | undefined>(
  "@parley/mcp/transport/Interlude",
  { defaultValue: () => undefined }
)

/**
 * Whether the HTTP client in the context puts interludes in. Without, calls do not get ready for any. Default: false.
 *
 * @category references
 * @since 0.1.0
 */
export const IsPossible: Context.Reference<boolean> = Context.Reference<boolean>(
  "@parley/mcp/transport/Interlude/IsPossible",
  { defaultValue: () => false }
)

const nothing = (): void => undefined

/**
 * Gives the fiber's way to stop the clock; one that does nothing where there is no clock.
 *
 * @category operations
 * @since 0.1.0
 */
export const current: Effect.Effect<Begin> = Effect.map(Interlude, (begin) => begin ?? (() => nothing))

/**
 * Runs an effect whose interludes stop a clock, and those of what it is part of.
 *
 * @category operations
 * @since 0.1.0
 */
export const stopping = <A, E, R>(effect: Effect.Effect<A, E, R>, own: Begin): Effect.Effect<A, E, R> =>
  Effect.flatMap(Interlude, (outer) => {
    const begin = (): () => void => {
      const ends = outer === undefined ? [own()] : [own(), outer()]
      return () => ends.splice(0).forEach((end) => end())
    }
    return Effect.provideService(effect, Interlude, begin)
  })

/**
 * Runs something that takes its time though the server has no part in it, as one interlude.
 *
 * @category operations
 * @since 0.1.0
 */
export const during = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(Effect.map(current, (begin) => begin()), () => effect, (end) => Effect.sync(end))

/** Somebody who waits. */
interface Waiter {
  readonly begin: Begin
  /** Lets the clock go on; there while it stands still. */
  end: (() => void) | undefined
}

/**
 * The clocks of all who wait for work that is done once for all of them, in a fiber of its own. Only the functions of this
 * file write to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shared {
  readonly waiters: Set<Waiter>
  interludes: number
}

/**
 * Nobody waits yet.
 *
 * @category sharing
 * @since 0.1.0
 */
export const makeShared = (): Shared => ({ waiters: new Set(), interludes: 0 })

const goOn = (waiter: Waiter): void => {
  waiter.end?.()
  waiter.end = undefined
}

/**
 * Runs the work: its interludes stop the clocks of all who wait for it, and of those who come to wait meanwhile.
 *
 * @category sharing
 * @since 0.1.0
 */
export const working = <A, E, R>(shared: Shared, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  const begin = (): () => void => {
    let isOver = false
    if (shared.interludes++ === 0) { for (const waiter of shared.waiters) waiter.end = waiter.begin() }
    return () => {
      if (isOver) return
      isOver = true
      if (--shared.interludes === 0) shared.waiters.forEach(goOn)
    }
  }
  return Effect.provideService(work, Interlude, begin)
}

/**
 * Waits for what comes of the work; the clock of whoever waits stands still in its interludes.
 *
 * @category sharing
 * @since 0.1.0
 */
export const waiting = <A, E, R>(shared: Shared, wait: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.map(current, (begin) => {
      const waiter: Waiter = { begin, end: shared.interludes > 0 ? begin() : undefined }
      shared.waiters.add(waiter)
      return waiter
    }),
    () => wait,
    (waiter) =>
      Effect.sync(() => {
        shared.waiters.delete(waiter)
        goOn(waiter)
      })
  )

/** A clock that can be stopped. */
interface Stoppable {
  readonly begin: Begin
  /** Completes when it has run for so long. */
  readonly elapsed: (millis: number) => Effect.Effect<void>
}

/** What is nearer than this is now, in milliseconds: sums of times that are no whole milliseconds miss each other by less. */
const toleranceMillis = 0.001

const makeStoppable = (now: () => number): Stoppable => {
  const startedAt = now()
  let interludes = 0
  let stoppedAt = 0
  let stoppedMillis = 0
  let wake = nothing
  const end = (): void => {
    if (--interludes > 0) return
    stoppedMillis += now() - stoppedAt
    wake()
  }
  const resumed = Effect.callback<void>((resume) => {
    wake = () => resume(Effect.void)
    if (interludes === 0) wake()
  })
  return {
    begin: () => {
      if (interludes++ === 0) stoppedAt = now()
      return end
    },
    elapsed: (millis) => {
      const look: Effect.Effect<void> = Effect.suspend(() => {
        if (interludes > 0) return Effect.andThen(resumed, look)
        const remaining = startedAt + stoppedMillis + millis - now()
        return remaining <= toleranceMillis ? Effect.void : Effect.andThen(Effect.sleep(remaining), look)
      })
      return look
    }
  }
}

/**
 * Gives an effect so many milliseconds, interludes not counted; then it is interrupted, and `orElse` takes its place.
 *
 * @category operations
 * @since 0.1.0
 */
export const timeoutOrElse = <A, E, R, A2, E2, R2>(
  effect: Effect.Effect<A, E, R>,
  millis: number,
  orElse: () => Effect.Effect<A2, E2, R2>
): Effect.Effect<A | A2, E | E2, R | R2> =>
  Effect.clockWith((clock) => {
    const { begin, elapsed } = makeStoppable(() => Uptime.millisOf(clock))
    const timed = Effect.raceFirst(
      Effect.map(stopping(effect, begin), (value) => ({ value })),
      Effect.as(elapsed(millis), undefined)
    )
    return Effect.flatMap(
      timed,
      (done): Effect.Effect<A | A2, E2, R2> => done === undefined ? orElse() : Effect.succeed(done.value)
    )
  })
