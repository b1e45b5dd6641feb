/**
 * What was sent on the streams of sessions, kept for a while, so that a client that lost a stream gets what it missed
 * (HTG-08 to HTG-11). A log keeps and finds text; it knows neither connections nor what the text means. Nothing is kept
 * for a session until one of its streams is opened.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Uptime from "./Uptime.ts"

/**
 * An event: its id, which is unique in its session, and its text; an empty text is an event that only tells its id.
 *
 * @category models
 * @since 0.1.0
 */
export interface LoggedEvent {
  readonly id: string
  readonly text: string
}

/**
 * What followed an event on its own stream.
 *
 * @category models
 * @since 0.1.0
 */
export interface Replay {
  readonly stream: string
  /** In the order in which they were sent; those that are kept no longer are missing. */
  readonly events: ReadonlyArray<LoggedEvent>
}

/**
 * A log. Everything is told apart by session first, so nobody finds what belongs to another session.
 *
 * @category models
 * @since 0.1.0
 */
export interface Log {
  /** Begins a stream of a session and gives its name, which begins with the prefix and is not used twice. */
  readonly open: (session: string, prefix: string) => Effect.Effect<string>
  /** Keeps an event of a stream that was opened, and gives its id, which tells the stream (HTG-09). */
  readonly append: (session: string, stream: string, text: string) => Effect.Effect<string>
  /** What followed an event; `undefined` when nothing of its stream is kept. */
  readonly after: (session: string, eventId: string) => Effect.Effect<Replay | undefined>
  /** Forgets a session. */
  readonly remove: (session: string) => Effect.Effect<void>
}

/**
 * The log of an endpoint. One that finds none in its context makes one of its own in memory.
 *
 * @category services
 * @since 0.1.0
 */
export class EventLog extends Context.Service<EventLog, Log>()("@parley/mcp/session/EventLog") {}

/**
 * Bounds on what a log in memory keeps. Beyond each of them the oldest events go first.
 *
 * @category models
 * @since 0.1.0
 */
export interface Limits {
  /** Most events of one stream. */
  readonly eventsPerStreamMax: number
  /** Most events of all streams. */
  readonly eventsMax: number
  /** Most characters of all events together. */
  readonly charactersMax: number
  /** How long an event is kept, in milliseconds. */
  readonly eventMillis: number
}

/**
 * The limits in force unless others are provided: 1,000 events of a stream, 50,000 of all, 16 Mi characters, 5 minutes.
 *
 * @category references
 * @since 0.1.0
 */
export const defaultLimits: Limits = {
  eventsPerStreamMax: 1_000,
  eventsMax: 50_000,
  charactersMax: 16 * 1024 * 1024,
  eventMillis: 5 * 60_000
}

/**
 * The limits that a log in memory reads when it is made.
 *
 * @category references
 * @since 0.1.0
 */
export const EventLogLimits: Context.Reference<Limits> = Context.Reference<Limits>(
  "@parley/mcp/session/EventLogLimits",
  { defaultValue: () => defaultLimits }
)

/**
 * The stream that an event id tells.
 *
 * @category ids
 * @since 0.1.0
 */
export const streamOf = (eventId: string): string => eventId.slice(0, Math.max(0, eventId.lastIndexOf("-")))

const sequenceOf = (eventId: string): number => {
  const digits = eventId.slice(eventId.lastIndexOf("-") + 1)
  return /^\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN
}

/** An event in the row of all events, oldest first, which it leaves from any place without a search. */
interface Entry {
  readonly session: Session
  readonly stream: string
  readonly sequence: number
  readonly text: string
  readonly endMillis: number
  older: Entry | undefined
  newer: Entry | undefined
}

interface Session {
  /** The events of each stream that has any, oldest first. */
  readonly streams: Map<string, Array<Entry>>
  nextStream: number
  nextSequence: number
}

interface Memory {
  readonly sessions: Map<string, Session>
  /** The two ends of the row. */
  oldest: Entry | undefined
  newest: Entry | undefined
  size: number
  characters: number
}

