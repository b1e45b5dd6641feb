/**
 * What a benchmark is made of. A trial puts servers, clients or programs up, measures them in turns, and fills one or
 * more rows; a row compares its contestants in one unit, as multiples of its reference in the same round. A goal is what
 * a row wants to show. Nothing here runs anything.
 */

/** What one contestant showed in one round. */
export interface Sample {
  /** The headline, in the unit of its row. */
  readonly value: number
  /** Wall figures beside it, where there are any. */
  readonly wall?: {
    readonly requestsPerSecond: number
    readonly p50Millis: number
    readonly p99Millis: number
  }
}

/** The samples of a row by contestant, each in the order of the rounds. */
export type Samples = ReadonlyMap<string, ReadonlyArray<Sample>>

/** A bound that a row is to show: on the median of the ratios to a contestant of the row, or on the median itself. */
export interface Goal {
  readonly contestant: string
  readonly atMost: number
  /** The contestant that is divided by; without it the bound is in the unit of the row. */
  readonly timesOf?: string
}

/** Where a row stands on the page. */
export type Chapter =
  | "calls over HTTP"
  | "calls over stdio"
  | "lists, sizes and streams"
  | "sessions and memory"
  | "clients"
  | "start and size"
  | "types"

/** A row of the page. */
export interface Row {
  /** For example `http-session-32`. */
  readonly name: string
  readonly chapter: Chapter
  /** What is done once for each unit, in a sentence. */
  readonly about: string
  /** For example `CPU µs a request`, `KiB`, `ms`. */
  readonly unit: string
  /** The contestant that is 1.00. */
  readonly reference: string
  readonly goals: ReadonlyArray<Goal>
}

/** How much of a trial is run. */
export interface Pace {
  /** How many of its rounds: 1 is what the whole run of `npm run bench` takes. */
  readonly scale: number
  /** The rows that are wanted; a trial may leave out others. */
  readonly wants: (row: Row) => boolean
}

/** Rows that are measured together. */
export interface Trial {
  readonly rows: ReadonlyArray<Row>
  /** The samples of each row, by its name. It rejects when anybody answers anything wrong. */
  readonly run: (pace: Pace) => Promise<ReadonlyMap<string, Samples>>
}
