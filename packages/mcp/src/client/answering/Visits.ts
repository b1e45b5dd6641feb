/**
 * The visits to URLs that users were asked to make, and the word of the server that they are done (one session-era
 * revision, ELU-05). Ids are opaque, and ids that nobody waits for are nothing (ELU-04, ELU-07). What to do when a visit is
 * done is decided elsewhere.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as BoundedMap from "../../session/BoundedMap.ts"

/**
 * Visits that may be under way.
 *
 * @category models
 * @since 0.1.0
 */
export interface Visits {
  /** How many are remembered; beyond, the oldest are forgotten. */
  readonly max: number
  readonly expected: Map<string, Deferred.Deferred<void>>
}

/**
 * No visits yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (max: number): Visits => ({ max, expected: new Map() })

/**
 * Remembers a visit; the effect completes once the server has said that it is done. Without an id it never does.
 *
 * @category operations
 * @since 0.1.0
 */
export const expect = ({ expected, max }: Visits, id: string | undefined): Effect.Effect<void> => {
  if (id === undefined) return Effect.never
  const known = expected.get(id)
  if (known !== undefined) return Deferred.await(known)
  const done = Deferred.makeUnsafe<void>()
  BoundedMap.put(expected, id, done, max)
  return Deferred.await(done)
}

/**
 * Takes the word of the server that a visit is done.
 *
 * @category operations
 * @since 0.1.0
 */
export const complete = ({ expected }: Visits, id: string): void => {
  const done = expected.get(id)
  if (done !== undefined) Deferred.doneUnsafe(done, Effect.void)
}
