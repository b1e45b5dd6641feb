/**
 * What can go wrong while a client gets the right to speak to a server: one error, whose `reason` says what. No reason
 * holds a token, a secret, a code or a verifier, and URLs in it have lost their query. What a server refuses its callers
 * for is not here; that is `verifier/TokenRejection.ts`.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

const id = "@parley/auth/AuthError"

/**
 * A person would have to agree, and nobody here can be asked: there is no `UserAgent` (ASP-06), and nothing was registered
 * or requested; or somebody was asked, and did not answer in time.
 *
 * @category reasons
 * @since 0.1.0
 */
export class ConsentRequired extends Schema.Error<ConsentRequired>(`${id}/ConsentRequired`)({
  _tag: Schema.tag("ConsentRequired"),
  /** The server for which consent is needed. */
  resource: Schema.String,
  /** The authorization server that would ask. */
  issuer: Schema.String,
  /** The scopes that would be asked for. */
  scopes: Schema.Array(Schema.String),
  /** How long somebody was asked, without an answer, in milliseconds; absent: nobody could be asked. */
  waitedMillis: Schema.optionalKey(Schema.Number)
}) {
  override get message(): string {
    const scopes = this.scopes.length === 0 ? "" : ` for ${this.scopes.join(" ")}`
    const why = this.waitedMillis === undefined
      ? "nobody can be asked here"
      : `nobody answered within ${this.waitedMillis} ms`
    return `${this.resource} needs the consent of a person${scopes}, given at ${this.issuer}, and ${why}`
  }
}

/**
 * The authorization server sent the person back with an error: no consent, or a request that it does not take.
 *
 * @category reasons
 * @since 0.1.0
 */
export class AuthorizationDenied extends Schema.Error<AuthorizationDenied>(`${id}/AuthorizationDenied`)({
  _tag: Schema.tag("AuthorizationDenied"),
  issuer: Schema.String,
  /** The error code, as OAuth 2.1 lists them. */
  error: Schema.String,
  description: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    const description = this.description === undefined ? "" : `: ${this.description}`
    return `${this.issuer} did not authorize: ${this.error}${description}`
  }
}

/**
 * What came back from the authorization server is not the answer to what was asked: another `state`, another or no
 * issuer, at another redirect URI, no code (ARQ-14 to ARQ-21). Nothing of it was used, and nothing of it is shown.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidRedirect extends Schema.Error<InvalidRedirect>(`${id}/InvalidRedirect`)({
  _tag: Schema.tag("InvalidRedirect"),
  issuer: Schema.String,
  problem: Schema.Literals(["State", "Issuer", "IssuerMissing", "RedirectUri", "Malformed"])
}) {
  override get message(): string {
    return `The answer that was to come from ${this.issuer} cannot be trusted (${this.problem})`
  }
}

/**
 * One place where metadata was looked for, and what came of it.
 *
 * @category models
 * @since 0.1.0
 */
export const DiscoveryStep = Schema.Struct({
  /** What was looked for. */
  document: Schema.Literals(["ProtectedResource", "AuthorizationServer"]),
  url: Schema.String,
  /** A few words: `200`, `404`, `no JSON`, `refused: a private address`. */
  outcome: Schema.String
})

/**
 * One place where metadata was looked for, and what came of it.
 *
 * @category models
 * @since 0.1.0
 */
export type DiscoveryStep = typeof DiscoveryStep.Type

/**
 * No usable authorization server was found; `steps` are all places that were tried, in order (ADC-01 to ADC-10).
 *
 * @category reasons
 * @since 0.1.0
 */
export class DiscoveryFailed extends Schema.Error<DiscoveryFailed>(`${id}/DiscoveryFailed`)({
  _tag: Schema.tag("DiscoveryFailed"),
  resource: Schema.String,
  detail: Schema.String,
  steps: Schema.Array(DiscoveryStep)
}) {
  override get message(): string {
    const steps = this.steps.map(({ outcome, url }) => `\n  ${url}: ${outcome}`).join("")
    return `No authorization server was found for ${this.resource}: ${this.detail}${steps}`
  }
}

/**
 * A URL that is not asked, whoever names it: a private address, another scheme, a redirect away (SSR-01 to SSR-04,
 * SUR-01 to SUR-03). Nothing was sent there.
 *
 * @category reasons
 * @since 0.1.0
 */
