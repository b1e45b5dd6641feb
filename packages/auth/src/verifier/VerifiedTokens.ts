/**
 * Tokens that were found to be good a while ago, so that not every request costs a signature or a round to the issuer. They
 * are known by their hashes, which nobody can get in with, for a bounded time and no longer than they last; of too many, the
 * ones that were used longest ago are forgotten.
 *
 * @since 0.1.0
 */
import * as BoundedMap from "@parley/mcp/session/BoundedMap"
import type { AccessToken } from "./AccessToken.ts"

/**
 * The tokens. Times are in milliseconds since 1970.
 *
 * @category models
 * @since 0.1.0
 */
export interface VerifiedTokens {
  readonly has: (hash: string) => boolean
  readonly get: (hash: string, nowMillis: number) => AccessToken | undefined
  readonly put: (hash: string, token: AccessToken, nowMillis: number) => void
}

interface Verified {
  readonly token: AccessToken
  readonly untilMillis: number
}

/**
 * Room for `tokensMax` tokens, each for `millisMax` at most.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (tokensMax: number, millisMax: number): VerifiedTokens => {
  // What was used last is the last.
  const tokens = new Map<string, Verified>()
  return {
    has: (hash) => tokens.has(hash),
    get: (hash, nowMillis) => {
      const verified = tokens.get(hash)
      if (verified === undefined) return undefined
      tokens.delete(hash)
      if (verified.untilMillis <= nowMillis) return undefined
      tokens.set(hash, verified)
      return verified.token
    },
    put: (hash, token, nowMillis) => {
      const untilMillis = Math.min(nowMillis + millisMax, token.expiresAtMillis ?? Number.POSITIVE_INFINITY)
      if (untilMillis <= nowMillis) return
      BoundedMap.put(tokens, hash, { token, untilMillis }, tokensMax)
    }
  }
}
