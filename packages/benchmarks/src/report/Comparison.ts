/**
 * What the samples of a row say: how each contestant compares with the reference, and whether the row's goals are met.
 * Ratios are taken round by round, since what disturbs the machine in a round is likely to disturb all who run in it;
 * only then comes the median.
 */
import { median, ratios, type Spread, spread } from "../measure/Statistics.ts"
import type { Goal, Row, Sample, Samples } from "../Trial.ts"
import { type Kind, kindOf } from "./Contestants.ts"

/** What one contestant showed, as medians over its rounds. */
export interface Line {
  readonly contestant: string
  readonly kind: Kind
  /** In the unit of the row. */
  readonly value: Spread
  /** As a multiple of the reference; absent where the reference was not measured. */
  readonly ratio: Spread | undefined
  readonly wall: Sample["wall"]
}

/** What became of a goal. */
export interface Verdict {
  readonly row: Row
  readonly goal: Goal
  /** Absent when whom it is about was not measured. */
  readonly figure: Spread | undefined
  readonly met: boolean
}

/** A row, judged. */
export interface Comparison {
  readonly row: Row
  readonly rounds: number
  /** Whether it compares toolkits with each other and nothing else, so that the figures say more than their ratios. */
  readonly isAbsolute: boolean
  readonly lines: ReadonlyArray<Line>
  readonly verdicts: ReadonlyArray<Verdict>
}

const valuesOf = (samples: ReadonlyArray<Sample>): ReadonlyArray<number> => samples.map(({ value }) => value)

/** Ratios by round; to the median of the other's, where the two were not measured equally often. */
const ratiosOf = (own: ReadonlyArray<number>, other: ReadonlyArray<number>): ReadonlyArray<number> =>
  own.length === other.length ? ratios(own, other) : own.map((value) => value / median(other))

const spreadOver = (own: ReadonlyArray<Sample>, other: ReadonlyArray<Sample> | undefined): Spread | undefined =>
  other === undefined || other.length === 0 ? undefined : spread(ratiosOf(valuesOf(own), valuesOf(other)))

const wallOf = (samples: ReadonlyArray<Sample>): Sample["wall"] => {
  const walls = samples.flatMap(({ wall }) => wall === undefined ? [] : [wall])
  if (walls.length === 0) return undefined
  return {
    requestsPerSecond: median(walls.map(({ requestsPerSecond }) => requestsPerSecond)),
    p50Millis: median(walls.map(({ p50Millis }) => p50Millis)),
    p99Millis: median(walls.map(({ p99Millis }) => p99Millis))
  }
}

/** Goals are given in two decimals, and so are figures held to them. */
const isWithin = ({ median }: Spread, atMost: number): boolean => Number(median.toFixed(2)) <= atMost

const judge = (row: Row, goal: Goal, samples: Samples): Verdict => {
  const own = samples.get(goal.contestant)
  const figure = own === undefined
    ? undefined
    : goal.timesOf === undefined
    ? spread(valuesOf(own))
    : spreadOver(own, samples.get(goal.timesOf))
  return { row, goal, figure, met: figure !== undefined && isWithin(figure, goal.atMost) }
}

const order: ReadonlyArray<Kind> = ["reference", "ours", "peer"]

const byKind = (left: Line, right: Line): number => order.indexOf(left.kind) - order.indexOf(right.kind)

const isAbsolute = (row: Row, lines: ReadonlyArray<Line>): boolean =>
  lines.every(({ kind, ratio }) => kind !== "reference" || ratio === undefined) &&
  (lines.some(({ kind }) => kind === "peer") || !lines.some(({ contestant }) => contestant === row.reference))

/** Judges a row. */
export const compare = (row: Row, samples: Samples): Comparison => {
  const lines = Array.from(samples, ([contestant, own]): Line => ({
    contestant,
    kind: kindOf(contestant, row),
    value: spread(valuesOf(own)),
    ratio: spreadOver(own, samples.get(row.reference)),
    wall: wallOf(own)
  })).toSorted(byKind)
  return {
    row,
    rounds: Math.max(0, ...Array.from(samples.values(), ({ length }) => length)),
    isAbsolute: isAbsolute(row, lines),
    lines,
    verdicts: row.goals.map((goal) => judge(row, goal, samples))
  }
}
