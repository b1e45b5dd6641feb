/** Comparisons and verdicts as tables, for a terminal and for the page. */
import type { Goal } from "../Trial.ts"
import type { Comparison, Line, Verdict } from "./Comparison.ts"
import * as Format from "./Format.ts"

const headings = ({ row }: Comparison, hasWall: boolean): ReadonlyArray<string> => [
  "",
  row.unit,
  `× ${row.reference} (min–max)`,
  ...hasWall ? ["requests/s", "p50 ms", "p99 ms"] : []
]

const wallCells = (wall: Line["wall"]): ReadonlyArray<string> =>
  wall === undefined
    ? ["", "", ""]
    : [Format.number(wall.requestsPerSecond), wall.p50Millis.toFixed(3), wall.p99Millis.toFixed(3)]

const cellsOf = (comparison: Comparison): Format.Cells => {
  const hasWall = comparison.lines.some(({ wall }) => wall !== undefined)
  const lines = comparison.lines.map(({ contestant, ratio, value, wall }) => [
    contestant,
    Format.number(value.median),
    ratio === undefined ? "" : Format.range(ratio),
    ...hasWall ? wallCells(wall) : []
  ])
  return [headings(comparison, hasWall), ...lines]
}

const isFirst = (column: number): boolean => column === 0

/** What a goal demands, in words. */
export const demand = ({ atMost, timesOf }: Goal, unit: string): string => {
  if (timesOf === undefined) return `at most ${Format.number(atMost)} ${unit}`
  return atMost === 1 ? `no more than ${timesOf}` : `at most ${Format.number(atMost)} × ${timesOf}`
}

/** Whether a goal is met, in words. */
export const outcome = ({ figure, met }: Verdict): string =>
  figure === undefined ? "not measured" : met ? "met" : "missed"

const goalLine = (verdict: Verdict): string => {
  const { figure, goal, row } = verdict
  const shown = figure === undefined ? "" : `: ${Format.range(figure)}`
  return `  ${goal.contestant}, ${demand(goal, row.unit)}${shown}, ${outcome(verdict)}`
}

/** A row for a terminal: its name, its table, its goals. */
export const terminal = (comparison: Comparison): string =>
  [
    `${comparison.row.name}: ${comparison.row.about}`,
    Format.plainTable(cellsOf(comparison), isFirst),
    ...comparison.verdicts.map(goalLine)
  ].join("\n")

/** A row for the page, without its name. */
export const page = (comparison: Comparison): string =>
  Format.markdownTable(
    cellsOf(comparison).map(([name = "", ...rest], index) => [index === 0 ? name : `\`${name}\``, ...rest]),
    isFirst
  )

/** All goals for the page, the missed ones marked. */
export const goals = (verdicts: ReadonlyArray<Verdict>): string =>
  Format.markdownTable([
    ["row", "whose", "goal", "figure (min–max)", ""],
    ...verdicts.map((verdict) => [
      `\`${verdict.row.name}\``,
      verdict.goal.contestant,
      demand(verdict.goal, verdict.row.unit),
      verdict.figure === undefined ? "" : Format.range(verdict.figure),
      verdict.met ? "met" : `**${outcome(verdict)}**`
    ])
  ], (column) => column !== 3)
