/**
 * A recorded conversation between one client and one server as data: what was said by whom, over which line or HTTP
 * exchange, the prose around it, and what of it differs each time. How it is written down is in `Archive.ts`; how it is
 * played back, in `Replay.ts`.
 *
 * @since 0.1.0
 */
import type * as Transcript from "@parley/mcp/testing/Transcript"

/**
 * A line of prose, as it stands.
 *
 * @category models
 * @since 0.1.0
 */
export interface Prose {
  readonly _tag: "Prose"
  readonly line: string
}

/**
 * Something that was said: a message, the head of an HTTP request or response, or both.
 *
 * @category models
 * @since 0.1.0
 */
export interface Spoken {
  readonly _tag: "Spoken"
  readonly direction: Transcript.Direction
  /** Which HTTP exchange it belongs to, counted from 1; absent on a line. */
  readonly exchange?: string
  readonly head?: Transcript.RequestHead | Transcript.ResponseHead
  /** Whether it is an event of a stream: then it has no head. */
  readonly isEvent?: boolean
  readonly eventId?: string
  /** A line, a body, the data of an event. JSON objects and arrays are written without spaces. */
  readonly text?: string
}

/**
 * The end of an exchange whose response is a stream, or that was given up: the server ended the stream (`end`), it broke
 * (`cut`), or the client went away (`leave`).
 *
 * @category models
 * @since 0.1.0
 */
export interface Over {
  readonly _tag: "Over"
  readonly exchange: string
  readonly how: "end" | "cut" | "leave"
}

/**
 * Nothing was said for so long.
 *
 * @category models
 * @since 0.1.0
 */
export interface Wait {
  readonly _tag: "Wait"
  readonly millis: number
}

/**
 * What somebody says or does.
 *
 * @category models
 * @since 0.1.0
 */
export type Said = Spoken | Over

/**
 * What is played; the rest is prose.
 *
 * @category models
 * @since 0.1.0
 */
export type Played = Said | Wait

/**
 * A part of a cassette.
 *
 * @category models
 * @since 0.1.0
 */
export type Part = Prose | Played

/**
 * A cassette. The front says in a few words what it is: `revision`, `over` (`line`, `http` or `sse`), who took part, what
 * varies. A name in it such as `<session>` declares a placeholder; its value, as JSON, is what it stood for, and is sent where
 * nothing else is known.
 *
 * @category models
 * @since 0.1.0
 */
export interface Cassette {
  readonly front: ReadonlyArray<readonly [name: string, value: string]>
  readonly parts: ReadonlyArray<Part>
}

/**
 * What somebody is in a conversation.
 *
 * @category models
 * @since 0.1.0
 */
export type Role = "client" | "server"

/**
 * What the front says under a name.
 *
 * @category queries
 * @since 0.1.0
 */
export const frontOf = ({ front }: Cassette, name: string): string | undefined =>
  front.find(([own]) => own === name)?.[1]

/**
 * The names of the placeholders that are declared, with what they stand for as JSON, or nothing.
 *
 * @category queries
 * @since 0.1.0
 */
export const placeholders = ({ front }: Cassette): ReadonlyMap<string, string> =>
  new Map(front.flatMap(([name, value]) => {
    const placeholder = /^<([\w-]+)>$/u.exec(name)?.[1]
    return placeholder === undefined ? [] : [[placeholder, value]]
  }))

/**
 * Whether ids of requests and progress tokens may be others than those that were recorded, as long as they agree.
 *
 * @category queries
 * @since 0.1.0
 */
export const doIdsVary = (cassette: Cassette): boolean =>
  (frontOf(cassette, "varies") ?? "").split(",").some((word) => word.trim() === "ids")

/**
 * Without the prose.
 *
 * @category queries
 * @since 0.1.0
 */
export const played = ({ parts }: Cassette): ReadonlyArray<Played> => parts.filter((part) => part._tag !== "Prose")

/**
 * Who says a part; nobody, where it is a wait.
 *
 * @category queries
 * @since 0.1.0
 */
export const speakerOf = (part: Played): Role | undefined => {
  switch (part._tag) {
    case "Spoken":
      return part.direction === "toServer" ? "client" : "server"
    case "Over":
      return part.how === "leave" ? "client" : "server"
    case "Wait":
      return undefined
  }
}
