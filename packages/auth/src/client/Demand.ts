/**
 * What requests need of their client's tokens, and when: some that are good for a while before they go, others after a 401,
 * more after a 403. What a response asks for is read in `Reaction.ts`, how requests carry tokens is said in `Authorized.ts`,
 * and how tokens are got in `Renewal.ts`.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as AuthError from "../AuthError.ts"
import * as Grant from "../grant/Grant.ts"
import type * as WwwAuthenticate from "../http/WwwAuthenticate.ts"
import * as ScopeSet from "../token/ScopeSet.ts"
import { type Authorizer, find, isPassing, isUnseen, load, once, type Outcome, renew } from "./Authorizer.ts"
import * as Flight from "./Flight.ts"
import * as Session from "./Session.ts"
import * as StepUp from "./StepUp.ts"

/** What another process has written shows when tokens are refused or end; until then those at hand are used. */
const refreshed = (authorizer: Authorizer, session: Session.Session): Outcome => {
  const instead = Session.accessTokenOf(session)
  const isDone = () => Session.accessTokenOf(authorizer.session) !== instead
  const work = Effect.flatMap(
    find(authorizer, [], false),
    // What the server needs now is not known here: what was asked for once will do.
    (found) => renew(authorizer, { found, instead, mayRefresh: true, needed: [], challenged: undefined })
  )
  return once(authorizer, { name: "refresh", about: session }, isDone, work)
}

/** Tokens that could not be refreshed are used as long as they last, by the time it is then, unless they were refused. */
const stillGood = (session: Session.Session, end: number, error: AuthError.AuthError): Outcome =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (now) =>
      now < end && (isPassing(error) || error.reason._tag === "InvalidResponse")
        ? Effect.succeed(session)
        : Effect.fail(error)
  )

/**
 * What the next request goes with: tokens that are good for a while, or `undefined` where there are none. Tokens that are
 * about to end are refreshed first; when that fails on the way, they are used as long as they last.
 *
 * @category operations
 * @since 0.1.0
 */
export const current = (authorizer: Authorizer): Outcome =>
  Effect.suspend(() => {
    if (!authorizer.isLoaded) return Effect.andThen(load(authorizer), current(authorizer))
    const { parts: { means }, session } = authorizer
    const tokens = session?.credentials.tokens
    if (session === undefined || tokens?.expiresAtMillis === undefined) return Effect.succeed(session)
    // Without a refresh token a person would be asked; whether that is needed, the server says.
    if (tokens.refreshToken === undefined && Grant.asksPerson(means.grant)) return Effect.succeed(session)
    const end = tokens.expiresAtMillis
    const { expiryMarginMillis } = means.limits
    return Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Session.isExpiring(session.credentials, now, expiryMarginMillis)
        ? Effect.catch(refreshed(authorizer, session), (error) =>
          stillGood(session, end, error))
        : Effect.succeed(session))
  })

/**
 * The server has taken the tokens.
 *
 * @category operations
 * @since 0.1.0
 */
export const accepted = (authorizer: Authorizer, session: Session.Session): void => {
  session.isAccepted = true
  authorizer.isRejecting = false
}

/**
 * A request that was refused with 401.
 *
 * @category models
 * @since 0.1.0
 */
export interface Refused {
  /** What it went with. */
  readonly session: Session.Session | undefined
  readonly challenges: ReadonlyArray<WwwAuthenticate.Challenge>
  /** What the server says it needs. */
  readonly scopes: ScopeSet.ScopeSet | undefined
  readonly description: string | undefined
  /** The `denial` of the authorizer when it was sent. */
  readonly denial: AuthError.AuthError | undefined
}

/**
 * What is said where a server takes no token, with the `error_description` of its challenge.
 *
 * @category errors
 * @since 0.1.0
 */
export const notAccepted = (resource: string, description: string | undefined): AuthError.AuthError =>
  AuthError.make(
    new AuthError.TokenNotAccepted({ resource, ...(description === undefined ? {} : { description }) })
  )

/**
 * Gets tokens after a 401. A token that was refused is a reason to ask anew who protects the server: if that is somebody
 * else by now, nothing of what was had from the first is shown to the other (ARG-18, ADC-12). Fails with `TokenNotAccepted`
 * when the server has not taken what its authorization server has just issued. Where a person was asked in vain since the
 * request was sent, they are not asked again on its account.
 *
 * @category operations
 * @since 0.1.0
 */
