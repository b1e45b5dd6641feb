/**
 * The whole field in one drawing: a line for each of a few rows, and on it a mark for each toolkit, at its multiple of the
 * reference. Of several ways to run a toolkit the cheapest is shown, of ours the one that the row has a goal for.
 */
import type { Comparison, Line } from "./Comparison.ts"
import { type Toolkit, toolkitOf, toolkits } from "./Contestants.ts"
import * as Format from "./Format.ts"
import { logarithmicFor, type Scale } from "./Scale.ts"
import * as Svg from "./Svg.ts"

/** A row, and what it is called in few words. */
export interface Entry {
  readonly label: string
  readonly comparison: Comparison
}

/** The figure of a toolkit in a row. */
export interface Mark {
  readonly toolkit: Toolkit
  readonly figure: number
}

/** Which figure of a line: its multiple of the reference, or its value in the unit of the row. */
export type FigureOf = (line: Line) => number | undefined

/** The multiple of the reference. */
export const multiple: FigureOf = ({ ratio }) => ratio?.median

const figuresOf = ({ lines, verdicts }: Comparison, toolkit: Toolkit, figureOf: FigureOf): ReadonlyArray<number> => {
  const own = lines.filter(({ contestant }) => toolkitOf(contestant) === toolkit)
  const aimed = own.filter(({ contestant }) => verdicts[0]?.goal.contestant === contestant)
  return (aimed.length > 0 ? aimed : own).flatMap((line) => figureOf(line) ?? [])
}

/** The marks of a row, one for each toolkit that took part. */
export const marksOf = (comparison: Comparison, figureOf: FigureOf): ReadonlyArray<Mark> =>
  toolkits.flatMap((toolkit) => {
    const figures = figuresOf(comparison, toolkit, figureOf)
    return figures.length === 0 ? [] : [{ toolkit, figure: Math.min(...figures) }]
  })

const width = 908
const left = 250
const plotWidth = 560
const top = 64
const lineHeight = 30

/** A shape of its own for each toolkit, so that colour is not needed to tell them apart. */
const shape = (toolkit: Toolkit, x: number, y: number): string => {
  const index = toolkits.indexOf(toolkit)
  const kind = `toolkit${index}`
  const polygon = (...points: ReadonlyArray<readonly [number, number]>): string =>
    Svg.element("polygon", {
      points: points.map(([dx, dy]) => `${(x + dx).toFixed(1)},${y + dy}`).join(" "),
      class: kind
    })
  switch (index) {
    case 0:
      return Svg.element("circle", { cx: x, cy: y, r: 7, class: kind })
    case 1:
      return polygon([0, -6.5], [6, 4.5], [-6, 4.5])
    case 2:
      return Svg.element("rect", { x: x - 5, y: y - 5, width: 10, height: 10, class: kind })
    case 3:
      return polygon([0, -6.5], [6.5, 0], [0, 6.5], [-6.5, 0])
    case 4:
      return polygon([-6, -4.5], [6, -4.5], [0, 6.5])
    default:
      return polygon([-2, -6], [2, -6], [2, -2], [6, -2], [6, 2], [2, 2], [2, 6], [-2, 6], [-2, 2], [-6, 2], [-6, -2], [
        -2,
        -2
      ])
  }
}

const legend = (present: ReadonlyArray<Toolkit>): ReadonlyArray<string> =>
  present.flatMap((toolkit, index) => {
    const x = left + index * 98
    return [shape(toolkit, x, 22), Svg.text(x + 13, 22, toolkit.title, index === 0 ? { class: "strong" } : {})]
  })

const row = ({ comparison, label }: Entry, scale: Scale, y: number): ReadonlyArray<string> => {
  const at = (multiple: number): number => left + scale.place(multiple) * plotWidth
  const marks = marksOf(comparison, multiple)
  const ours = marks.find(({ toolkit }) => toolkit === toolkits[0])
  return [
    Svg.text(left - 14, y, label, { "text-anchor": "end" }),
    Svg.line(left, y, left + plotWidth, y, "grid"),
    // Ours is drawn last, over the others.
    ...marks.toReversed().map(({ figure, toolkit }) => shape(toolkit, at(figure), y)),
    ...ours === undefined
      ? []
      : [Svg.text(width - 16, y, `${Format.number(ours.figure)}×`, { "text-anchor": "end", class: "strong" })]
  ]
}

/** The drawing. */
export const draw = (title: string, entries: ReadonlyArray<Entry>): string => {
  const marks = entries.flatMap(({ comparison }) => marksOf(comparison, multiple))
  const scale = logarithmicFor(marks.map(({ figure }) => figure))
  const present = toolkits.filter((toolkit) => marks.some((mark) => mark.toolkit === toolkit))
  const bottom = top + entries.length * lineHeight
  const ticks = scale.ticks.flatMap((tick) => {
    const x = left + scale.place(tick) * plotWidth
    return [
      Svg.line(x, top - 8, x, bottom, tick === 1 ? "unit" : "grid"),
      Svg.text(x, top - 18, `${tick}×`, { "text-anchor": "middle", class: "quiet" })
    ]
  })
  return Svg.document(width, bottom + 16, title, [
    ...legend(present),
    Svg.text(width - 16, top - 18, toolkits[0]?.title ?? "", { "text-anchor": "end", class: "quiet" }),
    ...ticks,
    ...entries.flatMap((entry, index) => row(entry, scale, top + index * lineHeight + lineHeight / 2))
  ])
}
