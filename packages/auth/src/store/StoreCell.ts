/**
 * One place of a token store, and what is in it. What changes a place knows what it has seen there, so that nobody writes
 * over what somebody else has written meanwhile. What is kept in a place, and who may change it when, is not known here.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { AuthError } from "../AuthError.ts"

/**
 * A text as it was last written.
 *
 * @category models
 * @since 0.1.0
 */
export interface Stored {
  readonly value: Redacted.Redacted
  /** Differs from write to write. */
  readonly version: string
}

/**
 * One place of a store, where a text replaces another only if that has not changed meanwhile.
 *
 * @category models
 * @since 0.1.0
 */
export interface StoreCell {
  /** As `get` of a token store. */
  readonly get: Effect.Effect<Stored | undefined, AuthError>
  /** As `put` of a token store. */
  readonly put: (
    value: Redacted.Redacted,
    expected: string | undefined
  ) => Effect.Effect<string | undefined, AuthError>
}
