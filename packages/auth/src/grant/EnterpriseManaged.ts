/**
 * Tokens by the decision of an enterprise: its identity provider gives, for the login of a person, an assertion that the
 * MCP server's authorization server takes (XEM-01 to XEM-06). Nobody is asked here, and nobody is redirected.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Redacted from "effect/Redacted"
import * as AuthError from "../AuthError.ts"
import type { AuthorizationServerMetadata } from "../metadata/AuthorizationServerMetadata.ts"
import * as JwtBearerGrant from "../protocol/JwtBearerGrant.ts"
import * as Revocation from "../protocol/Revocation.ts"
import * as TokenExchange from "../protocol/TokenExchange.ts"
import { TokenStore } from "../store/TokenStore.ts"
import type * as ClientAuthentication from "../token/ClientAuthentication.ts"
import * as TokenEndpoint from "../token/TokenEndpoint.ts"
import type { Grant, Need } from "./Grant.ts"
import * as Preregistered from "./Preregistered.ts"

/**
 * What a person has from logging in at the identity provider: an ID token, a SAML assertion, or a refresh token that was
 * got for one (XEM-03).
 *
 * @category models
 * @since 0.1.0
 */
export interface Login {
  readonly token: Redacted.Redacted
  /** Default: `idToken`. */
  readonly kind?: "idToken" | "saml2" | "refreshToken" | undefined
}

/**
 * The identity provider, and this client's registration with it.
 *
 * @category models
 * @since 0.1.0
 */
export interface IdentityProvider {
  readonly issuer: string
  readonly tokenEndpoint: string
  readonly clientId: string
  /** Default: the client has none, and is public. */
  readonly clientSecret?: Redacted.Redacted | undefined
  /** Default: none. */
  readonly privateKey?: ClientAuthentication.PrivateKey | undefined
  /** How the secret is sent. Default: `client_secret_basic`. */
  readonly method?: ClientAuthentication.Method | undefined
}

/**
 * Who the client is, and where its people log in.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Preregistered.Kept {
  readonly identityProvider: IdentityProvider
  /** The login of the person; it is asked for each time tokens are needed, so that it is a fresh one. */
  readonly login: Effect.Effect<Login, AuthError.AuthError>
}

const profile = "urn:ietf:params:oauth:grant-profile:id-jag"

// A server that lists profiles lists this one, or does not take it (XEM-06); one that lists none may be older than the list.
const checkProfile = (
  { authorization_grant_profiles_supported: profiles, issuer }: AuthorizationServerMetadata
): Effect.Effect<void, AuthError.AuthError> =>
  profiles === undefined || profiles.includes(profile)
    ? Effect.void
    : Effect.fail(AuthError.make(new AuthError.Unsupported({ issuer, lacking: `the grant profile ${profile}` })))

/** The first leg: the identity provider's assertion about the person, for the authorization server (XEM-01 to XEM-03). */
const assertionFor = Effect.fnUntraced(function*(
  options: Options,
  store: TokenStore["Service"],
  { discovered: { authorizationServer, resource }, scopes }: Need
): Effect.fn.Return<Redacted.Redacted, AuthError.AuthError, HttpClient.HttpClient> {
  const { issuer, tokenEndpoint } = options.identityProvider
  const metadata: AuthorizationServerMetadata = { issuer, token_endpoint: tokenEndpoint }
  const client = yield* Preregistered.client(store, options.identityProvider, metadata)
  const { kind, token } = yield* options.login
  return yield* TokenEndpoint.run(TokenExchange, {
    authorizationServer: metadata,
    client,
    subjectToken: token,
    subjectTokenType: TokenExchange.tokenTypes[kind ?? "idToken"],
    requestedTokenType: TokenExchange.tokenTypes.idJag,
    audience: authorizationServer.issuer,
    resource,
    scopes
  })
})

/**
 * The grant. There is nothing to refresh: the next token is got as the first one was, as long as the enterprise agrees.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Effect.Effect<Grant, never, TokenStore> =>
  Effect.map(TokenStore, (store) => {
    const obtain: Grant["obtain"] = Effect.fnUntraced(function*(need) {
      yield* checkProfile(need.discovered.authorizationServer)
      // First, so that nobody's login is used for a server that is not the right one.
      const known = yield* Preregistered.parties(store, options, need)
      const assertion = yield* assertionFor(options, store, need)
      const { resource } = need.discovered
      return yield* TokenEndpoint.run(JwtBearerGrant, {
        ...known,
        dpop: need.dpop,
        assertion,
        resource,
        scopes: need.scopes
      })
    })
    return {
      type: JwtBearerGrant.grantType,
      obtain,
      refresh: (_tokens, need) => obtain(need),
      revoke: (tokens, need) =>
        Effect.flatMap(Preregistered.parties(store, options, need), (known) => Revocation.revoke(known, tokens))
    }
  })
