/**
 * Keeping what went wrong inside: a defect is logged in full under a reference, and the client hears the reference.
 *
 * @since 0.1.0
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/**
 * What the client is told.
 *
 * @category models
 * @since 0.1.0
 */
export interface Masked {
  readonly reference: string
  readonly message: string
}

/**
 * Logs a cause with a new reference, which the current span gets too, and gives the sentence that may be sent in its
 * place.
 *
 * @category masking
 * @since 0.1.0
 */
export const mask = (what: string, cause: Cause.Cause<unknown>): Effect.Effect<Masked> =>
  Effect.flatMap(Random.nextIntBetween(0, 0x1_0000_0000), (number) => {
    const reference = number.toString(16).padStart(8, "0")
    const noted = Effect.andThen(
      Effect.annotateLogs(Effect.logError(what, cause), { reference }),
      Effect.annotateCurrentSpan("mcp.error.reference", reference)
    )
    return Effect.as(
      noted,
      { reference, message: `Internal error (reference ${reference})` }
    )
  })
