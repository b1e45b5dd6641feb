/**
 * What a grant gives: an access token, how it is presented, how long it is good, for what, and perhaps the means to get
 * the next one. Tokens are redacted wherever they are kept in memory.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const Secret = Schema.RedactedFromValue(Schema.String)

/**
 * Tokens of one issuer for one resource.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TokenSet = Schema.Struct({
  accessToken: Secret,
  /** The scheme that presents it: `DPoP` wants a proof with each request (RFC 9449). */
  tokenType: Schema.Literals(["Bearer", "DPoP"]),
  refreshToken: Schema.optionalKey(Secret),
  /** When the access token ends, in milliseconds since 1970; absent where the issuer does not say. */
  expiresAtMillis: Schema.optionalKey(Schema.Finite),
  /** What was granted; where the issuer does not say, what was asked for (RFC 6749, 5.1). */
  scopes: Schema.Array(Schema.String),
  /** The issuer that gave them, to the letter; they are good for no other. */
  issuer: Schema.String,
  /** The client that they were given to. */
  clientId: Schema.optionalKey(Schema.String),
  /** The thumbprint of the DPoP key that they are bound to (RFC 7638). */
  jkt: Schema.optionalKey(Schema.String)
})

/**
 * Tokens of one issuer for one resource.
 *
 * @category models
 * @since 0.1.0
 */
export type TokenSet = typeof TokenSet.Type
