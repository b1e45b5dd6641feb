/**
 * The refresh token grant (RFC 6749, 6): new tokens for old ones, as the client that they were given to. That a refresh
 * token is used once only is for whoever keeps them to see to.
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

/**
 * What is asked for: tokens with the scopes of the old ones, which is what leaving out the parameter means.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asked extends TokenEndpoint.Parties {
  readonly refreshToken: Redacted.Redacted
  /** The scopes of the tokens that are refreshed. */
  readonly scopes: ReadonlyArray<string>
  /** The server that the tokens are for, as its metadata names it (RFC 8707). */
  readonly resource: string
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
      oauth.refreshTokenGrantRequest(as, client, authentication, Redacted.value(asked.refreshToken), {
        ...options,
        additionalParameters: TokenEndpoint.parameters({ resource: asked.resource })
      })
  )

/**
 * The tokens in the answer. The refresh token goes on being good where no other comes (RFC 6749, 6).
 *
 * @category responses
 * @since 0.1.0
 */
export const process = (asked: Asked, answer: OAuthHttp.Answer): Effect.Effect<TokenSet, AuthError> =>
  TokenEndpoint.process(asked, answer, oauth.processRefreshTokenResponse).pipe(
    Effect.flatMap((response) => TokenEndpoint.tokens(asked, answer, response, asked.scopes)),
    Effect.map((tokens) => ({ refreshToken: asked.refreshToken, ...tokens }))
  )
