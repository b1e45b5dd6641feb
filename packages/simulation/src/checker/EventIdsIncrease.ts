/**
 * The ids of events tell them apart in their session, and increase on each stream. A client that comes back names the last
 * event that it has, and gets what followed it on its stream: nothing of another one, nothing twice, and nothing left out.
 *
 * @since 0.1.0
 */
import { streamOf } from "@parley/mcp/session/EventLog"
import type { Closed } from "../history/Event.ts"
import type { Checker, Watch } from "./Checker.ts"
import * as Reading from "./Reading.ts"

/** An event that was sent, maybe more than once. */
interface Known {
  readonly id: string
  readonly text: string
  readonly atMillis: number
}

interface Stream {
  readonly events: Array<Known>
  /** The last that has come to the client. */
  arrived: string | undefined
  /** The last connection that went on with it: what is new goes there. */
  goesOn: string | undefined
}

/** How long an event is certainly kept, in milliseconds: that of the log in memory, less a minute. */
const keptMillis = 4 * 60_000

const numberOf = (id: string): number => Number(id.slice(id.lastIndexOf("-") + 1))

/** Ids without a number have no order that is known here. */
const isAfter = (id: string, than: string): boolean => !(numberOf(id) <= numberOf(than))

interface Streams {
  readonly of: (scope: string, eventId: string) => Stream
  /** The last event that went over a connection. */
  readonly lastOn: Map<string, string>
}

/** Whether an event can still be asked for. */
const isKept = (event: Known, nowMillis: number): boolean => event.atMillis + keptMillis > nowMillis

/** Whether a connection was to go on after an event that is forgotten: another stream begins there instead. */
const beginsAnew = (streams: Streams, { atMillis, via }: Reading.Said, before: string): boolean => {
  const known = streams.of(via.events, before).events.find(({ id }) => id === before)
  return before === via.lastEventId && known !== undefined && !isKept(known, atMillis)
}

const judge = (streams: Streams, said: Reading.Said, id: string): string | undefined => {
  const { via } = said
  const { text } = said.sent
  const before = streams.lastOn.get(via.name) ?? via.lastEventId
  streams.lastOn.set(via.name, id)
  const { events } = streams.of(via.events, id)
  const known = events.find((event) => event.id === id)
  if (known === undefined) events.push({ id, text, atMillis: said.atMillis })
  if (known !== undefined && known.text !== text) return `Event ${id} is two events: ${known.text} and ${text}`
  if (known !== undefined && via.lastEventId === undefined) return `Event ${id} was sent twice`
  if (before === undefined) return undefined
  if (streamOf(before) !== streamOf(id) && beginsAnew(streams, said, before)) return undefined
  if (streamOf(before) !== streamOf(id)) return `Event ${id} is of another stream than ${before}, on ${via.name}`
  if (!isAfter(id, before)) return `Event ${id} came after ${before}, on ${via.name}`
  const missed = events.find((event) =>
    isAfter(event.id, before) && isAfter(id, event.id) && event.text !== "" && isKept(event, said.atMillis)
  )
  return missed === undefined
    ? undefined
    : `Event ${missed.id} was left out between ${before} and ${id}, on ${via.name}`
}

const make = (reader = Reading.make()): Watch => {
  const byName = new Map<string, Stream>()
  const answered = new Set<string>()
  const streams: Streams = {
    of: (scope, eventId) => {
      const name = `${scope} ${streamOf(eventId)}`
      const stream = byName.get(name) ?? { events: [], arrived: undefined, goesOn: undefined }
      byName.set(name, stream)
      return stream
    },
    lastOn: new Map()
  }
  /** Whether a client asks for what it has already, or forgoes what it has not. */
  const resumption = (via: Reading.Via): string | undefined => {
    const { events: scope, lastEventId } = via
    if (lastEventId === undefined) return undefined
    const { arrived, events } = streams.of(scope, lastEventId)
    if (!events.some(({ id }) => id === lastEventId)) {
      return `${via.client} named event ${lastEventId}, which nobody sent`
    }
    if (arrived === undefined || isAfter(lastEventId, arrived)) {
      return `${via.client} named event ${lastEventId}, which had not come`
    }
    return undefined
  }
  /** Whether a connection that went on with a stream was ended in good order, and did not bring all that there was. */
  const ending = ({ atMillis, via: name }: Closed & { readonly atMillis: number }): string | undefined => {
    const via = reader.via(name)
    if (via?.lastEventId === undefined || !answered.has(name)) return undefined
    const last = streams.lastOn.get(name) ?? via.lastEventId
    const { events, goesOn } = streams.of(via.events, last)
    const missed = events.find((event) => isAfter(event.id, last) && event.text !== "" && isKept(event, atMillis))
    return missed === undefined || goesOn !== name
      ? undefined
      : `Event ${missed.id} was left out after ${last}, on ${name}`
  }
  return {
    see: (event) => {
      const { arrived, sent } = reader.read(event)
      if (event._tag === "Answered" && event.status < 400) answered.add(event.via)
      if (event._tag === "Closed" && event.why === "it was answered") return ending(event)
      if (event._tag === "Opened") {
        const via = reader.via(event.via)
        if (via?.lastEventId === undefined) return undefined
        streams.of(via.events, via.lastEventId).goesOn = via.name
        return resumption(via)
      }
      const id = (sent ?? arrived)?.sent.eventId
      if (id === undefined) return undefined
      if (sent !== undefined) return judge(streams, sent, id)
      if (arrived !== undefined) {
        const stream = streams.of(arrived.via.events, id)
        if (stream.arrived === undefined || isAfter(id, stream.arrived)) stream.arrived = id
      }
      return undefined
    },
    end: () => []
  }
}

/**
 * The checker. Ids are read as `EventLog` writes them: the name of a stream, `-`, and a number.
 *
 * @category checkers
 * @since 0.1.0
 */
export const eventIdsIncrease: Checker = { name: "EventIdsIncrease", make }
