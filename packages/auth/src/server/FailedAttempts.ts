/**
 * A bound on how often somebody may fail to get in. It counts in the memory of one process, by the peer that a request
 * comes from, where that is known, and by the token that is tried; tokens are known here by their hash. It knows nothing
 * of requests, and takes the time as it is told.
 *
 * Tokens that were found good a while ago are let through to be verified, whatever others behind the same peer do.
 *
 * @since 0.1.0
 */
import * as BoundedMap from "@parley/mcp/session/BoundedMap"

/**
 * The bounds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Limits {
  /** How long failures are counted together, in milliseconds. Default: 60,000. */
  readonly windowMillis: number
  /** Failures of one peer. Default: 200. */
  readonly peerFailuresMax: number
  /** Failures of all, where peers cannot be told apart. Default: 2,000. */
  readonly sharedFailuresMax: number
  /** Failures with one and the same token. Default: 100. */
  readonly tokenFailuresMax: number
  /** Peers, failed tokens and good tokens that are remembered, of each so many; the oldest are forgotten. Default: 10,000. */
  readonly rememberedMax: number
}

/**
 * The bounds unless something is changed.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaultLimits: Limits = {
  windowMillis: 60_000,
  peerFailuresMax: 200,
  sharedFailuresMax: 2_000,
  tokenFailuresMax: 100,
  rememberedMax: 10_000
}

/**
 * Somebody who tries to get in.
 *
 * @category models
 * @since 0.1.0
 */
export interface Attempt {
  /** Where it comes from; `undefined` where that is not known. */
  readonly peer: string | undefined
  /** The hash of the token; `undefined` where there is none, or nobody needs to know. */
  readonly tokenHash: string | undefined
}

/**
 * What has failed: the token itself, which nobody could get in with, or something else about the request, while the
 * token may be somebody's good one.
 *
 * @category models
 * @since 0.1.0
 */
export type Fault = "Token" | "Request"

/**
 * The counts of one server.
 *
 * @category models
 * @since 0.1.0
 */
export interface FailedAttempts {
  /** Whether {@link FailedAttempts.blockedMillis} depends on the hash of the token now, so that it must be made out. */
  readonly needsHash: (peer: string | undefined) => boolean
  /** How long to wait before this may be tried, in milliseconds; `undefined`: it may be tried now. */
  readonly blockedMillis: (attempt: Attempt, nowMillis: number) => number | undefined
  /** Counts a failure, and says how long to wait before the next try, when that is one too many. */
  readonly failed: (attempt: Attempt, fault: Fault, nowMillis: number) => number | undefined
  /** Remembers a good token. */
  readonly succeeded: (attempt: Attempt) => void
}

interface Count {
  failures: number
  readonly untilMillis: number
}

type Counts = Map<string, Count>

/** Where peers cannot be told apart, all of them are one. */
const everybody = "*"

const countOf = (counts: Counts, key: string, nowMillis: number): Count | undefined => {
  const count = counts.get(key)
  if (count === undefined || count.untilMillis > nowMillis) return count
  counts.delete(key)
  return undefined
}

const add = (counts: Counts, key: string, limits: Limits, nowMillis: number): Count => {
  const known = countOf(counts, key, nowMillis)
  if (known !== undefined) {
    known.failures += 1
    return known
  }
  const count = { failures: 1, untilMillis: nowMillis + limits.windowMillis }
  BoundedMap.put(counts, key, count, limits.rememberedMax)
  return count
}

const waitOf = (count: Count | undefined, max: number, nowMillis: number): number | undefined =>
  count !== undefined && count.failures >= max ? count.untilMillis - nowMillis : undefined

const longest = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined ? other : other === undefined ? one : Math.max(one, other)

/**
 * Counts that begin with nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (limits: Limits): FailedAttempts => {
  const peers: Counts = new Map()
  const tokens: Counts = new Map()
  const good = new Map<string, true>()
  const peerMax = (peer: string | undefined): number =>
    peer === undefined ? limits.sharedFailuresMax : limits.peerFailuresMax
  // Only who is known by name is kept out by name: where all are one, good tokens of others would be kept out too.
  const peerWait = ({ peer, tokenHash }: Attempt, nowMillis: number): number | undefined =>
    peer === undefined || (tokenHash !== undefined && good.has(tokenHash))
      ? undefined
      : waitOf(countOf(peers, `=${peer}`, nowMillis), limits.peerFailuresMax, nowMillis)
  const tokenWait = (tokenHash: string | undefined, nowMillis: number): number | undefined =>
    tokenHash === undefined
      ? undefined
      : waitOf(countOf(tokens, tokenHash, nowMillis), limits.tokenFailuresMax, nowMillis)
  return {
    needsHash: (peer) => peer !== undefined || tokens.size > 0,
    blockedMillis: (attempt, nowMillis) =>
      longest(peerWait(attempt, nowMillis), tokenWait(attempt.tokenHash, nowMillis)),
    failed: ({ peer, tokenHash }, fault, nowMillis) => {
      const key = peer === undefined ? everybody : `=${peer}`
      const before = waitOf(countOf(peers, key, nowMillis), peerMax(peer), nowMillis)
      add(peers, key, limits, nowMillis)
      if (fault === "Request" || tokenHash === undefined) return before
      // Others may have tried it while it was verified.
      const beforeOfToken = tokenWait(tokenHash, nowMillis)
      good.delete(tokenHash)
      add(tokens, tokenHash, limits, nowMillis)
      return longest(before, beforeOfToken)
    },
    succeeded: ({ peer, tokenHash }) => {
      if (peer === undefined || tokenHash === undefined) return
      BoundedMap.put(good, tokenHash, true, limits.rememberedMax)
    }
  }
}
