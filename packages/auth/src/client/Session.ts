/**
 * What a client has in force for one server, as pure values: who protects the server, which tokens there are, where they
 * came from, and whether they are still good for a while.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import type { Dpop } from "../dpop/Dpop.ts"
import type { Discovered } from "../metadata/Discovered.ts"
import type { TokenSet } from "../token/TokenSet.ts"
import type { Credentials, Found } from "./Credentials.ts"

/**
 * Where tokens came from: the store, where another process may have put them; a refresh; or a grant.
 *
 * @category models
 * @since 0.1.0
 */
export type Source = "Stored" | "Refreshed" | "Obtained"

/**
 * What is in force.
 *
 * @category models
 * @since 0.1.0
 */
export interface Session {
  readonly found: Found
  readonly credentials: Credentials
  readonly source: Source
  /** The server has taken the tokens at least once. Written when it has. */
  isAccepted: boolean
}

/**
 * Whether what was discovered is of the same issuer and the same resource, to the letter.
 *
 * @category queries
 * @since 0.1.0
 */
export const isSame = (one: Discovered, other: Discovered): boolean =>
  one.authorizationServer.issuer === other.authorizationServer.issuer && one.resource === other.resource

/**
 * Whether the server takes only tokens that are bound to a key (RFC 9728, 2).
 *
 * @category queries
 * @since 0.1.0
 */
export const mustBeBound = ({ protectedResource }: Discovered): boolean =>
  protectedResource?.dpop_bound_access_tokens_required === true

/**
 * The key to bind tokens to, where the authorization server binds them (RFC 9449, 5.1), or the server wants them bound.
 *
 * @category queries
 * @since 0.1.0
 */
export const dpopFor = (discovered: Discovered, dpop: Dpop | undefined): Dpop | undefined => {
  const { dpop_signing_alg_values_supported: algorithms = [] } = discovered.authorizationServer
  return algorithms.length > 0 || mustBeBound(discovered) ? dpop : undefined
}

/**
 * Whether tokens can be presented: they are of this issuer (ATU-05), bound to no other key than the one at hand, and bound
 * where the server takes no others.
 *
 * @category queries
 * @since 0.1.0
 */
export const isUsable = (tokens: TokenSet, discovered: Discovered, dpop: Dpop | undefined): boolean => {
  if (tokens.issuer !== discovered.authorizationServer.issuer) return false
  const isUnbound = tokens.tokenType === "Bearer" && tokens.jkt === undefined
  if (isUnbound) return !mustBeBound(discovered)
  return dpop !== undefined && (tokens.jkt === undefined || tokens.jkt === dpop.jkt)
}

/** A margin that is no more than a quarter of the lifetime, so that tokens with a short one are used at all. */
const marginOf = ({ obtainedAtMillis, tokens }: Credentials, marginMillis: number): number => {
  const end = tokens?.expiresAtMillis
  if (end === undefined || obtainedAtMillis === undefined) return marginMillis
  return Math.min(marginMillis, Math.max(0, end - obtainedAtMillis) / 4)
}

/**
 * Whether the time of the tokens is over, or will be within the margin; tokens of which nothing is known last.
 *
 * @category queries
 * @since 0.1.0
 */
export const isExpiring = (credentials: Credentials, now: number, marginMillis: number): boolean => {
  const end = credentials.tokens?.expiresAtMillis
  return end !== undefined && end - marginOf(credentials, marginMillis) <= now
}

/** How long tokens count as just issued, in milliseconds. */
const freshMillis = 60_000

/**
 * Whether the tokens have only just come, and the server has not taken them so far: that it refuses them now has nothing to
 * do with their age, nor with what became of them.
 *
 * @category queries
 * @since 0.1.0
 */
export const isUntried = ({ credentials: { obtainedAtMillis = 0 }, isAccepted }: Session, now: number): boolean => {
  const ageMillis = now - obtainedAtMillis
  // Tokens from the future came before the clock was put back, nobody knows when.
  return !isAccepted && ageMillis >= 0 && ageMillis < freshMillis
}

/**
 * The access token, for comparing; `undefined` when there is none.
 *
 * @category queries
 * @since 0.1.0
 */
export const accessTokenOf = (session: Session | undefined): string | undefined => {
  const tokens = session?.credentials.tokens
  return tokens === undefined ? undefined : Redacted.value(tokens.accessToken)
}
