/**
 * Turns samples into the table on stdout and the page of results. Numbers only; it does not measure, and it says
 * nothing about the machine beyond the processor, the number of its cores and the version of Node.
 */
import type { Sample } from "./Rounds.ts"
import { entries, onRouter, routerReference, type Row } from "./Rows.ts"
import { median, ratios, type Spread, spread } from "./Statistics.ts"

/** The samples of one row, by server. */
export interface RowResult {
  readonly row: Row
  readonly samples: ReadonlyMap<string, ReadonlyArray<Sample>>
}

/** The machine and the time of a run. */
export interface Circumstances {
  /** ISO date, without the time. */
  readonly date: string
  readonly processor: string
  readonly cores: number
  readonly node: string
  readonly flags: ReadonlyArray<string>
  readonly rounds: number
}

/** One line of the table, medians over the rounds. */
export interface Line {
  readonly row: string
  readonly server: string
  readonly cpuMicros: number
  /** CPU as a multiple of the row's reference in the same round. */
  readonly ratio: Spread
  /** CPU as a multiple of the router's reference in the same round, for what is mounted on a router. */
  readonly routerRatio: Spread | undefined
  readonly requestsPerSecond: number
  readonly p50Millis: number
  readonly p99Millis: number
}

const cpuOf = (samples: ReadonlyArray<Sample>): Array<number> => samples.map(({ cpuMicros }) => cpuMicros)

/** The lines of one row, in the order of the servers. */
export const linesOf = ({ row, samples }: RowResult): Array<Line> => {
  const reference = cpuOf(samples.get(entries[row.transport][0]?.name ?? "") ?? [])
  const router = samples.get(routerReference)
  return Array.from(samples, ([server, own]) => ({
    row: row.name,
    server,
    cpuMicros: median(cpuOf(own)),
    ratio: spread(ratios(cpuOf(own), reference)),
    routerRatio: router !== undefined && onRouter.has(server) ? spread(ratios(cpuOf(own), cpuOf(router))) : undefined,
    requestsPerSecond: median(own.map((sample) => sample.requestsPerSecond)),
    p50Millis: median(own.map((sample) => sample.p50Millis)),
    p99Millis: median(own.map((sample) => sample.p99Millis))
  }))
}

const decimals = (value: number): string => value.toFixed(value < 9.95 ? 2 : value < 99.5 ? 1 : 0)

const spreadText = ({ max, median, min }: Spread): string => `${decimals(median)} (${decimals(min)}–${decimals(max)})`

const headings = [
  "row",
  "server",
  "CPU µs/request",
  "× raw (min–max)",
  "× router (min–max)",
  "requests/s",
  "p50 ms",
  "p99 ms"
]

const cells = (line: Line): Array<string> => [
  line.row,
  line.server,
  decimals(line.cpuMicros),
  spreadText(line.ratio),
  line.routerRatio === undefined ? "" : spreadText(line.routerRatio),
  String(Math.round(line.requestsPerSecond)),
  line.p50Millis.toFixed(3),
  line.p99Millis.toFixed(3)
]

/** Columns of text: the first two to the left, numbers to the right. */
const aligned = (table: ReadonlyArray<ReadonlyArray<string>>): Array<Array<string>> => {
  const widths = headings.map((_, column) => Math.max(...table.map((line) => (line[column] ?? "").length)))
  return table.map((line) =>
    line.map((cell, column) => column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))
  )
}

/** The table for a terminal. */
export const table = (results: ReadonlyArray<RowResult>): string =>
  aligned([headings, ...results.flatMap(linesOf).map(cells)]).map((line) => line.join("  ").trimEnd()).join("\n")

const markdownTable = (results: ReadonlyArray<RowResult>): string => {
  const [head = [], ...body] = aligned([headings, ...results.flatMap(linesOf).map(cells)])
  const rule = head.map((cell, column) => column < 2 ? "-".repeat(cell.length) : `${"-".repeat(cell.length - 1)}:`)
  return [head, rule, ...body].map((line) => `| ${line.join(" | ")} |`).join("\n")
}

/** The page of results. */
export const markdown = (results: ReadonlyArray<RowResult>, circumstances: Circumstances): string => {
  const { cores, date, flags, node, processor, rounds } = circumstances
  const servers = Object.values(entries).flat().map(({ about, name }) => `- \`${name}\`: ${about}.`)
  return `# Results

Written by \`npm run bench\`; do not edit. Each line is one \`tools/call\` of \`add\` on a server with 102 tools.

- Date: ${date}
- Machine: ${processor}, ${cores} cores; the load generator and the server share them
- Node: ${node}, every server with \`${flags.join(" ")}\`
- Rounds: ${rounds}; medians, with the least and the greatest ratio of all rounds in brackets

${markdownTable(results)}

## How to read it

The headline is the CPU time that the operating system counted for the _server's process_ (user and system, all threads)
per request. \`× raw\` divides it by that of the raw server of the same transport in the same round, \`× router\` by that
of the Effect router's. Requests per second and latencies include the load generator, which shares the machine: they say
how the servers compare here, not what a server can carry. With one call in flight a process sleeps and wakes for every
request; that is counted, is dear on virtual machines, and brings the ratios of these rows closer together. A wide range
in the brackets means that something else used the machine during the run.

Rows are \`<transport>-<era>-<n>\`: \`session\` is 2025-11-25 (one session for each connection), \`stateless\` is 2026-07-28;
\`n\` is the number of connections with one call in flight each, or of calls in flight over stdio. In each row every server
is a fresh process, warmed up first; then the servers take turns, in an order that rotates with the round. Every answer
was verified.

${servers.join("\n")}

## How to run it again

\`\`\`sh
npm run bench                                   # everything; writes this page
npm run bench -- --only http-stateless          # some rows; writes nothing
npm run bench -- --scale 3                      # three times as many rounds
\`\`\`
`
}
