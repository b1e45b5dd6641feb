/**
 * A sequence diagram as SVG: what is drawn of each arrow, span, band and mark. Names and messages are data here, and are
 * escaped wherever they are put.
 *
 * @since 0.1.0
 */
import type { Layout } from "./Layout.ts"
import { bandX, gapOf, place } from "./Layout.ts"
import type { Arrow, Band, Lane, Mark, Point, Sequence, Span } from "./Sequence.ts"
import { brief } from "./Sequence.ts"

/**
 * Something that can be looked at: what the page says of it, and by what it is found.
 *
 * @category models
 * @since 0.1.0
 */
export interface Item {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly facts: ReadonlyArray<readonly [name: string, value: string]>
  /** Text as it was sent, or plain data, as JSON. */
  readonly text: string
  readonly rows: ReadonlyArray<number>
  readonly lanes: ReadonlyArray<number>
  readonly group: string | undefined
  readonly svg: string
}

/**
 * Escapes a text for HTML and SVG, in elements and in attributes between quotes. What neither may contain is left out.
 *
 * @category rendering
 * @since 0.1.0
 */
export const escape = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd").replace(
    /[&<>"'`]/g,
    (character) => `&#${character.charCodeAt(0)};`
  )

/**
 * A time for people.
 *
 * @category rendering
 * @since 0.1.0
 */
export const time = (millis: number): string => {
  const rounded = Math.round(millis * 10) / 10
  if (rounded < 1000) return `${rounded} ms`
  return `${(rounded / 1000).toFixed(3)} s`
}

/** Shown at most of a text in the panel, in characters. */
const shownCharactersMax = 20_000

const shown = (text: string): string =>
  text.length <= shownCharactersMax
    ? text
    : `${text.slice(0, shownCharactersMax)}\n… and ${text.length - shownCharactersMax} characters more`

/** Draws on one layout. */
interface Pen {
  readonly layout: Layout
  readonly laneOf: (name: string) => number
  readonly path: (className: string, template: string, more?: string) => string
  readonly at: (className: string, template: string, content: string) => string
}

const pen = (sequence: Sequence, layout: Layout): Pen => {
  const index = new Map(sequence.lanes.map(({ name }, index) => [name, index]))
  return {
    layout,
    laneOf: (name) => index.get(name) ?? 0,
    path: (className, template, more = "") =>
      `<path class="${className}" data-d="${template}" d="${place(template, layout.xs, layout.ys)}"${more}/>`,
    at: (className, template, content) =>
      `<g class="${className}" data-t="${template}" transform="translate(${
        place(template, layout.xs, layout.ys)
      })">${content}</g>`
  }
}

/** How wide a character of a label is, in pixels, a little rounded up. */
const characterWidth = 7.3

/** A label, on a ground of its own: lines that go through it would make it hard to read. */
const words = (text: string, charactersMax: number, anchor: "start" | "end" = "start"): string => {
  const label = brief(text, charactersMax)
  const width = Math.round([...label].length * characterWidth) + 4
  const x = anchor === "start" ? -2 : 2 - width
  return `<rect x="${x}" y="-10" width="${width}" height="13"/><text text-anchor="${anchor}">${escape(label)}</text>`
}

/** What is around everything that can be looked at. */
const itemSvg = (className: string, id: string, label: string, content: string): string =>
  `<g class="item ${className}" id="${id}" tabindex="-1" role="button" aria-label="${
    escape(brief(label, 200))
  }">${content}</g>`

const fateOf = ({ arrivals, lost, sent }: Arrow): string => {
  if (lost !== undefined) return `lost: ${lost.why}`
  if (arrivals.length === 0) return "under way at the end"
  const times = arrivals.map(({ atMillis }) => `${time(atMillis)}, after ${time(atMillis - sent.atMillis)}`)
  return times.join(" and again ")
}

/** Where an arrow goes, in templates: what does not arrive ends near its sender, whichever lane it was for. */
interface Course {
  readonly isRight: boolean
  readonly isGone: boolean
  readonly rows: ReadonlyArray<number>
  readonly lanes: readonly [number, number]
  readonly lines: ReadonlyArray<string>
  readonly end: string
}

const courseOf = ({ laneOf, layout }: Pen, { arrivals, from, lost, sent, to }: Arrow): Course => {
  const lanes = [laneOf(from), laneOf(to)] as const
  const [x1, x2] = lanes
  const row = layout.rowOf(sent)
  const isRight = x2 >= x1
  const isGone = arrivals.length === 0
  const start = `M#${x1}${isRight ? "+5" : "-5"} @${row}`
  if (isGone) {
    const lostRow = lost === undefined ? row : layout.rowOf(lost)
    const end = `#${x1}${isRight ? "+120" : "-120"} @${lostRow}+7`
    return { isRight, isGone, rows: [row, lostRow], lanes, lines: [`${start}L${end}`], end }
  }
  const ends = arrivals.map(layout.rowOf)
  const lines = ends.map((end) =>
    x1 === x2
      ? `${start}H#${x1}+44V@${end}+10L#${x1}+7 @${end}+10`
      : `${start}L#${x2}${isRight ? "-6" : "+6"} @${end}`
  )
  return { isRight, isGone, rows: [row, ...ends], lanes, lines, end: "" }
}

