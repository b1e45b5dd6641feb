/**
 * What answers HTTP requests on a host of a world.
 *
 * @since 0.1.0
 */
import type { Route } from "@parley/mcp/server/http/HttpGate"
import type * as Effect from "effect/Effect"

/**
 * What answers HTTP requests on a host.
 *
 * @category models
 * @since 0.1.0
 */
export interface Site {
  /** What is served where: a path, exactly, or `*` for all that no other has. Anything else is not found. */
  readonly routes: ReadonlyArray<Route>
  /** The longest body of a request that is read, in bytes. */
  readonly bytesMax: number
  /** Starts what answers a request; on the host, so that it ends with it. */
  readonly fork: (effect: Effect.Effect<void>) => void
}
