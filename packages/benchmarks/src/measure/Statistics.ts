/**
 * The few statistics that the report needs. Ratios are always taken against the reference of the same round, which a
 * disturbance of the machine is likely to have hit as well; only then is the median taken.
 */

/** A median with the extremes around it. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** The middle value, or the mean of the two in the middle; `NaN` of nothing. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((left, right) => left - right)
  const half = sorted.length / 2
  const upper = sorted[Math.floor(half)] ?? Number.NaN
  return Number.isInteger(half) ? (upper + (sorted[half - 1] ?? Number.NaN)) / 2 : upper
}

/** The median of values, with the least and the greatest of them. */
export const spread = (values: ReadonlyArray<number>): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values)
})

/** The value below or at which the given share (0 to 1) of ascending values lies: nearest rank; `NaN` of nothing. */
export const percentile = (ascending: Float64Array, share: number): number =>
  ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? Number.NaN

/** Each value divided by the reference of the same round. */
export const ratios = (values: ReadonlyArray<number>, references: ReadonlyArray<number>): Array<number> => {
  if (values.length !== references.length) throw new Error("a round lacks its reference")
  return values.map((value, round) => value / (references[round] ?? Number.NaN))
}
