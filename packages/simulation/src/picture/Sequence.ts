/**
 * A conversation as a sequence diagram sees it, as plain data: lanes, arrows between them that take their time, spans of what
 * somebody did, bands of faults, and marks. It is the same for everything that draws; where anything is on a page is not
 * known here.
 *
 * @since 0.1.0
 */

/**
 * When something was: a time, and the place in the order of everything, which tells apart what happened at one time.
 *
 * @category models
 * @since 0.1.0
 */
export interface Point {
  /** Milliseconds since the conversation began. */
  readonly atMillis: number
  /** Its number in the order of everything, from 0. */
  readonly order: number
}

/**
 * Somebody who takes part.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lane {
  readonly name: string
  readonly side: "client" | "server"
  /** When it was down, if it was; to the end of the picture where the second point is absent. */
  readonly down: ReadonlyArray<readonly [from: Point, to: Point | undefined]>
}

/**
 * What an arrow is: a JSON-RPC message of a kind, the head of an HTTP request or response without a message, or a text that
 * is none of these.
 *
 * @category models
 * @since 0.1.0
 */
export type Kind = "request" | "response" | "error" | "notification" | "head" | "other"

/**
 * Something that was sent.
 *
 * @category models
 * @since 0.1.0
 */
export interface Arrow {
  /** Unique in the picture: letters and digits. */
  readonly id: string
  readonly from: string
  readonly to: string
  /** The line or the exchange that it went over, where that is known. */
  readonly via: string | undefined
  readonly kind: Kind
  /** What it is in a few words, from the message: not to be trusted. */
  readonly label: string
  /** As it went over the wire; empty for heads. */
  readonly text: string
  readonly sent: Point
  /** When it arrived: twice where it was duplicated; never where it was lost, or was under way at the end. */
  readonly arrivals: ReadonlyArray<Point>
  readonly lost: (Point & { readonly why: string }) | undefined
  /** What else is known of it, in order: the verb, the status, headers. */
  readonly facts: ReadonlyArray<readonly [name: string, value: string]>
  /** The group that it belongs to. */
  readonly group: string | undefined
}

/**
 * What belongs together: everything that was sent for one thing that somebody did, or a request and what came of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Group {
  /** Unique in the picture. */
  readonly id: string
  readonly label: string
  /** Whether somebody did it, as against a request that stands for itself. */
  readonly isCall: boolean
}

/**
 * Something that somebody did, from beginning to end.
 *
 * @category models
 * @since 0.1.0
 */
export interface Span {
  readonly lane: string
  readonly label: string
  readonly group: string
  readonly input: unknown
  readonly from: Point
  readonly to: Point | undefined
  /** What came of it; absent where it was under way at the end. */
  readonly outcome: "Success" | "Failure" | "Interrupted" | "Defect" | undefined
  readonly detail: unknown
  readonly mayHaveRun: boolean | undefined
}

/**
 * A fault, for as long as it was in force.
 *
 * @category models
 * @since 0.1.0
 */
export interface Band {
  /** The lanes between which it was, or the one that it was on; none, where they are unknown. */
  readonly lanes: ReadonlyArray<string>
  readonly on: string
  readonly label: string
  readonly from: Point
  readonly to: Point | undefined
}

/**
 * Something that happened on a lane, or to everybody.
 *
 * @category models
 * @since 0.1.0
 */
export interface Mark {
  readonly kind: "ran" | "note" | "up" | "down" | "opened" | "closed"
  readonly lane: string | undefined
  readonly label: string
  readonly at: Point
  readonly group: string | undefined
}

/**
 * A conversation, ready to be drawn.
 *
 * @category models
 * @since 0.1.0
 */
export interface Sequence {
  /** Clients first. */
  readonly lanes: ReadonlyArray<Lane>
  /** In the order in which they were sent. */
  readonly arrows: ReadonlyArray<Arrow>
  readonly groups: ReadonlyArray<Group>
  readonly spans: ReadonlyArray<Span>
  readonly bands: ReadonlyArray<Band>
  readonly marks: ReadonlyArray<Mark>
  /** The last point of all. */
  readonly end: Point
}

/**
 * A text, cut to so many characters, with an ellipsis where something was cut off. Control characters become blanks.
 *
 * @category rendering
 * @since 0.1.0
 */
export const brief = (text: string, charactersMax: number): string => {
  // Twice as much as is shown is enough to look at, however long the text.
  const plain = text.slice(0, charactersMax * 2).replace(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, " ").trim()
  const characters = [...plain]
  if (characters.length <= charactersMax && text.length <= charactersMax * 2) return plain
  return `${characters.slice(0, charactersMax - 1).join("")}…`
}
