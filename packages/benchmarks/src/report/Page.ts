/**
 * The page of results and its drawings. It begins with what somebody wants to know who chooses between toolkits, goes on
 * with what was promised and whether it is so, and has every figure further down.
 */
import type { Chapter } from "../Trial.ts"
import * as BarChart from "./BarChart.ts"
import type { Circumstances } from "./Circumstances.ts"
import type { Comparison } from "./Comparison.ts"
import { introductions } from "./Contestants.ts"
import * as Glance from "./Glance.ts"
import * as Story from "./Story.ts"
import * as Tables from "./Tables.ts"

/** Files by their path below the package. */
export type Files = ReadonlyMap<string, string>

/** The chapters, in order. */
const chapters: ReadonlyArray<Chapter> = [
  "calls over HTTP",
  "calls over stdio",
  "lists, sizes and streams",
  "sessions and memory",
  "clients",
  "start and size",
  "types"
]

const titleOf = (chapter: Chapter): string => chapter.charAt(0).toUpperCase() + chapter.slice(1)

const drawingOf = (chapter: Chapter): string => `results/${chapter.replaceAll(/\W+/g, "-")}.svg`

const glancePath = "results/at-a-glance.svg"

const runText = ({ cores, date, flags, memoryGiB, minutes, node, processor, scale, system }: Circumstances): string =>
  `${date}, ${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node} (servers with \`${
    flags.join(" ")
  }\`); one run of ${minutes} minutes${scale === 1 ? "" : ` at \`--scale ${scale}\``}`

const head = (comparisons: ReadonlyArray<Comparison>, circumstances: Circumstances): string =>
  `# Results

How much work MCP toolkits do for the same answer. Every figure is a multiple of a reference that was measured in turns with it:
for calls, the CPU time of the smallest program that gives the same answer and checks nothing. 1 is as fast as the
machine, and less is better.

![The toolkits, each at its multiple of the reference, line by line](${glancePath})

${Story.table(comparisons)}

Measured: ${runText(circumstances)}. Written by \`npm run bench\`; do not edit.
`

const goals = (comparisons: ReadonlyArray<Comparison>): string => {
  const verdicts = comparisons.flatMap(({ verdicts }) => verdicts)
  const met = verdicts.filter(({ met }) => met).length
  return `## Goals

What Parley set out to reach, and whether this run shows it: ${met} of ${verdicts.length} do. A figure is the median of its
rounds.

${Tables.goals(verdicts)}
`
}

const rowText = (comparison: Comparison): string =>
  `### ${comparison.row.name}

${comparison.row.about} ${comparison.rounds === 1 ? "One round." : `${comparison.rounds} rounds.`}

${Tables.page(comparison)}
`

const chapterText = (chapter: Chapter, comparisons: ReadonlyArray<Comparison>): string =>
  `## ${titleOf(chapter)}

![${titleOf(chapter)}: a bar for each contestant](${drawingOf(chapter)})

${comparisons.map(rowText).join("\n")}`

const reading = (comparisons: ReadonlyArray<Comparison>): string => {
  const contestants = new Set(comparisons.flatMap(({ lines }) => lines.map(({ contestant }) => contestant)))
  return `## How to read it

- **CPU µs a request** is what the operating system counted for the _server's process_, user and system, all threads:
  collecting garbage and compiling are in it, the load generator is not. It says what a machine can carry, and is the
  headline because it depends least on what else the machine does.
- A **multiple** divides the figure of a contestant by that of the reference in the same round, and the median of the rounds
  counts. In brackets, and as thin lines in the drawings, are the least and the greatest of all rounds; where they
  are far apart, something else used the machine. A red mark in a drawing is a goal.
- Requests per second and latencies include the load generator, which shares the cores: they compare the servers here,
  and are no measure of what a server can do.
- With one call in flight a server falls asleep and wakes up for every call. That is counted too, is dear on virtual
  machines, and brings the contestants of such rows closer together. The load generator does not sleep while it measures:
  otherwise a server would pay for waking it with every answer, and the more so the slower it is.
- Contestants take turns, in an order that changes with the round, each for a fraction of a second, and are kept warm in between.
  **Every answer is checked**; a wrong one ends the run. Peers run as their own documentation shows, and the files in
  \`src/servers\` say which page that is.
- Servers have 102 tools unless a row says otherwise. \`session\` is revision 2025-11-25, or the newest with sessions that a
  peer speaks; \`stateless\` is 2026-07-28, or a peer without sessions. The number at the end of a name is that of connections
  with one call in flight each, or of calls in flight over stdio.

A contestant's name begins with that of its toolkit:

${introductions(contestants).join("\n")}
`
}

const again = `## How to run it again

\`\`\`sh
npm run bench                                # everything; writes this page and its drawings
npm run bench -- --only http-stateless,list  # rows whose names contain either; prints, and writes nothing
npm run bench -- --scale 3                   # three times as many rounds
npm run bench -- --render                    # writes the page again, from the samples of the last whole run
npm run bench -- --explain "HTTP: a call"    # which functions a request calls, and how often
\`\`\`

Quit what else runs on the machine first. Figures of different machines differ, also as multiples: what the operating system
does for a request weighs more or less there. What can be counted without a clock is held by \`npm test\`, within the budgets
in \`budgets.json\`.
`

/** The page, as \`RESULTS.md\`, and its drawings. */
export const filesOf = (comparisons: ReadonlyArray<Comparison>, circumstances: Circumstances): Files => {
  const written = chapters.flatMap((chapter) => {
    const own = comparisons.filter(({ row }) => row.chapter === chapter)
    return own.length === 0 ? [] : [{ chapter, own }]
  })
  const page = [
    head(comparisons, circumstances),
    goals(comparisons),
    ...written.map(({ chapter, own }) => chapterText(chapter, own)),
    reading(comparisons),
    again
  ]
  return new Map([
    ["RESULTS.md", page.join("\n")],
    [glancePath, Glance.draw("The toolkits side by side", Story.entriesOf(comparisons))],
    ...written.map(({ chapter, own }) => [drawingOf(chapter), BarChart.draw(titleOf(chapter), own)] as const)
  ])
}
