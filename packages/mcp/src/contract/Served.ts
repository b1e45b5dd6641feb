/**
 * A component with its handler beside it: what `Tool.serve`, `Resource.serve` and `Prompt.serve` make, and what
 * `McpServer.layer` takes when there is no catalog apart.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"

/**
 * Any handler, with its types forgotten: what the server calls.
 *
 * @category models
 * @since 0.1.0
 */
export type AnyHandler<R = unknown> = (args: never, uri: string) => Effect.Effect<unknown, unknown, R>

/**
 * A component and its handler; `R` is what the handler needs.
 *
 * @category models
 * @since 0.1.0
 */
export interface Served<out Component, out R> {
  readonly _tag: "Served"
  readonly component: Component
  readonly handler: AnyHandler<R>
}

/**
 * Puts the two together.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <Component, R>(component: Component, handler: AnyHandler<R>): Served<Component, R> => ({
  _tag: "Served",
  component,
  handler
})
