/** Numbers and tables as text. */
import type { Spread } from "../measure/Statistics.ts"

/** A number in about three digits. */
export const number = (value: number): string => {
  const size = Math.abs(value)
  if (size >= 1_000) return Math.round(value).toLocaleString("en-US")
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0)
}

/** A median with its extremes. */
export const range = ({ max, median, min }: Spread): string =>
  max === min ? number(median) : `${number(median)} (${number(min)}–${number(max)})`

/** Cells, in rows; the first row has the headings. */
export type Cells = ReadonlyArray<ReadonlyArray<string>>

/** Which columns are text, and so begin at the left. */
type IsText = (column: number) => boolean

const aligned = (cells: Cells, isText: IsText): Cells => {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(3, ...cells.map((row) => (row[column] ?? "").length)))
  return cells.map((row) =>
    row.map((cell, column) => isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))
  )
}

/** A table for a terminal. */
export const plainTable = (cells: Cells, isText: IsText): string =>
  aligned(cells, isText).map((row) => row.join("  ").trimEnd()).join("\n")

/** A table for a page. */
export const markdownTable = (cells: Cells, isText: IsText): string => {
  const [head = [], ...body] = aligned(cells, isText)
  const rule = head.map(({ length }, column) => isText(column) ? "-".repeat(length) : `${"-".repeat(length - 1)}:`)
  return [head, rule, ...body].map((row) => `| ${row.join(" | ")} |`).join("\n")
}
