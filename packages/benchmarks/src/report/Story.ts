/** The few rows that stand for the rest, and the toolkits in them side by side: what the page begins with. */
import type { Comparison } from "./Comparison.ts"
import { type Toolkit, toolkits } from "./Contestants.ts"
import * as Format from "./Format.ts"
import { type Entry, type FigureOf, marksOf, multiple } from "./Glance.ts"

/** A row by its name, with what it is called in few words. */
type Chosen = ReadonlyArray<readonly [name: string, label: string]>

/** What is drawn and told as multiples. */
const asMultiples: Chosen = [
  ["http-session-32", "call over HTTP, in a session"],
  ["http-stateless-32", "call over HTTP, stateless"],
  ["http-stateless-sse-32", "answer as an event stream"],
  ["http-list-32", "list of 102 tools"],
  ["session-churn-8", "session opened, used, closed"],
  ["stdio-session-64", "call over stdio, in a session"],
  ["stdio-stateless-64", "call over stdio, stateless"],
  ["in-process", "call in the same process"],
  ["client-32", "call as the client sees it"],
  ["start-bundle", "start of a bundled server"]
]

/** What is told in its own unit. */
const asFigures: Chosen = [
  ["idle-session-heap", "idle session, heap"],
  ["idle-session-rss", "idle session, memory"],
  ["bundle-stdio-server", "bundle of a server over stdio"]
]

/** The names of all of them. */
export const chosenNames: ReadonlyArray<string> = [...asMultiples, ...asFigures].map(([name]) => name)

const find = (comparisons: ReadonlyArray<Comparison>, chosen: Chosen): ReadonlyArray<Entry> =>
  chosen.flatMap(([name, label]) => {
    const comparison = comparisons.find(({ row }) => row.name === name)
    return comparison === undefined ? [] : [{ label, comparison }]
  })

/** What is drawn, as far as it was measured. */
export const entriesOf = (comparisons: ReadonlyArray<Comparison>): ReadonlyArray<Entry> =>
  find(comparisons, asMultiples)

interface Told {
  readonly label: string
  readonly values: ReadonlyMap<Toolkit, number>
  readonly unit: string
}

const tell = ({ comparison, label }: Entry, figureOf: FigureOf, unit: string): Told => ({
  label,
  values: new Map(marksOf(comparison, figureOf).map(({ figure, toolkit }) => [toolkit, figure])),
  unit
})

const lineOf = ({ label, unit, values }: Told, present: ReadonlyArray<Toolkit>): ReadonlyArray<string> => {
  const least = Math.min(...values.values())
  const cells = present.map((toolkit) => {
    const value = values.get(toolkit)
    if (value === undefined) return ""
    return value === least ? `**${Format.number(value)}**` : Format.number(value)
  })
  return [label, ...cells, unit]
}

/** The drawing in numbers, and more of them; the best of each line is bold. */
export const table = (comparisons: ReadonlyArray<Comparison>): string => {
  const told = [
    ...entriesOf(comparisons).map((entry) => tell(entry, multiple, `× ${entry.comparison.row.reference}`)),
    ...find(comparisons, asFigures).map((entry) => tell(entry, ({ value }) => value.median, entry.comparison.row.unit))
  ]
  const present = toolkits.filter((toolkit) => told.some(({ values }) => values.has(toolkit)))
  return Format.markdownTable(
    [["", ...present.map(({ title }) => title), ""], ...told.map((line) => lineOf(line, present))],
    (column) => column === 0 || column > present.length
  )
}
