/**
 * The stores of an endpoint, taken from the context where its transport is built and given to the driver where the server
 * is served: these are two places.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { EventLog } from "../../session/EventLog.ts"
import { SessionStore } from "../../session/SessionStore.ts"

/**
 * The `SessionStore`, and the `EventLog` if there is one.
 *
 * @category stores
 * @since 0.1.0
 */
export const taken: Effect.Effect<Context.Context<SessionStore>, never, SessionStore> = Effect.gen(function*() {
  const stores = Context.make(SessionStore, yield* SessionStore)
  const log = yield* Effect.serviceOption(EventLog)
  return Option.isSome(log) ? Context.add(stores, EventLog, log.value) : stores
})
