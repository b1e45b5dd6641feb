/**
 * A conversation as a page that opens in any browser, from one file: lanes, time, faults, every message under the pointer or
 * the focus. It loads nothing and sends nothing, and its policy forbids that; names and messages are never markup or script
 * on it, whatever is in them.
 *
 * @since 0.1.0
 */
import type { Item } from "./Drawing.ts"
import { axis, escape, items, lanes, time } from "./Drawing.ts"
import * as Layout from "./Layout.ts"
import { pageScript } from "./PageScript.ts"
import { pageStyle } from "./PageStyle.ts"
import type { Lane, Sequence } from "./Sequence.ts"
import { brief } from "./Sequence.ts"

/**
 * Something that was found in the conversation, to be shown where it was: a violation of a checker, say.
 *
 * @category models
 * @since 0.1.0
 */
export interface Finding {
  readonly checker: string
  readonly what: string
  readonly atMillis: number
  /** How many events there were when it was found. */
  readonly events: number
}

/**
 * What the page says beside the diagram.
 *
 * @category models
 * @since 0.1.0
 */
export interface PageOptions {
  /** Default: "A conversation". */
  readonly title?: string
  /** What is told below the title: the seed, and how to run it again. */
  readonly summary?: string
  readonly findings?: ReadonlyArray<Finding>
}

/** The digests of the style and the script: what else there may be on the page is not run. */
const styleDigest = "sha256-KLRe/wW+aiNijK+KYzs2it5fFCZkBM1tuCVoqLJBmE8="
const scriptDigest = "sha256-UXC1yoeaEJ4gyZ8SVC0xqoPbGZ9wbrMRxqmLbw0r4YU="

const policy =
  `default-src 'none'; style-src '${styleDigest}'; script-src '${scriptDigest}'; base-uri 'none'; form-action 'none'`

const kinds = ["request", "response", "error", "notification", "head", "other"] as const

const markers = kinds.map((kind) =>
  `<marker id="end-${kind}" class="tip ${kind}" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="9" markerHeight="9"`
  + ` markerUnits="userSpaceOnUse" orient="auto"><path d="M0 1L9 5L0 9Z"/></marker>`
).join("")

/** Data that a script reads: in it nothing ends the element that it is in. */
const embedded = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  )

const headOf = ({ xs }: Layout.Layout) => ({ name, side }: Lane, index: number): string => {
  const label = brief(name, 11) || "nobody"
  const width = [...label].length * 9 + 24
  return `<g class="lane-head ${side}" data-lane="${index}" data-t="#${index} 8" transform="translate(${
    xs[index] ?? 0
  } 8)"`
    + ` tabindex="0" role="button" aria-pressed="true" aria-label="${escape(`Show ${side} ${brief(name, 200)}`)}">`
    + `<title>${escape(`${side} ${brief(name, 200)}: click to leave it out`)}</title>`
    + `<rect x="${-width / 2}" y="0" width="${width}" height="28" rx="7"/>`
    + `<text y="18.5" text-anchor="middle">${escape(label)}</text></g>`
}

const findingLine = (layout: Layout.Layout) => ({ checker, events }: Finding, index: number): string => {
  const row = layout.rowOf({ order: events - 1 })
  const y = layout.ys[row] ?? 0
  return `<g class="finding" id="v${index}"><path data-d="M14 @${row}+11H${layout.width - 14}"`
    + ` d="M14 ${y + 11}H${layout.width - 14}"/><g data-t="90 @${row}+25" transform="translate(90 ${y + 25})"><text>✕ ${
      escape(brief(checker, 60))
    }</text></g></g>`
}

