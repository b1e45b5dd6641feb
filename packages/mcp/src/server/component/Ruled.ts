/**
 * A component with a rule of who may know of it, and asking the rule.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { RequestInfo } from "../../contract/McpRequest.ts"
import type { Rule } from "../../contract/Visibility.ts"

/**
 * Something that may have a rule.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ruled {
  readonly visible: Rule | undefined
}

/**
 * Whether a caller may know of a component. A rule that dies says no, and the log says why.
 *
 * @category queries
 * @since 0.1.0
 */
export const isVisible = ({ visible }: Ruled, request: RequestInfo): Effect.Effect<boolean> =>
  visible === undefined
    ? Effect.succeed(true)
    : Effect.catchDefect(
      Effect.suspend(() => {
        const verdict = visible(request)
        return Effect.isEffect(verdict) ? verdict : Effect.succeed(verdict)
      }),
      (defect) => Effect.as(Effect.logError("A rule of visibility failed; its component is hidden", defect), false)
    )
