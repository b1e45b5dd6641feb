/**
 * How a client tells the token endpoint who it is: as data, and as the function that `oauth4webapi` wants. Which way is
 * taken follows from what the registration says and what the authorization server supports.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as jose from "jose"
import * as oauth from "oauth4webapi"
import * as AuthError from "../AuthError.ts"
import type { SignatureAlgorithm } from "../SignatureAlgorithm.ts"

/**
 * A way to authenticate, by its name in OAuth. `anonymous`: not even the client id is sent; whoever asks is known by the
 * assertion that the grant consists of (RFC 7521, 4.1).
 *
 * @category models
 * @since 0.1.0
 */
export type ClientAuthentication =
  | { readonly _tag: "anonymous" }
  | { readonly _tag: "none" }
  | { readonly _tag: "client_secret_basic"; readonly secret: Redacted.Redacted }
  | { readonly _tag: "client_secret_post"; readonly secret: Redacted.Redacted }
  | { readonly _tag: "private_key_jwt"; readonly key: CryptoKey; readonly kid: string | undefined }

/**
 * A client, as an authorization server knows it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Client {
  readonly clientId: string
  readonly authentication: ClientAuthentication
}

/**
 * A method that is named in metadata and registrations.
 *
 * @category models
 * @since 0.1.0
 */
export type Method = "none" | "client_secret_basic" | "client_secret_post"

const isMethod = (name: string | undefined): name is Method =>
  name === "none" || name === "client_secret_basic" || name === "client_secret_post"

/**
 * A client that has no secret, or that is not asked for it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const publicClient = (clientId: string): Client => ({ clientId, authentication: { _tag: "none" } })

/**
 * The method that a client with or without a secret uses: the one that it is registered for; else the first of
 * `client_secret_basic` and `client_secret_post` that the authorization server supports, where a server that says nothing
 * supports the first (RFC 8414, 2). Fails with what the server lacks.
 *
 * @category combinators
 * @since 0.1.0
 */
export const choose = (options: {
  readonly secret: Redacted.Redacted | undefined
  /** `token_endpoint_auth_method` of the registration. */
  readonly registered: string | undefined
  /** `token_endpoint_auth_methods_supported` of the authorization server. */
  readonly supported: ReadonlyArray<string> | undefined
}): Result.Result<ClientAuthentication, string> => {
  const { registered, secret } = options
  if (registered !== undefined && !isMethod(registered)) return Result.fail(`a registration without ${registered}`)
  if (secret === undefined || registered === "none") {
    return registered === undefined || registered === "none"
      ? Result.succeed({ _tag: "none" })
      : Result.fail(`a registration for ${registered} that comes with a secret`)
  }
  if (registered !== undefined) return Result.succeed({ _tag: registered, secret })
  const supported = options.supported ?? ["client_secret_basic"]
  if (supported.includes("client_secret_basic")) return Result.succeed({ _tag: "client_secret_basic", secret })
  if (supported.includes("client_secret_post")) return Result.succeed({ _tag: "client_secret_post", secret })
  return supported.includes("none")
    ? Result.succeed({ _tag: "none" })
    : Result.fail("client_secret_basic or client_secret_post")
}

/**
 * The method that a client asks for when it registers: none, where that is supported, for a secret that every copy of a
 * program can get is none; else one of the two with a secret. `undefined`: the server does not say what it supports, and
 * so it is left to the server.
 *
 * @category combinators
 * @since 0.1.0
 */
export const preferred = (supported: ReadonlyArray<string> | undefined): Method | undefined =>
  (["none", "client_secret_basic", "client_secret_post"] as const).find((method) => supported?.includes(method))

const imported = (key: Redacted.Redacted, algorithm: SignatureAlgorithm): Promise<CryptoKey | Uint8Array> =>
  Redacted.value(key).trimStart().startsWith("{")
    ? jose.importJWK(JSON.parse(Redacted.value(key)), algorithm)
    : jose.importPKCS8(Redacted.value(key), algorithm)

const invalidKey = (algorithm: string): AuthError.AuthError =>
  AuthError.make(
    new AuthError.InvalidKey({ detail: `it is not a private key for ${algorithm}, as PKCS #8 PEM or JWK` })
  )

/**
 * A private key that a client authenticates with.
 *
 * @category models
 * @since 0.1.0
 */
export interface PrivateKey {
  /** The text of a PKCS #8 PEM, or of a JWK. */
  readonly privateKey: Redacted.Redacted
  /** Default: ES256. */
  readonly algorithm?: SignatureAlgorithm | undefined
  /** The id by which the authorization server knows the key. */
  readonly keyId?: string | undefined
}

/**
 * Authentication by assertions that are signed with a private key (RFC 7523, 2.2): the text of a PKCS #8 PEM or of a JWK.
 * Fails with the reason `InvalidKey`, which holds nothing of it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const privateKeyJwt = (options: PrivateKey): Effect.Effect<ClientAuthentication, AuthError.AuthError> => {
  const algorithm = options.algorithm ?? "ES256"
  return Effect.tryPromise({
    // `then` first, so that what is thrown at once is a failure as well.
    try: () => Promise.resolve().then(() => imported(options.privateKey, algorithm)),
    catch: () => invalidKey(algorithm)
  }).pipe(
    Effect.filterOrFail(
      (key): key is CryptoKey => !(key instanceof Uint8Array) && key.type === "private",
      () => invalidKey(algorithm)
    ),
    Effect.map((key) => ({ _tag: "private_key_jwt", key, kid: options.keyId }))
  )
}

// As forms are encoded: what needs no escape stays as it is. The library escapes more than that; both decode to the same,
// but many servers do not decode.
const encoded = (words: string): string => new URLSearchParams([["", words]]).toString().slice(1)

const basic = (secret: Redacted.Redacted): oauth.ClientAuth => (_as, client, _body, headers) => {
  headers.set("authorization", `Basic ${btoa(`${encoded(client.client_id)}:${encoded(Redacted.value(secret))}`)}`)
}

const signed = (key: CryptoKey, kid: string | undefined, nowMillis: number): oauth.ClientAuth => {
  const now = Math.floor(nowMillis / 1000)
  const authenticate = oauth.PrivateKeyJwt(kid === undefined ? key : { key, kid }, {
    [oauth.modifyAssertion]: (_header, payload) => {
      payload["iat"] = now
      payload["nbf"] = now
      payload["exp"] = now + 60
    }
  })
  // Who asks is said by the assertion, and only there (XCC-05).
  return (as, client, body, headers) =>
    Promise.resolve(authenticate(as, client, body, headers)).then(() => body.delete("client_id"))
}

/**
 * As the library wants it. Assertions are of the time at which this is run, good for a minute and for one request.
 *
 * @category converting
 * @since 0.1.0
 */
export const toLibrary = (authentication: ClientAuthentication): Effect.Effect<oauth.ClientAuth> => {
  switch (authentication._tag) {
    case "anonymous":
      return Effect.succeed(() => {})
    case "none":
      return Effect.succeed(oauth.None())
    case "client_secret_basic":
      return Effect.succeed(basic(authentication.secret))
    case "client_secret_post":
      return Effect.sync(() => oauth.ClientSecretPost(Redacted.value(authentication.secret)))
    case "private_key_jwt":
      return Effect.map(Clock.currentTimeMillis, (now) => signed(authentication.key, authentication.kid, now))
  }
}
