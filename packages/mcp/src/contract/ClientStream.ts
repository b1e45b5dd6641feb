/**
 * The connection on which a client waits for the answer to its call. A call that takes long can give it up: the client
 * comes back later and finds what was sent meanwhile (polling; HTL-02, HTL-03). What a handler sends and returns is the
 * same either way.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { McpRequest } from "./McpRequest.ts"

/**
 * Gives the connection up and tells the client to come back after `retryMillis` milliseconds; without it, after what the
 * policy of the endpoint says. The call goes on. Does nothing where clients cannot come back: in the stateless era, on a
 * line, in revisions that do not prime streams, where streams are not resumable, or when the connection is given up already.
 *
 * @example
 * ```ts
 * import { ClientStream } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 *
 * export const report = Effect.gen(function*() {
 *   yield* ClientStream.pause({ retryMillis: 60_000 })
 *   yield* Effect.sleep("10 minutes")
 *   return "The report is ready"
 * })
 * ```
 *
 * @category polling
 * @since 0.1.0
 */
export const pause = (options: { readonly retryMillis?: number } = {}): Effect.Effect<void, never, McpRequest> =>
  Effect.flatMap(McpRequest, (request) => request.pause?.(options.retryMillis) ?? Effect.void)
