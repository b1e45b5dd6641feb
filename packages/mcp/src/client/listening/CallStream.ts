/**
 * A call as a stream: the progress that it makes, and then its result. For callers who would rather read than be called.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { CallEvent, RequestOptions } from "../Client.ts"

/**
 * The progress of a call and its result, in order; the result is the last. `call` gets the options that ask for progress,
 * to be handed on with others. Ending the stream early gives the call up. A reader that does not keep up loses the oldest
 * progress, never the result.
 *
 * @example
 * ```ts
 * import { CallStream, McpClient } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * export const program = Effect.gen(function*() {
 *   const client = yield* McpClient.McpClient
 *   yield* CallStream.make((options) => client.getPrompt({ name: "review" }, options)).pipe(
 *     Stream.runForEach((event) => Effect.log(event._tag))
 *   )
 * })
 * ```
 *
 * @category streams
 * @since 0.1.0
 */
export const make = <A, E, R>(
  call: (options: Required<Pick<RequestOptions, "onProgress">>) => Effect.Effect<A, E, R>
): Stream.Stream<CallEvent<A>, E, R> =>
  Stream.callback<CallEvent<A>, E, R>(
    (queue) =>
      call({ onProgress: (progress) => Effect.asVoid(Queue.offer(queue, { _tag: "Progress", progress })) }).pipe(
        Effect.flatMap((result) => Queue.offer(queue, { _tag: "Result", result })),
        Effect.andThen(Queue.end(queue))
      ),
    // One event waits; the rest waits where it is bounded and the oldest go.
    { bufferSize: 1, strategy: "suspend" }
  )
