/**
 * Reporting progress from inside a handler. A client that did not send a progress token costs nothing.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { McpRequest, type ProgressUpdate } from "./McpRequest.ts"

/**
 * Tells the client how far the call has come (`notifications/progress`, PRG-01 to PRG-06). Does nothing when the client
 * gave no token, and drops an update that does not exceed the last one.
 *
 * @example
 * ```ts
 * import { Progress } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 *
 * export const copy = Effect.gen(function*() {
 *   yield* Progress.report({ progress: 1, total: 2, message: "half way" })
 *   yield* Progress.report({ progress: 2, total: 2 })
 * })
 * ```
 *
 * @category reporting
 * @since 0.1.0
 */
export const report = (update: ProgressUpdate): Effect.Effect<void, never, McpRequest> =>
  Effect.flatMap(McpRequest, (request) => request.progress(update))
