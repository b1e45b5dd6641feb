/**
 * Which scopes are asked for, as pure functions: what the server says it needs now stands above everything else, and what
 * was asked for once is asked for again (ASP-01 to ASP-05). How often is decided in `StepUp.ts`.
 *
 * @since 0.1.0
 */
import * as ScopeSet from "../token/ScopeSet.ts"

/**
 * What there is to choose from.
 *
 * @category models
 * @since 0.1.0
 */
export interface Known {
  /** What the server's challenge names; `undefined` where it names none. */
  readonly challenged: ScopeSet.ScopeSet | undefined
  /** What the protected resource's metadata lists; `undefined` where it lists none. */
  readonly supported: ScopeSet.ScopeSet | undefined
  /** What the client wants by itself; `undefined`: nothing but what the server says. */
  readonly wanted: ScopeSet.ScopeSet | undefined
  /** What was asked for before, of the same authorization server; `undefined`: the parameter was left out, or nothing was. */
  readonly asked: ScopeSet.ScopeSet | undefined
}

/** The first choice of these that there is. */
const initial = ({ challenged, supported, wanted }: Known): ScopeSet.ScopeSet | undefined => {
  // What a challenge names and what the metadata lists need not have anything to do with each other (ASP-03).
  if (challenged !== undefined) return wanted === undefined ? challenged : ScopeSet.union(challenged, wanted)
  return wanted ?? supported
}

const nonEmpty = (scopes: ScopeSet.ScopeSet | undefined): ScopeSet.ScopeSet | undefined =>
  scopes === undefined || scopes.length === 0 ? undefined : ScopeSet.union(scopes)

/**
 * What to ask for: what the challenge names (ASP-02, ASP-04) and the client wants; without a challenge what the client wants,
 * else all that the metadata lists; and always what was asked for before (ASP-05). `undefined`: the parameter is left out.
 *
 * @category selection
 * @since 0.1.0
 */
export const select = (known: Known): ScopeSet.ScopeSet | undefined => {
  const asked = nonEmpty(known.asked)
  const first = nonEmpty(initial({ ...known, challenged: nonEmpty(known.challenged) }))
  if (asked === undefined) return first
  // A server that names nothing now wants nothing new.
  return first === undefined || known.challenged === undefined ? asked : ScopeSet.union(asked, first)
}
