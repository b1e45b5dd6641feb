/**
 * What every load generator gives: runs with a bound, and what they saw. Nothing here sends anything.
 */

/** Until when a run goes on; whichever bound is met first ends it, and calls in flight are still awaited. */
export interface Budget {
  readonly requestsMax: number
  readonly millisMax: number
}

/** What a run saw. Every answer was verified, or there is no outcome. */
export interface Outcome {
  readonly requests: number
  readonly millis: number
  /** Milliseconds from the write of a call to its whole answer, ascending. */
  readonly latenciesMillis: Float64Array
}

/** A connected load generator; `run` can be called again and again, one run at a time. */
export interface Load {
  readonly run: (budget: Budget) => Promise<Outcome>
  readonly close: () => void
}

/** A run of at least one request that starts none after so many milliseconds. */
export const forMillis = (millisMax: number): Budget => ({ requestsMax: Number.POSITIVE_INFINITY, millisMax })
