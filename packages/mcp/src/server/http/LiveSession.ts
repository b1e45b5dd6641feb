/**
 * The live part of an HTTP session: what this process holds of it while it is served. The facts that outlive the process
 * are in the `SessionStore`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Revision } from "../../revision/Revision.ts"
import type { ClientCapabilities } from "../../schema/Capabilities.ts"
import type { Implementation } from "../../schema/Implementation.ts"
import type { LoggingLevel } from "../../schema/Logging.ts"
import type { Caller } from "../../session/Caller.ts"
import * as InFlight from "../../session/InFlight.ts"
import * as PendingRequests from "../../session/PendingRequests.ts"
import * as Subscriptions from "../../session/Subscriptions.ts"
import * as Asking from "../asking/Asking.ts"
import * as Feed from "../listening/Feed.ts"
import type { Origin } from "../Origin.ts"
import * as SessionMemo from "../SessionMemo.ts"
import * as EventStream from "./EventStream.ts"

/**
 * What the requests of a session share.
 *
 * @category models
 * @since 0.1.0
 */
export interface Work {
  readonly inFlight: InFlight.InFlight<Fiber.Fiber<unknown>>
  /** What was asked of the client and is not answered yet. */
  readonly pending: PendingRequests.PendingRequests
  readonly memo: SessionMemo.ClosableMemo
}

/**
 * A session being served. An idle one is this record and nothing more: no fiber, no queue.
 *
 * @category models
 * @since 0.1.0
 */
export interface LiveSession {
  readonly id: string
  readonly revision: Revision
  readonly clientInfo: Implementation
  readonly clientCapabilities: ClientCapabilities
  /** Whose session it is, as `ownerOf` says it; requests of others do not find it. */
  readonly owner: string | undefined
  /** What its requests share; made by the first of them (`workOf`). */
  work: Work | undefined
  /** Streams whose events are kept and that go on, by name; a client that lost one takes it up again. */
  streams: Map<string, EventStream.EventStream> | undefined
  /** Streams that the client holds open with GET, oldest first; replaced whole when they change. */
  listening: ReadonlyArray<EventStream.EventStream>
  readonly bounds: Bounds
  /** What the session hears of what happens on the server. */
  readonly feed: Feed.Feed
  /** What has happened and is not told yet. */
  heard: Subscriptions.Subscription
  isTelling: boolean
  isClosed: boolean
  /** The level that the client asked for; until it does, it hears from `info` on. */
  logLevel: LoggingLevel | undefined
  /** By the time that only goes forward (`Uptime.ts`). */
  lastActiveMillis: number
}

/**
 * What a session is opened with.
 *
 * @category models
 * @since 0.1.0
 */
export type Opening = Pick<
  LiveSession,
  "id" | "revision" | "clientInfo" | "clientCapabilities" | "owner" | "lastActiveMillis"
>

/**
 * The bounds on what a session holds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bounds {
  readonly inFlightRequestsMax: number
  /** What holds for events that wait to be told. */
  readonly heard: Subscriptions.Bounds
  /** How long a question waits for its answer, in milliseconds, unless it says so itself. */
  readonly questionMillis: number
}

/** A session listens on no stream until its client opens one. */
const noStreams: ReadonlyArray<EventStream.EventStream> = []

/**
 * A new session.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (opening: Opening, bounds: Bounds): LiveSession => {
  const feed = Feed.make(opening.revision)
  return {
    id: opening.id,
    revision: opening.revision,
    clientInfo: opening.clientInfo,
    clientCapabilities: opening.clientCapabilities,
    owner: opening.owner,
    lastActiveMillis: opening.lastActiveMillis,
    bounds,
    work: undefined,
    streams: undefined,
    listening: noStreams,
    feed,
    heard: Subscriptions.make(feed, bounds.heard),
    isTelling: false,
    isClosed: false,
    logLevel: undefined
  }
}

/**
 * What the requests of a session share, made if this is the first.
 *
 * @category queries
 * @since 0.1.0
 */
export const workOf = (session: LiveSession): Work =>
  session.work ??= {
    inFlight: InFlight.make(session.bounds.inFlightRequestsMax),
    pending: PendingRequests.make(session.bounds.inFlightRequestsMax),
    memo: SessionMemo.make()
  }

/**
 * Whether something of the session is going on, so that it must not be closed for idleness.
 *
 * @category queries
 * @since 0.1.0
 */
export const isBusy = ({ listening, work }: LiveSession): boolean =>
  listening.length > 0 || (work !== undefined && InFlight.size(work.inFlight) > 0)

/**
 * The origin of a request of the session.
 *
 * @category conversions
 * @since 0.1.0
 */
export const origin = (
  session: LiveSession,
  channel: Pick<Origin, "header" | "send" | "pause"> & {
    readonly caller: Caller | undefined
    readonly sendQuestion: Origin["send"] | undefined
  }
): Origin => ({
  revision: session.revision,
  clientInfo: session.clientInfo,
  clientCapabilities: session.clientCapabilities,
  session: {
    id: session.id,
    setLogLevel: (level) => {
      session.logLevel = level
    },
    feed: session.feed
  },
  logLevel: session.logLevel ?? "info",
  askedLogLevel: session.logLevel,
  credential: channel.header("authorization"),
  principal: channel.caller?.principal,
  services: channel.caller?.services,
  header: channel.header,
  send: channel.send,
  pause: channel.pause,
  ask: Asking.over({
    revision: session.revision,
    clientCapabilities: session.clientCapabilities,
    pending: workOf(session).pending,
    send: channel.sendQuestion,
    // A client that went away has cancelled nothing, and would leave the call waiting, and the session busy, for ever.
    timeoutMillis: session.bounds.questionMillis
  }),
  memo: workOf(session).memo,
  release: undefined
})

/**
 * Ends what the session holds: its requests are interrupted, its streams ended, its services released.
 *
 * @category operations
 * @since 0.1.0
 */
export const close = (session: LiveSession): Effect.Effect<void> =>
  Effect.suspend(() => {
    session.isClosed = true
    session.listening.forEach(EventStream.end)
    const { work } = session
    return work === undefined
      ? Effect.void
      : Effect.andThen(Fiber.interruptAll(InFlight.all(work.inFlight)), work.memo.close)
  })
