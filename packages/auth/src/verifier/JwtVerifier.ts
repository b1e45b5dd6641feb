/**
 * Verifies access tokens that are JWTs by their signature: those of RFC 9068, and plain ones of issuers that came before it.
 * Keys are those of the issuer that the operator trusts (`Jwks.ts`); whatever a token says about where keys are (`jku`,
 * `x5u`, `jwk`) is not looked at. Signatures are verified by `jose`, claims in `TokenClaims.ts`. A token that was found good
 * is known again by its hash for a minute, as long as the keys of its issuer are the same. The gate compares whom it is for.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as jose from "jose"
import { codeOf } from "../http/CodedError.ts"
import * as Hiding from "../http/Hiding.ts"
import * as SignatureAlgorithm from "../SignatureAlgorithm.ts"
import type { AccessToken } from "./AccessToken.ts"
import * as Jwks from "./Jwks.ts"
import * as TokenClaims from "./TokenClaims.ts"
import * as TokenHash from "./TokenHash.ts"
import { TokenRejection } from "./TokenRejection.ts"
import { TokenVerifier } from "./TokenVerifier.ts"
import * as VerifiedTokens from "./VerifiedTokens.ts"
import { type Limits, VerifierLimits } from "./VerifierLimits.ts"

/**
 * An issuer whose tokens are taken, and how they are.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Jwks.Options {
  /** What tokens may be signed with. Default: all that are asymmetric; there are no others. */
  readonly algorithms?: ReadonlyArray<SignatureAlgorithm.SignatureAlgorithm> | undefined
  /**
   * `AccessTokens`: only tokens that say that they are access tokens (`typ` is `at+jwt`; RFC 9068, 4). `Plain`: also those
   * of type `JWT` or none, as many issuers still have it. Default: `Plain`.
   */
  readonly types?: "AccessTokens" | "Plain" | undefined
  /** How far the clocks of issuer and server may be apart, in milliseconds. Default: 30,000. */
  readonly clockSkewMillis?: number | undefined
}

interface Issuer {
  readonly jwks: Jwks.Jwks
  readonly memory: Memory
  readonly algorithms: ReadonlyArray<string>
  readonly types: "AccessTokens" | "Plain"
  readonly expected: TokenClaims.Expected
}

interface Memory {
  /** The tokens that were found good with a set of keys; they are forgotten with the set, and none outlives its key. */
  readonly verifiedWith: (keys: Jwks.Keys) => VerifiedTokens.VerifiedTokens
  /** Whether the token with this hash was found good with the keys that were used last: then it is of this issuer. */
  readonly has: (hash: string) => boolean
}

const makeMemory = ({ verifiedMax, verifiedMillisMax }: Limits): Memory => {
  const bySet = new WeakMap<Jwks.Keys["find"], VerifiedTokens.VerifiedTokens>()
  let latest = VerifiedTokens.make(verifiedMax, verifiedMillisMax)
  return {
    verifiedWith: ({ find }) => {
      latest = bySet.get(find) ?? VerifiedTokens.make(verifiedMax, verifiedMillisMax)
      bySet.set(find, latest)
      return latest
    },
    has: (hash) => latest.has(hash)
  }
}

const rejection = (problem: TokenRejection["problem"], detail: string): TokenRejection =>
  new TokenRejection({ problem, detail })

// Own words only: what the library says may quote the token.
const rejectionOf = (error: unknown): TokenRejection => {
  switch (codeOf(error)) {
    case "ERR_JOSE_ALG_NOT_ALLOWED":
      return rejection("Algorithm", "the token is signed with an algorithm that is not taken")
    case "ERR_JOSE_NOT_SUPPORTED":
      return rejection("Algorithm", "the token needs something that is not understood")
    case "ERR_JWKS_NO_MATCHING_KEY":
      return rejection("Signature", "the token was signed with no key of its issuer")
    case "ERR_JWS_SIGNATURE_VERIFICATION_FAILED":
      return rejection("Signature", "the signature is wrong")
    case "ERR_JWS_INVALID":
      return rejection("Malformed", "the token is no JWT")
    default:
      return rejection("Signature", "the signature cannot be verified")
  }
}

