/** Axes: where a multiple lies, and where lines are drawn. */

/** An axis from `from` to `to`, on which the multiple `origin` is where bars begin. */
export interface Scale {
  readonly isLogarithmic: boolean
  readonly origin: number
  readonly ticks: ReadonlyArray<number>
  /** The place of a multiple, from 0 to 1; what lies beyond either end is at the end. */
  readonly place: (multiple: number) => number
}

const clamp = (share: number): number => Math.min(1, Math.max(0, share))

const nice = [
  0.01,
  0.02,
  0.05,
  0.1,
  0.2,
  0.5,
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  1_000,
  2_000,
  5_000,
  10_000,
  20_000,
  50_000,
  100_000
]

const logarithmicBetween = (from: number, most: number): Scale => {
  const place = (multiple: number): number => clamp(Math.log(multiple / from) / Math.log(most / from))
  const inside = nice.filter((tick) => tick >= from && tick <= most)
  // Where there is much to go through, powers of ten are enough.
  const ticks = inside.length > 7 ? inside.filter((tick) => Number.isInteger(Math.log10(tick))) : inside
  return { isLogarithmic: true, origin: 1, ticks, place }
}

const logarithmic = (least: number, most: number): Scale => logarithmicBetween(Math.min(least, 1), most)

const linear = (most: number): Scale => {
  const step = nice.find((step) => most / step <= 6) ?? most
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step)
  return { isLogarithmic: false, origin: 0, ticks, place: (multiple) => clamp(multiple / most) }
}

/** How many times the least the greatest may be on a linear axis, before there is nothing to see of the least. */
const linearMax = 6

/** The same for figures, whose sizes are looked at one by one. */
const figuresMax = 20

/**
 * An axis for these multiples, which are positive: linear from 0 when all are of one size, else logarithmic, where bars
 * begin at 1 and go to the left for what is less than the reference.
 */
export const scaleFor = (multiples: ReadonlyArray<number>): Scale => {
  const most = Math.max(1, ...multiples) * 1.1
  return most <= linearMax ? linear(most) : logarithmic(Math.min(1, ...multiples) * 0.9, most)
}

/** An axis for figures of any unit: from 0, or logarithmic from below the least where they are of many sizes. */
export const scaleOfFigures = (figures: ReadonlyArray<number>): Scale => {
  const [least, most] = [Math.min(...figures), Math.max(...figures) * 1.1]
  if (most <= least * figuresMax) return linear(most)
  return { ...logarithmicBetween(least / 2, most), origin: least / 2 }
}

/** An axis on which every multiple stands by its logarithm. */
export const logarithmicFor = (multiples: ReadonlyArray<number>): Scale =>
  logarithmic(Math.min(1, ...multiples) * 0.85, Math.max(2, ...multiples) * 1.15)
