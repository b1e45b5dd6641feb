/** An issuer of tokens that are JWTs: keys, the endpoints where they are found, and whatever tokens a test wants. */
import * as Effect from "effect/Effect"
import * as jose from "jose"
import * as FakeHttp from "./FakeHttp.ts"

/** A key, and what it signs. */
export interface Signer {
  readonly kid: string
  readonly algorithm: string
  /** As a key set has it. */
  readonly jwk: jose.JWK
  readonly privateKey: jose.CryptoKey
  /** The text of a token with these claims, and a header that differs as told. */
  readonly sign: (
    claims: { readonly [name: string]: unknown },
    header?: { readonly [name: string]: unknown }
  ) => Effect.Effect<string>
}

/** Makes a key. */
export const signer = (kid: string, algorithm = "ES256"): Effect.Effect<Signer> =>
  Effect.promise(async () => {
    const { privateKey, publicKey } = await jose.generateKeyPair(algorithm, { extractable: true })
    return {
      kid,
      algorithm,
      jwk: { ...await jose.exportJWK(publicKey), kid, alg: algorithm, use: "sig" },
      privateKey,
      sign: (claims, header) =>
        Effect.promise(() =>
          new jose.SignJWT(claims as jose.JWTPayload)
            .setProtectedHeader({ typ: "at+jwt", alg: algorithm, kid, ...header } as jose.JWTHeaderParameters)
            .sign(privateKey, { crit: { x: true } })
        )
    }
  })

/** Puts an issuer's metadata and keys on a network; what `keys` gives is served at each request. */
export const serve = (
  http: FakeHttp.FakeHttp,
  issuer: string,
  keys: () => Response | Effect.Effect<Response>
): void =>
  http.handle({
    [`GET ${issuer}/.well-known/oauth-authorization-server`]: () =>
      FakeHttp.json({ issuer, jwks_uri: `${issuer}/jwks`, introspection_endpoint: `${issuer}/introspect` }),
    [`GET ${issuer}/jwks`]: keys
  })

/** A response with keys. */
export const keySet = (signers: ReadonlyArray<Signer>, headers: { readonly [name: string]: string } = {}): Response =>
  FakeHttp.json({ keys: signers.map(({ jwk }) => jwk) }, { headers: { ...headers } })
