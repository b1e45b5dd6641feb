/**
 * Tokens for a workload that its platform vouches for: the platform's JWT is the grant, and there is no registration
 * (XWI-01 to XWI-06). A JWT that is refused is not tried again, and nothing else is tried in its place.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { AuthError } from "../AuthError.ts"
import type { AuthorizationServerMetadata } from "../metadata/AuthorizationServerMetadata.ts"
import * as JwtBearerGrant from "../protocol/JwtBearerGrant.ts"
import { TokenStore } from "../store/TokenStore.ts"
import type * as ClientAuthentication from "../token/ClientAuthentication.ts"
import * as TokenEndpoint from "../token/TokenEndpoint.ts"
import type { Grant } from "./Grant.ts"
import * as Preregistered from "./Preregistered.ts"

/**
 * Who the workload is.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * The JWT of the platform, good for this authorization server: of the audience that it wants, its issuer or its token
   * endpoint (XWI-04). It is asked for each time tokens are needed, so that it is a fresh one.
   */
  readonly assertion: (
    authorizationServer: AuthorizationServerMetadata
  ) => Effect.Effect<Redacted.Redacted, AuthError>
  /** The id of the client, where the authorization server wants one. Default: it is not sent. */
  readonly clientId?: string | undefined
  /** The issuer that the JWT is shown to, to the letter. Default: the server's first one, as the token store remembers. */
  readonly issuer?: string | undefined
  /** Keeps what is remembered of workloads in one store apart. Default: `default`. */
  readonly identity?: string | undefined
}

// The name under which it is remembered to whom the JWT for a server is shown, where there is no client id; it is never
// sent. Two servers may well have two issuers; one has one.
const anonymous = (resource: string): ClientAuthentication.Client => ({
  clientId: `the workload at ${URL.canParse(resource) ? new URL(resource).origin : resource}`,
  authentication: { _tag: "anonymous" }
})

/**
 * The grant. There is nothing to refresh: the next token is got with the next JWT.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Effect.Effect<Grant, never, TokenStore> =>
  Effect.map(TokenStore, (store) => {
    const { clientId, issuer } = options
    const obtain: Grant["obtain"] = Effect.fnUntraced(function*({ discovered, dpop, scopes }) {
      const { authorizationServer, resource } = discovered
      const unnamed = anonymous(resource)
      const registered = { clientId: clientId ?? unnamed.clientId, issuer, identity: options.identity }
      const known = yield* Preregistered.client(store, registered, authorizationServer)
      const assertion = yield* options.assertion(authorizationServer)
      const client = clientId === undefined ? unnamed : known
      return yield* TokenEndpoint.run(JwtBearerGrant, {
        authorizationServer,
        client,
        dpop,
        assertion,
        resource,
        scopes
      })
    })
    return { type: JwtBearerGrant.grantType, obtain, refresh: (_tokens, need) => obtain(need) }
  })
