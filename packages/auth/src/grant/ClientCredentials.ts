/**
 * Tokens for a client that acts for itself: it was registered beforehand, and needs no person (XCC-01 to XCC-06).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as ClientCredentialsGrant from "../protocol/ClientCredentialsGrant.ts"
import * as Revocation from "../protocol/Revocation.ts"
import { TokenStore } from "../store/TokenStore.ts"
import * as TokenEndpoint from "../token/TokenEndpoint.ts"
import type { Grant } from "./Grant.ts"
import * as Preregistered from "./Preregistered.ts"

/**
 * Who the client is.
 *
 * @category models
 * @since 0.1.0
 */
export type Options = Preregistered.Kept

/**
 * The grant. There is nothing to refresh: the next token is got as the first one was.
 *
 * @example
 * ```ts
 * import * as ClientCredentials from "@parley/auth/grant/ClientCredentials"
 * import * as OAuthClient from "@parley/auth/client/OAuthClient"
 * import type * as Redacted from "effect/Redacted"
 *
 * export const client = (clientSecret: Redacted.Redacted) =>
 *   OAuthClient.layer({
 *     url: "https://mcp.example.com/mcp",
 *     grant: ClientCredentials.make({ clientId: "my-service", issuer: "https://auth.example.com", clientSecret })
 *   })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Effect.Effect<Grant, never, TokenStore> =>
  Effect.map(TokenStore, (store) => {
    const obtain: Grant["obtain"] = (need) =>
      Effect.flatMap(Preregistered.parties(store, options, need), (known) =>
        TokenEndpoint.run(ClientCredentialsGrant, {
          ...known,
          dpop: need.dpop,
          resource: need.discovered.resource,
          scopes: need.scopes
        }))
    return {
      type: "client_credentials",
      obtain,
      refresh: (_tokens, need) => obtain(need),
      revoke: (tokens, need) =>
        Effect.flatMap(Preregistered.parties(store, options, need), (known) => Revocation.revoke(known, tokens))
    }
  })
