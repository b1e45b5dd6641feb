/**
 * From a recorded conversation to what a sequence diagram shows of it. A recording knows when something was sent, and not
 * when it arrived: its arrows are level.
 *
 * @since 0.1.0
 */
import type { Entry, Said, Transcript } from "@parley/mcp/testing/Transcript"
import { isRequestHead } from "@parley/mcp/testing/Transcript"
import * as Grouping from "./Grouping.ts"
import * as Reading from "./Reading.ts"
import type { Arrow, Lane, Mark, Point, Sequence } from "./Sequence.ts"

const headWords = ({ head }: Said): string | undefined =>
  head === undefined ? undefined : isRequestHead(head) ? `${head.verb} ${head.url}` : String(head.status)

const headFacts = ({ eventId, head }: Said): ReadonlyArray<readonly [string, string]> => {
  const events = eventId === undefined ? [] : [["event id", eventId] as const]
  if (head === undefined) return events
  const start = isRequestHead(head)
    ? ["verb", `${head.verb} ${head.url}`] as const
    : ["status", String(head.status)] as const
  return [...events, start, ...Object.entries(head.headers)]
}

const arrowOf = (reader: Reading.Reader, grouping: Grouping.Grouping, said: Said, at: Point): Arrow => {
  const { from, over, text = "", to } = said
  const id = `m${at.order}`
  const base = { id, from, to, via: over, text, sent: at, arrivals: [at], lost: undefined }
  const isError = said.head !== undefined && !isRequestHead(said.head) && said.head.status >= 400
  if (text === "") {
    const kind = isError ? "error" : "head"
    return { ...base, kind, label: headWords(said) ?? "nothing", facts: headFacts(said), group: undefined }
  }
  const reading = reader.read({ from, to }, text, id)
  const exchange = said.head === undefined ? undefined : over
  const group = grouping.place({ own: id, from, to, text, exchange, reading })
  const { kind, label } = reading
  return { ...base, kind, label, facts: [...reading.facts, ...headFacts(said)], group }
}

const lanesOf = (transcript: Transcript): ReadonlyArray<Lane> => {
  const sides = new Map<string, Lane["side"]>()
  for (const entry of transcript) {
    if (entry._tag === "Noted") continue
    const isToServer = entry.direction === "toServer"
    sides.set(entry.from, isToServer ? "client" : "server")
    sides.set(entry.to, isToServer ? "server" : "client")
  }
  const lanes = [...sides].map(([name, side]): Lane => ({ name, side, down: [] }))
  return [...lanes.filter(({ side }) => side === "client"), ...lanes.filter(({ side }) => side === "server")]
}

/**
 * The diagram of a transcript. Its time begins with its first entry.
 *
 * @category constructors
 * @since 0.1.0
 */
export const sequenceOf = (transcript: Transcript): Sequence => {
  const start = transcript[0]?.atMillis ?? 0
  const pointOf = (entry: Entry, order: number): Point => ({ atMillis: entry.atMillis - start, order })
  const reader = Reading.make()
  const grouping = Grouping.make()
  const arrows: Array<Arrow> = []
  const marks: Array<Mark> = []
  transcript.forEach((entry, order) => {
    const at = pointOf(entry, order)
    if (entry._tag === "Said") arrows.push(arrowOf(reader, grouping, entry, at))
    else marks.push({ kind: "note", lane: undefined, label: entry.note, at, group: undefined })
  })
  const last = transcript.at(-1)
  return {
    lanes: lanesOf(transcript),
    arrows,
    groups: grouping.groups,
    spans: [],
    bands: [],
    marks,
    end: last === undefined ? { atMillis: 0, order: 0 } : pointOf(last, transcript.length - 1)
  }
}
