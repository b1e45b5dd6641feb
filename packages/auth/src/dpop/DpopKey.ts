/**
 * Keys that tokens are bound to (RFC 9449), as a client holds them: made anew, or taken from where they were kept. With a
 * key go the nonces that servers want to see. Keys do not leave their crypto engine unless that is asked for (XDP-21,
 * XDP-22); when a key is to be replaced, and what becomes of the tokens bound to it, is decided elsewhere.
 *
 * @since 0.1.0
 */
import * as BoundedMap from "@parley/mcp/session/BoundedMap"
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as jose from "jose"
import * as AuthError from "../AuthError.ts"
import { AuthLimits } from "../AuthLimits.ts"
import * as SignatureAlgorithm from "../SignatureAlgorithm.ts"
import type { Dpop, Proven } from "./Dpop.ts"
import * as DpopProof from "./DpopProof.ts"

/**
 * A key, with the nonces of the origins that it was used at.
 *
 * @category models
 * @since 0.1.0
 */
export interface DpopKey extends Dpop {
  /** What it signs with. */
  readonly algorithm: SignatureAlgorithm.SignatureAlgorithm
  /** The public half, as a JWK. */
  readonly publicJwk: jose.JWK
  /** The private key as the text of a JWK, for `fromJwk`; `undefined` for a key that cannot be taken out. */
  readonly exported: Redacted.Redacted | undefined
  /** Another key like this one. It knows the nonces that this one knew; tokens bound to this one are not bound to it. */
  readonly rotate: Effect.Effect<DpopKey>
}

/**
 * How a key is to be.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Default: ES256 (XDP-20). */
  readonly algorithm?: SignatureAlgorithm.SignatureAlgorithm | undefined
  /** Whether it can be taken out, to be kept where the next process finds it. Default: false. */
  readonly extractable?: boolean | undefined
}

interface Nonces {
  /** The latest of an origin, whose place becomes that of the one used last. */
  readonly latest: (origin: string) => string | undefined
  readonly note: (origin: string, nonce: string) => void
  /** What the last proof for an origin was made with. */
  readonly used: (origin: string) => string | undefined
  readonly use: (origin: string, nonce: string | undefined) => void
}

interface Memory {
  readonly latest: string | undefined
  readonly used: string | undefined
}

/** What a nonce is made of (RFC 9449, 8.1), of a length that goes into a header. */
const isNonce = (nonce: string): boolean => /^[\x21\x23-\x5b\x5d-\x7e]{1,2048}$/.test(nonce)

const makeNonces = (originsMax: number): Nonces => {
  const origins = new Map<string, Memory>()
  const put = (origin: string, change: Partial<Memory>) => {
    BoundedMap.put(
      origins,
      origin,
      { latest: undefined, used: undefined, ...origins.get(origin), ...change },
      originsMax
    )
  }
  return {
    latest: (origin) => origins.get(origin)?.latest,
    note: (origin, latest) => put(origin, { latest }),
    used: (origin) => origins.get(origin)?.used,
    use: (origin, used) => put(origin, { used })
  }
}

const originOf = (url: string): string => URL.canParse(url) ? new URL(url).origin : ""

/** The members of a public key, by its type (RFC 7518, 6; RFC 8037, 2); nothing else goes out. */
const publicMembers: { readonly [kty: string]: ReadonlyArray<string> } = {
  EC: ["kty", "crv", "x", "y"],
  RSA: ["kty", "n", "e"],
  OKP: ["kty", "crv", "x"]
}

const publicOf = (jwk: jose.JWK): jose.JWK => {
  const members = Object.hasOwn(publicMembers, jwk.kty ?? "") ? publicMembers[jwk.kty ?? ""] : undefined
  return Object.fromEntries(Object.entries(jwk).filter(([name]) => members?.includes(name)))
}

interface Parts extends DpopProof.SigningKey {
  readonly exported: Redacted.Redacted | undefined
}

const fromParts = Effect.fnUntraced(function*(parts: Parts, nonces: Nonces): Effect.fn.Return<DpopKey> {
  const random = yield* Effect.provide(SecureRandom.SecureRandom, SecureRandom.layerWebCrypto)
  const jkt = yield* Effect.promise(() => jose.calculateJwkThumbprint(parts.publicJwk, "sha256"))
  const { algorithm, exported, publicJwk } = parts
  return {
    jkt,
    algorithm,
    publicJwk,
    exported,
    rotate: Effect.suspend(() => generateWith({ algorithm, extractable: exported !== undefined }, nonces)),
    prove: Effect.fnUntraced(function*({ accessToken, method, url }: Proven) {
      const ath = accessToken === undefined ? undefined : yield* DpopProof.hash(Redacted.value(accessToken))
      const jti = yield* random.uuidV4()
      const issuedAtMillis = yield* Clock.currentTimeMillis
      const origin = originOf(url)
      const nonce = nonces.latest(origin)
      nonces.use(origin, nonce)
      return yield* DpopProof.sign(parts, DpopProof.claims({ method, url, jti, issuedAtMillis, ath, nonce }))
    }),
    noteNonce: (url, nonce, proof) => {
      if (nonce === undefined || !isNonce(nonce)) return false
      const origin = originOf(url)
      const before = proof === undefined ? nonces.used(origin) : DpopProof.nonceOf(proof)
      nonces.note(origin, nonce)
      return nonce !== before
    }
  }
})

