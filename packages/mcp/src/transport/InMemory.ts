/**
 * Two ends of a line in memory. Messages cross as the same text that a wire would carry, in order, one at a time.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Connection, Received } from "./Connection.ts"

interface End {
  readonly inbox: Array<Received>
  receive: ((received: Received) => void) | undefined
  onClosed: (() => void) | undefined
  closed: boolean
  delivering: boolean
}

const makeEnd = (): End => ({
  inbox: [],
  receive: undefined,
  onClosed: undefined,
  closed: false,
  delivering: false
})

/** Delivers what waits, without recursion: a message sent while one is delivered waits its turn. */
const deliver = (end: End): void => {
  if (end.delivering) return
  end.delivering = true
  while (end.receive !== undefined && end.inbox.length > 0) {
    const received = end.inbox.shift()
    if (received !== undefined) end.receive(received)
  }
  end.delivering = false
  if (end.closed && end.inbox.length === 0) end.onClosed?.()
}

const connection = (own: End, peer: End): Connection => ({
  send: (text) => {
    if (peer.closed) return
    peer.inbox.push({ _tag: "Line", text })
    deliver(peer)
  },
  drained: Effect.void,
  listen: (receive) =>
    Effect.callback<void>((resume) => {
      own.receive = receive
      own.onClosed = () => resume(Effect.void)
      deliver(own)
      return Effect.sync(() => {
        own.receive = undefined
        own.onClosed = undefined
      })
    })
})

/**
 * The two ends, and a way to close the line: each end then hears what was sent before, and its `listen` completes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Pair {
  readonly client: Connection
  readonly server: Connection
  readonly close: Effect.Effect<void>
}

/**
 * A new line.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makePair: Effect.Effect<Pair> = Effect.sync(() => {
  const client = makeEnd()
  const server = makeEnd()
  return {
    client: connection(client, server),
    server: connection(server, client),
    close: Effect.sync(() => {
      for (const end of [client, server]) {
        end.closed = true
        deliver(end)
      }
    })
  }
})