export class UntrustedUrl extends Schema.Error<UntrustedUrl>(`${id}/UntrustedUrl`)({
  _tag: Schema.tag("UntrustedUrl"),
  /** Without its query and fragment. */
  url: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `${this.url} is not asked: ${this.problem}`
  }
}

/**
 * Metadata speaks of somebody else: the protected resource of another server, or another issuer (ADC-09, ADC-10).
 *
 * @category reasons
 * @since 0.1.0
 */
export class MetadataMismatch extends Schema.Error<MetadataMismatch>(`${id}/MetadataMismatch`)({
  _tag: Schema.tag("MetadataMismatch"),
  member: Schema.Literals(["resource", "issuer"]),
  expected: Schema.String,
  found: Schema.String,
  /** The places that were asked, in order. */
  steps: Schema.optionalKey(Schema.Array(DiscoveryStep))
}) {
  override get message(): string {
    const steps = (this.steps ?? []).map(({ outcome, url }) => `\n  ${url}: ${outcome}`).join("")
    return `The ${this.member} in the metadata is ${
      JSON.stringify(this.found)
    }, where ${this.expected} was expected${steps}`
  }
}

/**
 * The authorization server lacks something that a client must not do without: PKCE with S256, an endpoint, a way to
 * authenticate (ARQ-09 to ARQ-11).
 *
 * @category reasons
 * @since 0.1.0
 */
export class Unsupported extends Schema.Error<Unsupported>(`${id}/Unsupported`)({
  _tag: Schema.tag("Unsupported"),
  issuer: Schema.String,
  lacking: Schema.String
}) {
  override get message(): string {
    return `${this.issuer} does not support ${this.lacking}`
  }
}

/**
 * The client has no identity at this authorization server and can get none: nothing is registered, no client id metadata
 * document is taken, dynamic registration is not offered or was refused (ARG-01, ARG-02, ARG-15, ARG-16, ARG-20).
 *
 * @category reasons
 * @since 0.1.0
 */
export class RegistrationFailed extends Schema.Error<RegistrationFailed>(`${id}/RegistrationFailed`)({
  _tag: Schema.tag("RegistrationFailed"),
  issuer: Schema.String,
  detail: Schema.String,
  /** The error code of the registration endpoint, as RFC 7591 lists them. */
  error: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    return `This client has no identity at ${this.issuer}: ${this.detail}`
  }
}

/**
 * An endpoint of the authorization server said no (RFC 6749, 5.2). A grant that is refused is not tried again.
 *
 * @category reasons
 * @since 0.1.0
 */
export class GrantRefused extends Schema.Error<GrantRefused>(`${id}/GrantRefused`)({
  _tag: Schema.tag("GrantRefused"),
  issuer: Schema.String,
  /** The error code: `invalid_grant`, `invalid_client`, … */
  error: Schema.String,
  description: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    const description = this.description === undefined ? "" : `: ${this.description}`
    return `${this.issuer} refused a token: ${this.error}${description}`
  }
}

/**
 * A response that is none: no JSON, too long, a member of the wrong kind.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidResponse extends Schema.Error<InvalidResponse>(`${id}/InvalidResponse`)({
  _tag: Schema.tag("InvalidResponse"),
  /** Without its query. */
  url: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `The response of ${this.url} is not valid: ${this.detail}`
  }
}

