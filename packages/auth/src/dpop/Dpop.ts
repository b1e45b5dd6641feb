/**
 * Proof of possession (RFC 9449) as a client uses it: a key that tokens are bound to, and the nonces that servers want to
 * see in proofs. How proofs are made is in `DpopProof.ts`.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"

/**
 * What a proof is for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Proven {
  /** The verb, in capitals. */
  readonly method: string
  readonly url: string
  /** The access token that goes with it, at a resource. */
  readonly accessToken?: Redacted.Redacted | undefined
}

/**
 * A key, and the nonces of the origins that it was used at.
 *
 * @category models
 * @since 0.1.0
 */
export interface Dpop {
  /** The thumbprint of the public key (RFC 7638). */
  readonly jkt: string
  /** A fresh proof, with the latest nonce of the URL's origin, if there is one. */
  readonly prove: (proven: Proven) => Effect.Effect<string>
  /**
   * Takes the `DPoP-Nonce` of a response; says whether it is one that the proof of the request did not have. Where the
   * proof is not given, that is the last one for the origin, which need not be the right one when requests overlap.
   */
  readonly noteNonce: (url: string, nonce: string | undefined, proof?: string) => boolean
}