export const authorize = (authorizer: Authorizer, refused: Refused): Outcome => {
  const { challenges, description, scopes, session } = refused
  const { grant } = authorizer.parts.means
  const instead = Session.accessTokenOf(session)
  const isDone = () => {
    const now = Session.accessTokenOf(authorizer.session)
    return now !== undefined && now !== instead
  }
  const work = Effect.gen(function*(): Effect.fn.Return<Session.Session, AuthError.AuthError> {
    const found = yield* find(authorizer, challenges, instead !== undefined)
    const isMoved = session !== undefined && !Session.isSame(session.found.discovered, found.discovered)
    const now = yield* Clock.currentTimeMillis
    const isUntried = session !== undefined && !isMoved && Session.isUntried(session, now)
    const rejection = notAccepted(found.discovered.resource, description)
    if (isUntried && session.source === "Obtained") {
      // The next request may find that the server has come to its senses, or that a refresh helps.
      authorizer.session = { ...session, source: "Stored" }
      authorizer.isRejecting = true
      return yield* rejection
    }
    const mayRefresh = !(isUntried && session.source === "Refreshed")
    const insteadOfGrant = authorizer.isRejecting && Grant.asksPerson(grant) && !isMoved ? rejection : undefined
    const wanted = { found, instead, mayRefresh, insteadOfGrant, needed: [], challenged: scopes }
    const renewed = yield* renew(authorizer, wanted)
    if (renewed.source === "Obtained") authorizer.stepUp = StepUp.initial
    return renewed
  })
  const done = (): Outcome | undefined => {
    const { denial, session } = authorizer
    if (isDone()) return Effect.succeed(session)
    return denial === undefined || denial === refused.denial ? undefined : Effect.fail(denial)
  }
  return Flight.once(authorizer.place, { name: "authorize", about: session }, done, work)
}

/**
 * A request that was refused because its token's scopes do not suffice.
 *
 * @category models
 * @since 0.1.0
 */
export interface Insufficient {
  readonly session: Session.Session | undefined
  readonly challenges: ReadonlyArray<WwwAuthenticate.Challenge>
  /** What the server says the request needs. */
  readonly scopes: ScopeSet.ScopeSet | undefined
  /** How often this request was stepped up. */
  readonly rounds: number
}

/**
 * Gets tokens for more scopes, together with all that were asked for before (ASP-05). Fails with `InsufficientScope` when
 * another round would not help.
 *
 * @category operations
 * @since 0.1.0
 */
export const stepUp = (
  authorizer: Authorizer,
  { challenges, rounds, scopes: required, session }: Insufficient
): Outcome => {
  const instead = Session.accessTokenOf(session)
  const isDone = () => {
    const tokens = authorizer.session?.credentials.tokens
    return tokens !== undefined && Session.accessTokenOf(authorizer.session) !== instead && required !== undefined &&
      ScopeSet.includes(tokens.scopes, required)
  }
  const work = Effect.gen(function*(): Effect.fn.Return<Session.Session, AuthError.AuthError> {
    const found = yield* find(authorizer, challenges, false)
    const { limits } = authorizer.parts.means
    const { asked, tokens } = authorizer.session?.credentials ?? {}
    const supported = found.discovered.protectedResource?.scopes_supported
    const before = authorizer.stepUp
    const decision = StepUp.step(before, { required, asked, supported, rounds }, limits.stepUpsMax)
    if (decision._tag === "GiveUp") {
      const { resource } = found.discovered
      const granted = tokens?.scopes ?? []
      return yield* AuthError.make(new AuthError.InsufficientScope({ resource, required: required ?? [], granted }))
    }
    authorizer.stepUp = decision.next
    const wanted = { found, instead, mayRefresh: false, needed: required ?? [], challenged: decision.scopes }
    return yield* renew(authorizer, wanted).pipe(
      Effect.tapError((error) =>
        Effect.sync(() => {
          if (isUnseen(error)) authorizer.stepUp = before
        })
      )
    )
  })
  return once(authorizer, { name: `step up to ${(required ?? []).join(" ")}`, about: session }, isDone, work)
}