type Verified = jose.CompactVerifyResult

const verifyWith = (
  token: string,
  key: jose.CryptoKey | jose.LocalJWKSet,
  { algorithms }: Issuer
): Effect.Effect<Verified, unknown> =>
  Effect.tryPromise({
    try: (): Promise<Verified> =>
      typeof key === "function"
        ? jose.compactVerify(token, key, { algorithms: [...algorithms] })
        : jose.compactVerify(token, key, { algorithms: [...algorithms] }),
    catch: (error) => error
  })

const candidatesOf = (error: unknown): AsyncIterable<jose.CryptoKey> | undefined =>
  codeOf(error) === "ERR_JWKS_MULTIPLE_MATCHING_KEYS"
    // An error of this code has them; classes are not asked for, as there may be two copies of the library.
    ? error as jose.errors.JWKSMultipleMatchingKeys
    : undefined

/** Verifies with whichever key of a set it is; a token that does not say which is tried with a few. */
const verifyAmong = (
  token: string,
  { find }: Jwks.Keys,
  issuer: Issuer,
  { keyCandidatesMax }: Limits
): Effect.Effect<Verified, unknown> =>
  Effect.catch(verifyWith(token, find, issuer), (error) => {
    const candidates = candidatesOf(error)
    return candidates === undefined ? Effect.fail(error) : Stream.fromAsyncIterable(candidates, (error) => error).pipe(
      Stream.take(keyCandidatesMax),
      Stream.mapEffect((key) => Effect.result(verifyWith(token, key, issuer))),
      Stream.filter(Result.isSuccess),
      Stream.runHead,
      Effect.flatMap((found) =>
        found._tag === "Some"
          ? Effect.succeed(found.value.success)
          : Effect.fail(new jose.errors.JWSSignatureVerificationFailed())
      )
    )
  })

/** Verifies with the keys that there are, or where the token names another one, with newer ones; says with which. */
const verifySignature = Effect.fnUntraced(function*(
  token: string,
  keys: Jwks.Keys,
  issuer: Issuer,
  limits: Limits
): Effect.fn.Return<{ readonly verified: Verified; readonly by: Jwks.Keys }, TokenRejection> {
  const verifyBy = (by: Jwks.Keys) =>
    Effect.map(verifyAmong(token, by, issuer, limits), (verified) => ({ verified, by }))
  return yield* verifyBy(keys).pipe(
    Effect.catch((error) =>
      codeOf(error) !== "ERR_JWKS_NO_MATCHING_KEY" ? Effect.fail(error) : Effect.flatMap(
        issuer.jwks.newerThan(keys),
        (newer) => newer === undefined ? Effect.fail(error) : verifyBy(newer)
      )
    ),
    Effect.mapError(rejectionOf)
  )
})

const plainTypes: ReadonlyArray<unknown> = [undefined, "jwt", "application/jwt"]

const isTaken = (typ: unknown, types: Issuer["types"]): boolean => {
  const name = typeof typ === "string" ? typ.toLowerCase() : typ
  return name === "at+jwt" || name === "application/at+jwt" || types === "Plain" && plainTypes.includes(name)
}

const claimsIn = (body: Uint8Array): TokenClaims.Claims | undefined => {
  const json = Hiding.parsed(new TextDecoder().decode(body))
  return typeof json === "object" && json !== null && !Array.isArray(json) ? { ...json } : undefined
}

const tokenIn = Effect.fnUntraced(function*(
  { payload, protectedHeader }: Verified,
  issuer: Issuer,
  nowMillis: number
): Effect.fn.Return<AccessToken, TokenRejection> {
  if (!isTaken(protectedHeader.typ, issuer.types)) return yield* rejection("Malformed", "it is no access token")
  const claims = claimsIn(payload)
  if (claims === undefined) return yield* rejection("Malformed", "it has no claims")
  if (claims["exp"] === undefined) return yield* rejection("Malformed", "it does not say when it ends")
  return yield* Effect.fromResult(TokenClaims.toAccessToken(claims, issuer.expected, nowMillis))
})