const join = (memory: Memory, entry: Entry): void => {
  if (memory.newest === undefined) memory.oldest = entry
  else memory.newest.newer = entry
  memory.newest = entry
  memory.size += 1
  memory.characters += entry.text.length
}

const leave = (memory: Memory, { newer, older, text }: Entry): void => {
  if (older === undefined) memory.oldest = newer
  else older.newer = newer
  if (newer === undefined) memory.newest = older
  else newer.older = older
  memory.size -= 1
  memory.characters -= text.length
}

/** Forgets an event that is the oldest of its stream. */
const drop = (memory: Memory, entry: Entry): void => {
  leave(memory, entry)
  const { session: { streams }, stream } = entry
  const events = streams.get(stream)
  events?.shift()
  if (events?.length === 0) streams.delete(stream)
}

const trim = (memory: Memory, limits: Limits, nowMillis: number): void => {
  // The oldest of all is the oldest of its stream too.
  for (let entry = memory.oldest; entry !== undefined; entry = entry.newer) {
    const tooMany = memory.size > limits.eventsMax || memory.characters > limits.charactersMax
    if (!tooMany && entry.endMillis > nowMillis) return
    drop(memory, entry)
  }
}

const idOf = ({ sequence, stream }: Entry): string => `${stream}-${sequence}`

const append = (memory: Memory, limits: Limits, nowMillis: number, session: Session, stream: string, text: string) => {
  const sequence = session.nextSequence
  session.nextSequence += 1
  const endMillis = nowMillis + limits.eventMillis
  const entry: Entry = { session, stream, sequence, text, endMillis, older: memory.newest, newer: undefined }
  const events = session.streams.get(stream)
  if (events === undefined) session.streams.set(stream, [entry])
  else events.push(entry)
  join(memory, entry)
  const first = events?.[0]
  if (first !== undefined && events !== undefined && events.length > limits.eventsPerStreamMax) drop(memory, first)
  trim(memory, limits, nowMillis)
  return idOf(entry)
}

const after = (memory: Memory, session: string, eventId: string): Replay | undefined => {
  const stream = streamOf(eventId)
  const last = sequenceOf(eventId)
  const events = memory.sessions.get(session)?.streams.get(stream)
  return events === undefined || Number.isNaN(last) ? undefined : {
    stream,
    events: events.filter(({ sequence }) => sequence > last).map((entry) => ({ id: idOf(entry), text: entry.text }))
  }
}

/**
 * A log in the memory of this process, within the `EventLogLimits`. Events that are too old go as others come, or with
 * their session.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeMemory: Effect.Effect<Log> = Effect.gen(function*() {
  const limits = yield* EventLogLimits
  const clock = yield* Clock.Clock
  const memory: Memory = { sessions: new Map(), oldest: undefined, newest: undefined, size: 0, characters: 0 }
  return {
    open: (id, prefix) =>
      Effect.sync(() => {
        const session = memory.sessions.get(id) ?? { streams: new Map(), nextStream: 1, nextSequence: 0 }
        memory.sessions.set(id, session)
        const name = `${prefix}${session.nextStream}`
        session.nextStream += 1
        return name
      }),
    append: (id, stream, text) =>
      Effect.sync(() => {
        const session = memory.sessions.get(id)
        // A session that was forgotten must not come back through a call that is just ending.
        return session === undefined
          ? `${stream}-0`
          : append(memory, limits, Uptime.millisOf(clock), session, stream, text)
      }),
    after: (id, eventId) =>
      Effect.sync(() => {
        trim(memory, limits, Uptime.millisOf(clock))
        return after(memory, id, eventId)
      }),
    remove: (id) =>
      Effect.sync(() => {
        for (const events of memory.sessions.get(id)?.streams.values() ?? []) {
          for (const entry of events) leave(memory, entry)
        }
        memory.sessions.delete(id)
      })
  }
})

/**
 * A log in the memory of this process, for endpoints that share it.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<EventLog> = Layer.effect(EventLog, makeMemory)
