/**
 * What the hosts of a server have in common, as a deployment of several has: the bus and the keys, which outlive each of
 * them. And what each has of its own, counted: the store and the log of its sessions, and who listens on its bus.
 *
 * @since 0.1.0
 */
import { EventLog, makeMemory as makeLog } from "@parley/mcp/session/EventLog"
import { type Bus, makeMemory as makeBus, NotificationBus } from "@parley/mcp/session/NotificationBus"
import { type SessionRecord, SessionStore } from "@parley/mcp/session/SessionStore"
import { makeRandom, StateKeys } from "@parley/mcp/session/StateKeys"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Host } from "./Host.ts"

/**
 * What the hosts of a server have in common.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shared {
  readonly bus: Bus
  readonly keys: StateKeys["Service"]
}

/**
 * A bus and keys.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<Shared> = Effect.all({ bus: makeBus, keys: makeRandom })

/** A host that is down neither says anything nor is told. */
const busOn = (host: Host, { listen, publish }: Bus): Bus => ({
  publish: (event) => Effect.suspend(() => host.isUp ? publish(event) : Effect.void),
  listen: (listener) =>
    Effect.andThen(
      listen((event) => {
        if (host.isUp) listener(event)
      }),
      Effect.acquireRelease(
        Effect.sync(() => void (host.counts.listeners += 1)),
        () => Effect.sync(() => void (host.counts.listeners -= 1))
      )
    )
})

/**
 * What the server on a host finds in its context, unless its layer brings its own: what is shared, or else a bus that is
 * this host's alone.
 *
 * @category contexts
 * @since 0.1.0
 */
export const contextOn = (host: Host, shared: Shared | undefined): Effect.Effect<Context.Context<never>> =>
  Effect.map(shared === undefined ? makeBus : Effect.succeed(shared.bus), (bus) => {
    const context = Context.make(NotificationBus, busOn(host, bus))
    // Servers look for these, and need none of them.
    return (shared === undefined ? context : Context.add(context, StateKeys, shared.keys)) as Context.Context<never>
  })

const makeStore = ({ counts }: Host): SessionStore["Service"] => {
  const records = new Map<string, SessionRecord>()
  const count = (change: () => boolean, by: number): boolean => {
    const isChanged = change()
    if (isChanged) counts.sessions += by
    return isChanged
  }
  return {
    put: (record) =>
      Effect.sync(() => {
        count(() => !records.has(record.id), 1)
        records.set(record.id, record)
      }),
    get: (id) => Effect.sync(() => records.get(id)),
    remove: (id) => Effect.sync(() => count(() => records.delete(id), -1))
  }
}

const makeCountedLog = ({ counts }: Host): Effect.Effect<EventLog["Service"]> =>
  Effect.map(makeLog, (log) => {
    const known = new Set<string>()
    return {
      ...log,
      open: (session, prefix) =>
        Effect.suspend(() => {
          if (!known.has(session)) counts.logs += 1
          known.add(session)
          return log.open(session, prefix)
        }),
      remove: (session) =>
        Effect.suspend(() => {
          if (known.delete(session)) counts.logs -= 1
          return log.remove(session)
        })
    }
  })

/**
 * The sessions of a host, in its memory: they are gone when it crashes.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerStores = (host: Host): Layer.Layer<SessionStore | EventLog> =>
  Layer.merge(
    Layer.sync(SessionStore, () => makeStore(host)),
    Layer.effect(EventLog, makeCountedLog(host))
  )
