/**
 * Logging in and out by the wish of a person, and what there is: whatever the server says, and before it is asked anything.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as AuthError from "../AuthError.ts"
import * as Grant from "../grant/Grant.ts"
import * as TrustedUrl from "../http/TrustedUrl.ts"
import type * as WwwAuthenticate from "../http/WwwAuthenticate.ts"
import { adopt, type Authorizer, find, load, once, type Outcome, renew, stored } from "./Authorizer.ts"
import * as Credentials from "./Credentials.ts"
import * as Flight from "./Flight.ts"
import * as Renewal from "./Renewal.ts"
import * as Session from "./Session.ts"
import * as StepUp from "./StepUp.ts"

/** Whoever logs in or out begins anew. */
const forgive = (authorizer: Authorizer): void => {
  authorizer.stepUp = StepUp.initial
  authorizer.isRejecting = false
}

/** What is in force; where nothing is, what the store has by now. */
const loaded = (authorizer: Authorizer): Outcome =>
  Effect.suspend(() => {
    authorizer.isLoaded &&= authorizer.session !== undefined
    return Effect.map(load(authorizer), () => authorizer.session)
  })

/**
 * What is in force; where nothing is, what the store has by now. Nothing is asked of anybody else, and nothing that is
 * under way is waited for.
 *
 * @category operations
 * @since 0.1.0
 */
export const status = (authorizer: Authorizer): Outcome =>
  Effect.suspend(() =>
    authorizer.session === undefined && authorizer.place.flight !== undefined
      ? stored(authorizer)
      : loaded(authorizer)
  )

/**
 * Gets tokens though no request has been refused, unless there are good ones. What a person has said no to meanwhile, they
 * are not asked again.
 *
 * @category operations
 * @since 0.1.0
 */
export const login = (authorizer: Authorizer, challenges: ReadonlyArray<WwwAuthenticate.Challenge>): Outcome => {
  const work = (before: Authorizer["denial"]) =>
    Effect.gen(function*(): Effect.fn.Return<Session.Session, AuthError.AuthError> {
      forgive(authorizer)
      const { denial, session } = authorizer
      const now = yield* Clock.currentTimeMillis
      const { expiryMarginMillis } = authorizer.parts.means.limits
      const isGood = session?.credentials.tokens !== undefined &&
        !Session.isExpiring(session.credentials, now, expiryMarginMillis)
      if (isGood) return session
      if (denial !== undefined && denial !== before) return yield* denial
      const found = yield* find(authorizer, challenges, true)
      const instead = Session.accessTokenOf(session)
      return yield* renew(authorizer, { found, instead, mayRefresh: true, needed: [], challenged: undefined })
    })
  return Effect.suspend(() => {
    const logging = once(authorizer, { name: "login", about: undefined }, () => false, work(authorizer.denial))
    return Effect.andThen(load(authorizer), logging)
  })
}

/** A person who logs out does not answer any more to what they were asked. */
const giveUp = (authorizer: Authorizer): Effect.Effect<void> => {
  const { found, parts: { means, url }, place } = authorizer
  if (!Grant.asksPerson(means.grant)) return Effect.void
  const error = AuthError.make(
    new AuthError.AuthorizationDenied({
      issuer: found?.discovered.authorizationServer.issuer ?? TrustedUrl.shown(url),
      error: "access_denied",
      description: "logged out meanwhile"
    })
  )
  authorizer.denial = error
  return Flight.end(place, ({ name }) => name !== "logout", error)
}

/**
 * Ends what is under way, gives tokens back and forgets them. After a failure of the store it can be done again: what is left is found by what was
 * discovered, which is forgotten last.
 *
 * @category operations
 * @since 0.1.0
 */
export const logout = (authorizer: Authorizer): Effect.Effect<void, AuthError.AuthError> => {
  const work = Effect.gen(function*() {
    const { parts: { means, url }, session } = authorizer
    forgive(authorizer)
    adopt(authorizer, undefined)
    if (session === undefined) return undefined
    yield* Renewal.forget(means, session.found)
    yield* means.store.remove(Credentials.keyOfFound(means.identity, url))
    return undefined
  })
  const isDone = () => authorizer.session === undefined
  return Effect.asVoid(
    Effect.andThen(
      Effect.andThen(Effect.suspend(() => giveUp(authorizer)), loaded(authorizer)),
      once(authorizer, { name: "logout", about: undefined }, isDone, work)
    )
  )
}
