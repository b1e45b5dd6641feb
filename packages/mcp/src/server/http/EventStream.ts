/**
 * A stream of events to one client. It is more than the connection that carries it: where its events are kept, it lives
 * on when the connection is lost, and the client takes it up again on another one (HTG-10). Events go out in the order
 * in which they were sent; a reader that is behind holds up those who send on its own stream, and nobody else.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as SseFraming from "../../jsonrpc/SseFraming.ts"
import type { Log, LoggedEvent } from "../../session/EventLog.ts"
import type { HttpStream } from "../../transport/HttpExchange.ts"

/**
 * The streams of a session that go on, by name.
 *
 * @category models
 * @since 0.1.0
 */
export interface Owner {
  readonly id: string
  /** Made by the first. */
  streams: Map<string, EventStream> | undefined
}

/**
 * Where the events of a stream are kept.
 *
 * @category models
 * @since 0.1.0
 */
export interface Kept {
  readonly log: Log
  readonly owner: Owner
  readonly name: string
}

/**
 * A stream.
 *
 * @category models
 * @since 0.1.0
 */
export interface EventStream {
  readonly turn: Semaphore.Semaphore
  /** What is to be done before the first event. */
  prologue: Effect.Effect<void> | undefined
  kept: Kept | undefined
  /** What carries it; nothing while the client is away. */
  connection: HttpStream | undefined
  ended: boolean
  /** Hears of the end. */
  onEnd: (() => void) | undefined
  /** Whether nothing was written since it was looked after last. */
  quiet: boolean
  /** How many times in a row the reader took nothing. */
  stalls: number
  /** How many times the present connection was looked after. */
  age: number
}

/**
 * A stream on a connection.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (connection: HttpStream | undefined, kept?: Kept): EventStream => ({
  turn: Semaphore.makeUnsafe(1),
  prologue: undefined,
  kept,
  connection,
  ended: false,
  onEnd: undefined,
  quiet: false,
  stalls: 0,
  age: 0
})

const write = (stream: EventStream, framed: string): Effect.Effect<void> => {
  stream.quiet = false
  stream.stalls = 0
  return stream.connection === undefined ? Effect.void : stream.connection.write(framed)
}

const inTurn = (stream: EventStream, act: () => Effect.Effect<void>): Effect.Effect<void> =>
  Semaphore.withPermit(
    stream.turn,
    Effect.suspend(() => {
      if (stream.ended) return Effect.void
      const { prologue } = stream
      stream.prologue = undefined
      return prologue === undefined ? act() : Effect.andThen(Effect.uninterruptible(prologue), Effect.suspend(act))
    })
  )

const writeEvent = (stream: EventStream, kept: Kept, text: string): Effect.Effect<void> =>
  Effect.flatMap(
    kept.log.append(kept.owner.id, kept.name, text),
    (id) => write(stream, SseFraming.event(id, text))
  )

/**
 * Enters a stream among those of its owner that go on.
 *
 * @category keeping
 * @since 0.1.0
 */
export const enter = (owner: Owner, name: string, stream: EventStream): void => {
  owner.streams ??= new Map()
  owner.streams.set(name, stream)
}

/**
 * Makes the events of a new stream kept, from the first on. `priming` sends an event ahead that only tells its id, so
 * that the client can come back before there is any other (HTL-01).
 *
 * @category keeping
 * @since 0.1.0
 */
export const keep = (
  stream: EventStream,
  log: Log,
  owner: Owner,
  options: { readonly prefix: string; readonly priming: boolean }
): void => {
  stream.prologue = Effect.flatMap(log.open(owner.id, options.prefix), (name) => {
    const kept: Kept = { log, owner, name }
    stream.kept = kept
    // It may have ended meanwhile, and then nobody would take it out.
    if (!stream.ended) enter(owner, name, stream)
    return options.priming ? writeEvent(stream, kept, "") : Effect.void
  })
}

/**
 * Sends a message as an event, and waits until it is kept and the connection takes more. After the end it does nothing.
 *
 * @category sending
 * @since 0.1.0
 */
