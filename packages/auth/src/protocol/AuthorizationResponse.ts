/**
 * The authorization response: what a person is sent back with (RFC 6749, 4.1.2; RFC 9207). Until it is known to be the
 * answer of the issuer that was asked, to the request that was made, nothing of it is used, and nothing of it is shown.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as oauth from "oauth4webapi"
import * as AuthError from "../AuthError.ts"
import { codeOf } from "../http/CodedError.ts"
import * as Hiding from "../http/Hiding.ts"
import { type AuthorizationServerMetadata, toLibrary } from "../metadata/AuthorizationServerMetadata.ts"

/**
 * What was recorded before the person was sent away (ARQ-15).
 *
 * @category models
 * @since 0.1.0
 */
export interface Expected {
  /** The server whose metadata was validated, and whose code this is to be. */
  readonly authorizationServer: AuthorizationServerMetadata
  readonly clientId: string
  /** Where the person was to be sent back to. Where issuers have redirect URIs of their own, it says whose answer this is. */
  readonly redirectUri: string
  readonly state: Redacted.Redacted
}

/**
 * A response that was validated; it holds the code.
 *
 * @category models
 * @since 0.1.0
 */
export interface Validated {
  /** The parameters, as `oauth4webapi` has marked them. */
  readonly parameters: Redacted.Redacted<URLSearchParams>
}

type Problem = AuthError.InvalidRedirect["problem"]

const once = (parameters: URLSearchParams, name: string): string | undefined =>
  parameters.getAll(name).length === 1 ? parameters.get(name) ?? undefined : undefined

// Why the library refuses. Its decision stands; this is to name it.
const problemOf = (parameters: URLSearchParams, { authorizationServer, state }: Expected): Problem => {
  if (["iss", "state", "error", "code"].some((name) => parameters.getAll(name).length > 1)) return "Malformed"
  const issuer = once(parameters, "iss")
  if (issuer !== undefined && issuer !== authorizationServer.issuer) return "Issuer"
  if (issuer === undefined && authorizationServer.authorization_response_iss_parameter_supported === true) {
    return "IssuerMissing"
  }
  return once(parameters, "state") === Redacted.value(state) ? "Malformed" : "State"
}

/** Whether this is the place, with whatever was added to its query. */
const isAt = (location: URL, redirectUri: string): boolean => {
  const { origin, pathname, searchParams } = new URL(redirectUri)
  return location.origin === origin && location.pathname === pathname &&
    Array.from(searchParams).every(([name, value]) => location.searchParams.getAll(name).includes(value))
}

const isDenial = (error: unknown): error is oauth.AuthorizationResponseError =>
  codeOf(error) === oauth.AUTHORIZATION_RESPONSE_ERROR

const denied = (issuer: string, error: oauth.AuthorizationResponseError): AuthError.AuthErrorReason =>
  new AuthError.AuthorizationDenied({
    issuer,
    error: Hiding.code(error.error),
    ...(error.error_description === undefined ? {} : { description: Hiding.shown(error.error_description) })
  })

const validated = (parameters: URLSearchParams, expected: Expected): Promise<URLSearchParams> =>
  // `then` first: the library throws.
  Promise.resolve().then(() =>
    oauth.validateAuthResponse(
      toLibrary(expected.authorizationServer),
      { client_id: expected.clientId },
      parameters,
      Redacted.value(expected.state)
    )
  )

/**
 * Validates the URL that a person was sent back to. Issuers are compared to the letter (ARQ-18, ARQ-20); an `iss` that was
 * promised has to be there (ARQ-17), one that was not promised has to be right all the same; and the person has to have
 * come to the redirect URI of the request (RFC 9700, 4.4.2.2). Fails with `InvalidRedirect`
 * where this is no answer to what was asked, and with `AuthorizationDenied` where it is, and says no.
 *
 * @category responses
 * @since 0.1.0
 */
export const process = (location: URL, expected: Expected): Effect.Effect<Validated, AuthError.AuthError> => {
  const { issuer } = expected.authorizationServer
  const { searchParams } = location
  const invalid = (problem: Problem) => AuthError.make(new AuthError.InvalidRedirect({ issuer, problem }))
  if (!isAt(location, expected.redirectUri)) return Effect.fail(invalid("RedirectUri"))
  // To the library an empty `iss` is none.
  if (searchParams.get("iss") === "") return Effect.fail(invalid("Issuer"))
  return Effect.tryPromise({
    try: () => validated(searchParams, expected),
    catch: (error) =>
      isDenial(error) ? AuthError.make(denied(issuer, error)) : invalid(problemOf(searchParams, expected))
  }).pipe(
    Effect.filterOrFail((parameters) => (once(parameters, "code") ?? "") !== "", () => invalid("Malformed")),
    Effect.map((parameters) => ({ parameters: Redacted.make(parameters, { label: "authorization response" }) }))
  )
}
