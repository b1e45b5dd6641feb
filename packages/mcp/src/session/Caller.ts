/**
 * Who sends a request, once a gate in front of the server has found out. What is kept for a caller (a session, a stream, a
 * sealed state, a cursor) is kept under the principal, so it outlives the credential that proved it.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"

/**
 * Whoever sends something, as far as it is known: who it has proven to be, and the credential that it came with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Sender {
  readonly principal?: string | undefined
  readonly credential: string | undefined
}

/**
 * What is kept for a sender is kept under this, and nobody else finds it: the principal, which stays the same when a
 * token is renewed, or else the credential. `undefined` is anybody who shows neither.
 *
 * @category binding
 * @since 0.1.0
 */
export const ownerOf = ({ credential, principal }: Sender): string | undefined =>
  // No credential has a line break in it, so that none is taken for a principal.
  principal === undefined ? credential : `\n${principal}`

/**
 * A caller who has proven who it is.
 *
 * @category models
 * @since 0.1.0
 */
export interface Caller {
  /** The same for every credential of the caller, and for nobody else. */
  readonly principal: string
  /** What the gate has found out, for handlers, policies and middleware. */
  readonly services: Context.Context<never>
  /** When the credential ends, in milliseconds since 1970: what stands open ends with it. `undefined`: never. */
  readonly expiresAtMillis: number | undefined
  /**
   * Request headers, by their lower-case name, that are for the gate alone: from here on they are not there, so that nothing
   * behind the gate can hand a credential on.
   */
  readonly concealed?: ReadonlyArray<string> | undefined
  /** Response headers of the answer over HTTP, by their lower-case name: what the next credential needs, say. */
  readonly headers?: { readonly [name: string]: string } | undefined
}
