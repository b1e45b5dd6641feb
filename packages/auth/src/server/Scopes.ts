/**
 * Sets of scopes, as plain text goes in and out of tokens and challenges, and the question whether what a token has is
 * enough for what is to be done. Pure. What a scope means is the author's affair, and so is which scope includes which.
 *
 * @since 0.1.0
 */
import * as ScopeSet from "../token/ScopeSet.ts"

/**
 * The scopes that a scope includes: as a table, or as a function. `{ "mcp:admin": ["mcp:write"], "mcp:write": ["mcp:read"] }`
 * lets a token with `mcp:admin` do what needs `mcp:read` (ASC-06).
 *
 * @category models
 * @since 0.1.0
 */
export type ScopeHierarchy =
  | { readonly [scope: string]: ReadonlyArray<string> }
  | ((scope: string) => ReadonlyArray<string>)

/**
 * A hierarchy in which no scope includes another.
 *
 * @category constants
 * @since 0.1.0
 */
export const flat: ScopeHierarchy = {}

/** So many scopes of one token are looked at, with all that they include; what is beyond is not granted. */
const closureMax = 1_000

/** What a client asks for beside the scopes that a resource needs, to be given a refresh token. */
const refreshScope = "offline_access"

const included = (hierarchy: ScopeHierarchy, scope: string): ReadonlyArray<string> =>
  typeof hierarchy === "function"
    ? hierarchy(scope)
    : Object.hasOwn(hierarchy, scope)
    ? hierarchy[scope] ?? []
    : []

/**
 * The scopes, and all that they include, and what those include; circles do no harm.
 *
 * @category queries
 * @since 0.1.0
 */
export const closure = (hierarchy: ScopeHierarchy, scopes: ReadonlyArray<string>): ReadonlySet<string> => {
  const found = new Set(scopes.slice(0, closureMax))
  // A set that grows while it is walked is walked to its end.
  for (const scope of found) {
    for (const other of included(hierarchy, scope)) if (found.size < closureMax) found.add(other)
  }
  return found
}

/**
 * The required scopes that the granted ones do not include (ASC-06).
 *
 * @category queries
 * @since 0.1.0
 */
export const missing = (
  hierarchy: ScopeHierarchy,
  granted: ReadonlyArray<string>,
  required: ReadonlyArray<string>
): ReadonlyArray<string> => {
  if (required.length === 0) return required
  const all = closure(hierarchy, granted)
  return required.filter((scope) => !all.has(scope))
}

/**
 * What may stand in challenges and in metadata: a request for a refresh token is nothing that a resource needs (APR-07).
 *
 * @category combinators
 * @since 0.1.0
 */
export const ofResource = (scopes: ReadonlyArray<string>): ReadonlyArray<string> =>
  scopes.filter((scope) => scope !== refreshScope)

/** So much of the scopes of a token is told to its client again, in characters: a header is no place for more. */
const repeatedMax = 2_048

const upTo = (lengthMax: number, scopes: ReadonlyArray<string>): ReadonlyArray<string> => {
  let length = 0
  return scopes.filter((scope) => (length += scope.length + 1) <= lengthMax)
}

/**
 * What the challenge of a token with too little says: everything that the operation needs, in one, and after it what the
 * token has already, so that a client which asks for exactly this loses nothing (ASC-02 to ASC-04).
 *
 * @category combinators
 * @since 0.1.0
 */
export const toAskFor = (
  granted: ReadonlyArray<string>,
  required: ReadonlyArray<string>
): ReadonlyArray<string> => ofResource(ScopeSet.union(required, upTo(repeatedMax, granted.filter(isScope))))

/**
 * Whether a text is one scope (RFC 6749, 3.3): printable, and without space, quote and backslash.
 *
 * @category guards
 * @since 0.1.0
 */
export const isScope = (text: string): boolean => /^[!#-[\]-~]+$/.test(text)
