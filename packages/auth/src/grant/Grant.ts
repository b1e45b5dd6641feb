/**
 * A way to get tokens, as a value: the authorization code with a person, or one of those that need none. What is needed
 * comes from discovery and from the server's challenge; when tokens are needed, and whether they may be got again, is
 * decided elsewhere.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type { AuthError } from "../AuthError.ts"
import type { Dpop } from "../dpop/Dpop.ts"
import type { Discovered } from "../metadata/Discovered.ts"
import type { TokenSet } from "../token/TokenSet.ts"

/**
 * What tokens are needed for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Need {
  /** The resource, and the authorization server that protects it. */
  readonly discovered: Discovered
  /** What to ask for; `undefined`: the parameter is left out (ASP-02). */
  readonly scopes: ReadonlyArray<string> | undefined
  /** The key that tokens are to be bound to, where the authorization server binds them. */
  readonly dpop: Dpop | undefined
}

/**
 * A grant. The HTTP client that it is run with refuses URLs that are not to be trusted.
 *
 * @category models
 * @since 0.1.0
 */
export interface Grant {
  /** As OAuth calls it: `authorization_code`, `client_credentials`, … */
  readonly type: string
  /** Gets tokens. */
  readonly obtain: (need: Need) => Effect.Effect<TokenSet, AuthError, HttpClient.HttpClient>
  /** Gets new tokens for those that have a refresh token, as the client that they were given to. */
  readonly refresh: (tokens: TokenSet, need: Need) => Effect.Effect<TokenSet, AuthError, HttpClient.HttpClient>
  /** Gives tokens back (RFC 7009), as the client that they were given to. Absent: they are forgotten only. */
  readonly revoke?: (tokens: TokenSet, need: Need) => Effect.Effect<void, AuthError, HttpClient.HttpClient>
}

/**
 * Whether a grant asks a person: that for codes does, no other.
 *
 * @category queries
 * @since 0.1.0
 */
export const asksPerson = ({ type }: Grant): boolean => type === "authorization_code"
