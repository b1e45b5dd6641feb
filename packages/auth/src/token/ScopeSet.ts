/**
 * Scopes as OAuth has them: texts without blanks, whose order says nothing (RFC 6749, 3.3). Which scopes include which
 * others is known to servers alone, and is not here.
 *
 * @since 0.1.0
 */

/**
 * Scopes, each once.
 *
 * @category models
 * @since 0.1.0
 */
export type ScopeSet = ReadonlyArray<string>

/**
 * The scopes of an OAuth parameter; none, where it is absent or blank.
 *
 * @category conversions
 * @since 0.1.0
 */
export const parse = (text: string | undefined): ScopeSet =>
  Array.from(new Set((text ?? "").split(" "))).filter((scope) => scope !== "")

/**
 * Several sets as one, in the order in which scopes occur first.
 *
 * @category combining
 * @since 0.1.0
 */
export const union = (...sets: ReadonlyArray<ReadonlyArray<string>>): ScopeSet => Array.from(new Set(sets.flat()))

/**
 * Whether all scopes of the second are in the first, to the letter.
 *
 * @category queries
 * @since 0.1.0
 */
export const includes = (all: ScopeSet, some: ScopeSet): boolean => some.every((scope) => all.includes(scope))
