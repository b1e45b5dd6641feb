/**
 * What one client has in force for one server, and the work on it: tokens are loaded, who protects the server is found out,
 * and tokens are renewed; each once, however many requests wait for it. When that is to be done is decided for requests in
 * `Demand.ts`, and for persons in `Account.ts`.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Scope from "effect/Scope"
import type * as AuthError from "../AuthError.ts"
import * as Grant from "../grant/Grant.ts"
import * as TrustedUrl from "../http/TrustedUrl.ts"
import * as WwwAuthenticate from "../http/WwwAuthenticate.ts"
import type { Discovered } from "../metadata/Discovered.ts"
import type * as ScopeSet from "../token/ScopeSet.ts"
import * as Credentials from "./Credentials.ts"
import * as Flight from "./Flight.ts"
import * as Renewal from "./Renewal.ts"
import * as ScopeSelection from "./ScopeSelection.ts"
import * as Session from "./Session.ts"
import * as StepUp from "./StepUp.ts"

type Challenges = ReadonlyArray<WwwAuthenticate.Challenge>

/**
 * For whom, and with what.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parts {
  /** The server. */
  readonly url: string
  readonly means: Renewal.Means
  /** What the client wants beside what the server says it needs. */
  readonly scopes: ScopeSet.ScopeSet | undefined
  /** Finds out who protects the server, from what came with a 401. */
  readonly discover: (challenges: Challenges) => Effect.Effect<Discovered, AuthError.AuthError, HttpClient.HttpClient>
}

/**
 * What is in force after some work; `undefined` where nothing is.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome = Effect.Effect<Session.Session | undefined, AuthError.AuthError>

/**
 * What is in force, and what is being done about it. Only this file, `Demand.ts` and `Account.ts` write to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Authorizer {
  readonly parts: Parts
  readonly place: Flight.Place<Session.Session | undefined, AuthError.AuthError>
  session: Session.Session | undefined
  /** What was discovered last. */
  found: Credentials.Found | undefined
  isLoaded: boolean
  /** The server has not taken what was just issued for it. No person is asked again before it takes something. */
  isRejecting: boolean
  /** Why a person was last asked in vain; `undefined`: they were not, or tokens have come since. */
  denial: AuthError.AuthError | undefined
  stepUp: StepUp.StepUp
}

/**
 * Nothing is loaded yet. What it does ends with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (parts: Parts, scope: Scope.Scope): Authorizer => ({
  parts,
  place: Flight.make(scope),
  session: undefined,
  found: undefined,
  isLoaded: false,
  isRejecting: false,
  denial: undefined,
  stepUp: StepUp.initial
})

/**
 * Does work once for all who want it; work that is something else waits, and looks again whether it is still wanted.
 *
 * @category operations
 * @since 0.1.0
 */
export const once = (authorizer: Authorizer, task: Flight.Task, isDone: () => boolean, work: Outcome): Outcome =>
  Flight.once(authorizer.place, task, () => isDone() ? Effect.succeed(authorizer.session) : undefined, work)

/**
 * Puts a session in force; `undefined` leaves none.
 *
 * @category operations
 * @since 0.1.0
 */
export const adopt = (authorizer: Authorizer, session: Session.Session | undefined): void => {
  authorizer.session = session
  authorizer.found = session?.found ?? authorizer.found
  authorizer.isLoaded = true
}

const loading = ({ parts: { means: { dpop, identity, store }, url } }: Authorizer) =>
  Effect.gen(function*() {
    const found = yield* Credentials.readFound(store, Credentials.keyOfFound(identity, url))
    if (found === undefined) return undefined
    const { record } = yield* Credentials.read(store, Credentials.keyOfTokens(identity, found.discovered))
    if (record === undefined) return undefined
    const { tokens, ...rest } = record
    const isUsable = tokens !== undefined && Session.isUsable(tokens, found.discovered, dpop)
    return {
      found,
      credentials: isUsable ? record : rest,
      source: "Stored",
      isAccepted: false
    } satisfies Session.Session
  })

/**
 * What the store has, without putting it in force.
 *
 * @category queries
 * @since 0.1.0
 */
export const stored: (authorizer: Authorizer) => Outcome = loading

/**
 * What is in force, read from the store the first time.
 *
 * @category operations
 * @since 0.1.0
 */
export const load = (authorizer: Authorizer): Outcome =>
  once(
    authorizer,
    { name: "load", about: undefined },
    () => authorizer.isLoaded,
    Effect.tap(loading(authorizer), (session) => Effect.sync(() => adopt(authorizer, session)))
  )

