/**
 * The bounds of everything that a client does to be authorized, and of what a protected server does about tokens.
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
  /** One response of an authorization server: metadata, keys, tokens. Default: 256 KiB, in bytes. */
  readonly responseBytesMax: number
  /** How long one request to an authorization server may take, in milliseconds. Default: 30,000. */
  readonly requestMillisMax: number
  /** How long metadata that was discovered is good, in milliseconds. Default: 3,600,000 (an hour). */
  readonly metadataMillis: number
  /** How long a person may take to consent, in milliseconds. Default: 600,000 (ten minutes). */
  readonly consentMillisMax: number
  /** How often the scopes of one client may be stepped up for the same operation (ASP-08). Default: 2. */
  readonly stepUpsMax: number
  /** How long before its end a token counts as expired, in milliseconds. Default: 30,000. */
  readonly expiryMarginMillis: number
  /** How long a lease on tokens lasts when its holder dies, in milliseconds. Default: 60,000. */
  readonly leaseMillis: number
  /** Origins whose latest DPoP nonce is remembered with a key; the ones used last are kept. Default: 64. */
  readonly nonceOriginsMax: number
  /** One text in a token store, in UTF-16 code units. Default: 262,144. */
  readonly storedUnitsMax: number
  /** Texts in a token store that is in memory. Default: 10,000. */
  readonly storedKeysMax: number
}

/**
 * The bounds unless something is changed.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaultLimits: Limits = {
  responseBytesMax: 262_144,
  requestMillisMax: 30_000,
  metadataMillis: 3_600_000,
  consentMillisMax: 600_000,
  stepUpsMax: 2,
  expiryMarginMillis: 30_000,
  leaseMillis: 60_000,
  nonceOriginsMax: 64,
  storedUnitsMax: 262_144,
  storedKeysMax: 10_000
}

/**
 * The bounds in force.
 *
 * @category references
 * @since 0.1.0
 */
export const AuthLimits: Context.Reference<Limits> = Context.Reference<Limits>("@parley/auth/AuthLimits", {
  defaultValue: () => defaultLimits
})
