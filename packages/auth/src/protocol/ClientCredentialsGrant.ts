/**
 * The client credentials grant (RFC 6749, 4.4): a client gets tokens for itself. Who it is was agreed on beforehand.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Struct from "effect/Struct"
import * as oauth from "oauth4webapi"
import type { AuthError } from "../AuthError.ts"
import type * as OAuthHttp from "../http/OAuthHttp.ts"
import * as TokenEndpoint from "../token/TokenEndpoint.ts"
import type { TokenSet } from "../token/TokenSet.ts"

/**
 * What is asked for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asked extends TokenEndpoint.Parties {
  /** The server that the tokens are for, as its metadata names it (RFC 8707). */
  readonly resource: string
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
    oauth.clientCredentialsGrantRequest(
      as,
      client,
      authentication,
      TokenEndpoint.parameters({ resource: asked.resource, scope: asked.scopes }),
      options
    ))

/**
 * The tokens in the answer. A refresh token, which such a client has no use for (RFC 6749, 4.4.3), is dropped.
 *
 * @category responses
 * @since 0.1.0
 */
export const process = (asked: Asked, answer: OAuthHttp.Answer): Effect.Effect<TokenSet, AuthError> =>
  TokenEndpoint.process(asked, answer, oauth.processClientCredentialsResponse).pipe(
    Effect.flatMap((response) => TokenEndpoint.tokens(asked, answer, response, asked.scopes)),
    Effect.map(Struct.omit(["refreshToken"]))
  )
