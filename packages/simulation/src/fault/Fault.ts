/**
 * What can go wrong between hosts, and with them, as values. A fault is on a link (between a client and a server) or on a
 * host; when it strikes and when it is over is said by whoever lets it strike.
 *
 * @since 0.1.0
 */

/**
 * How long things take, in milliseconds: evenly between two bounds, and with a probability as long as the tail.
 *
 * @category models
 * @since 0.1.0
 */
export interface Distribution {
  readonly leastMillis: number
  readonly mostMillis: number
  readonly tail?: { readonly probability: number; readonly millis: number }
}

/**
 * Which way something goes.
 *
 * @category models
 * @since 0.1.0
 */
export type Direction = "toServer" | "toClient"

/**
 * A fault of a link, in force from when it strikes until it is over.
 *
 * On a line (a pipe, a socket) what is sent arrives whole and in order, or the line breaks: there, loss means that a message
 * is swallowed by what sits between (a wrapper script, a proxy), and so do duplication and reordering. Over HTTP they are of
 * whole requests: one is lost before it arrives or its response is, one is sent twice by a proxy, one overtakes another.
 *
 * @category models
 * @since 0.1.0
 */
export type LinkFault =
  /** How long a piece takes to the other side. Without this fault it takes 1 ms. */
  | { readonly _tag: "Latency"; readonly millis: Distribution }
  | { readonly _tag: "Loss"; readonly probability: number; readonly direction?: Direction }
  | { readonly _tag: "Duplication"; readonly probability: number }
  /** A message that is hit takes so much longer, and others overtake it. */
  | { readonly _tag: "Reordering"; readonly probability: number; readonly millis: number }
  /** What is sent arrives in pieces of so many characters at most, which may cut events and lines anywhere. */
  | { readonly _tag: "Chunking"; readonly charactersMax: number }
  /** Whoever receives takes only so many characters a second of each line or exchange; the sender is held up. */
  | { readonly _tag: "SlowConsumer"; readonly charactersPerSecond: number; readonly direction: Direction }
  /** Everything that is open breaks when it strikes; what is opened after that works. Over HTTP both sides are told. */
  | { readonly _tag: "Cut" }
  /** Nothing arrives in this direction, and nobody is told. */
  | { readonly _tag: "HalfOpen"; readonly direction: Direction }
  /** Nothing can be opened. */
  | { readonly _tag: "Refusal" }

/**
 * A fault of a host.
 *
 * @category models
 * @since 0.1.0
 */
export type HostFault =
  /** It goes down with everything in its memory when the fault strikes, and comes up anew when it is over. */
  | {
    readonly _tag: "Restart"
    /** It is told to go down, and ends what it has begun, as far as its server waits for that. */
    readonly isOrderly?: boolean
  }
  /** Its time of day is wrong by so much from when it strikes; it is put right when the fault is over. */
  | { readonly _tag: "ClockJump"; readonly millis: number }

/**
 * Any fault.
 *
 * @category models
 * @since 0.1.0
 */
export type Fault = LinkFault | HostFault

/**
 * A fault with its place and time.
 *
 * @category models
 * @since 0.1.0
 */
export interface Scheduled {
  readonly fault: Fault
  /** The name of a link (`client-server`) or of a host. On a host, a fault of a link strikes all its links. */
  readonly on: string
  /** When it strikes, in milliseconds since the world began. */
  readonly atMillis: number
  /** How long it lasts. What strikes once (`Cut`) does not last. */
  readonly lastsMillis: number
}

/**
 * The name of the link between a client and a server.
 *
 * @category names
 * @since 0.1.0
 */
export const linkName = (client: string, server: string): string => `${client}-${server}`
