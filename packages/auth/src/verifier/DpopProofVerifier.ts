/**
 * Verifies proofs of possession as RFC 9449, 4.3 has it, each of its points: form, type, algorithm, key, signature, verb,
 * URL, time, token, key of the token, and where it is wanted nonce and first use. What a proof may not say stands in front,
 * as functions of what it says; keys are verified with `jose`.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as jose from "jose"
import * as DpopProof from "../dpop/DpopProof.ts"
import * as SignatureAlgorithm from "../SignatureAlgorithm.ts"
import * as DpopNonces from "./DpopNonces.ts"
import type { Presented } from "./ProofVerifier.ts"
import { ProofVerifier } from "./ProofVerifier.ts"
import { ProofRejection } from "./TokenRejection.ts"
import * as UsedProofs from "./UsedProofs.ts"
import { VerifierLimits } from "./VerifierLimits.ts"

/**
 * How strict to be.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** What proofs may be signed with. Default: all that are asymmetric. */
  readonly algorithms?: ReadonlyArray<SignatureAlgorithm.SignatureAlgorithm> | undefined
  /** How far from now, either way, a proof may have been made, in milliseconds. Default: 300,000 (XDP-08). */
  readonly windowMillis?: number | undefined
  /**
   * Whether each proof is good once only (XDP-12). It holds for one process; where requests go to several, the window
   * bounds what can be used again (XDP-10), and nonces bound it more. Default: true.
   */
  readonly once?: boolean | undefined
  /** How long nonces are good, in milliseconds, where proofs must have one (XDP-11). Default: they need none. */
  readonly nonceMillis?: number | undefined
}

/** What a verified proof says. */
interface Proof {
  readonly jti: unknown
  readonly htm: unknown
  readonly htu: unknown
  readonly iat: unknown
  readonly ath: unknown
  readonly nonce: unknown
}

const wrong = (detail: string): ProofRejection => new ProofRejection({ error: "invalid_dpop_proof", detail })

// One compact JWS, and not two headers that somebody has joined (RFC 9449, 4.3, point 1).
const compact = /^[\w-]+\.[\w-]+\.[\w-]+$/

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"]

/** The public key that a proof shows; `undefined` where it shows none, or a private one. */
const embeddedKey = (text: string): jose.JWK | undefined => {
  const header = Result.try(() => jose.decodeProtectedHeader(text))
  const jwk = Result.isSuccess(header) ? header.success.jwk : undefined
  if (typeof jwk !== "object" || jwk === null) return undefined
  return privateMembers.some((member) => Object.hasOwn(jwk, member)) ? undefined : jwk
}

/** Looks at the key before anything is computed with it: the key of a stranger may be one that costs a lot to verify with. */
const checkKey = Effect.fnUntraced(function*(text: string, jkt: string): Effect.fn.Return<void, ProofRejection> {
  const jwk = embeddedKey(text)
  if (jwk === undefined) return yield* wrong("it shows no key, or a private one")
  const found = yield* Effect.tryPromise({
    try: () => jose.calculateJwkThumbprint(jwk, "sha256"),
    catch: () => wrong("it shows no key that is understood")
  })
  if (found !== jkt) return yield* wrong("it was made with another key than the token's")
})

/** What is wrong with a proof, apart from its key, its signature, its nonce and its use; `undefined`: nothing. */
const faultOf = (
  proof: Proof,
  presented: Presented,
  ath: string,
  nowMillis: number,
  windowMillis: number
): string | undefined => {
  if (typeof proof.jti !== "string" || proof.jti === "") return "it has no jti"
  if (proof.htm !== presented.method) return "it is for another verb"
  const target = typeof proof.htu === "string" ? DpopProof.targetOf(proof.htu) : undefined
  if (target === undefined || target !== DpopProof.targetOf(presented.url)) return "it is for another URL"
  if (typeof proof.iat !== "number" || !Number.isFinite(proof.iat)) return "it does not say when it was made"
  if (Math.abs(proof.iat * 1000 - nowMillis) > windowMillis) return "it was not made just now"
  return proof.ath === ath ? undefined : "it is for another token"
}

