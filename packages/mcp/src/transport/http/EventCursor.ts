/**
 * How far an SSE stream has been read, over all the connections that it takes: the id to come back with, how long the
 * server wants to be left alone until then, and which events were heard. Nothing here reads or waits.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import type * as Sse from "effect/encoding/Sse"
import * as Hash from "effect/Hash"
import * as BoundedMap from "../../session/BoundedMap.ts"

/** What was heard under an id, and on which connection. */
interface Heard {
  readonly connection: number
  readonly hash: number
}

/**
 * How far a stream has been read. Only the functions of this file write to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface EventCursor {
  /** The id of the last event that arrived whole; to be sent as `Last-Event-ID` (HTG-10). */
  lastId: string | undefined
  /** What `retry` said last (HTL-04), in milliseconds. */
  retryMillis: number | undefined
  /** Whether the connection that is read now was good for something: anything came, or it has lasted. */
  hasHeard: boolean
  /** How many connections there were before the one that is read now. */
  connection: number
  /** The events that have come, by their ids. */
  heard: Map<string, Heard> | undefined
}

/** How many events are remembered to tell those that are sent again. */
const heardMax = 256

/**
 * The longest that a server can ask to be left alone: an hour, in milliseconds.
 *
 * @category limits
 * @since 0.1.0
 */
export const retryMillisMax = 3_600_000

/**
 * At the beginning of a stream.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): EventCursor => ({
  lastId: undefined,
  retryMillis: undefined,
  hasHeard: false,
  connection: 0,
  heard: undefined
})

/**
 * Another connection of the same stream begins.
 *
 * @category operations
 * @since 0.1.0
 */
export const reconnected = (cursor: EventCursor): void => {
  cursor.hasHeard = false
  cursor.connection++
}

/**
 * The connection has lasted: it was a good one, whatever came on it.
 *
 * @category operations
 * @since 0.1.0
 */
export const lasted = (cursor: EventCursor): void => {
  cursor.hasHeard = true
}

/**
 * What follows the last event is not wanted: the stream is to go on with what is said from now on.
 *
 * @category operations
 * @since 0.1.0
 */
export const forget = (cursor: EventCursor): void => {
  cursor.lastId = undefined
}

/** Whether the same event came on an earlier connection. Events without an id of their own have that of the one before. */
const isRepeated = (cursor: EventCursor, { data, id }: Sse.Event): boolean => {
  const heard = id === undefined ? undefined : cursor.heard?.get(id)
  return heard !== undefined && heard.connection < cursor.connection && heard.hash === Hash.string(data)
}

const remember = (cursor: EventCursor, id: string, data: string): void => {
  const heard = cursor.heard ??= new Map()
  BoundedMap.put(heard, id, { connection: cursor.connection, hash: Hash.string(data) }, heardMax)
}

/**
 * Takes note of what the parser found, and gives the message in it, if there is one that was not heard before. An id
 * counts only with the whole event: one that was cut in the middle must come again.
 *
 * @category operations
 * @since 0.1.0
 */
export const take = (cursor: EventCursor, event: Sse.AnyEvent): string | undefined => {
  cursor.hasHeard = true
  if (event._tag === "Retry") {
    cursor.retryMillis = Math.min(Duration.toMillis(event.duration), retryMillisMax)
    return undefined
  }
  const { data, id } = event
  const message = event.event !== "message" || data === "" || isRepeated(cursor, event) ? undefined : data
  if (id !== undefined) {
    // An empty id takes back the ids before it.
    cursor.lastId = id === "" ? undefined : id
    if (message !== undefined) remember(cursor, id, message)
  }
  return message
}