const lostSign = `<path d="M-5-5L5 5M-5 5L5-5"/>`

const arrowSvg = (pen: Pen, arrow: Arrow, course: Course): string => {
  const { end, isGone, isRight, lanes: [x1, x2], lines } = course
  const head = isGone ? "" : ` marker-end="url(#end-${arrow.kind})"`
  const drawn = lines.map((line, index) =>
    `${pen.path("hit", line)}${pen.path(index > 0 ? "line again" : "line", line, head)}`
  )
  const isLost = arrow.lost !== undefined
  const sign = isGone ? pen.at(isLost ? "cross" : "open", end, isLost ? lostSign : `<circle r="4"/>`) : ""
  const room = Math.abs((pen.layout.xs[x2] ?? 0) - (pen.layout.xs[x1] ?? 0)) - 30
  const label = words(arrow.label, Math.max(16, Math.floor(room / characterWidth)), isRight ? "start" : "end")
  return `${drawn.join("")}${sign}${
    pen.at("label", `#${x1}${isRight ? "+13" : "-13"} @${course.rows[0] ?? 0}-5`, label)
  }`
}

const arrowItem = (pen: Pen, arrow: Arrow): Item => {
  const { facts, from, group, id, kind, label, lost, sent, text, to, via } = arrow
  const course = courseOf(pen, arrow)
  const { isGone, lanes, rows } = course
  const fate = fateOf(arrow)
  const classes = `arrow ${kind}${isGone ? " gone" : ""}${lost === undefined ? "" : " lost"}`
  const spoken = `${kind} ${brief(label, 60)}, from ${brief(from, 30)} to ${brief(to, 30)}, sent at ${
    time(sent.atMillis)
  }`
  return {
    id,
    kind,
    title: label,
    facts: [
      ["from", `${from} → ${to}`],
      ["sent", time(sent.atMillis)],
      [isGone ? "fate" : "arrived", fate],
      ...(via === undefined ? [] : [["over", via] as const]),
      ...facts
    ],
    text: shown(text),
    rows,
    lanes: [...new Set(lanes)],
    group,
    svg: itemSvg(classes, id, `${spoken}, ${isGone ? fate : `arrived at ${fate}`}`, arrowSvg(pen, arrow, course))
  }
}

const outcomes = { Success: "succeeds", Failure: "fails", Interrupted: "is given up", Defect: "dies" } as const

const jsonOf = (value: unknown): string => JSON.stringify(value) ?? ""

const spanItem = (pen: Pen, span: Span, index: number): Item => {
  const { layout } = pen
  const lane = pen.laneOf(span.lane)
  const column = layout.spanColumns[index] ?? 0
  const [first, last] = [
    layout.rowOf(span.from),
    span.to === undefined ? layout.rows.length - 1 : layout.rowOf(span.to)
  ]
  const x = `#${lane}-${7 + column * 7}`
  const state = span.outcome ?? "open"
  const label = `${span.label} ${span.outcome === undefined ? "was not over at the end" : outcomes[span.outcome]}`
  const d = `M${x} @${first}L${x} @${last}`
  const took = span.to === undefined ? "" : time(span.to.atMillis - span.from.atMillis)
  return {
    id: `s${index}`,
    kind: "call",
    title: span.label,
    facts: [
      ["who", span.lane],
      ["began", time(span.from.atMillis)],
      ["outcome", span.outcome ?? "not over at the end"],
      ...(took === "" ? [] : [["took", took] as const]),
      ...(span.mayHaveRun === undefined ? [] : [["may have run", span.mayHaveRun ? "yes" : "no"] as const])
    ],
    text: shown(jsonOf({ input: span.input, ...(span.to === undefined ? {} : { outcome: span.detail }) })),
    rows: span.to === undefined ? [first] : [first, last],
    lanes: [lane],
    group: span.group,
    svg: itemSvg(
      `span ${state}`,
      `s${index}`,
      label,
      `${pen.path("hit", d)}${pen.path("bar", d)}${
        pen.at("label", `#${lane}-${16 + column * 7} @${first}+4`, words(span.label, 20, "end"))
      }`
    )
  }
}

/** How wide the strip of a band is, beside its lane or around it. */
const stripWidth = 13

const bandItem = (pen: Pen, band: Band, index: number): Item => {
  const { bandColumns, rowOf, rows: { length } } = pen.layout
  const rows = [rowOf(band.from), band.to === undefined ? length - 1 : rowOf(band.to)]
  const [first = 0, last = 0] = rows
  const lanes = band.lanes.map(pen.laneOf).toSorted((left, right) => left - right)
  const box = (className: string, left: string, right: string): string =>
    pen.path(className, `M${left} @${first}L${right} @${first}L${right} @${last}L${left} @${last}Z`)
  const [left, right] = [lanes[0], lanes.at(-1)]
  const areas = left === undefined || right === undefined
    ? ""
    : left === right
    ? box("strip", `#${left}-${stripWidth}`, `#${left}+${stripWidth}`)
    : box("strip", `#${left}+3`, `#${left}+${stripWidth}`) + box("tint", `#${left}`, `#${right}`)
  const x = bandX(bandColumns[index] ?? 0)
  const bar = `M${x} @${first}-3L${x} @${last}+3`
  const edge = Math.max(x, ...bandColumns.map(bandX)) + 10
  const label = `${pen.at("label", `${edge} @${first}-9`, words(band.on, 21))}${
    pen.at("label", `${edge} @${first}+4`, words(band.label, 21))
  }`
  return {
    id: `f${index}`,
    kind: "fault",
    title: `${band.on}: ${band.label}`,
    facts: [
      ["on", band.on],
      ["from", time(band.from.atMillis)],
      ["until", band.to === undefined ? "to the end" : time(band.to.atMillis)]
    ],
    text: "",
    rows,
    lanes,
    group: undefined,
    svg: itemSvg(
      "fault",
      `f${index}`,
      `fault on ${band.on}: ${band.label}, from ${time(band.from.atMillis)}`,
      `${areas}${pen.path("hit", bar)}${pen.path("bar", bar)}${label}`
    )
  }
}