/** Remembers, for the next process, what was discovered. That it cannot is no reason to stop. */
const remember = ({ parts: { means: { identity, store }, url } }: Authorizer, found: Credentials.Found) =>
  Effect.catch(
    Credentials.writeFound(store, Credentials.keyOfFound(identity, url), found),
    (error) => Effect.logDebug("What was discovered could not be stored", error)
  )

/** Where the server once said that its metadata is: elsewhere there may be nothing, or somebody else's. */
const saidBefore = ({ found }: Authorizer): Challenges =>
  found?.metadataUrl === undefined
    ? []
    : [{ scheme: "Bearer", parameters: { resource_metadata: found.metadataUrl } }]

const discover = Effect.fnUntraced(function*(
  { parts: { discover, means, url } }: Authorizer,
  challenges: Challenges
): Effect.fn.Return<Credentials.Found, AuthError.AuthError> {
  const atMillis = yield* Clock.currentTimeMillis
  const discovered = yield* Effect.provideContext(discover(challenges), means.guarded).pipe(
    Effect.withSpan("OAuthClient.discover", { attributes: { "mcp.server": TrustedUrl.shown(url) } })
  )
  return { discovered, atMillis, metadataUrl: WwwAuthenticate.parameter(challenges, "resource_metadata") }
})

/**
 * Who protects the server. What was discovered a while ago is asked anew (`metadataMillis`), and is good all the same where
 * that cannot be; what may have changed because a token was refused (`isSuspect`) is asked anew in any case.
 *
 * @category operations
 * @since 0.1.0
 */
export const find = Effect.fnUntraced(function*(
  authorizer: Authorizer,
  challenges: Challenges,
  isSuspect: boolean
): Effect.fn.Return<Credentials.Found, AuthError.AuthError> {
  const known = isSuspect ? undefined : authorizer.found
  const now = yield* Clock.currentTimeMillis
  if (known !== undefined && now - known.atMillis < authorizer.parts.means.limits.metadataMillis) return known
  const discovering = discover(authorizer, challenges.length === 0 ? saidBefore(authorizer) : challenges)
  const found = yield* known === undefined
    ? discovering
    : Effect.catchIf(discovering, isPassing, () => Effect.succeed(known))
  return authorizer.found = found
})

/** What keeps nobody from going on with what is at hand as long as it lasts: trying later may help. */
const passing: ReadonlySet<AuthError.AuthErrorReason["_tag"]> = new Set([
  "Unreachable",
  "DiscoveryFailed",
  "StoreFailed"
])

/**
 * Whether an error says nothing of the tokens at hand, and trying later may help.
 *
 * @category queries
 * @since 0.1.0
 */
export const isPassing = (error: AuthError.AuthError): boolean =>
  passing.has(error.reason._tag) || error.reason._tag === "GrantRefused" && !Renewal.isRefused(error)

/**
 * Whether nobody but the client has seen that something failed: no person was asked.
 *
 * @category queries
 * @since 0.1.0
 */
export const isUnseen = (error: AuthError.AuthError): boolean =>
  error.reason._tag === "ConsentRequired" ? error.reason.waitedMillis === undefined : isPassing(error)

/**
 * What tokens are renewed for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Renewing extends Omit<Renewal.Wanted, "scopesToAsk"> {
  /** The scopes that the server named just now. */
  readonly challenged: ScopeSet.ScopeSet | undefined
}

/**
 * Gets tokens, by `Renewal.run`, and puts them in force.
 *
 * @category operations
 * @since 0.1.0
 */
export const renew = Effect.fnUntraced(function*(
  authorizer: Authorizer,
  { challenged, ...wanted }: Renewing
): Effect.fn.Return<Session.Session, AuthError.AuthError> {
  const { found: { discovered } } = wanted
  const { means, scopes, url } = authorizer.parts
  const before = authorizer.session
  const supported = discovered.protectedResource?.scopes_supported
  const scopesToAsk = (asked: ScopeSet.ScopeSet | undefined) =>
    ScopeSelection.select({ challenged, supported, wanted: scopes, asked })
  const session = yield* Renewal.run(means, { ...wanted, scopesToAsk }).pipe(
    Effect.withSpan("OAuthClient.renew", {
      attributes: {
        "mcp.server": TrustedUrl.shown(url),
        "oauth.issuer": TrustedUrl.shown(discovered.authorizationServer.issuer),
        "oauth.grant_type": means.grant.type
      }
    }),
    Effect.tapError((error) =>
      Effect.sync(() => {
        if (Grant.asksPerson(means.grant) && !isUnseen(error)) authorizer.denial = error
      })
    )
  )
  authorizer.denial = undefined
  adopt(authorizer, session)
  if (before?.found !== wanted.found) yield* remember(authorizer, wanted.found)
  return session
})
