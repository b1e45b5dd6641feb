/**
 * Getting tokens, once for all processes that share a store: under the lease of their key it is looked at what another
 * process has written meanwhile; only then are tokens refreshed, or got anew, and they are written before anybody uses them.
 * When that is to be done is decided in `Demand.ts` and `Account.ts`.
 *
 * @since 0.1.0
 */
import * as Interlude from "@parley/mcp/transport/Interlude"
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as AuthError from "../AuthError.ts"
import type { Limits } from "../AuthLimits.ts"
import type { Dpop } from "../dpop/Dpop.ts"
import * as Grant from "../grant/Grant.ts"
import type { TokenStore } from "../store/TokenStore.ts"
import * as ScopeSet from "../token/ScopeSet.ts"
import type { TokenSet } from "../token/TokenSet.ts"
import * as Credentials from "./Credentials.ts"
import * as Session from "./Session.ts"

/**
 * What tokens are got with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Means {
  /** Whose tokens they are, among all that use the store. */
  readonly identity: string
  readonly grant: Grant.Grant
  readonly dpop: Dpop | undefined
  readonly store: TokenStore["Service"]
  /** The guarded HTTP client, and what it allows. */
  readonly guarded: Context.Context<HttpClient.HttpClient>
  readonly limits: Limits
  /** Tokens that could not be written: their forerunners are worth nothing any more. One for each key. */
  readonly unwritten: Map<string, Unwritten>
}

/**
 * Tokens that could not be written, and the version that they are to replace.
 *
 * @category models
 * @since 0.1.0
 */
export interface Unwritten {
  readonly record: Credentials.Credentials
  readonly expected: string | undefined
}

/**
 * What is wanted.
 *
 * @category models
 * @since 0.1.0
 */
export interface Wanted {
  readonly found: Credentials.Found
  /** The access token that will not do, because it ends or was refused; `undefined`: there was none. */
  readonly instead: string | undefined
  /** What tokens must be granted for; whatever is in the store with less is not enough. */
  readonly needed: ScopeSet.ScopeSet
  /** Whether a refresh can help. */
  readonly mayRefresh: boolean
  /** What to fail with instead of getting new tokens; `undefined`: they may be got. */
  readonly insteadOfGrant?: AuthError.AuthError | undefined
  /** What to ask for, given what was asked for before. */
  readonly scopesToAsk: (asked: ScopeSet.ScopeSet | undefined) => ScopeSet.ScopeSet | undefined
}

/** Writes are tried again for a moment: what is lost with them is a whole family of tokens. */
const writingAgain = Schedule.upTo(Schedule.exponential("100 millis"), { times: 2 })

/**
 * Refusals that say nothing of what was shown: trying later may help (RFC 6749, 4.1.2.1), or the proof was at fault, made by
 * a clock that is wrong, say (RFC 9449, 5 and 8).
 */
const passing: ReadonlySet<string> = new Set([
  "temporarily_unavailable",
  "server_error",
  "slow_down",
  "invalid_dpop_proof",
  "use_dpop_nonce"
])

/**
 * Whether an authorization server has refused for good what it was shown.
 *
 * @category queries
 * @since 0.1.0
 */
export const isRefused = ({ reason }: AuthError.AuthError): boolean =>
  reason._tag === "GrantRefused" && !passing.has(reason.error)

const needOf = (means: Means, { found: { discovered } }: Wanted, scopes: Grant.Need["scopes"]): Grant.Need => ({
  discovered,
  scopes,
  dpop: Session.dpopFor(discovered, means.dpop)
})

/** An end that is no time is none. */
const bounded = ({ expiresAtMillis, ...tokens }: TokenSet): TokenSet => ({
  ...tokens,
  ...(Number.isFinite(expiresAtMillis) && expiresAtMillis !== undefined ? { expiresAtMillis } : {})
})

const recordOf = (
  tokens: TokenSet | undefined,
  asked: ScopeSet.ScopeSet | undefined,
  now: number
): Credentials.Credentials => ({
  ...(tokens === undefined ? {} : { tokens: bounded(tokens), obtainedAtMillis: now }),
  ...(asked === undefined ? {} : { asked })
})

const sessionOf = (
  { found }: Wanted,
  credentials: Credentials.Credentials,
  source: Session.Source
): Session.Session => ({ found, credentials, source, isAccepted: false })

