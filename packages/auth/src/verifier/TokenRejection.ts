/**
 * Why a protected server does not take a request's credential. What callers are told is little (RFC 6750, 3.1); the
 * detail is for the log. Neither holds the token.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * A credential is not taken.
 *
 * @category errors
 * @since 0.1.0
 */
export class TokenRejection extends Schema.TaggedError<TokenRejection>()("TokenRejection", {
  /** `Unavailable`: it could not be found out; the fault is not the caller's. The others are told as `invalid_token`. */
  problem: Schema.Literals([
    "Malformed",
    "Signature",
    "Algorithm",
    "Issuer",
    "Audience",
    "Expired",
    "NotYetValid",
    "Inactive",
    "Unavailable"
  ]),
  /** For the log, never for the caller. */
  detail: Schema.String
}) {
  override get message(): string {
    return `The token was rejected (${this.problem}): ${this.detail}`
  }
}

/**
 * A proof of possession is missing, wrong, used before, or lacks a nonce (RFC 9449, 7.1 and 9).
 *
 * @category errors
 * @since 0.1.0
 */
export class ProofRejection extends Schema.TaggedError<ProofRejection>()("ProofRejection", {
  error: Schema.Literals(["invalid_dpop_proof", "use_dpop_nonce"]),
  /** For the log. */
  detail: Schema.String,
  /** The nonce that the next proof must have, for the header `DPoP-Nonce`. */
  nonce: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    return `The proof was rejected (${this.error}): ${this.detail}`
  }
}
