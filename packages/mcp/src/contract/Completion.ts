/**
 * Completing the value of an argument while the user types: what a prompt or a template offers beside its handler, as
 * types. Arguments whose schema is a choice of texts complete themselves; nothing is to be written for those.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import type { AskError } from "./AskError.ts"

/**
 * What is known beside the text that is typed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Context<Name extends string = string> {
  /** The arguments that are settled already, as text (CMP-12); none where the client's revision cannot say. */
  readonly arguments: { readonly [N in Name]?: string }
}

/**
 * Values with a count of all that would fit, for those who know more than they return.
 *
 * @category models
 * @since 0.1.0
 */
export interface Page {
  readonly values: ReadonlyArray<string>
  /** How many there are in all. */
  readonly total?: number
  /** Whether there are more than these. */
  readonly hasMore?: boolean
}

/**
 * What completing gives: the values that fit, the best first (CMP-05). Those beyond the first hundred are counted, and
 * not sent (CMP-02).
 *
 * @category models
 * @since 0.1.0
 */
export type Output = ReadonlyArray<string> | Page

/**
 * Gives the values of one argument that fit what is typed so far. How they fit is its own affair: by prefix, or
 * otherwise. It may ask the client in a session; in the stateless era it cannot, because its answer cannot be a question, and
 * asking fails as `Unsupported` (MRS-02). What it lets pass of that is answered as an error.
 *
 * @category models
 * @since 0.1.0
 */
export type Complete<R = unknown, Name extends string = string> = (
  value: string,
  context: Context<Name>
) => Effect.Effect<Output, RpcError | AskError, R>

/**
 * The completions of a component, by argument.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Completers<Name extends string, R = unknown> = { readonly [N in Name]?: Complete<R, Name> }

/**
 * What completions need.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Requirements<C> = {
  [N in keyof C]-?: C[N] extends ((...args: never) => Effect.Effect<unknown, unknown, infer R>) | undefined ? R : never
}[keyof C]

/**
 * Nothing but completions of arguments that are there: any other does not compile.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Only<C, Names> = { readonly [N in keyof C]: N extends Names ? unknown : never }