/**
 * An authorization server could not be reached, or did not answer in time. Trying later may help.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Unreachable extends Schema.Error<Unreachable>(`${id}/Unreachable`)({
  _tag: Schema.tag("Unreachable"),
  /** Without its query. */
  url: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.url} cannot be reached: ${this.detail}`
  }
}

/**
 * The server asks for scopes that were asked for already, or too often: another round would not help (ASP-08, ASP-09).
 *
 * @category reasons
 * @since 0.1.0
 */
export class InsufficientScope extends Schema.Error<InsufficientScope>(`${id}/InsufficientScope`)({
  _tag: Schema.tag("InsufficientScope"),
  resource: Schema.String,
  /** What the server says it needs. */
  required: Schema.Array(Schema.String),
  /** What was granted. */
  granted: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `${this.resource} needs ${this.required.join(" ") || "more"}; granted is ${
      this.granted.join(" ") || "nothing"
    }`
  }
}

/**
 * The server refuses tokens that its authorization server has just issued; getting more of them would not help.
 *
 * @category reasons
 * @since 0.1.0
 */
export class TokenNotAccepted extends Schema.Error<TokenNotAccepted>(`${id}/TokenNotAccepted`)({
  _tag: Schema.tag("TokenNotAccepted"),
  resource: Schema.String,
  /** The `error_description` of the challenge. */
  description: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    const description = this.description === undefined ? "" : `: ${this.description}`
    return `${this.resource} does not accept a token that was issued for it${description}`
  }
}

/**
 * The store of tokens broke. Tokens that could not be written are not used: what is on disk must not fall behind a
 * refresh token that rotates.
 *
 * @category reasons
 * @since 0.1.0
 */
export class StoreFailed extends Schema.Error<StoreFailed>(`${id}/StoreFailed`)({
  _tag: Schema.tag("StoreFailed"),
  detail: Schema.String
}) {
  override get message(): string {
    return `The token store failed: ${this.detail}`
  }
}

/**
 * A private key that was given cannot be used: it is no JWK, or not one for an asymmetric algorithm.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidKey extends Schema.Error<InvalidKey>(`${id}/InvalidKey`)({
  _tag: Schema.tag("InvalidKey"),
  /** Holds nothing of the key. */
  detail: Schema.String
}) {
  override get message(): string {
    return `The key cannot be used: ${this.detail}`
  }
}

/**
 * The server takes only tokens that are bound to a key (RFC 9728, 2: `dpop_bound_access_tokens_required`), and the client was
 * given none (`dpop`). Nothing was requested.
 *
 * @category reasons
 * @since 0.1.0
 */
export class KeyRequired extends Schema.Error<KeyRequired>(`${id}/KeyRequired`)({
  _tag: Schema.tag("KeyRequired"),
  resource: Schema.String
}) {
  override get message(): string {
    return `${this.resource} takes only tokens that are bound to a key, and this client was given none (\`dpop\`)`
  }
}

/**
 * A person could not be asked, although there is a way to: there was no port to receive the redirect on, or what was to
 * show the URL broke. Nothing was requested.
 *
 * @category reasons
 * @since 0.1.0
 */
export class UserAgentFailed extends Schema.Error<UserAgentFailed>(`${id}/UserAgentFailed`)({
  _tag: Schema.tag("UserAgentFailed"),
  detail: Schema.String
}) {
  override get message(): string {
    return `Nobody could be asked for consent: ${this.detail}`
  }
}

const Reason = Schema.Union([
  ConsentRequired,
  AuthorizationDenied,
  InvalidRedirect,
  DiscoveryFailed,
  UntrustedUrl,
  MetadataMismatch,
  Unsupported,
  RegistrationFailed,
  GrantRefused,
  InvalidResponse,
  Unreachable,
  InsufficientScope,
  TokenNotAccepted,
  StoreFailed,
  UserAgentFailed,
  InvalidKey,
  KeyRequired
])

/**
 * Why a client is not authorized.
 *
 * @category errors
 * @since 0.1.0
 */
export type AuthErrorReason = typeof Reason.Type

/**
 * A client could not get the right to speak to a server; `reason` says why.
 *
 * @category errors
 * @since 0.1.0
 */
export class AuthError extends Schema.Error<AuthError>(id)({
  _tag: Schema.tag("AuthError"),
  reason: Reason
}) {
  override get message(): string {
    return this.reason.message
  }
}

/**
 * An `AuthError` for a reason.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (reason: AuthErrorReason): AuthError => new AuthError({ reason })

/** Errors wrap each other: that of a call has the transport's, and that has this one. */
const depthMax = 10

const isAuthError = (error: unknown): error is AuthError => Predicate.isTagged(error, "AuthError")

const findIn = (error: unknown, depth: number): AuthError | undefined => {
  if (isAuthError(error)) return error
  if (depth === 0 || typeof error !== "object" || error === null) return undefined
  const { cause, reason }: { readonly cause?: unknown; readonly reason?: unknown } = error
  return findIn(reason, depth - 1) ?? findIn(cause, depth - 1)
}

/**
 * The `AuthError` that another error was caused by, if it was by one: give it the error of a call, of a client that could
 * not be made, or of an HTTP client.
 *
 * @category accessors
 * @since 0.1.0
 */
export const find = (error: unknown): AuthError | undefined => findIn(error, depthMax)
