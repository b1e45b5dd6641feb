/**
 * Telling the server of a session that the client's roots have changed (ROO-03). One that is connected to may have asked
 * for them before the connection is in force, so what changes meanwhile is told as soon as it is. A server of the stateless
 * era asks whenever it needs them, so it is not told.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { Connected } from "../connection/Connect.ts"
import type { Connection } from "../connection/Connection.ts"
import type { Answers } from "./Answers.ts"

const method = "notifications/roots/list_changed"

const tell = ({ link, server: { revision } }: Connected): Effect.Effect<void> => {
  const params = revision.clientNotifications.has(method) ? revision.encode.notification(method, {}) : undefined
  return params === undefined ? Effect.void : Effect.catch(
    link.notify({ method, paramsText: JSON.stringify(params), revision }),
    (error) => Effect.logDebug("A change of the roots could not be told", error)
  )
}

/** Tells the server of the connection in force, or of the next. */
const tellNext = ({ status }: Connection): Effect.Effect<void> =>
  SubscriptionRef.changes(status).pipe(
    Stream.flatMap((now) => now._tag === "Connected" ? Stream.succeed(now.connected) : Stream.empty),
    Stream.take(1),
    Stream.runForEach(tell)
  )

/** Tells of what it hears of over a connection, as long as the scope lives. */
type Follow = (connection: Connection) => Effect.Effect<void, never, Scope.Scope>

/**
 * Hears of changes from now on, as long as the scope lives, and tells of them once there is a connection; nothing runs where
 * roots do not change. Changes that wait to be told are told as one.
 *
 * @category operations
 * @since 0.1.0
 */
export const hear = Effect.fnUntraced(function*({ roots }: Answers): Effect.fn.Return<Follow, never, Scope.Scope> {
  if (roots?.changes === undefined) return () => Effect.void
  const untold = yield* Queue.sliding<unknown>(1)
  yield* Effect.forkScoped(
    Stream.runForEach(roots.changes, (change) => Queue.offer(untold, change)),
    { startImmediately: true }
  )
  return (connection) =>
    Effect.asVoid(Effect.forkScoped(
      Effect.forever(Effect.andThen(Queue.take(untold), tellNext(connection))),
      { startImmediately: true }
    ))
})