/** Verifies a token that is not remembered, and remembers it under its hash if it is good. */
const verifyAnew = Effect.fnUntraced(function*(
  token: string,
  hash: string,
  keys: Jwks.Keys,
  issuer: Issuer,
  limits: Limits
): Effect.fn.Return<AccessToken, TokenRejection> {
  const { by, verified } = yield* verifySignature(token, keys, issuer, limits)
  const nowMillis = yield* Clock.currentTimeMillis
  const found = yield* tokenIn(verified, issuer, nowMillis)
  issuer.memory.verifiedWith(by).put(hash, found, nowMillis)
  return found
})

const verifyToken = (
  token: string,
  hash: string,
  issuer: Issuer,
  limits: Limits
): Effect.Effect<AccessToken, TokenRejection> =>
  Effect.flatMap(issuer.jwks.current, (keys) =>
    Effect.flatMap(Clock.currentTimeMillis, (nowMillis) => {
      const known = issuer.memory.verifiedWith(keys).get(hash, nowMillis)
      return known === undefined ? verifyAnew(token, hash, keys, issuer, limits) : Effect.succeed(known)
    }))

/** Who says to have issued it: good for choosing whose keys to verify with, and for nothing else. */
const claimedIssuer = (token: string): unknown =>
  Result.getOrUndefined(Result.try((): unknown => jose.decodeJwt(token).iss))

const issuerOf = Effect.fnUntraced(function*(options: Options, limits: Limits) {
  const issuer: Issuer = {
    jwks: yield* Jwks.make(options),
    memory: makeMemory(limits),
    algorithms: (options.algorithms ?? SignatureAlgorithm.all).filter(SignatureAlgorithm.isSignatureAlgorithm),
    types: options.types ?? "Plain",
    expected: {
      issuer: options.issuer,
      mayLackAudience: false,
      clockSkewMillis: options.clockSkewMillis ?? 30_000
    }
  }
  return issuer
})

const isList = (options: Options | ReadonlyArray<Options>): options is ReadonlyArray<Options> => Array.isArray(options)

/**
 * A verifier of the tokens of one issuer, or of several. It keeps the keys of each for as long as the scope is open.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options: Options | ReadonlyArray<Options>
): Effect.Effect<TokenVerifier["Service"], never, HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function*() {
    const limits = yield* VerifierLimits
    const issuers = yield* Effect.forEach(
      isList(options) ? options : [options],
      (options) => issuerOf(options, limits)
    )
    return {
      verify: (redacted, known) => {
        const token = Redacted.value(redacted)
        if (token.length > limits.tokenCharactersMax) return Effect.fail(rejection("Malformed", "it is too long"))
        const hash = known === undefined ? TokenHash.of(token) : known()
        const remembering = issuers.find(({ memory }) => memory.has(hash))
        if (remembering !== undefined) return verifyToken(token, hash, remembering, limits)
        const claimed = claimedIssuer(token)
        if (claimed === undefined) return Effect.fail(rejection("Malformed", "it is no JWT that names its issuer"))
        const issuer = issuers.find(({ expected }) => expected.issuer === claimed)
        return issuer === undefined
          ? Effect.fail(rejection("Issuer", "the token is of another issuer"))
          : verifyToken(token, hash, issuer, limits)
      }
    }
  })

/**
 * Verifies tokens by their signature (ATK-01), for the gate of a protected server. Keys are fetched through the
 * HTTP client in the context, guarded: hosts that the options name may be private, others may not.
 *
 * @example
 * ```ts
 * import * as JwtVerifier from "@parley/auth/verifier/JwtVerifier"
 *
 * export const Tokens = JwtVerifier.layer({ issuer: "https://auth.example" })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: Options | ReadonlyArray<Options>
): Layer.Layer<TokenVerifier, never, HttpClient.HttpClient> => Layer.effect(TokenVerifier, make(options))