const generateWith = Effect.fnUntraced(function*(options: Options, nonces: Nonces): Effect.fn.Return<DpopKey> {
  const algorithm = options.algorithm ?? "ES256"
  const extractable = options.extractable ?? false
  const pair = yield* Effect.promise(() => jose.generateKeyPair(algorithm, { extractable }))
  const publicJwk = publicOf(yield* Effect.promise(() => jose.exportJWK(pair.publicKey)))
  const exported = extractable
    ? Redacted.make(
      JSON.stringify({ ...(yield* Effect.promise(() => jose.exportJWK(pair.privateKey))), alg: algorithm })
    )
    : undefined
  return yield* fromParts({ algorithm, privateKey: pair.privateKey, publicJwk, exported }, nonces)
})

const memory: Effect.Effect<Nonces> = Effect.map(AuthLimits, ({ nonceOriginsMax }) => makeNonces(nonceOriginsMax))

/**
 * A new key. It cannot be taken out of the crypto engine unless `extractable` says so. An algorithm that this platform does
 * not have is a defect; ES256 is everywhere. How many origins' nonces it remembers is said by `nonceOriginsMax` of
 * `AuthLimits`.
 *
 * @example
 * ```ts
 * import * as DpopKey from "@parley/auth/dpop/DpopKey"
 * import * as Effect from "effect/Effect"
 *
 * export const proof = Effect.gen(function*() {
 *   const key = yield* DpopKey.generate()
 *   return yield* key.prove({ method: "POST", url: "https://auth.example/token" })
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const generate = (options: Options = {}): Effect.Effect<DpopKey> =>
  Effect.flatMap(memory, (nonces) => generateWith(options, nonces))

const Jwk = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))

const decodeJwk = Schema.decodeUnknownResult(Jwk)

const invalid = (detail: string): AuthError.AuthError => AuthError.make(new AuthError.InvalidKey({ detail }))

const curves: { readonly [curve: string]: SignatureAlgorithm.SignatureAlgorithm } = {
  "P-256": "ES256",
  "P-384": "ES384",
  "P-521": "ES512",
  Ed25519: "EdDSA"
}

/** What a key signs with: what it says, or what its curve is for. An RSA key may be for several, so it has to say. */
const algorithmOf = (jwk: jose.JWK): SignatureAlgorithm.SignatureAlgorithm | undefined => {
  if (jwk.alg !== undefined) return SignatureAlgorithm.isSignatureAlgorithm(jwk.alg) ? jwk.alg : undefined
  const curve = typeof jwk.crv === "string" ? jwk.crv : ""
  return Object.hasOwn(curves, curve) ? curves[curve] : undefined
}

/** Imports a key and tries it once: what cannot sign, by its type, its size or its own word, is refused here and now. */
const importPrivate = (jwk: jose.JWK, algorithm: SignatureAlgorithm.SignatureAlgorithm) =>
  Effect.tryPromise({
    try: () =>
      jose.importJWK(jwk, algorithm, { extractable: false }).then((key) =>
        new jose.CompactSign(new Uint8Array()).setProtectedHeader({ alg: algorithm }).sign(key).then(() => key)
      ),
    // What the engine says of a key may quote it.
    catch: () => invalid(`it is not a private key for ${algorithm}`)
  }).pipe(Effect.filterOrFail(
    // Neither octets nor a public key can have signed with an asymmetric algorithm.
    (key): key is CryptoKey => !(key instanceof Uint8Array),
    () => invalid(`it is not a private key for ${algorithm}`)
  ))

/**
 * The key that the text of a private JWK holds (RFC 7517): EC, OKP, or RSA that names its `alg`. Fails with the reason
 * `InvalidKey`, which holds nothing of it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromJwk = (text: Redacted.Redacted): Effect.Effect<DpopKey, AuthError.AuthError> =>
  Effect.gen(function*() {
    const decoded = decodeJwk(Redacted.value(text))
    if (Result.isFailure(decoded)) return yield* invalid("it is not the JSON of a JWK")
    const jwk: jose.JWK = decoded.success
    const algorithm = algorithmOf(jwk)
    if (algorithm === undefined) return yield* invalid("it is not for an asymmetric algorithm that it names")
    const privateKey = yield* importPrivate(jwk, algorithm)
    return yield* fromParts({ algorithm, privateKey, publicJwk: publicOf(jwk), exported: text }, yield* memory)
  })