const markSvg = { ran: `<circle r="4"/>`, note: `<path d="M-4-4H4V4H-4Z"/>` } as const

const markItem = (pen: Pen, mark: Mark, index: number): Item => {
  const row = pen.layout.rowOf(mark.at)
  const lane = mark.lane === undefined ? 0 : pen.laneOf(mark.lane)
  const sign = mark.kind === "ran" || mark.kind === "note" ? markSvg[mark.kind] : `<path d="M-6 0H6"/>`
  return {
    id: `n${index}`,
    kind: mark.kind,
    title: mark.label,
    facts: [["at", time(mark.at.atMillis)], ...(mark.lane === undefined ? [] : [["on", mark.lane] as const])],
    text: mark.label.length > 30 ? shown(mark.label) : "",
    rows: [row],
    lanes: mark.lane === undefined ? [] : [lane],
    group: mark.group,
    svg: itemSvg(
      `mark ${mark.kind}`,
      `n${index}`,
      `${mark.label}, at ${time(mark.at.atMillis)}`,
      `${pen.at("sign", `#${lane} @${row}`, sign)}${pen.at("label", `#${lane}+11 @${row}+4`, words(mark.label, 44))}`
    )
  }
}

/**
 * Everything of a diagram that can be looked at, the lowest first.
 *
 * @category rendering
 * @since 0.1.0
 */
export const items = (sequence: Sequence, layout: Layout): ReadonlyArray<Item> => {
  const tool = pen(sequence, layout)
  const all = [
    ...sequence.bands.map((band, index) => bandItem(tool, band, index)),
    ...sequence.spans.map((span, index) => spanItem(tool, span, index)),
    ...sequence.marks.map((mark, index) => markItem(tool, mark, index)),
    ...sequence.arrows.map((arrow) => arrowItem(tool, arrow))
  ]
  return all.map((item) => ({
    ...item,
    title: brief(item.title, 200),
    facts: item.facts.map(([name, value]) => [brief(name, 60), brief(value, 500)] as const)
  }))
}

/**
 * The lines of lanes, and where these were down.
 *
 * @category rendering
 * @since 0.1.0
 */
export const lanes = (sequence: Sequence, layout: Layout): string => {
  const { path } = pen(sequence, layout)
  const last = layout.rows.length - 1
  const row = (point: Point | undefined): number => point === undefined ? last : layout.rowOf(point)
  const lane = ({ down, side }: Lane, index: number): string =>
    `<g class="lane ${side}">${path("life", `M#${index} 0L#${index} @${last}+40`)}${
      down.map(([from, to]) => path("dead", `M#${index} @${row(from)}L#${index} @${row(to)}`)).join("")
    }</g>`
  return sequence.lanes.map(lane).join("")
}

/**
 * The axis of time: when each row is, where that is not too close to another, and pauses. The script of the page does the
 * same when rows are left out.
 *
 * @category rendering
 * @since 0.1.0
 */
export const axis = ({ rows, width, ys }: Layout): string => {
  let [shownY, before] = [-100, rows[0]?.atMillis ?? 0]
  const pieces = rows.map(({ atMillis }, index) => {
    const y = ys[index] ?? 0
    const pause = atMillis - before
    const isNew = index === 0 || pause > 0
    const isShown = isNew && y - shownY >= 15
    if (isShown) shownY = y
    before = atMillis
    const tick = isShown ? `<text class="tick" x="74" y="${y + 4}" text-anchor="end">${time(atMillis)}</text>` : ""
    if (pause < 1000) return tick
    const middle = y - gapOf(pause) / 2 - 8
    const line = `<path class="pause" d="M14 ${middle}H${width - 20}"/>`
    return `${tick}${line}<text class="pause" x="20" y="${middle - 5}">${time(pause)} go by</text>`
  })
  return `<g id="axis">${pieces.join("")}</g>`
}
