/**
 * How long and for whom a client may keep a result. A hint only: caches live on the `client` floor.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { LenientNatural } from "./Format.ts"
import { open } from "./Open.ts"

/**
 * Whether a result may be shared between users (`public`) or belongs to one (`private`).
 *
 * @category schemas
 * @since 0.1.0
 */
export const CacheScope = Schema.Literals(["public", "private"])

/**
 * Whether a result may be shared between users.
 *
 * @category models
 * @since 0.1.0
 */
export type CacheScope = typeof CacheScope.Type

/**
 * The caching fields of a result. `ttlMs` is in milliseconds; 0 means stale at once, and so does a negative value,
 * which still decodes.
 *
 * @category fields
 * @since 0.1.0
 */
export const cacheFields = {
  ttlMs: Schema.optionalKey(LenientNatural),
  cacheScope: Schema.optionalKey(CacheScope)
} as const

/**
 * How long and for whom a result may be kept.
 *
 * @category schemas
 * @since 0.1.0
 */
export class CacheHint extends Schema.Opaque<CacheHint>()(open(cacheFields)) {}
