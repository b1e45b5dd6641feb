/**
 * The response cache as clients see it: its key in the context, and no more, so that a client without one does not load
 * what stores are made of. What makes one is in `ResponseCache.ts`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CacheKey } from "./CacheKey.ts"

/**
 * A request under way, and where its result may be kept. It is spoiled when one of these places becomes stale in the
 * meantime: its result may be older than the change.
 *
 * @category models
 * @since 0.1.0
 */
export interface Flight {
  readonly keys: ReadonlyArray<CacheKey>
  spoiled: boolean
  /** Whether these places were looked into; otherwise nobody knows what is there. */
  sought: boolean
}

/**
 * The cache. It is optional: clients that find none in their context keep nothing. Clients may share one.
 *
 * @example
 * ```ts
 * import { McpClient, ResponseCache } from "@parley/mcp"
 * import * as Layer from "effect/Layer"
 *
 * export const ClientLive = McpClient.layer({ name: "me", version: "1.0.0", identity: "me@example.com" }).pipe(
 *   Layer.provide(ResponseCache.layerMemory)
 * )
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class ResponseCache extends Context.Service<ResponseCache, {
  /** A name that no other client has, on this cache or on another over the same store. */
  readonly nextInstance: () => string
  /** Notes that a request is under way, until `end`. */
  readonly begin: (keys: ReadonlyArray<CacheKey>) => Flight
  /** What is kept under the first key that has something fresh. */
  readonly find: (flight: Flight) => Effect.Effect<unknown>
  /**
   * Keeps a result under one of the flight's keys, for so many milliseconds from now. It takes the place of what was kept
   * under any of them; 0, or no key, and nothing is there afterwards.
   */
  readonly keep: (flight: Flight, key: CacheKey | undefined, result: unknown, ttlMillis: number) => Effect.Effect<void>
  readonly end: (flight: Flight) => void
  /**
   * Makes stale all whose address begins with one of these. It holds from the moment that the effect is started; the
   * effect completes when the store has followed.
   */
  readonly invalidate: (prefixes: ReadonlyArray<string>) => Effect.Effect<void>
}>()("@parley/mcp/client/cache/ResponseCache") {}
