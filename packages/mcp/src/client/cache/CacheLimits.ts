/**
 * The bounds of a response cache, each with its unit.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"

/**
 * Bounds of what is kept.
 *
 * @category models
 * @since 0.1.0
 */
export interface Limits {
  /** Most entries; then those go that were not used for longest. */
  readonly entriesMax: number
  /** Most characters of all entries together, as they are written. */
  readonly charactersMax: number
  /** Most characters of one entry; larger ones are not kept. */
  readonly entryCharactersMax: number
  /** How long an entry is good at most, whatever the server says, in milliseconds. */
  readonly lifetimeMillisMax: number
  /** How long the store may take for one operation, in milliseconds. */
  readonly storeMillisMax: number
}

/**
 * The limits in force unless others are provided: 1,000 entries, 16 Mi characters, 1 Mi characters an entry, one day, and
 * one second for the store.
 *
 * @category references
 * @since 0.1.0
 */
export const ResponseCacheLimits: Context.Reference<Limits> = Context.Reference<Limits>(
  "@parley/mcp/client/cache/ResponseCacheLimits",
  {
    defaultValue: () => ({
      entriesMax: 1_000,
      charactersMax: 16_777_216,
      entryCharactersMax: 1_048_576,
      lifetimeMillisMax: 86_400_000,
      storeMillisMax: 1_000
    })
  }
)
