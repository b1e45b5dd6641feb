/**
 * The sessions that one HTTP endpoint serves: opened by `initialize`, found by id and owner, closed by DELETE, by
 * idleness, or to make room.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { Log } from "../../session/EventLog.ts"
import type { Limits } from "../../session/SessionLimits.ts"
import { type SessionRecord, SessionStore } from "../../session/SessionStore.ts"
import * as Uptime from "../../session/Uptime.ts"
import * as LiveSession from "./LiveSession.ts"

/**
 * The sessions of an endpoint.
 *
 * @category models
 * @since 0.1.0
 */
export interface Sessions {
  /** Opens a session, closing the one idle longest if there are too many; `undefined` when all are busy. */
  readonly open: (
    opening: Omit<LiveSession.Opening, "lastActiveMillis">
  ) => Effect.Effect<LiveSession.LiveSession | undefined>
  /** The session with an id, for whoever opened it. It counts as active from then on. */
  readonly find: (id: string, owner: string | undefined) => LiveSession.LiveSession | undefined
  /** Notes that something of the session has just ended. */
  readonly touch: (session: LiveSession.LiveSession) => void
  /** Ends a session. */
  readonly close: (session: LiveSession.LiveSession) => Effect.Effect<void>
  /** All of them, in the order of their last activity. */
  readonly all: () => ReadonlyArray<LiveSession.LiveSession>
}

type Live = Map<string, LiveSession.LiveSession>

/** Sessions stand in the order of their last activity, so the first that is not busy is the one idle longest. */
const longestIdle = (live: Live): LiveSession.LiveSession | undefined => {
  for (const session of live.values()) if (!LiveSession.isBusy(session)) return session
  return undefined
}

const idleSince = (live: Live, millis: number): ReadonlyArray<LiveSession.LiveSession> =>
  Array.from(live.values()).filter((session) => session.lastActiveMillis <= millis && !LiveSession.isBusy(session))

const recordOf = (session: LiveSession.LiveSession): SessionRecord => ({
  id: session.id,
  protocolVersion: session.revision.version,
  clientInfo: session.clientInfo,
  clientCapabilities: session.clientCapabilities
})

type Session = LiveSession.LiveSession

/**
 * Stores what is known of a new session. It may have to make room itself before anybody knows it; then nothing of it must
 * be left in the store either.
 */
const store = (
  live: Live,
  put: SessionStore["Service"]["put"],
  forget: (session: Session) => Effect.Effect<unknown>,
  session: Session
): Effect.Effect<Session | undefined> =>
  Effect.suspend(() => {
    if (!live.has(session.id)) return Effect.undefined
    return Effect.flatMap(
      put(recordOf(session)),
      () => live.has(session.id) ? Effect.succeed(session) : Effect.as(forget(session), undefined)
    )
  })

const boundsOf = (limits: Limits, pendingMax: number): LiveSession.Bounds => ({
  inFlightRequestsMax: limits.inFlightRequestsMax,
  // A session has no stream to end, so whatever its client's pace, it coalesces.
  heard: { pendingMax, slowConsumer: "coalesce" },
  questionMillis: limits.sessionIdleMillis
})

/**
 * No sessions yet. Idle ones are looked for while the scope is open, and its end closes all that are left.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  limits: Limits,
  pendingMax: number,
  log: Log | undefined
): Effect.Effect<Sessions, never, Scope.Scope | SessionStore> =>
  Effect.gen(function*() {
    const records = yield* SessionStore
    const clock = yield* Clock.Clock
    const live: Live = new Map()
    const bounds = boundsOf(limits, pendingMax)

    const forget = (session: LiveSession.LiveSession): Effect.Effect<unknown> => {
      const removed = records.remove(session.id)
      return log === undefined ? removed : Effect.andThen(removed, log.remove(session.id))
    }

    const close = (session: LiveSession.LiveSession): Effect.Effect<void> =>
      Effect.suspend(() => {
        live.delete(session.id)
        return Effect.ensuring(LiveSession.close(session), forget(session))
      }).pipe(
        // What breaks as it is released must not keep the others from ending, nor a request that ends it from its answer.
        Effect.catchCause((cause) => Effect.logError("A session did not end well", cause)),
        Effect.uninterruptible
      )

    const touch = (session: LiveSession.LiveSession): void => {
      session.lastActiveMillis = Uptime.millisOf(clock)
      live.delete(session.id)
      live.set(session.id, session)
    }

    const sweep = Effect.suspend(() =>
      Effect.forEach(
        idleSince(live, Uptime.millisOf(clock) - limits.sessionIdleMillis),
        close,
        { discard: true }
      )
    )

    yield* Effect.forkScoped(Effect.repeat(sweep, Schedule.spaced(limits.sweepIntervalMillis)))
    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => Effect.forEach(Array.from(live.values()), close, { discard: true }))
    )

    return {
      open: (opening) =>
        Effect.suspend(() => {
          const full = live.size >= limits.sessionsMax
          const leaving = full ? longestIdle(live) : undefined
          if (full && leaving === undefined) return Effect.undefined
          // Ending a session may take its time; others that open meanwhile must find its place taken.
          if (leaving !== undefined) live.delete(leaving.id)
          const session = LiveSession.make(
            { ...opening, lastActiveMillis: Uptime.millisOf(clock) },
            bounds
          )
          live.set(session.id, session)
          const stored = store(live, records.put, forget, session)
          return leaving === undefined ? stored : Effect.andThen(close(leaving), stored)
        }),
      find: (id, owner) => {
        const session = live.get(id)
        if (session === undefined || session.owner !== owner) return undefined
        touch(session)
        return session
      },
      touch: (session) => {
        if (live.has(session.id)) touch(session)
      },
      close,
      all: () => Array.from(live.values())
    }
  })