const findingsOf = (findings: ReadonlyArray<Finding>): string =>
  findings.length === 0 ?
    "" :
    `<ul id="findings">${
      findings.map(({ atMillis, checker, what }, index) =>
        `<li><button type="button" data-finding="v${index}"><b>${escape(checker)}</b>${escape(what)} · ${
          time(atMillis)
        }</button></li>`
      ).join("")
    }</ul>`

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`

const summaryOf = ({ arrows, bands, end, lanes, spans }: Sequence, summary: string | undefined): string =>
  [
    ...(summary === undefined ? [] : [summary]),
    plural(lanes.length, "participant"),
    plural(arrows.length, "message"),
    `${arrows.filter(({ lost }) => lost !== undefined).length} lost`,
    ...(spans.length === 0 ? [] : [plural(spans.length, "call")]),
    ...(bands.length === 0 ? [] : [plural(bands.length, "fault")]),
    time(end.atMillis)
  ].map(escape).join(" · ")

/** As many groups can be chosen; others are found by their text. */
const choicesMax = 500

const choices = ({ groups }: Sequence): string => {
  const option = ({ id, label }: Sequence["groups"][number]): string =>
    `<option value="${escape(id)}">${escape(brief(label, 60))}</option>`
  const part = (label: string, isCall: boolean): string => {
    const own = groups.filter((group) => group.isCall === isCall).slice(0, choicesMax)
    return own.length === 0 ? "" : `<optgroup label="${label}">${own.map(option).join("")}</optgroup>`
  }
  return `<option value="">everything</option>${part("calls", true)}${part("requests", false)}`
}

const tools = (sequence: Sequence): string =>
  `<div id="tools"><input id="search" type="search" placeholder="Find in messages ( / )" aria-label="Find in messages">`
  + `<select id="group" aria-label="Show one call">${choices(sequence)}</select>`
  + `<button type="button" id="clear" hidden>Show all</button><output id="count"></output>`
  + `<div class="legend"><span class="request">request</span><span class="response">response</span>`
  + `<span class="error">error</span><span class="notification">notification</span><span class="lost">lost ✕</span>`
  + `<span class="fault">fault</span></div></div>`

const hint =
  `<p class="hint">Point at an arrow, a call, a fault or a mark to see it here; click to keep it. <kbd>↑</kbd> <kbd>↓</kbd>`
  + ` go from one to the next, <kbd>Enter</kbd> keeps one, <kbd>Esc</kbd> lets go, <kbd>/</kbd> finds. A click on a lane's`
  + ` name leaves the lane out.</p><p class="hint">Time goes down. Arrows take as long as their messages did. Long times`
  + ` in which nothing happens are cut short.</p>`

const dataOf = (sequence: Sequence, layout: Layout.Layout, all: ReadonlyArray<Item>): string =>
  embedded({
    rows: layout.rows.map(({ atMillis, height }) => [atMillis, height]),
    xs: layout.xs,
    width: layout.width,
    top: Layout.topHeight,
    count: all.filter(({ kind }) => kind !== "fault" && kind !== "down" && kind !== "up").length,
    groups: Object.fromEntries(sequence.groups.map(({ id, label }) => [id, brief(label, 200)])),
    items: all.map(({ facts, group, id, kind, lanes, rows, text, title }) => (
      { facts, group, id, kind, lanes, rows, text, title }
    ))
  })

/**
 * The text of the page, in UTF-8.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (sequence: Sequence, options: PageOptions = {}): string => {
  const { findings = [], summary, title = "A conversation" } = options
  const layout = Layout.make(sequence)
  const all = items(sequence, layout)
  const size = `width="${layout.width}" height="${layout.height}"`
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<title>${escape(title)}</title><style>${pageStyle}</style></head><body>`,
    `<header><h1>${escape(title)}</h1><span id="summary">${summaryOf(sequence, summary)}</span>`,
    `${findingsOf(findings)}${tools(sequence)}</header>`,
    `<main><div id="view"><svg id="heads" width="${layout.width}" height="44">`,
    `${sequence.lanes.map(headOf(layout)).join("")}</svg>`,
    `<svg id="picture" ${size} role="group" aria-label="Sequence diagram"><defs>${markers}</defs>`,
    `${axis(layout)}${lanes(sequence, layout)}${all.map(({ svg }) => svg).join("\n")}`,
    `${findings.map(findingLine(layout)).join("")}</svg></div>`,
    `<aside id="panel" aria-live="polite">${hint}</aside></main>`,
    `<script type="application/json" id="data">${dataOf(sequence, layout, all)}</script>`,
    `<script>${pageScript}</script></body></html>\n`
  ].join("")
}