/**
 * Reads what is in the store now. Tokens that could not be written before are written first, unless somebody else has
 * written since: theirs are younger.
 */
const look = Effect.fnUntraced(function*(
  { store, unwritten }: Means,
  key: string
): Effect.fn.Return<Credentials.Versioned<Credentials.Credentials>, AuthError.AuthError> {
  const stored = yield* Credentials.read(store, key)
  const waiting = unwritten.get(key)
  if (waiting === undefined) return stored
  if (stored.version !== waiting.expected) {
    unwritten.delete(key)
    return stored
  }
  const version = yield* Credentials.write(store, key, waiting.record, waiting.expected)
  unwritten.delete(key)
  return version === undefined ? yield* Credentials.read(store, key) : { record: waiting.record, version }
})

/**
 * Writes tokens that came, and gives those that are to be used: theirs, when somebody else was first in spite of the lease.
 * Where nothing can be written, they are kept for the next time, and not used.
 */
const keep = Effect.fnUntraced(function*(
  { store, unwritten }: Means,
  key: string,
  record: Credentials.Credentials,
  expected: string | undefined
): Effect.fn.Return<Credentials.Credentials, AuthError.AuthError> {
  const writing = Effect.retry(Credentials.write(store, key, record, expected), writingAgain)
  const version = yield* Effect.tapError(writing, () => Effect.sync(() => unwritten.set(key, { record, expected })))
  if (version !== undefined) return record
  const theirs = yield* Credentials.read(store, key)
  if (theirs.record?.tokens !== undefined) return theirs.record
  yield* Credentials.write(store, key, record, theirs.version)
  return record
})

const isGood = (means: Means, { found, instead, needed }: Wanted, record: Credentials.Credentials, now: number) => {
  const { tokens } = record
  return tokens !== undefined && Redacted.value(tokens.accessToken) !== instead &&
    Session.isUsable(tokens, found.discovered, means.dpop) &&
    !Session.isExpiring(record, now, means.limits.expiryMarginMillis) && ScopeSet.includes(tokens.scopes, needed)
}

/** Whether tokens can be refreshed here: a refresh token may be bound to a key, too (RFC 9449, 5). */
const refreshable = (means: Means, wanted: Wanted, record: Credentials.Credentials | undefined) => {
  const tokens = record?.tokens
  const isPossible = wanted.mayRefresh && tokens?.refreshToken !== undefined &&
    Session.isUsable(tokens, wanted.found.discovered, means.dpop)
  return isPossible ? tokens : undefined
}

type Stored = Credentials.Versioned<Credentials.Credentials>

/** A server that gives no new refresh token, or no scopes, leaves the old ones in force (RFC 6749, 6). */
const succeeding = (next: TokenSet, last: TokenSet): TokenSet => ({
  ...next,
  ...(next.refreshToken === undefined && last.refreshToken !== undefined ? { refreshToken: last.refreshToken } : {}),
  scopes: next.scopes.length === 0 ? last.scopes : next.scopes
})

/** Refreshes; `undefined` when the authorization server does not know the refresh token any more. */
const refresh = Effect.fnUntraced(
  function*(means: Means, wanted: Wanted, key: string, stored: Stored, tokens: TokenSet) {
    const asked = stored.record?.asked
    const need = needOf(means, wanted, asked)
    // From here to the write nothing may come between: the old refresh token is used up.
    const refreshing = Effect.gen(function*() {
      const next = yield* Effect.provideContext(means.grant.refresh(tokens, need), means.guarded)
      const now = yield* Clock.currentTimeMillis
      return yield* keep(means, key, recordOf(succeeding(next, tokens), asked, now), stored.version)
    })
    const record = yield* Effect.uninterruptible(refreshing).pipe(
      Effect.catchIf(isRefused, (error) => Effect.as(Effect.logDebug("Tokens cannot be refreshed", error), undefined))
    )
    return record === undefined ? undefined : sessionOf(wanted, record, "Refreshed")
  }
)

