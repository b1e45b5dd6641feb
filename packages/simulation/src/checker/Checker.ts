/**
 * Something that must hold in every history. A checker is shown each event as it happens, and says at once what goes against
 * it; at the end it says what is missing.
 *
 * @since 0.1.0
 */
import type { Event } from "../history/Event.ts"
import type { Reader } from "./Reading.ts"

/**
 * What is known at the end of a world, beside its history.
 *
 * @category models
 * @since 0.1.0
 */
export interface Remains {
  /** Whether all faults were over for long enough that everything must have come right. */
  readonly isHealed: boolean
  /** What is left of each host that has gone: fibers, and whatever else its keeper counts, by name. */
  readonly left: { readonly [host: string]: { readonly [what: string]: number } }
}

/**
 * A checker at work on one history.
 *
 * @category models
 * @since 0.1.0
 */
export interface Watch {
  /** Looks at an event; says what is wrong, in a sentence with the facts, or nothing. */
  readonly see: (event: Event) => string | undefined
  /** Says what is wrong once the world is over. */
  readonly end: (remains: Remains) => ReadonlyArray<string>
}

/**
 * A checker.
 *
 * @category models
 * @since 0.1.0
 */
export interface Checker {
  readonly name: string
  /**
   * @param reader one that reads the same history, so that no message is parsed twice. Default: one of its own.
   */
  readonly make: (reader?: Reader) => Watch
}

/**
 * What a checker found.
 *
 * @category models
 * @since 0.1.0
 */
export interface Violation {
  readonly checker: string
  readonly what: string
  /** When it was seen, in milliseconds since the world began. */
  readonly atMillis: number
  /** How many events the history had then. */
  readonly events: number
}
