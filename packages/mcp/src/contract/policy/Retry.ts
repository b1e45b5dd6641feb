/**
 * Trying again.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"
import { isAnswer, make, type Policy } from "./Model.ts"

/**
 * The options of {@link retry}.
 *
 * @category models
 * @since 0.1.0
 */
export interface RetryOptions {
  /** Which failures are worth another attempt. Default: all but `ToolError`, `RpcError` and `AskError`. */
  readonly while?: (error: unknown) => boolean
}

/**
 * Runs a handler again when it fails, as the schedule says. Each attempt has a scope of its own. Defects and
 * interruptions are not tried again. Only for handlers that may run twice.
 *
 * @category policies
 * @since 0.1.0
 */
export const retry = <Output>(
  schedule: Schedule.Schedule<Output>,
  options: RetryOptions = {}
): Policy<never> => {
  const isWorthIt = options.while ?? ((error: unknown) => !isAnswer(error))
  return make(Effect.succeed((_, effect) => Effect.retry(Effect.scoped(effect), { schedule, while: isWorthIt })))
}
