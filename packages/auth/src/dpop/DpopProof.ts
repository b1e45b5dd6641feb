/**
 * Proofs of possession as texts (RFC 9449, 4.2): what they say, and how they are signed. Keys and nonces are kept in
 * `DpopKey.ts`; whether a proof that came in is good is decided in `verifier/DpopProofVerifier.ts`.
 *
 * @since 0.1.0
 */
import { WebCrypto } from "effect/crypto/WebCrypto"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Result from "effect/Result"
import * as jose from "jose"
import type { SignatureAlgorithm } from "../SignatureAlgorithm.ts"

/**
 * What a proof says.
 *
 * @category models
 * @since 0.1.0
 */
export interface Claims {
  /** Differs from proof to proof. */
  readonly jti: string
  /** The verb. */
  readonly htm: string
  /** The URL, without query and fragment. */
  readonly htu: string
  /** When it was made, in seconds since 1970. */
  readonly iat: number
  /** The hash of the access token that it goes with. */
  readonly ath?: string
  /** What the server gave to be put in. */
  readonly nonce?: string
}

/**
 * A key that signs, and what others verify with.
 *
 * @category models
 * @since 0.1.0
 */
export interface SigningKey {
  readonly algorithm: SignatureAlgorithm
  readonly privateKey: CryptoKey
  /** Goes with each proof; without any private member. */
  readonly publicJwk: jose.JWK
}

/** Undoes escapes of what needs none, and writes the others in capitals (RFC 3986, 6.2.2). */
const normalizeEscapes = (path: string): string =>
  path.replace(/%([0-9a-f]{2})/gi, (escape, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16))
    return /[A-Za-z0-9\-._~]/.test(character) ? character : escape.toUpperCase()
  })

const parse = (url: string): URL | undefined => URL.canParse(url) ? new URL(url) : undefined

/**
 * The URL that a proof is compared by: without query and fragment, normalized by its syntax and scheme (RFC 9449, 4.3;
 * RFC 3986, 6.2.2 and 6.2.3): case of scheme and host, default port, dot segments, an empty path, and escapes of what needs
 * none. `undefined` for what is no http(s) URL, or has user and password.
 *
 * @category comparing
 * @since 0.1.0
 */
export const targetOf = (url: string): string | undefined => {
  const parsed = parse(url)
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) return undefined
  if (parsed.username !== "" || parsed.password !== "") return undefined
  // The parser leaves a lone `%` as it is; a URI has none.
  if (/%(?![0-9a-f]{2})/i.test(parsed.pathname)) return undefined
  return parsed.origin + normalizeEscapes(parsed.pathname)
}

const withoutQuery = (url: string): string => {
  const parsed = parse(url)
  return parsed === undefined ? url.replace(/[?#].*$/s, "") : parsed.origin + parsed.pathname
}

/**
 * What a proof for a request says (RFC 9449, 4.2; XDP-03). `ath` is the hash of the access token, `issuedAtMillis` is in
 * milliseconds since 1970.
 *
 * @category constructors
 * @since 0.1.0
 */
export const claims = (values: {
  readonly method: string
  readonly url: string
  readonly jti: string
  readonly issuedAtMillis: number
  readonly ath: string | undefined
  readonly nonce: string | undefined
}): Claims => ({
  jti: values.jti,
  htm: values.method,
  htu: withoutQuery(values.url),
  iat: Math.floor(values.issuedAtMillis / 1000),
  ...(values.ath === undefined ? undefined : { ath: values.ath }),
  ...(values.nonce === undefined ? undefined : { nonce: values.nonce })
})

/**
 * The hash that ties a proof to an access token (`ath`; RFC 9449, 4.2): SHA-256, in base64url.
 *
 * @category hashing
 * @since 0.1.0
 */
export const hash = (accessToken: string): Effect.Effect<string> =>
  Effect.flatMap(WebCrypto, ({ subtle }) =>
    Effect.map(
      Effect.promise(() => subtle.digest("SHA-256", new TextEncoder().encode(accessToken))),
      (digest) => Base64Url.encode(new Uint8Array(digest))
    ))

/**
 * Signs a proof. A key that does not fit its algorithm is a defect; `DpopKey` makes none such.
 *
 * @category signing
 * @since 0.1.0
 */
export const sign = ({ algorithm, privateKey, publicJwk }: SigningKey, claims: Claims): Effect.Effect<string> =>
  Effect.promise(() =>
    new jose.SignJWT({ ...claims })
      .setProtectedHeader({ typ: "dpop+jwt", alg: algorithm, jwk: publicJwk })
      .sign(privateKey)
  )

/**
 * The nonce that a proof of our own was made with, if any.
 *
 * @category getters
 * @since 0.1.0
 */
export const nonceOf = (proof: string): string | undefined => {
  const decoded = Result.try(() => jose.decodeJwt(proof)["nonce"])
  return Result.isSuccess(decoded) && typeof decoded.success === "string" ? decoded.success : undefined
}
