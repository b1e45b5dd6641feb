/**
 * What happens in a world, as plain data: everything that a checker, a picture or a person may want to know of, and nothing
 * that differs when the same world is lived through again.
 *
 * @since 0.1.0
 */
import type { Fault } from "../fault/Fault.ts"

/**
 * A message was put on its way. Over HTTP the body of a request is one, and so is each event of a stream.
 *
 * @category models
 * @since 0.1.0
 */
export interface Sent {
  readonly _tag: "Sent"
  /** Its number in this world; a message that arrives twice keeps it. */
  readonly message: number
  readonly from: string
  readonly to: string
  /** The line or the exchange that it goes over. */
  readonly via: string
  readonly text: string
  /** The id of the event of a stream that it is, if it has one. */
  readonly eventId?: string
}

/**
 * A message was handed to whom it was for. A message that was duplicated is handed over twice.
 *
 * @category models
 * @since 0.1.0
 */
export interface Arrived {
  readonly _tag: "Arrived"
  readonly message: number
  /** The host where it did, when that is another than whom it was for: one of those behind a load balancer. */
  readonly at?: string
}

/**
 * A message will not arrive.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lost {
  readonly _tag: "Lost"
  readonly message: number
  readonly why: string
}

/**
 * A line or an HTTP exchange was opened, by a client.
 *
 * @category models
 * @since 0.1.0
 */
export interface Opened {
  readonly _tag: "Opened"
  readonly via: string
  readonly from: string
  readonly to: string
  /** The verb and path, over HTTP. */
  readonly verb?: string
  /** Request headers that say something about the protocol: `mcp-*`, `last-event-id`, and whose credential it is. */
  readonly headers?: { readonly [name: string]: string }
}

/**
 * The head of a response arrived.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answered {
  readonly _tag: "Answered"
  readonly via: string
  readonly status: number
  readonly headers: { readonly [name: string]: string }
}

/**
 * A line or an exchange is over.
 *
 * @category models
 * @since 0.1.0
 */
export interface Closed {
  readonly _tag: "Closed"
  readonly via: string
  readonly why: string
}

/**
 * A fault strikes a link or a host, or is over.
 *
 * @category models
 * @since 0.1.0
 */
export interface Struck {
  readonly _tag: "Struck" | "Healed"
  readonly on: string
  readonly fault: Fault
}

/**
 * A host came up, or went down.
 *
 * @category models
 * @since 0.1.0
 */
export interface Host {
  readonly _tag: "Up" | "Down"
  readonly host: string
}

/**
 * Somebody began to do something.
 *
 * @category models
 * @since 0.1.0
 */
export interface Began {
  readonly _tag: "Began"
  /** The key of what is done, unique in the world. */
  readonly key: string
  readonly user: string
  readonly action: string
  readonly input: unknown
}

/**
 * What somebody did is over.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ended {
  readonly _tag: "Ended"
  readonly key: string
  readonly outcome: "Success" | "Failure" | "Interrupted" | "Defect"
  /** The value, or what went wrong, as far as it is plain data. */
  readonly detail: unknown
  /** For failures: whether the server may have run it, as its user was told. */
  readonly mayHaveRun?: boolean
}

/**
 * A handler ran, on a host, for something that somebody did.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ran {
  readonly _tag: "Ran"
  readonly host: string
  readonly key: string
  /** More that the handler says of itself: whose request it was, say. */
  readonly detail?: unknown
}

/**
 * A host wrote to its log, or a person to the history.
 *
 * @category models
 * @since 0.1.0
 */
export interface Noted {
  readonly _tag: "Noted"
  readonly host: string
  readonly text: string
}

/**
 * Anything that happens.
 *
 * @category models
 * @since 0.1.0
 */
export type Happening =
  | Sent
  | Arrived
  | Lost
  | Opened
  | Answered
  | Closed
  | Struck
  | Host
  | Began
  | Ended
  | Ran
  | Noted

/**
 * Something that happened, with its time in milliseconds since the world began.
 *
 * @category models
 * @since 0.1.0
 */
export type Event = Happening & { readonly atMillis: number }
