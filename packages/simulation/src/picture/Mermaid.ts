/**
 * A conversation as the text of a Mermaid sequence diagram, for where that is drawn: Markdown on the web, notes, pull
 * requests. It is in the order of sending; how long something took is said in words, for Mermaid's arrows are level.
 *
 * @since 0.1.0
 */
import type { Arrow, Kind, Lane, Mark, Sequence, Span } from "./Sequence.ts"
import { brief } from "./Sequence.ts"

/**
 * What is drawn, and how much of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface MermaidOptions {
  /**
   * How many lines there are at most; what is left out at the end is said there. Default: 400. There are fewer where they would
   * be more text than Mermaid reads.
   */
  readonly linesMax?: number
  /** What takes less long than this, in milliseconds, is not said to have taken any time. Default: 50. */
  readonly slowMillis?: number
}

const labelCharactersMax = 70

/**
 * Letters, digits and what means nothing to Mermaid are written as they are, everything else by its number: so no text is
 * an end of line, a comment, a directive, an entity, or markup of the page that it is drawn on. Mermaid wants some text.
 */
const escape = (text: string): string =>
  (brief(text, labelCharactersMax) || "…").replace(
    /[^\p{L}\p{M}\p{N} _/.,()'=+·–…×-]/gu,
    (character) => `#${character.codePointAt(0) ?? 32};`
  )

const lineOf: Record<Kind, string> = {
  request: "->>",
  response: "-->>",
  error: "-->>",
  notification: "-)",
  head: "-->",
  other: "->>"
}

const duration = (millis: number): string => millis >= 1000 ? `${Math.round(millis / 100) / 10} s` : `${millis} ms`

/** The arrow of Mermaid, and what is said of its fate. */
const fateOf = (arrow: Arrow, slowMillis: number): { readonly line: string; readonly fate: string } => {
  if (arrow.lost !== undefined) return { line: "-x", fate: ` (lost: ${arrow.lost.why})` }
  const [first] = arrow.arrivals
  if (first === undefined) return { line: "-x", fate: " (under way at the end)" }
  const tookMillis = first.atMillis - arrow.sent.atMillis
  const times = arrow.arrivals.length
  const took = tookMillis < slowMillis ? "" : ` (took ${duration(tookMillis)})`
  const line = lineOf[arrow.kind]
  return { line, fate: `${took}${times > 1 ? ` (arrives ${times} times)` : ""}` }
}

interface Line {
  readonly order: number
  readonly text: string
}

const spanLines = (span: Span, alias: (name: string) => string): ReadonlyArray<Line> => {
  const note = (text: string): string => `Note over ${alias(span.lane)}: ${escape(text)}`
  const lines = [{ order: span.from.order, text: note(`begins ${span.label}`) }]
  if (span.to !== undefined) {
    lines.push({ order: span.to.order, text: note(`${span.label}: ${span.outcome ?? "ends"}`) })
  }
  return lines
}

const markLine = (mark: Mark, place: string, alias: (name: string) => string): Line => ({
  order: mark.at.order,
  text: `Note over ${mark.lane === undefined ? place : alias(mark.lane)}: ${escape(mark.label)}`
})

const linesOf = (sequence: Sequence, slowMillis: number): ReadonlyArray<Line> => {
  const aliases = new Map(sequence.lanes.map(({ name }, index) => [name, `p${index}`]))
  const alias = (name: string): string => aliases.get(name) ?? "p0"
  const everybody = sequence.lanes.length > 1 ? `p0,p${sequence.lanes.length - 1}` : "p0"
  const arrows = sequence.arrows.map((arrow): Line => {
    const { fate, line } = fateOf(arrow, slowMillis)
    const text = `${escape(arrow.label)}${fate === "" ? "" : ` ${escape(fate)}`}`
    return { order: arrow.sent.order, text: `${alias(arrow.from)}${line}${alias(arrow.to)}: ${text}` }
  })
  const bands = sequence.bands.flatMap((band) => {
    const [first, ...others] = band.lanes
    const last = others.at(-1)
    const place = first === undefined ? everybody : `${alias(first)}${last === undefined ? "" : `,${alias(last)}`}`
    const note = (text: string): string => `Note over ${place}: ${escape(text)}`
    const strikes = { order: band.from.order, text: note(`fault on ${band.on}: ${band.label}`) }
    return band.to === undefined || band.to.order === band.from.order
      ? [strikes]
      : [strikes, { order: band.to.order, text: note(`over on ${band.on}: ${band.label}`) }]
  })
  const marks = sequence.marks.filter(({ kind }) => kind !== "opened" && kind !== "closed")
    .map((mark) => markLine(mark, everybody, alias))
  const spans = sequence.spans.flatMap((span) => spanLines(span, alias))
  return [...arrows, ...bands, ...marks, ...spans].toSorted((left, right) => left.order - right.order)
}

/** What Mermaid reads at most, with some room: it draws nothing of what is longer. */
const charactersMax = 48_000

/** The lines from the first on that may be there. */
const fitting = (lines: ReadonlyArray<Line>, linesMax: number, charactersMax: number): ReadonlyArray<string> => {
  let characters = 0
  const shown: Array<string> = []
  for (const { text } of lines.slice(0, linesMax)) {
    const line = `  ${text}`
    characters += line.length + 1
    if (characters > charactersMax) break
    shown.push(line)
  }
  return shown
}

const participant = ({ name, side }: Lane, index: number): string =>
  `  ${side === "client" ? "actor" : "participant"} p${index} as ${escape(name)}`

/**
 * The text of the diagram. Names and messages are escaped, whatever is in them.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (sequence: Sequence, options: MermaidOptions = {}): string => {
  const { linesMax = 400, slowMillis = 50 } = options
  if (sequence.lanes.length === 0) return "sequenceDiagram\n  participant p0 as nobody\n"
  const lines = linesOf(sequence, slowMillis)
  const participants = sequence.lanes.map(participant)
  const shown = fitting(lines, linesMax, charactersMax - participants.join("\n").length)
  const left = lines.length - shown.length
  const more = left > 0 ? [`  Note over p0: ${left} more`] : []
  return `${["sequenceDiagram", ...participants, ...shown, ...more].join("\n")}\n`
}
