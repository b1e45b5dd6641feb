/**
 * What a protected server knows of an access token that it has verified, whichever way.
 *
 * @since 0.1.0
 */

/**
 * A token that is good: its issuer is trusted, and its time has come and is not over. Whether it is for this server is for
 * the gate to see.
 *
 * @category models
 * @since 0.1.0
 */
export interface AccessToken {
  /** Who issued it, to the letter. */
  readonly issuer: string
  /** The user that it acts for; `undefined` where a client acts for itself and the issuer names no subject. */
  readonly subject: string | undefined
  /** The client that it was issued to. */
  readonly clientId: string | undefined
  /** Whom it is for; `undefined` where its issuer calls tokens good to nobody but those whom they are for. */
  readonly audience: ReadonlyArray<string> | undefined
  readonly scopes: ReadonlyArray<string>
  /** When it ends, in milliseconds since 1970; `undefined`: it does not. */
  readonly expiresAtMillis: number | undefined
  /** The thumbprint of the key that a proof must be made with (RFC 9449, 6); `undefined` for a bearer token. */
  readonly jkt: string | undefined
  /** Everything that the issuer says, as JSON. */
  readonly claims: { readonly [name: string]: unknown }
}