const verifySignature = Effect.fnUntraced(function*(
  text: string,
  algorithms: ReadonlyArray<string>,
  nowMillis: number
): Effect.fn.Return<Proof, ProofRejection> {
  const verified = yield* Effect.tryPromise({
    try: () =>
      jose.jwtVerify(text, jose.EmbeddedJWK, {
        algorithms: [...algorithms],
        typ: "dpop+jwt",
        currentDate: DateTime.toDateUtc(DateTime.makeUnsafe(nowMillis))
      }),
    // What is said of it may quote it.
    catch: () => wrong("it is no proof, or its signature, type or algorithm is not right")
  })
  const { ath, htm, htu, iat, jti, nonce } = verified.payload
  return { ath, htm, htu, iat, jti, nonce }
})

const wantsNonce = (nonces: DpopNonces.DpopNonces, detail: string): Effect.Effect<never, ProofRejection> =>
  Effect.flatMap(
    nonces.fresh,
    (nonce) => Effect.fail(new ProofRejection({ error: "use_dpop_nonce", detail, nonce }))
  )

const checkNonce = Effect.fnUntraced(function*(
  nonces: DpopNonces.DpopNonces | undefined,
  nonce: unknown
): Effect.fn.Return<string | undefined, ProofRejection> {
  if (nonces === undefined) return undefined
  if (typeof nonce !== "string") return yield* wantsNonce(nonces, "it has no nonce")
  const found = yield* nonces.check(nonce)
  if (found === "Unknown") return yield* wantsNonce(nonces, "its nonce is over, or is not from here")
  return found === "Aging" ? yield* nonces.fresh : undefined
})

/**
 * A verifier. It keeps what it must know of used proofs and nonces as long as it lives.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(
  options: Options = {}
): Effect.fn.Return<ProofVerifier["Service"]> {
  const { proofsMax, tokenCharactersMax } = yield* VerifierLimits
  const windowMillis = options.windowMillis ?? 300_000
  const algorithms = options.algorithms ?? SignatureAlgorithm.all
  const used = options.once === false ? undefined : UsedProofs.make({ windowMillis, proofsMax })
  const nonces = options.nonceMillis === undefined ? undefined : yield* DpopNonces.make(options.nonceMillis)
  return {
    algorithms,
    verify: Effect.fnUntraced(function*(presented: Presented) {
      const text = presented.proof
      if (text.length > tokenCharactersMax || !compact.test(text)) return yield* wrong("it is not one proof")
      yield* checkKey(text, presented.jkt)
      const nowMillis = yield* Clock.currentTimeMillis
      const proof = yield* verifySignature(text, algorithms, nowMillis)
      const ath = yield* DpopProof.hash(Redacted.value(presented.accessToken))
      const fault = faultOf(proof, presented, ath, nowMillis, windowMillis)
      if (fault !== undefined) return yield* wrong(fault)
      const nonce = yield* checkNonce(nonces, proof.nonce)
      const jti = yield* DpopProof.hash(String(proof.jti))
      if (used?.use({ jkt: presented.jkt, jti, iat: Number(proof.iat) }, nowMillis) === false) {
        return yield* wrong("it was used before")
      }
      return { nonce }
    })
  }
})

/**
 * A verifier, for the gate of a protected server (XDP-07 to XDP-12). Nonces are sealed with the `StateKeys` in the context,
 * if there are any; give servers that stand beside each other the same.
 *
 * @example
 * ```ts
 * import * as DpopProofVerifier from "@parley/auth/verifier/DpopProofVerifier"
 *
 * export const Proofs = DpopProofVerifier.layer({ nonceMillis: 300_000 })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options = {}): Layer.Layer<ProofVerifier> => Layer.effect(ProofVerifier, make(options))
