/**
 * The algorithms that signatures may be made with here: asymmetric ones only. Neither `none` nor a shared secret (`HS…`) is
 * among them, so no token and no proof can be verified with a key that everybody knows (XDP-18, XDP-19).
 *
 * @since 0.1.0
 */

/**
 * All of them, by their JWA names (RFC 7518, RFC 8037, RFC 9864), the preferred ones first.
 *
 * @category constants
 * @since 0.1.0
 */
export const all = [
  "ES256",
  "EdDSA",
  "Ed25519",
  "ES384",
  "ES512",
  "PS256",
  "PS384",
  "PS512",
  "RS256",
  "RS384",
  "RS512"
] as const

/**
 * An asymmetric algorithm.
 *
 * @category models
 * @since 0.1.0
 */
export type SignatureAlgorithm = typeof all[number]

/**
 * Whether a name is that of an asymmetric algorithm. It is compared to the letter: `none`, `None` and `hs256` are not.
 *
 * @category guards
 * @since 0.1.0
 */
export const isSignatureAlgorithm = (name: unknown): name is SignatureAlgorithm => all.some((known) => known === name)

/**
 * The one to use with a server that says which it supports, `dpop_signing_alg_values_supported` for one: the first of ours
 * that it lists. `undefined` where it lists none that is asymmetric.
 *
 * @category combinators
 * @since 0.1.0
 */
export const choose = (supported: ReadonlyArray<string>): SignatureAlgorithm | undefined =>
  all.find((algorithm) => supported.includes(algorithm))
