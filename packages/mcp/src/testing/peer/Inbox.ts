/**
 * What a scripted peer has heard and not yet looked at, in order; whoever looks first gets it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"

/**
 * An inbox. It is bounded by what a test sends.
 *
 * @category models
 * @since 0.1.0
 */
export interface Inbox<A> {
  readonly add: (item: A) => void
  /** Waits for the next. */
  readonly next: Effect.Effect<A>
  /** Waits for the first that fits; what comes before it stays. */
  readonly first: (fits: (item: A) => boolean) => Effect.Effect<A>
  readonly waiting: () => ReadonlyArray<A>
}

interface Taker<A> {
  readonly fits: (item: A) => boolean
  readonly take: (item: A) => void
}

/**
 * An empty inbox.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <A>(): Inbox<A> => {
  const items: Array<A> = []
  const takers: Array<Taker<A>> = []
  const first = (fits: (item: A) => boolean): Effect.Effect<A> =>
    Effect.callback((resume) => {
      const index = items.findIndex(fits)
      const [item] = index === -1 ? [] : items.splice(index, 1)
      if (item !== undefined) return resume(Effect.succeed(item))
      const taker: Taker<A> = { fits, take: (item) => resume(Effect.succeed(item)) }
      takers.push(taker)
      return Effect.sync(() => void takers.splice(takers.indexOf(taker), takers.includes(taker) ? 1 : 0))
    })
  return {
    add: (item) => {
      const index = takers.findIndex(({ fits }) => fits(item))
      const [taker] = index === -1 ? [] : takers.splice(index, 1)
      if (taker === undefined) items.push(item)
      else taker.take(item)
    },
    first,
    next: first(() => true),
    waiting: () => items.slice()
  }
}
