/**
 * Who may know of a component. A rule looks at the request; where it says no, the component is absent from lists, and
 * calls answer as if there were none of its name. That is visibility, not authorization of what a call then does.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { Kind } from "./Kind.ts"
import type { RequestInfo } from "./McpRequest.ts"

/**
 * A rule on one component. It is asked for each list and for each call, so it should be cheap, and it must give the same
 * answer for the same caller (TOL-03). A rule that dies hides its component.
 *
 * @category models
 * @since 0.1.0
 */
export type Rule = (request: RequestInfo) => boolean | Effect.Effect<boolean>

/**
 * A component, as a rule of the whole server sees it: its name is its URI, or its URI template, where it has no other.
 *
 * @category models
 * @since 0.1.0
 */
export interface Subject {
  readonly kind: Kind
  readonly name: string
}

/**
 * A rule on every component of a server.
 *
 * @category models
 * @since 0.1.0
 */
export type ServerRule = (request: RequestInfo, subject: Subject) => boolean | Effect.Effect<boolean>
