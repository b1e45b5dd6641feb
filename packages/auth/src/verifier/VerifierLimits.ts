/**
 * The bounds of what verifiers of a protected server keep, fetch and look at. How long a response of an issuer may be, and
 * where it may be fetched from, is in `AuthLimits` and in the guarded HTTP client.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"

/**
 * The bounds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Limits {
  /** A token or a proof that is looked at. Default: 16,384, in characters. */
  readonly tokenCharactersMax: number
  /** Keys in a set; a larger set is not used. Default: 64. */
  readonly keysMax: number
  /** Keys that are tried on a token that does not say which one it was signed with. Default: 4. */
  readonly keyCandidatesMax: number
  /** How long a key set is good whose response does not say, in milliseconds. Default: 600,000 (ten minutes). */
  readonly keySetMillis: number
  /** The least that a key set is good, whatever its response says, in milliseconds. Default: 60,000. */
  readonly keySetMillisMin: number
  /** The most that a key set is good, whatever its response says, in milliseconds. Default: 86,400,000 (a day). */
  readonly keySetMillisMax: number
  /** How long a key set is used after that while its issuer cannot be reached, in milliseconds. Default: 3,600,000. */
  readonly keySetStaleMillis: number
  /** The least time between two requests for a key set that is not expired, or that failed. Default: 30,000. */
  readonly keySetCooldownMillis: number
  /** How long one request for keys, or one introspection, may take, in milliseconds. Default: 5,000. */
  readonly requestMillisMax: number
  /** JWTs of one issuer that were verified, and are remembered. Default: 10,000. */
  readonly verifiedMax: number
  /** How long a JWT that was verified is good without verifying it again, in milliseconds. Default: 60,000. */
  readonly verifiedMillisMax: number
  /** Introspected tokens that are remembered, good ones and others each. Default: 10,000. */
  readonly introspectedMax: number
  /** How long a token that was introspected is good without asking again, in milliseconds. Default: 60,000. */
  readonly introspectedMillisMax: number
  /** How long a token that was found to be none stays so, in milliseconds. Default: 10,000. */
  readonly inactiveMillis: number
  /** Proofs that are remembered, of all keys together. Default: 250,000. */
  readonly proofsMax: number
}

/**
 * The bounds unless something is changed.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaultLimits: Limits = {
  tokenCharactersMax: 16_384,
  keysMax: 64,
  keyCandidatesMax: 4,
  keySetMillis: 600_000,
  keySetMillisMin: 60_000,
  keySetMillisMax: 86_400_000,
  keySetStaleMillis: 3_600_000,
  keySetCooldownMillis: 30_000,
  requestMillisMax: 5_000,
  verifiedMax: 10_000,
  verifiedMillisMax: 60_000,
  introspectedMax: 10_000,
  introspectedMillisMax: 60_000,
  inactiveMillis: 10_000,
  proofsMax: 250_000
}

/**
 * The bounds in force where a verifier, or a gate, is built.
 *
 * @category references
 * @since 0.1.0
 */
export const VerifierLimits: Context.Reference<Limits> = Context.Reference<Limits>(
  "@parley/auth/verifier/VerifierLimits",
  { defaultValue: () => defaultLimits }
)
