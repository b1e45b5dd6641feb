/**
 * Tokens with the consent of a person: the authorization code grant, from opening a browser to the tokens (ARQ-01 to
 * ARQ-21). Where nobody can be asked, nothing is sent.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as oauth from "oauth4webapi"
import * as AuthError from "../AuthError.ts"
import { AuthLimits } from "../AuthLimits.ts"
import * as HostAddress from "../http/HostAddress.ts"
import * as TrustedUrl from "../http/TrustedUrl.ts"
import type { AuthorizationServerMetadata } from "../metadata/AuthorizationServerMetadata.ts"
import * as AuthorizationCodeGrant from "../protocol/AuthorizationCodeGrant.ts"
import * as AuthorizationRequest from "../protocol/AuthorizationRequest.ts"
import * as AuthorizationResponse from "../protocol/AuthorizationResponse.ts"
import * as Pkce from "../protocol/Pkce.ts"
import * as RefreshTokenGrant from "../protocol/RefreshTokenGrant.ts"
import * as Revocation from "../protocol/Revocation.ts"
import type { TokenStore } from "../store/TokenStore.ts"
import * as TokenEndpoint from "../token/TokenEndpoint.ts"
import type { TokenSet } from "../token/TokenSet.ts"
import type { Grant, Need } from "./Grant.ts"
import * as Registration from "./Registration.ts"
import { type RedirectReceiver, UserAgent } from "./UserAgent.ts"

/**
 * Who the client is, and what it wants.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Registration.Options {
  /**
   * Whether `offline_access` is asked for where the authorization server lists it, so that tokens can be refreshed when
   * the person is gone. Default: true. A refresh token may come or not come either way (ATU-08).
   */
  readonly offlineAccess?: boolean | undefined
  /**
   * Where people are sent back to, if the client was registered for that beforehand, or its metadata document says so; the
   * `UserAgent` is asked to receive them there. Default: where it likes, or where it did before.
   */
  readonly redirectUri?: string | undefined
}

interface Means {
  readonly options: Options
  readonly registration: Registration.Registration
  readonly userAgent: UserAgent["Service"] | undefined
  readonly consentMillisMax: number
}

const offlineAccess = "offline_access"

/**
 * The scopes to ask a person for: what is needed, with `offline_access` where the authorization server lists it and
 * `wanted`, and without it where it does not (ATU-08). Where nothing is asked for by name, that stays so.
 *
 * @category combinators
 * @since 0.1.0
 */
export const scopesFor = (
  needed: ReadonlyArray<string> | undefined,
  metadata: AuthorizationServerMetadata,
  wanted: boolean
): ReadonlyArray<string> | undefined => {
  if (needed === undefined || needed.length === 0) return undefined
  const others = needed.filter((scope) => scope !== offlineAccess)
  const isListed = metadata.scopes_supported?.includes(offlineAccess) === true
  if (isListed && (wanted || others.length < needed.length)) return [...others, offlineAccess]
  return others.length === 0 ? undefined : others
}

const consentRequired = ({ discovered, scopes }: Need, waitedMillis?: number): AuthError.AuthError =>
  AuthError.make(
    new AuthError.ConsentRequired({
      resource: discovered.resource,
      issuer: discovered.authorizationServer.issuer,
      scopes: scopes ?? [],
      ...(waitedMillis === undefined ? {} : { waitedMillis })
    })
  )

// People are sent back with a code: over TLS, or to this machine (ARQ-13).
const checkRedirectUri = (redirectUri: string): Effect.Effect<void, AuthError.AuthError> => {
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined
  const isGood = url !== undefined && url.hash === "" && !redirectUri.includes("#") &&
    (url.protocol === "https:" || url.protocol === "http:" && HostAddress.kindOf(url.hostname) === "Loopback")
  return isGood ? Effect.void : Effect.fail(AuthError.make(
    new AuthError.UntrustedUrl({
      url: TrustedUrl.shown(redirectUri),
      problem: "people are sent back to https or loopback URLs without a fragment only"
    })
  ))
}

/** What is known before a person is sent away, and what their answer is held against (ARQ-15). */
const record = Effect.fnUntraced(function*(need: Need, client: Registration.Identified, redirectUri: string) {
  const state = Redacted.make(yield* Effect.sync(oauth.generateRandomState), { label: "state" })
  const expected: AuthorizationResponse.Expected = {
    authorizationServer: need.discovered.authorizationServer,
    clientId: client.clientId,
    redirectUri,
    state
  }
  return { ...yield* Pkce.make, state, expected }
})

const ask = (means: Means, need: Need, receiver: RedirectReceiver, url: URL) =>
  receiver.authorize(url).pipe(
    Effect.timeoutOrElse({
      duration: means.consentMillisMax,
      orElse: () => Effect.fail(consentRequired(need, means.consentMillisMax))
    })
  )

const withConsent = Effect.fnUntraced(function*(
  means: Means,
  need: Need,
  receiver: RedirectReceiver,
  client: Registration.Identified
): Effect.fn.Return<TokenSet, AuthError.AuthError, HttpClient.HttpClient> {
  const { authorizationServer, resource } = need.discovered
  const scopes = scopesFor(need.scopes, authorizationServer, means.options.offlineAccess !== false)
  const recorded = yield* record(need, client, receiver.redirectUri)
  const url = yield* AuthorizationRequest.url({
    authorizationServer,
    clientId: client.clientId,
    redirectUri: receiver.redirectUri,
    state: Redacted.value(recorded.state),
    challenge: recorded.challenge,
    resource,
    scopes,
    jkt: need.dpop?.jkt
  })
  const location = yield* ask(means, need, receiver, url)
  const response = yield* AuthorizationResponse.process(location, recorded.expected)
  return yield* TokenEndpoint.run(AuthorizationCodeGrant, {
    authorizationServer,
    client,
    dpop: need.dpop,
    response,
    redirectUri: receiver.redirectUri,
    verifier: recorded.verifier,
    resource,
    scopes
  })
})

