/**
 * A component with its handler beside it: what `Tool.serve`, `Resource.serve` and `Prompt.serve` make, and what
 * `McpServer.layer` takes when there is no catalog apart.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import type { Complete } from "./Completion.ts"
import type { Listed } from "./ResourceOutput.ts"

/**
 * Any handler, with its types forgotten: what the server calls.
 *
 * @category models
 * @since 0.1.0
 */
export type AnyHandler<R = unknown> = (args: never, uri: string) => Effect.Effect<unknown, unknown, R>

/**
 * What may go with a handler, with its types forgotten: completions by argument, and the resources of a template that
 * are listed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Extras<out R = unknown> {
  readonly complete?: { readonly [argument: string]: Complete<R> } | undefined
  readonly list?: Effect.Effect<ReadonlyArray<Listed<unknown>>, RpcError, R> | undefined
}

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
  readonly extras?: Extras<R> | undefined
}

/**
 * Puts them together.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <Component, R, R2 = never>(
  component: Component,
  handler: AnyHandler<R>,
  extras?: Extras<R2>
): Served<Component, R | R2> => ({ _tag: "Served", component, handler, extras })
