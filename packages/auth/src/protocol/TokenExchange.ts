/**
 * Token exchange (RFC 8693): one token for another, of another kind or for somebody else. What is given is a token of
 * whatever kind was asked for, not the right to speak to a server.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import * as oauth from "oauth4webapi"
import * as AuthError from "../AuthError.ts"
import type * as OAuthHttp from "../http/OAuthHttp.ts"
import * as TokenEndpoint from "../token/TokenEndpoint.ts"

const tokenType = (name: string): string => `urn:ietf:params:oauth:token-type:${name}`

/**
 * Kinds of tokens, as OAuth calls them (RFC 8693, 3); `idJag` is the identity assertion of enterprise-managed
 * authorization (XEM-03).
 *
 * @category constants
 * @since 0.1.0
 */
export const tokenTypes = {
  accessToken: tokenType("access_token"),
  idJag: tokenType("id-jag"),
  idToken: tokenType("id_token"),
  refreshToken: tokenType("refresh_token"),
  saml2: tokenType("saml2")
} as const

/**
 * What is asked for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asked extends TokenEndpoint.Parties {
  readonly subjectToken: Redacted.Redacted
  readonly subjectTokenType: string
  readonly requestedTokenType: string
  /** Whom the new token is for. */
  readonly audience: string
  readonly resource: string | undefined
  readonly scopes: ReadonlyArray<string> | undefined
}

/**
 * The request.
 *
 * @category requests
 * @since 0.1.0
 */
export const request = (asked: Asked): Effect.Effect<HttpClientRequest.HttpClientRequest, AuthError.AuthError> =>
  TokenEndpoint.request(asked, ({ as, authentication, client, options }) =>
    oauth.genericTokenEndpointRequest(
      as,
      client,
      authentication,
      "urn:ietf:params:oauth:grant-type:token-exchange",
      TokenEndpoint.parameters({
        subject_token: Redacted.value(asked.subjectToken),
        subject_token_type: asked.subjectTokenType,
        requested_token_type: asked.requestedTokenType,
        audience: asked.audience,
        resource: asked.resource,
        scope: asked.scopes
      }),
      options
    ))

/**
 * The token in the answer. Fails with `InvalidResponse` where it is of another kind than the one asked for.
 *
 * @category responses
 * @since 0.1.0
 */
export const process = (
  asked: Asked,
  answer: OAuthHttp.Answer
): Effect.Effect<Redacted.Redacted, AuthError.AuthError> =>
  TokenEndpoint.process(
    asked,
    answer,
    (as, client, response) =>
      oauth.processGenericTokenEndpointResponse(as, client, response, {
        // What is no access token has the type `N_A`.
        recognizedTokenTypes: { n_a: () => {} }
      })
  ).pipe(
    Effect.filterOrFail(
      (response) => response["issued_token_type"] === asked.requestedTokenType,
      () =>
        AuthError.make(
          new AuthError.InvalidResponse({ url: answer.url, detail: "the token is not of the kind that was asked for" })
        )
    ),
    Effect.map((response) => Redacted.make(response.access_token, { label: "exchanged token" }))
  )