/** Clocks stand still for what may take as long as a person does. */
const patiently = <A, E, R>({ grant }: Means, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Grant.asksPerson(grant) ? Interlude.during(effect) : effect

/** The authorization server has bound nothing, or to another key. */
const unusable = ({ found: { discovered: { resource } } }: Wanted) =>
  AuthError.make(
    new AuthError.TokenNotAccepted({ resource, description: "it is not bound to the key of the client" })
  )

/** The authorization server took the proof, and gave a token that whoever steals it can use (RFC 9449, 5). */
const unbound = ({ found: { discovered: { authorizationServer, resource } } }: Wanted) =>
  AuthError.make(
    new AuthError.TokenNotAccepted({
      resource,
      description: `${authorizationServer.issuer} did not bind it to the key`
    })
  )

const obtain = Effect.fnUntraced(function*(means: Means, wanted: Wanted, key: string, stored: Stored) {
  if (wanted.insteadOfGrant !== undefined) return yield* wanted.insteadOfGrant
  const scopes = wanted.scopesToAsk(stored.record?.asked)
  const obtaining = Effect.provideContext(means.grant.obtain(needOf(means, wanted, scopes)), means.guarded)
  // Nobody is asked in vain: what has come is written.
  const record = yield* Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const tokens = yield* restore(patiently(means, obtaining))
      if (tokens.tokenType === "Bearer" && Session.mustBeBound(wanted.found.discovered)) return yield* unbound(wanted)
      if (!Session.isUsable(tokens, wanted.found.discovered, means.dpop)) return yield* unusable(wanted)
      const now = yield* Clock.currentTimeMillis
      return yield* keep(means, key, recordOf(tokens, scopes, now), stored.version)
    })
  )
  return sessionOf(wanted, record, "Obtained")
})

const underLease = Effect.fnUntraced(function*(
  means: Means,
  wanted: Wanted,
  key: string
): Effect.fn.Return<Session.Session, AuthError.AuthError> {
  const stored = yield* look(means, key)
  const now = yield* Clock.currentTimeMillis
  if (stored.record !== undefined && isGood(means, wanted, stored.record, now)) {
    return sessionOf(wanted, stored.record, "Stored")
  }
  const tokens = refreshable(means, wanted, stored.record)
  if (tokens === undefined) return yield* obtain(means, wanted, key, stored)
  const refreshed = yield* refresh(means, wanted, key, stored, tokens)
  if (refreshed !== undefined) return refreshed
  // They are worth nothing; what was asked for is remembered.
  const record = recordOf(undefined, stored.record?.asked, now)
  const version = yield* Credentials.write(means.store, key, record, stored.version)
  return yield* obtain(means, wanted, key, { record, version: version ?? stored.version })
})

/**
 * Gets tokens that will do: another process's, refreshed ones, or new ones, in that order. Fails with `KeyRequired`, before
 * anybody is asked, where the server takes only tokens that are bound to a key, and there is none.
 *
 * @category operations
 * @since 0.1.0
 */
export const run = (means: Means, wanted: Wanted): Effect.Effect<Session.Session, AuthError.AuthError> => {
  const { discovered } = wanted.found
  if (Session.mustBeBound(discovered) && means.dpop === undefined) {
    return Effect.fail(AuthError.make(new AuthError.KeyRequired({ resource: discovered.resource })))
  }
  const key = Credentials.keyOfTokens(means.identity, discovered)
  // Whoever holds the lease may be asking a person.
  const lease = patiently(means, means.store.lease(key))
  return Effect.scoped(Effect.andThen(lease, underLease(means, wanted, key)))
}

/**
 * Gives tokens back, as far as the grant and the authorization server take them, and forgets them and what was asked for.
 *
 * @category operations
 * @since 0.1.0
 */
export const forget = (means: Means, found: Credentials.Found): Effect.Effect<void, AuthError.AuthError> => {
  const { discovered } = found
  const key = Credentials.keyOfTokens(means.identity, discovered)
  const need: Grant.Need = { discovered, scopes: undefined, dpop: Session.dpopFor(discovered, means.dpop) }
  const giveBack = (tokens: TokenSet) =>
    Effect.provideContext(means.grant.revoke?.(tokens, need) ?? Effect.void, means.guarded).pipe(
      // They are forgotten all the same, and end by themselves.
      Effect.catch((error) => Effect.logDebug("Tokens could not be revoked", error))
    )
  return Effect.scoped(Effect.gen(function*() {
    yield* means.store.lease(key)
    const { record } = yield* Credentials.read(means.store, key)
    const tokens = means.unwritten.get(key)?.record.tokens ?? record?.tokens
    means.unwritten.delete(key)
    // First of all: whatever becomes of the rest, nobody uses them again.
    yield* means.store.remove(key)
    if (tokens !== undefined) yield* giveBack(tokens)
  }))
}
