/**
 * The nonces that a protected server wants to see in proofs (RFC 9449, 9; XDP-11): the time at which each was given, sealed,
 * so that nothing has to be kept and all servers that share `StateKeys` know each other's. That a proof is used once is not
 * their affair (`UsedProofs.ts`).
 *
 * @since 0.1.0
 */
import * as StateKeys from "@parley/mcp/session/StateKeys"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/**
 * Gives nonces and knows them again.
 *
 * @category models
 * @since 0.1.0
 */
export interface DpopNonces {
  /** A nonce that is good from now on. */
  readonly fresh: Effect.Effect<string>
  /** Whether a nonce was given here and is not over; `Aging`: it is good, but the next proof should have another. */
  readonly check: (nonce: string) => Effect.Effect<"Good" | "Aging" | "Unknown">
}

// What sealed texts of this kind are good for; those of others do not open with it.
const binding = "@parley/auth/verifier/DpopNonces"

// A sealed time is shorter than that; longer texts need not be opened.
const charactersMax = 128

/**
 * Nonces that are good for `lifetimeMillis`, and aging in the second half of it. They are sealed with the `StateKeys` in the
 * context, or with a random key where there are none.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (lifetimeMillis: number): Effect.Effect<DpopNonces> =>
  Effect.gen(function*() {
    const shared = Option.getOrUndefined(yield* Effect.serviceOption(StateKeys.StateKeys))
    const keys = shared ?? (yield* StateKeys.makeRandom)
    return {
      fresh: Effect.flatMap(Clock.currentTimeMillis, (now) => keys.seal(String(now), binding)),
      check: Effect.fnUntraced(function*(nonce: string) {
        const opened = nonce.length > charactersMax ? undefined : yield* keys.open(nonce, binding)
        if (opened === undefined) return "Unknown"
        const age = (yield* Clock.currentTimeMillis) - Number(opened)
        if (!(age < lifetimeMillis)) return "Unknown"
        return age * 2 < lifetimeMillis ? "Good" : "Aging"
      })
    }
  })
