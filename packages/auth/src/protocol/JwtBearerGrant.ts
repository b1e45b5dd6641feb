/**
 * The grant by a JWT that somebody else signed (RFC 7523, 2.1): of a workload's own platform, or of an identity provider
 * that the authorization server trusts. The JWT is used as it is; a refusal is final (XWI-06).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import * as Struct from "effect/Struct"
import * as oauth from "oauth4webapi"
import type { AuthError } from "../AuthError.ts"
import type * as OAuthHttp from "../http/OAuthHttp.ts"
import * as TokenEndpoint from "../token/TokenEndpoint.ts"
import type { TokenSet } from "../token/TokenSet.ts"

/**
 * The grant, as OAuth calls it.
 *
 * @category constants
 * @since 0.1.0
 */
export const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"

/**
 * What is asked for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asked extends TokenEndpoint.Parties {
  readonly assertion: Redacted.Redacted
  /** The server that the tokens are for, as its metadata names it (RFC 8707); `undefined`: the assertion says it. */
  readonly resource: string | undefined
  /** `undefined`: the parameter is left out. */
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
    oauth.genericTokenEndpointRequest(
      as,
      client,
      authentication,
      grantType,
      TokenEndpoint.parameters({
        assertion: Redacted.value(asked.assertion),
        resource: asked.resource,
        scope: asked.scopes
      }),
      options
    ))

/**
 * The tokens in the answer. A refresh token is dropped: the next token comes with the next assertion.
 *
 * @category responses
 * @since 0.1.0
 */
export const process = (asked: Asked, answer: OAuthHttp.Answer): Effect.Effect<TokenSet, AuthError> =>
  TokenEndpoint.process(asked, answer, oauth.processGenericTokenEndpointResponse).pipe(
    Effect.flatMap((response) => TokenEndpoint.tokens(asked, answer, response, asked.scopes)),
    Effect.map(Struct.omit(["refreshToken"]))
  )
