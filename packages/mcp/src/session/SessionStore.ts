/**
 * Where sessions are known: the facts that `initialize` settled, under the session's id. The live part of a session
 * (its requests in flight, its streams) stays in the process that serves it and is not kept here, so a session is served
 * by the process that opened it: a record is written as it begins and removed as it ends. The memory layer is for one
 * process.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ClientCapabilities } from "../schema/Capabilities.ts"
import type { Implementation } from "../schema/Implementation.ts"

/**
 * What `initialize` settled. Plain data, so that it can be stored anywhere.
 *
 * @category models
 * @since 0.1.0
 */
export interface SessionRecord {
  /** Visible ASCII, unguessable (HTS-01, HTS-02). */
  readonly id: string
  readonly protocolVersion: string
  readonly clientInfo: Implementation | undefined
  readonly clientCapabilities: ClientCapabilities
}

/**
 * Keeps session records.
 *
 * @category services
 * @since 0.1.0
 */
export class SessionStore extends Context.Service<SessionStore, {
  /** Keeps a record under its id. */
  readonly put: (record: SessionRecord) => Effect.Effect<void>
  /** The record with an id, if there is one. */
  readonly get: (id: string) => Effect.Effect<SessionRecord | undefined>
  /** Forgets a record; says whether there was one. */
  readonly remove: (id: string) => Effect.Effect<boolean>
}>()("@parley/mcp/session/SessionStore") {}

/**
 * Records in the memory of this process. Their number is bounded by whoever opens and closes sessions
 * (`SessionLimits.sessionsMax`).
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<SessionStore> = Layer.sync(SessionStore, () => {
  const records = new Map<string, SessionRecord>()
  return SessionStore.of({
    put: (record) => Effect.sync(() => void records.set(record.id, record)),
    get: (id) => Effect.sync(() => records.get(id)),
    remove: (id) => Effect.sync(() => records.delete(id))
  })
})