const isUnknownClient = ({ reason }: AuthError.AuthError): boolean =>
  (reason._tag === "GrantRefused" || reason._tag === "AuthorizationDenied") &&
  (reason.error === "invalid_client" || reason.error === "unauthorized_client")

/**
 * What a failure says of the registration that it was tried with. The token endpoint knows whom it knows. A browser shows a
 * person that the client is not known, or says so itself, or nothing comes back because somebody was away.
 */
const doubt = ({ registration }: Means, issuer: string, { clientId, isDynamic }: Registration.Identified) =>
(
  error: AuthError.AuthError
): Effect.Effect<void, AuthError.AuthError> => {
  const { reason } = error
  if (!isDynamic) return Effect.void
  if (reason._tag === "GrantRefused" && reason.error === "invalid_client") return registration.forget(issuer, clientId)
  return isUnknownClient(error) || reason._tag === "ConsentRequired"
    ? registration.retire(issuer, clientId)
    : Effect.void
}

const attempt = Effect.fnUntraced(function*(
  means: Means,
  need: Need,
  receiver: RedirectReceiver,
  isLast: boolean
): Effect.fn.Return<TokenSet, AuthError.AuthError, HttpClient.HttpClient> {
  const { authorizationServer } = need.discovered
  const client = yield* means.registration.identify(authorizationServer, receiver.redirectUri)
  return yield* withConsent(means, need, receiver, client).pipe(
    Effect.tapError(doubt(means, authorizationServer.issuer, client)),
    Effect.catchIf(
      (error) => client.isDynamic && !isLast && isUnknownClient(error),
      () => attempt(means, need, receiver, true)
    )
  )
})

const obtain = (means: Means, need: Need) =>
  Effect.scoped(Effect.gen(function*() {
    const { authorizationServer } = need.discovered
    if (means.userAgent === undefined) return yield* Effect.fail(consentRequired(need))
    yield* Pkce.check(authorizationServer)
    const { issuer } = authorizationServer
    const { redirectUri } = means.options
    const isFixed = redirectUri !== undefined || !means.registration.isDynamic(authorizationServer)
    // What was registered dynamically is not what a document or a person who registered says.
    const preferred = isFixed ? redirectUri : yield* means.registration.redirectUri(issuer)
    const receiver = yield* means.userAgent.open({ issuer, preferred, isFixed })
    yield* checkRedirectUri(receiver.redirectUri)
    return yield* attempt(means, need, receiver, false)
  }))

const refused = (issuer: string, error: string, description: string) =>
  Effect.fail(AuthError.make(new AuthError.GrantRefused({ issuer, error, description })))

/** The client that tokens were given to, if they are of this issuer, which nothing else of another's is shown to (ATU-05). */
const holder = Effect.fnUntraced(function*({ registration }: Means, tokens: TokenSet, { discovered }: Need) {
  const { authorizationServer } = discovered
  const { issuer } = authorizationServer
  if (tokens.issuer !== issuer) {
    return yield* Effect.fail(AuthError.make(
      new AuthError.MetadataMismatch({ member: "issuer", expected: tokens.issuer, found: issuer })
    ))
  }
  const client = yield* registration.known(authorizationServer, tokens.clientId ?? "")
  return client ?? (yield* refused(issuer, "invalid_client", "the registration of the client is gone"))
})

const refresh = Effect.fnUntraced(function*(means: Means, tokens: TokenSet, need: Need) {
  const { authorizationServer, resource } = need.discovered
  const { refreshToken } = tokens
  if (refreshToken === undefined) {
    return yield* refused(authorizationServer.issuer, "invalid_grant", "there is no refresh token")
  }
  const client = yield* holder(means, tokens, need)
  const asked = { authorizationServer, client, dpop: need.dpop, refreshToken, scopes: tokens.scopes, resource }
  return yield* Effect.tapError(
    TokenEndpoint.run(RefreshTokenGrant, asked),
    doubt(means, authorizationServer.issuer, client)
  )
})

const revoke = Effect.fnUntraced(function*(means: Means, tokens: TokenSet, need: Need) {
  const client = yield* holder(means, tokens, need)
  yield* Revocation.revoke({ authorizationServer: need.discovered.authorizationServer, client }, tokens)
})

/**
 * The grant. People are asked by the `UserAgent` in the context, if there is one; without it everything that needs
 * consent fails with `ConsentRequired`, and tokens that there are already are refreshed all the same. How long they may
 * take is `consentMillisMax` of `AuthLimits`.
 *
 * A client that registered itself and is not known any more registers once more, and asks again.
 *
 * @example
 * ```ts
 * import * as AuthorizationCode from "@parley/auth/grant/AuthorizationCode"
 * import * as OAuthClient from "@parley/auth/client/OAuthClient"
 *
 * export const client = OAuthClient.layer({
 *   url: "https://mcp.example.com/mcp",
 *   grant: AuthorizationCode.make({ clientName: "My program" })
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Effect.Effect<Grant, never, TokenStore> =>
  Effect.gen(function*() {
    const means: Means = {
      options,
      registration: yield* Registration.make(options),
      userAgent: Option.getOrUndefined(yield* Effect.serviceOption(UserAgent)),
      consentMillisMax: (yield* AuthLimits).consentMillisMax
    }
    return {
      type: "authorization_code",
      obtain: (need) => obtain(means, need),
      refresh: (tokens, need) => refresh(means, tokens, need),
      revoke: (tokens, need) => revoke(means, tokens, need)
    }
  })
