/**
 * The way a protected server finds out whether whoever presents a token has the key that it is bound to. How strict it is
 * (nonces, one use of each proof) is said where the layer is made.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { ProofRejection } from "./TokenRejection.ts"

/**
 * A proof as it came, and what it must be good for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Presented {
  /** The header `DPoP`. */
  readonly proof: string
  /** The verb of the request, in capitals. */
  readonly method: string
  /** The URL of the endpoint, as callers know it, without query and fragment. */
  readonly url: string
  readonly accessToken: Redacted.Redacted
  /** The thumbprint that the token is bound to. */
  readonly jkt: string
}

/**
 * Verifies proofs (XDP-07 to XDP-12).
 *
 * @category services
 * @since 0.1.0
 */
export class ProofVerifier extends Context.Service<ProofVerifier, {
  /** Gives the nonce for the next proof, where nonces are wanted. */
  readonly verify: (presented: Presented) => Effect.Effect<{ readonly nonce: string | undefined }, ProofRejection>
  /** Asymmetric algorithms that are taken, for metadata and challenges. */
  readonly algorithms: ReadonlyArray<string>
}>()("@parley/auth/verifier/ProofVerifier") {}
