/**
 * From the history of a world to what a sequence diagram shows of it.
 *
 * @since 0.1.0
 */
import * as Fault from "../fault/Fault.ts"
import type { Answered, Began, Closed, Ended, Event, Host, Opened, Sent, Struck } from "../history/Event.ts"
import { faultWords } from "./FaultWords.ts"
import * as Grouping from "./Grouping.ts"
import * as Reading from "./Reading.ts"
import type { Arrow, Band, Lane, Mark, Point, Sequence, Span } from "./Sequence.ts"

type Facts = ReadonlyArray<readonly [name: string, value: string]>

type Draft<A> = { -readonly [Key in keyof A]: A[Key] }

interface ArrowDraft extends Draft<Omit<Arrow, "arrivals" | "facts">> {
  readonly arrivals: Array<Point>
  readonly facts: Array<readonly [string, string]>
}

interface LaneDraft extends Draft<Omit<Lane, "down">> {
  readonly down: Array<Draft<readonly [Point, Point | undefined]>>
}

/** A line, or an HTTP exchange, of which the first message each way is where its heads are told. */
interface Way {
  readonly opened: Opened
  readonly at: Point
  request: ArrowDraft | undefined
  response: ArrowDraft | undefined
  answered: { readonly at: Point; readonly status: number; readonly facts: Facts } | undefined
}

interface Sketch {
  readonly lanes: Map<string, LaneDraft>
  readonly arrows: Array<ArrowDraft>
  readonly messages: Map<number, ArrowDraft>
  readonly ways: Map<string, Way>
  readonly spans: Map<string, Draft<Span>>
  readonly bands: Array<Draft<Band>>
  readonly marks: Array<Mark>
  readonly grouping: Grouping.Grouping
  readonly reader: Reading.Reader
}

const lane = (sketch: Sketch, name: string, side: Lane["side"], isSure = false): LaneDraft => {
  const known = sketch.lanes.get(name) ?? { name, side, down: [] }
  if (isSure) known.side = side
  sketch.lanes.set(name, known)
  return known
}

const isExchange = (way: Way | undefined): way is Way => way?.opened.verb !== undefined

const headFacts = (headers: { readonly [name: string]: string }): Facts => Object.entries(headers)

const opened = (sketch: Sketch, event: Opened, at: Point): void => {
  lane(sketch, event.from, "client", true)
  lane(sketch, event.to, "server", true)
  sketch.ways.set(event.via, { opened: event, at, request: undefined, response: undefined, answered: undefined })
  if (event.verb !== undefined) return
  sketch.marks.push({ kind: "opened", lane: event.from, label: `opens ${event.via}`, at, group: undefined })
}

const sent = (sketch: Sketch, event: Sent, at: Point): void => {
  const { eventId, from, message, text, to, via } = event
  lane(sketch, from, "client")
  lane(sketch, to, "server")
  const way = sketch.ways.get(via)
  const id = `m${message}`
  const reading = sketch.reader.read({ from, to }, text, id)
  const exchange = isExchange(way) ? via : undefined
  const group = sketch.grouping.place({ own: id, from, to, text, exchange, reading })
  const facts = [...reading.facts]
  if (eventId !== undefined) facts.push(["event id", eventId])
  const { kind, label } = reading
  const arrow: ArrowDraft = {
    id,
    from,
    to,
    via,
    kind,
    label,
    text,
    sent: at,
    arrivals: [],
    lost: undefined,
    facts,
    group
  }
  if (isExchange(way)) {
    if (from === way.opened.from) {
      if (way.request === undefined) facts.push(["verb", way.opened.verb ?? ""], ...headFacts(way.opened.headers ?? {}))
      way.request ??= arrow
    } else way.response ??= arrow
  }
  sketch.arrows.push(arrow)
  sketch.messages.set(message, arrow)
}

const answered = (sketch: Sketch, { headers, status, via }: Answered, at: Point): void => {
  const way = sketch.ways.get(via)
  if (way !== undefined) way.answered = { at, status, facts: [["status", String(status)], ...headFacts(headers)] }
}

/**
 * The heads of an exchange are told with its messages. Where there is none, they are arrows of their own; it is not known
 * how long these were under way.
 */
const heads = (sketch: Sketch, via: string, { answered, at, opened, request, response }: Way): void => {
  const { from, to, verb } = opened
  if (verb === undefined) return
  const group = request?.group ?? response?.group
  const head = { via, kind: "head", text: "", lost: undefined, group } as const
  if (request === undefined) {
    const arrivals = answered === undefined && response === undefined ? [] : [at]
    const facts = [...headFacts(opened.headers ?? {})]
    sketch.arrows.push({ ...head, id: `o${at.order}`, from, to, label: verb, sent: at, arrivals, facts })
  }
  if (answered === undefined) return
  if (response !== undefined) {
    response.facts.push(...answered.facts)
    return
  }
  const { facts, status } = answered
  const kind = status >= 400 ? "error" : "head"
  const [id, label] = [`a${answered.at.order}`, String(status)]
  const arrivals = [answered.at]
  sketch.arrows.push({ ...head, kind, id, from: to, to: from, label, sent: answered.at, arrivals, facts: [...facts] })
}

/** Why an exchange ends that went as exchanges go; nobody needs to be told of that. */
const ordinaryEnd = "it was answered"

