/**
 * What is done when a server says that a token's scopes do not suffice, as a pure machine: one round for each set of scopes
 * that the server names, a few rounds for one operation, and then no more (ASP-06 to ASP-09). What is asked for never
 * shrinks.
 *
 * @since 0.1.0
 */
import * as ScopeSet from "../token/ScopeSet.ts"

/**
 * The sets of scopes for which a round was made, since a person was last asked without a server's complaint.
 *
 * @category models
 * @since 0.1.0
 */
export interface StepUp {
  readonly tried: ReadonlySet<string>
}

/**
 * What a server complains of.
 *
 * @category models
 * @since 0.1.0
 */
export interface Complaint {
  /** What it says the operation needs; `undefined` where it does not say. */
  readonly required: ScopeSet.ScopeSet | undefined
  /** What was asked for so far; `undefined`: the parameter was left out. */
  readonly asked: ScopeSet.ScopeSet | undefined
  /** What the metadata of the resource lists. */
  readonly supported: ScopeSet.ScopeSet | undefined
  /** How many rounds were made for this operation. */
  readonly rounds: number
}

/**
 * What to do: ask for these scopes, or give up.
 *
 * @category models
 * @since 0.1.0
 */
export type Decision =
  | { readonly _tag: "Ask"; readonly scopes: ScopeSet.ScopeSet; readonly next: StepUp }
  | { readonly _tag: "GiveUp" }

/**
 * No round was made yet.
 *
 * @category machine
 * @since 0.1.0
 */
export const initial: StepUp = { tried: new Set() }

/** How many sets of scopes are remembered: a server that makes up new ones for ever gets no more rounds. */
const triedMax = 256

/** Scopes hold no spaces, so that no two sets have one key. */
const keyOf = (scopes: ScopeSet.ScopeSet): string => Array.from(new Set(scopes)).toSorted().join(" ")

const giveUp: Decision = { _tag: "GiveUp" }

/**
 * Decides about a complaint. A round that was made for the same scopes before has not helped, or the server would not
 * complain; a complaint that names nothing new to ask for calls for no round.
 *
 * @category machine
 * @since 0.1.0
 */
export const step = (state: StepUp, { asked, required, rounds, supported }: Complaint, roundsMax: number): Decision => {
  const before = asked ?? []
  const needed = required ?? supported ?? []
  const isNew = !ScopeSet.includes(before, needed)
  if (needed.length === 0 || (required === undefined && !isNew)) return giveUp
  const key = keyOf(needed)
  if (rounds >= roundsMax || state.tried.has(key) || state.tried.size >= triedMax) return giveUp
  return {
    _tag: "Ask",
    scopes: ScopeSet.union(before, needed),
    next: { tried: new Set([...state.tried, key]) }
  }
}
