/**
 * Token revocation (RFC 7009): a client says that it does not need a token any more.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import * as oauth from "oauth4webapi"
import type { AuthError } from "../AuthError.ts"
import * as OAuthHttp from "../http/OAuthHttp.ts"
import * as TokenEndpoint from "../token/TokenEndpoint.ts"
import type { TokenSet } from "../token/TokenSet.ts"

/**
 * What is given back.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asked extends TokenEndpoint.Parties {
  readonly token: Redacted.Redacted
  readonly kind: "access_token" | "refresh_token"
}

/**
 * The request.
 *
 * @category requests
 * @since 0.1.0
 */
export const request = (asked: Asked): Effect.Effect<HttpClientRequest.HttpClientRequest, AuthError> =>
  TokenEndpoint.request(
    asked,
    ({ as, authentication, client, options }) =>
      oauth.revocationRequest(as, client, authentication, Redacted.value(asked.token), {
        ...options,
        additionalParameters: TokenEndpoint.parameters({ token_type_hint: asked.kind })
      })
  )

/**
 * Whether it worked: a token that is not known counts as revoked (RFC 7009, 2.2).
 *
 * @category responses
 * @since 0.1.0
 */
export const process = (asked: Asked, answer: OAuthHttp.Answer): Effect.Effect<void, AuthError> =>
  OAuthHttp.process(answer, oauth.processRevocationResponse, {
    status: 200,
    refused: TokenEndpoint.refused(asked.authorizationServer.issuer)
  })

/**
 * Gives all of these tokens back, the refresh token first, where there is an endpoint for it; else does nothing. Fails with
 * what became of the refresh token only after the access token was given back as well.
 *
 * @category sending
 * @since 0.1.0
 */
export const revoke = (
  parties: TokenEndpoint.Parties,
  { accessToken, refreshToken }: TokenSet
): Effect.Effect<void, AuthError, HttpClient.HttpClient> => {
  if (parties.authorizationServer.revocation_endpoint === undefined) return Effect.void
  const give = (token: Redacted.Redacted, kind: Asked["kind"]) => {
    const asked = { ...parties, token, kind }
    return Effect.flatMap(TokenEndpoint.send(request(asked), undefined), (answer) => process(asked, answer))
  }
  const giveAccess = give(accessToken, "access_token")
  return refreshToken === undefined
    ? giveAccess
    : Effect.flatMap(Effect.exit(give(refreshToken, "refresh_token")), (exit) => Effect.andThen(giveAccess, exit))
}
