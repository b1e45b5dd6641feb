/**
 * The authorization request (RFC 6749, 4.1.1; RFC 7636, 4.3; RFC 8707, 2): the URL that a person is shown. It holds no
 * secret.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as AuthError from "../AuthError.ts"
import * as TrustedUrl from "../http/TrustedUrl.ts"
import type { AuthorizationServerMetadata } from "../metadata/AuthorizationServerMetadata.ts"

/**
 * What is asked for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asked {
  readonly authorizationServer: AuthorizationServerMetadata
  readonly clientId: string
  readonly redirectUri: string
  readonly state: string
  /** The S256 challenge of PKCE. */
  readonly challenge: string
  /** The server that the tokens are for, as its metadata names it, to the letter. */
  readonly resource: string
  /** `undefined`, or none: the parameter is left out (ASP-02). */
  readonly scopes: ReadonlyArray<string> | undefined
  /** The thumbprint of the key that the code is to be bound to (RFC 9449, 10). Default: it is not. */
  readonly jkt?: string | undefined
}

/** In characters. */
const urlMax = 8_192

const parametersOf = (asked: Asked): ReadonlyArray<readonly [string, string]> => [
  ["response_type", "code"],
  ["client_id", asked.clientId],
  ["redirect_uri", asked.redirectUri],
  ["state", asked.state],
  ["code_challenge", asked.challenge],
  ["code_challenge_method", "S256"],
  ["resource", asked.resource],
  ...asked.scopes === undefined || asked.scopes.length === 0 ? [] : [["scope", asked.scopes.join(" ")] as const],
  ...asked.jkt === undefined ? [] : [["dpop_jkt", asked.jkt] as const],
  // An authorization server gives no refresh token unless the person is asked (OpenID Connect Core, 11).
  ...asked.scopes?.includes("offline_access") === true ? [["prompt", "consent"] as const] : []
]

/**
 * The URL. Parameters that the endpoint has in its own query stay (RFC 6749, 3.1). Fails with `Unsupported` where there is
 * no such endpoint, with `UntrustedUrl` where no person must be sent there (SUR-01 to SUR-04, SUR-09), or where the URL is
 * longer than 8192 characters, as a server's scopes may make it: it is handed to a browser, and answered by few servers.
 *
 * @category requests
 * @since 0.1.0
 */
export const url = (asked: Asked): Effect.Effect<URL, AuthError.AuthError> => {
  const { authorization_endpoint: endpoint, issuer } = asked.authorizationServer
  if (endpoint === undefined) {
    return Effect.fail(AuthError.make(new AuthError.Unsupported({ issuer, lacking: "authorization_endpoint" })))
  }
  return Effect.flatMap(TrustedUrl.check(endpoint), (trusted) => {
    const address = new URL(trusted)
    for (const [name, value] of parametersOf(asked)) address.searchParams.set(name, value)
    return address.href.length <= urlMax ? Effect.succeed(address) : Effect.fail(AuthError.make(
      new AuthError.UntrustedUrl({
        url: TrustedUrl.shown(address),
        problem: `with all scopes it is longer than ${urlMax} characters`
      })
    ))
  })
}
