/**
 * Chance that repeats itself: all of it follows from a seed. A chance can be split by name, and what is drawn from one part
 * leaves the others alone, so that a world in which one thing is left out is otherwise the same.
 *
 * @since 0.1.0
 */

/**
 * A source of numbers.
 *
 * @category models
 * @since 0.1.0
 */
export interface Chance {
  /** A number from 0 up to, and not including, 1. */
  readonly next: () => number
  /** An integer from 0 up to, and not including, the bound. */
  readonly below: (bound: number) => number
  /** An integer between two, both included. */
  readonly between: (least: number, most: number) => number
  /** Whether something happens that happens with this probability. */
  readonly happens: (probability: number) => boolean
  /** One of the options, each as likely as the others. */
  readonly pick: <A>(...options: readonly [A, ...ReadonlyArray<A>]) => A
  /** A source of its own for whatever has this name: the same whenever it is asked for, whatever was drawn elsewhere. */
  readonly fork: (name: string) => Chance
}

/** FNV-1a, begun with a state instead of its constant. */
const mix = (state: number, name: string): number => {
  let hash = (state ^ 0x811c9dc5) >>> 0
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0
  }
  return hash
}

/**
 * The chance of a seed.
 *
 * @param seed any integer; its lower 32 bits count
 * @category constructors
 * @since 0.1.0
 */
export const make = (seed: number): Chance => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    next,
    below,
    between: (least, most) => least + below(most - least + 1),
    happens: (probability) => next() < probability,
    // There is at least one option, and the index is below their number.
    pick: <A>(...options: readonly [A, ...ReadonlyArray<A>]): A => options[below(options.length)] as A,
    fork: (name) => make(mix(seed, name))
  }
}
