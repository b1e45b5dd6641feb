/**
 * Clients that were registered with an authorization server beforehand. A client is shown to one issuer only: the one that
 * it is registered with, or, where nobody says which that is, the first that it was ever used with (ARG-17, ARG-18).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as AuthError from "../AuthError.ts"
import type { AuthorizationServerMetadata } from "../metadata/AuthorizationServerMetadata.ts"
import type { TokenStore } from "../store/TokenStore.ts"
import * as ClientAuthentication from "../token/ClientAuthentication.ts"
import type * as TokenEndpoint from "../token/TokenEndpoint.ts"
import type { Need } from "./Grant.ts"

/**
 * A client as it was registered. With a private key it authenticates by assertions (RFC 7523, 2.2), which is to be
 * preferred; else with its secret; else it is a public client.
 *
 * @category models
 * @since 0.1.0
 */
export interface Preregistered {
  readonly clientId: string
  /**
   * The issuer that it is registered with, to the letter. Default: the first one that it is used with, as the token store
   * remembers. Say it where you can: until then, whoever runs the MCP server decides who gets to see the secret.
   */
  readonly issuer?: string | undefined
  readonly clientSecret?: Redacted.Redacted | undefined
  readonly privateKey?: ClientAuthentication.PrivateKey | undefined
  /** How the secret is sent. Default: as the authorization server supports it, `client_secret_basic` first. */
  readonly method?: ClientAuthentication.Method | undefined
}

/**
 * A client, and where it is remembered.
 *
 * @category models
 * @since 0.1.0
 */
export interface Kept extends Preregistered {
  /** Keeps what is remembered of clients in one store apart. Default: `default`. */
  readonly identity?: string | undefined
}

type Store = TokenStore["Service"]

const failed = (issuer: string, detail: string): Effect.Effect<never, AuthError.AuthError> =>
  Effect.fail(AuthError.make(new AuthError.RegistrationFailed({ issuer, detail })))

const boundTo = Effect.fnUntraced(function*(store: Store, key: string, issuer: string) {
  const stored = yield* store.get(key)
  if (stored !== undefined) return Redacted.value(stored.value)
  const version = yield* store.put(key, Redacted.make(issuer), undefined)
  if (version !== undefined) return issuer
  const other = yield* store.get(key)
  return other === undefined ? issuer : Redacted.value(other.value)
})

const checkIssuer = Effect.fnUntraced(function*(
  store: Store,
  { clientId, identity, issuer }: Kept,
  asking: string
) {
  const key = JSON.stringify(["issuer", identity ?? "default", clientId])
  const bound = issuer ?? (yield* boundTo(store, key, asking))
  if (bound === asking) return
  const why = issuer === undefined
    ? `was used with ${bound} first, and is not shown to anybody else; if it is registered elsewhere, say so by the option`
    : `is registered with ${bound}, and is not shown to anybody else; what it is registered with is said by the option`
  return yield* failed(asking, `${clientId} ${why} \`issuer\``)
})

/**
 * The client as this authorization server knows it. Fails with `RegistrationFailed` where it is registered with another
 * (ARG-20), with `Unsupported` where the server takes no secret in a way that we know, with `InvalidKey`, or `StoreFailed`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const client = Effect.fnUntraced(function*(
  store: Store,
  registered: Kept,
  metadata: AuthorizationServerMetadata
): Effect.fn.Return<ClientAuthentication.Client, AuthError.AuthError> {
  yield* checkIssuer(store, registered, metadata.issuer)
  const { clientId, clientSecret, method, privateKey } = registered
  if (privateKey !== undefined) {
    return { clientId, authentication: yield* ClientAuthentication.privateKeyJwt(privateKey) }
  }
  const authentication = yield* Effect.mapError(
    Effect.fromResult(ClientAuthentication.choose({
      secret: clientSecret,
      registered: method,
      supported: metadata.token_endpoint_auth_methods_supported
    })),
    (lacking) => AuthError.make(new AuthError.Unsupported({ issuer: metadata.issuer, lacking }))
  )
  return { clientId, authentication }
})

/**
 * The client, and the authorization server that protects what is needed. Fails as `client`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parties = (
  store: Store,
  registered: Kept,
  { discovered: { authorizationServer } }: Need
): Effect.Effect<TokenEndpoint.Parties, AuthError.AuthError> =>
  Effect.map(client(store, registered, authorizationServer), (known) => ({ authorizationServer, client: known }))
