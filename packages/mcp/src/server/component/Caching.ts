/**
 * How long, and for whom, clients may keep what a server answers. Hints go out in the stateless era only; without any,
 * everything is stale at once, and private.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { CacheHint } from "../../schema/Caching.ts"
import type { Read } from "./BoundResource.ts"

/**
 * The hints of a server, by what they are for. `reading` holds for resources without a hint of their own.
 *
 * @category models
 * @since 0.1.0
 */
export interface CachingOptions {
  readonly discover?: CacheHint
  readonly tools?: CacheHint
  readonly resources?: CacheHint
  readonly resourceTemplates?: CacheHint
  readonly prompts?: CacheHint
  readonly reading?: CacheHint
}

/**
 * What is wrong with a hint, as a sentence (CAC-03).
 *
 * @category queries
 * @since 0.1.0
 */
export const flaw = (hint: CacheHint | undefined): string | undefined => {
  const ttlMs = hint?.ttlMs
  return ttlMs === undefined || Number.isSafeInteger(ttlMs) && ttlMs >= 0
    ? undefined
    : `ttlMs must be an integer from 0, and ${ttlMs} is none`
}

/**
 * A hint for something that not everybody sees: it is never shared (CAC-05).
 *
 * @category combinators
 * @since 0.1.0
 */
export const unshared = (hint: CacheHint | undefined): CacheHint => ({ ...hint, cacheScope: "private" })

/**
 * Adds a hint to what a resource gives; one that its handler gave stays.
 *
 * @category combinators
 * @since 0.1.0
 */
export const onRead = (read: Read, hint: CacheHint | undefined, isRuled: boolean): Read => {
  if (!isRuled && hint === undefined) return read
  return (uri, request, revision) =>
    Effect.map(read(uri, request, revision), (result) => {
      const hinted = { ...hint, ...result }
      return isRuled ? unshared(hinted) as typeof hinted : hinted
    })
}
