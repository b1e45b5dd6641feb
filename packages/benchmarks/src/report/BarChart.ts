/**
 * The rows of a chapter as bars: a panel for each row, a bar for each contestant, as long as the median of its multiple of
 * the reference, a thin line from its least to its greatest, and a mark where a goal is.
 */
import type { Spread } from "../measure/Statistics.ts"
import type { Comparison, Line } from "./Comparison.ts"
import * as Format from "./Format.ts"
import { type Scale, scaleFor, scaleOfFigures } from "./Scale.ts"
import * as Svg from "./Svg.ts"

const panelWidth = 440
const labelWidth = 118
const plotWidth = 232
const valueGap = 10
const barHeight = 12
const lineHeight = 20
const headHeight = 52
const footHeight = 22
const margin = 14

/** What the bars of a row are measured in: the unit of the row, or multiples of its reference. */
type LengthOf = (line: Line) => Spread

const lengthIn = ({ isAbsolute }: Comparison): LengthOf => ({ ratio, value }) => isAbsolute ? value : ratio ?? value

const bar = (line: Line, length: Spread, scale: Scale, left: number, y: number): ReadonlyArray<string> => {
  const { max, median, min } = length
  const at = (multiple: number): number => left + scale.place(multiple) * plotWidth
  const [start, end] = [at(scale.origin), at(median)]
  const shown = length === line.ratio ? `${Format.number(median)}×` : Format.number(median)
  const kind = line.kind === "ours" ? { class: "strong" } : {}
  return [
    Svg.text(left - 8, y, line.contestant, { "text-anchor": "end", ...kind }),
    Svg.element("rect", {
      x: Math.min(start, end),
      y: y - barHeight / 2,
      width: Math.max(2, Math.abs(end - start)),
      height: barHeight,
      class: line.kind
    }),
    ...max > min ? [Svg.line(at(min), y, at(max), y, "whisker")] : [],
    Svg.text(left + plotWidth + valueGap, y, shown, kind)
  ]
}

const goalMarks = ({ isAbsolute, lines, row, verdicts }: Comparison, scale: Scale, left: number, top: number) =>
  verdicts.flatMap(({ goal }) => {
    const index = lines.findIndex(({ contestant }) => contestant === goal.contestant)
    if (index < 0 || goal.timesOf !== (isAbsolute ? undefined : row.reference)) return []
    const x = left + scale.place(goal.atMost) * plotWidth
    const y = top + index * lineHeight + lineHeight / 2
    return [Svg.line(x, y - 8, x, y + 8, "goal")]
  })

const axis = (isAbsolute: boolean, scale: Scale, left: number, top: number, bottom: number): ReadonlyArray<string> =>
  scale.ticks.flatMap((tick) => {
    const x = left + scale.place(tick) * plotWidth
    return [
      Svg.line(x, top, x, bottom, tick === 1 && !isAbsolute ? "unit" : "grid"),
      Svg.text(x, bottom + 10, String(Number(tick.toPrecision(3))), { "text-anchor": "middle", class: "quiet" })
    ]
  })

const heightOf = ({ lines }: Comparison): number => headHeight + lines.length * lineHeight + footHeight

const panel = (comparison: Comparison, x: number, y: number): ReadonlyArray<string> => {
  const { lines, row } = comparison
  const lengthOf = lengthIn(comparison)
  const lengths = lines.map((line) => lengthOf(line).median)
  const scale = comparison.isAbsolute ? scaleOfFigures(lengths) : scaleFor(lengths)
  const left = x + labelWidth
  const top = y + headHeight
  const bottom = top + lines.length * lineHeight
  const measure = comparison.isAbsolute ? row.unit : `${row.unit}, multiples of ${row.reference}`
  return [
    Svg.text(x + 4, y + 16, row.name, { class: "title" }),
    Svg.text(x + 4, y + 34, `${measure}${scale.isLogarithmic ? ", logarithmic" : ""}`, { class: "quiet" }),
    ...axis(comparison.isAbsolute, scale, left, top, bottom),
    ...lines.flatMap((line, index) =>
      bar(line, lengthOf(line), scale, left, top + index * lineHeight + lineHeight / 2)
    ),
    ...goalMarks(comparison, scale, left, top)
  ]
}

/** The panels in two columns, the first half of them on the left. */
export const draw = (title: string, comparisons: ReadonlyArray<Comparison>): string => {
  const half = Math.ceil(comparisons.length / 2)
  const columns = [comparisons.slice(0, half), comparisons.slice(half)].filter(({ length }) => length > 0)
  const bottoms: Array<number> = []
  const parts = columns.flatMap((column, index) => {
    let y = margin
    const drawn = column.flatMap((comparison) => {
      const top = y
      y += heightOf(comparison) + margin
      return panel(comparison, margin + index * panelWidth, top)
    })
    bottoms.push(y)
    return drawn
  })
  return Svg.document(margin * 2 + columns.length * panelWidth, Math.max(...bottoms), title, parts)
}
