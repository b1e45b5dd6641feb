/**
 * The authorization code grant (RFC 6749, 4.1.3; RFC 7636, 4.5): tokens for the code of a validated authorization
 * response.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import * as oauth from "oauth4webapi"
import type { AuthError } from "../AuthError.ts"
import type * as OAuthHttp from "../http/OAuthHttp.ts"
import * as TokenEndpoint from "../token/TokenEndpoint.ts"
import type { TokenSet } from "../token/TokenSet.ts"
import type * as AuthorizationResponse from "./AuthorizationResponse.ts"

/**
 * What is asked for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asked extends TokenEndpoint.Parties {
  readonly response: AuthorizationResponse.Validated
  /** The one of the authorization request. */
  readonly redirectUri: string
  /** The answer to the challenge of the authorization request. */
  readonly verifier: Redacted.Redacted
  /** The one of the authorization request (ARQ-01). */
  readonly resource: string
  /** What the authorization request asked for. */
  readonly scopes: ReadonlyArray<string> | undefined
}

/**
 * The request.
 *
 * @category requests
 * @since 0.1.0
 */
export const request = (asked: Asked): Effect.Effect<HttpClientRequest.HttpClientRequest, AuthError> =>
  TokenEndpoint.request(asked, ({ as, authentication, client, options }) =>
    oauth.authorizationCodeGrantRequest(
      as,
      client,
      authentication,
      Redacted.value(asked.response.parameters),
      asked.redirectUri,
      Redacted.value(asked.verifier),
      { ...options, additionalParameters: TokenEndpoint.parameters({ resource: asked.resource }) }
    ))

/**
 * The tokens in the answer.
 *
 * @category responses
 * @since 0.1.0
 */
export const process = (asked: Asked, answer: OAuthHttp.Answer): Effect.Effect<TokenSet, AuthError> =>
  Effect.flatMap(
    TokenEndpoint.process(asked, answer, oauth.processAuthorizationCodeResponse),
    (response) => TokenEndpoint.tokens(asked, answer, response, asked.scopes)
  )