const closed = (sketch: Sketch, { via, why }: Closed, at: Point): void => {
  const way = sketch.ways.get(via)
  if (isExchange(way) && why === ordinaryEnd) return
  const label = `closes ${way?.opened.verb ?? "the line"}: ${why} (${via})`
  sketch.marks.push({ kind: "closed", lane: way?.opened.from, label, at, group: way?.request?.group })
}

const struck = (sketch: Sketch, { _tag, fault, on }: Struck, at: Point): void => {
  const words = faultWords(fault)
  if (_tag === "Struck") {
    sketch.bands.push({
      lanes: [],
      on,
      label: words,
      from: at,
      to: fault._tag === "Cut" ? at : undefined
    })
  } else {
    const band = sketch.bands.find((band) => band.on === on && band.label === words && band.to === undefined)
    if (band !== undefined) band.to = at
  }
}

const host = (sketch: Sketch, { _tag, host }: Host, at: Point): void => {
  const { down } = lane(sketch, host, "server")
  const last = down.at(-1)
  if (_tag === "Down") {
    down.push([at, undefined])
    sketch.marks.push({ kind: "down", lane: host, label: "goes down", at, group: undefined })
  } else if (last !== undefined && last[1] === undefined) {
    last[1] = at
    sketch.marks.push({ kind: "up", lane: host, label: "comes up anew", at, group: undefined })
  }
}

const began = (sketch: Sketch, { action, input, key, user }: Began, from: Point): void => {
  lane(sketch, user, "client", true)
  const group = sketch.grouping.began(key, user, action)
  sketch.spans.set(key, {
    lane: user,
    label: `${key} ${action}`,
    group,
    input,
    from,
    to: undefined,
    outcome: undefined,
    detail: undefined,
    mayHaveRun: undefined
  })
}

const ended = (sketch: Sketch, { detail, key, mayHaveRun, outcome }: Ended, at: Point): void => {
  sketch.grouping.ended(key)
  const span = sketch.spans.get(key)
  if (span !== undefined) Object.assign(span, { to: at, outcome, detail, mayHaveRun })
}

const see = (sketch: Sketch, event: Event, at: Point): void => {
  switch (event._tag) {
    case "Opened":
      return opened(sketch, event, at)
    case "Sent":
      return sent(sketch, event, at)
    case "Arrived":
      return void sketch.messages.get(event.message)?.arrivals.push(at)
    case "Lost": {
      const arrow = sketch.messages.get(event.message)
      if (arrow !== undefined) arrow.lost = { ...at, why: event.why }
      return
    }
    case "Answered":
      return answered(sketch, event, at)
    case "Closed":
      return closed(sketch, event, at)
    case "Struck":
    case "Healed":
      return struck(sketch, event, at)
    case "Up":
    case "Down":
      return host(sketch, event, at)
    case "Began":
      return began(sketch, event, at)
    case "Ended":
      return ended(sketch, event, at)
    case "Ran": {
      const { host, key } = event
      lane(sketch, host, "server")
      const group = sketch.grouping.ofKey(key)
      return void sketch.marks.push({ kind: "ran", lane: host, label: `ran ${key}`, at, group })
    }
    case "Noted": {
      const isLane = sketch.lanes.has(event.host)
      const label = isLane || event.host === "" ? event.text : `${event.host}: ${event.text}`
      return void sketch.marks.push({
        kind: "note",
        lane: isLane ? event.host : undefined,
        label,
        at,
        group: undefined
      })
    }
  }
}

/** The lanes of a host, or of both ends of a link, of which several hosts may be one. */
const lanesOf = (lanes: ReadonlyArray<Lane>, on: string): ReadonlyArray<string> => {
  if (lanes.some(({ name }) => name === on)) return [on]
  const names = (side: Lane["side"]): ReadonlyArray<string> =>
    lanes.filter((lane) => lane.side === side).map(({ name }) => name)
  return names("client").flatMap((client) => {
    const ends = names("server").filter((server) =>
      Fault.linkName(client, server) === on || Fault.linkName(client, server.replace(/-\d+$/, "")) === on
    )
    return ends.length === 0 ? [] : [client, ...ends]
  })
}

/**
 * The diagram of a history.
 *
 * @param events a history, or the part of one that is of interest
 * @category constructors
 * @since 0.1.0
 */
export const sequenceOf = (events: ReadonlyArray<Event>): Sequence => {
  const sketch: Sketch = {
    lanes: new Map(),
    arrows: [],
    messages: new Map(),
    ways: new Map(),
    spans: new Map(),
    bands: [],
    marks: [],
    grouping: Grouping.make(),
    reader: Reading.make()
  }
  events.forEach((event, order) => see(sketch, event, { atMillis: event.atMillis, order }))
  for (const [via, way] of sketch.ways) heads(sketch, via, way)
  const all = [...sketch.lanes.values()]
  const ofSide = (side: Lane["side"]): ReadonlyArray<Lane> => all.filter((lane) => lane.side === side)
  // By name, so that what stands before the hosts of a server is drawn before them.
  const servers = ofSide("server").toSorted((left, right) => left.name < right.name ? -1 : 1)
  const lanes = [...ofSide("client"), ...servers]
  return {
    lanes,
    arrows: sketch.arrows.toSorted((left, right) => left.sent.order - right.sent.order),
    groups: sketch.grouping.groups,
    spans: [...sketch.spans.values()],
    bands: sketch.bands.map((band) => ({ ...band, lanes: lanesOf(lanes, band.on) })),
    marks: sketch.marks,
    end: { atMillis: events.at(-1)?.atMillis ?? 0, order: Math.max(0, events.length - 1) }
  }
}
