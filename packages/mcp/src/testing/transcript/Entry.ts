/**
 * What a conversation consists of, as plain data: who sent which text to whom, when, and over which line or HTTP exchange.
 * It keeps what was on the wire, whether or not that was a message.
 *
 * @since 0.1.0
 */
import { defaultLimits } from "../../jsonrpc/Limits.ts"
import * as Message from "../../jsonrpc/Message.ts"

/**
 * Which way something goes.
 *
 * @category models
 * @since 0.1.0
 */
export type Direction = "toServer" | "toClient"

/**
 * Headers, by their lower-case names.
 *
 * @category models
 * @since 0.1.0
 */
export type Headers = { readonly [name: string]: string }

/**
 * The head of an HTTP request.
 *
 * @category models
 * @since 0.1.0
 */
export interface RequestHead {
  /** In capitals. */
  readonly verb: string
  readonly url: string
  readonly headers: Headers
}

/**
 * The head of an HTTP response.
 *
 * @category models
 * @since 0.1.0
 */
export interface ResponseHead {
  readonly status: number
  readonly headers: Headers
}

/**
 * Something that was sent: a text, the head of an HTTP request or response, or both at once. An event of a stream has no
 * head; that of its stream is an entry of its own.
 *
 * @category models
 * @since 0.1.0
 */
export interface Said {
  readonly _tag: "Said"
  /** Milliseconds, from whatever the recorder counts from. */
  readonly atMillis: number
  readonly direction: Direction
  readonly from: string
  readonly to: string
  /** A line, a body, or the data of an event, as it was; absent where a head came without a body. */
  readonly text?: string
  readonly head?: RequestHead | ResponseHead
  /** The id of the event of a stream that it was. */
  readonly eventId?: string
  /** The line or the HTTP exchange that it went over: what has the same name belongs together. */
  readonly over?: string
}

/**
 * Something that happened beside what was sent: a line was closed, a stream broke, a person says something.
 *
 * @category models
 * @since 0.1.0
 */
export interface Noted {
  readonly _tag: "Noted"
  readonly atMillis: number
  readonly note: string
  readonly over?: string
}

/**
 * One thing in a conversation.
 *
 * @category models
 * @since 0.1.0
 */
export type Entry = Said | Noted

/**
 * A conversation, in the order in which things were sent.
 *
 * @category models
 * @since 0.1.0
 */
export type Transcript = ReadonlyArray<Entry>

/**
 * Whether a head is that of a request.
 *
 * @category guards
 * @since 0.1.0
 */
export const isRequestHead = (head: RequestHead | ResponseHead): head is RequestHead => "verb" in head

/**
 * The client that takes part in it.
 *
 * @category queries
 * @since 0.1.0
 */
export const clientOf = ({ direction, from, to }: Said): string => direction === "toServer" ? from : to

/**
 * The messages in a text, those of a batch one by one; none, where nothing but a head was sent.
 *
 * @category queries
 * @since 0.1.0
 */
export const messagesOf = ({ text = "" }: Said): ReadonlyArray<Message.Message | Message.Malformed> => messagesIn(text)

/**
 * The messages in a text; none in an empty one.
 *
 * @category queries
 * @since 0.1.0
 */
export const messagesIn = (text: string): ReadonlyArray<Message.Message | Message.Malformed> => {
  if (text === "") return []
  const parsed = Message.parse(text, defaultLimits)
  return parsed._tag === "Batch" ? parsed.items : [parsed]
}

/**
 * The entries of one client: with several, each has a conversation of its own. Notes that are about no line or exchange are
 * everybody's.
 *
 * @category queries
 * @since 0.1.0
 */
export const of = (transcript: Transcript, client: string): Transcript => {
  const own = transcript.filter((entry) => entry._tag === "Said" && clientOf(entry) === client)
  const overs = new Set(own.map(({ over }) => over))
  return transcript.filter((entry) =>
    entry._tag === "Said" ? clientOf(entry) === client : entry.over === undefined || overs.has(entry.over)
  )
}
