/**
 * The resources that a session is subscribed to, on behalf of all who want to hear of them: the first makes the server tell,
 * the last lets it be quiet again. A session is one connection, and each new one is told anew.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { Connected } from "../connection/Connect.ts"
import type { McpClientError } from "../McpClientError.ts"
import type { Send } from "../requests/Call.ts"

/** One resource. */
interface Held {
  /** How many want to hear of it. */
  count: number
  /** The connection that was told, and may know though it has not said so. */
  told: Connected | undefined
  /** The connection that knows. */
  on: Connected | undefined
  /** Subscribing and unsubscribing happen one after the other. */
  readonly turn: Semaphore.Semaphore
}

/**
 * The subscriptions of a client. Only the functions of this file write to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Subscribed {
  readonly held: Map<string, Held>
  readonly send: Send
  /** The connection in force, if there is one. */
  readonly inForce: () => Connected | undefined
  readonly fork: (effect: Effect.Effect<void>) => void
}

/**
 * No subscriptions yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (parts: Omit<Subscribed, "held">): Subscribed => ({ ...parts, held: new Map() })

const call = (method: string, uri: string) => ({ method, params: { uri }, options: {} })

/** Nobody waits for this: what a server does with it changes nothing here. */
const release = ({ fork, held, inForce, send }: Subscribed, uri: string, own: Held): Effect.Effect<void> =>
  Effect.sync(() => {
    own.count--
    const unsubscribe = Effect.suspend(() => {
      if (own.count > 0) return Effect.void
      const mayBeKnown = own.told !== undefined && own.told === inForce()
      own.told = undefined
      own.on = undefined
      return mayBeKnown ? Effect.ignore(send(call("resources/unsubscribe", uri))) : Effect.void
    })
    const forget = Effect.sync(() => {
      if (own.count === 0 && held.get(uri) === own) held.delete(uri)
    })
    fork(Effect.andThen(own.turn.withPermit(unsubscribe), forget))
  })

/**
 * Holds a resource as long as the scope. It is subscribed to with {@link subscribe}, and no longer when nobody holds it.
 *
 * @category operations
 * @since 0.1.0
 */
export const hold = (subscribed: Subscribed, uri: string): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(Effect.acquireRelease(
    Effect.sync(() => {
      const own: Held = subscribed.held.get(uri) ?? {
        count: 0,
        told: undefined,
        on: undefined,
        turn: Semaphore.makeUnsafe(1)
      }
      own.count++
      subscribed.held.set(uri, own)
      return own
    }),
    (own) => release(subscribed, uri, own)
  ))

const isRefused = ({ mayHaveRun, reason }: McpClientError): boolean => reason._tag === "RpcError" || !mayHaveRun

/**
 * Makes sure that a connection knows of a resource that is held.
 *
 * @category operations
 * @since 0.1.0
 */
export const subscribe = (
  { held, send }: Subscribed,
  connected: Connected,
  uri: string
): Effect.Effect<void, McpClientError> =>
  Effect.suspend(() => {
    const own = held.get(uri)
    if (own === undefined) return Effect.void
    return own.turn.withPermit(Effect.suspend(() => {
      if (own.on === connected) return Effect.void
      own.told = connected
      return Effect.matchEffect(send(call("resources/subscribe", uri)), {
        onSuccess: () =>
          Effect.sync(() => {
            own.on = connected
          }),
        onFailure: (error) => {
          if (isRefused(error)) own.told = undefined
          return Effect.fail(error)
        }
      })
    }))
  })
