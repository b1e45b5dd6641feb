/**
 * Token introspection (RFC 7662): a server asks the issuer of a token what it is good for. What the claims in the answer
 * mean, and whether they suffice, is decided in `verifier/`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import * as oauth from "oauth4webapi"
import type { AuthError } from "../AuthError.ts"
import * as OAuthHttp from "../http/OAuthHttp.ts"
import { toLibrary } from "../metadata/AuthorizationServerMetadata.ts"
import * as TokenEndpoint from "../token/TokenEndpoint.ts"

/**
 * What is asked about; the client is the server that asks.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asked extends TokenEndpoint.Parties {
  readonly token: Redacted.Redacted
}

/**
 * The request (RFC 7662, 2.1).
 *
 * @category requests
 * @since 0.1.0
 */
export const request = (asked: Asked): Effect.Effect<HttpClientRequest.HttpClientRequest, AuthError> =>
  TokenEndpoint.request(
    asked,
    ({ as, authentication, client, options }) =>
      oauth.introspectionRequest(as, client, authentication, Redacted.value(asked.token), {
        ...options,
        additionalParameters: TokenEndpoint.parameters({ token_type_hint: "access_token" })
      })
  )

/**
 * The claims in the answer (RFC 7662, 2.2), `active` among them.
 *
 * @category responses
 * @since 0.1.0
 */
export const process = (
  { authorizationServer, client }: TokenEndpoint.Parties,
  answer: OAuthHttp.Answer
): Effect.Effect<{ readonly [name: string]: unknown }, AuthError> =>
  Effect.map(
    OAuthHttp.process(
      answer,
      (response) =>
        oauth.processIntrospectionResponse(toLibrary(authorizationServer), { client_id: client.clientId }, response),
      { status: 200, refused: TokenEndpoint.refused(authorizationServer.issuer) }
    ),
    (claims) => ({ ...claims })
  )