export const send = (stream: EventStream, text: string): Effect.Effect<void> =>
  inTurn(
    stream,
    () =>
      stream.kept === undefined
        ? write(stream, SseFraming.message(text))
        : writeEvent(stream, stream.kept, text)
  )

/**
 * Sends a comment, which is no event and is not kept.
 *
 * @category sending
 * @since 0.1.0
 */
export const comment = (stream: EventStream): Effect.Effect<void> => raw(stream, SseFraming.keepAlive)

/**
 * Sends what is framed already and is not kept.
 *
 * @category sending
 * @since 0.1.0
 */
export const raw = (stream: EventStream, framed: string): Effect.Effect<void> =>
  inTurn(stream, () => write(stream, framed))

/**
 * Waits until what was sent before has been taken.
 *
 * @category sending
 * @since 0.1.0
 */
export const settled = (stream: EventStream): Effect.Effect<void> => inTurn(stream, () => Effect.void)

/**
 * Ends the stream. What was sent stays in the log.
 *
 * @category operations
 * @since 0.1.0
 */
export const end = (stream: EventStream): void => {
  if (stream.ended) return
  stream.ended = true
  stream.kept?.owner.streams?.delete(stream.kept.name)
  stream.connection?.end()
  stream.connection = undefined
  stream.onEnd?.()
}

/**
 * Notes that a connection is lost. The stream goes on if it is kept.
 *
 * @category operations
 * @since 0.1.0
 */
export const detach = (stream: EventStream, connection: HttpStream): void => {
  if (stream.connection === connection) stream.connection = undefined
}

/**
 * Gives the connection up and tells the client when to come back (HTL-03). Does nothing when the stream is not kept.
 *
 * @category operations
 * @since 0.1.0
 */
export const pause = (stream: EventStream, retryMillis: number): Effect.Effect<void> =>
  inTurn(stream, () => {
    const { connection } = stream
    if (stream.kept === undefined || connection === undefined) return Effect.void
    return Effect.andThen(
      write(stream, SseFraming.retry(retryMillis)),
      Effect.sync(() => {
        detach(stream, connection)
        connection.end()
      })
    )
  })

const carry = (stream: EventStream, connection: HttpStream): void => {
  stream.connection = connection
  stream.age = 0
  stream.stalls = 0
  stream.quiet = false
}

const writeAll = (stream: EventStream, events: ReadonlyArray<LoggedEvent>): Effect.Effect<void> =>
  Effect.forEach(events, ({ id, text }) => text === "" ? Effect.void : write(stream, SseFraming.event(id, text)), {
    discard: true
  })

/**
 * Goes on with a stream on another connection: first what followed an event, then what comes (HTG-11). The connection
 * that it had is cut, because a client that comes back has lost it. A stream that has ended ends again.
 *
 * @category operations
 * @since 0.1.0
 */
export const resume = (
  stream: EventStream,
  kept: Kept,
  lastEventId: string,
  connect: () => HttpStream
): Effect.Effect<void> =>
  Effect.suspend(() => {
    stream.connection?.abort()
    stream.connection = undefined
    return Semaphore.withPermit(
      stream.turn,
      Effect.flatMap(kept.log.after(kept.owner.id, lastEventId), (replay) => {
        const connection = connect()
        carry(stream, connection)
        return Effect.andThen(
          writeAll(stream, replay?.events ?? []),
          Effect.sync(() => {
            if (!stream.ended) return
            detach(stream, connection)
            connection.end()
          })
        )
      })
    )
  })

/**
 * Looks after the connection: a comment after silence; the end, when the reader takes nothing for so many times. A
 * connection whose peer is gone without a word is found out by what is written to it.
 *
 * @category operations
 * @since 0.1.0
 */
export const beat = (stream: EventStream, stallsMax: number): void => {
  const { connection } = stream
  if (connection === undefined) return
  stream.age += 1
  if (!stream.quiet) {
    stream.quiet = true
  } else if (connection.offer(SseFraming.keepAlive)) {
    stream.stalls = 0
  } else {
    stream.stalls += 1
    if (stream.stalls >= stallsMax) connection.abort()
  }
}
