/** What a protected server takes for a proof of possession, and each way in which it may be none. */
import { assert, describe, it } from "@effect/vitest"
import { StateKeys } from "@parley/mcp/session/StateKeys"
import * as StateKeysModule from "@parley/mcp/session/StateKeys"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as jose from "jose"
import * as DpopKey from "../../src/dpop/DpopKey.ts"
import * as DpopProof from "../../src/dpop/DpopProof.ts"
import * as SignatureAlgorithm from "../../src/SignatureAlgorithm.ts"
import * as DpopProofVerifier from "../../src/verifier/DpopProofVerifier.ts"
import type { Presented } from "../../src/verifier/ProofVerifier.ts"
import { defaultLimits, VerifierLimits } from "../../src/verifier/VerifierLimits.ts"

const url = "https://s.example/mcp"
const token = "the-access-token"
const accessToken = Redacted.make(token)
const now = 1_700_000_000_000

interface Made {
  readonly jkt: string
  readonly jwk: jose.JWK
  readonly sign: (
    claims: { readonly [name: string]: unknown },
    header?: { readonly [name: string]: unknown }
  ) => Effect.Effect<string>
}

/** A caller with a key, who signs whatever claims and header it likes. */
const caller = (algorithm = "ES256") =>
  Effect.promise(async (): Promise<Made> => {
    const pair = await jose.generateKeyPair(algorithm, { extractable: true })
    const jwk = await jose.exportJWK(pair.publicKey)
    const ath = await Effect.runPromise(DpopProof.hash(token))
    const good = { jti: "1", htm: "POST", htu: url, iat: now / 1000, ath }
    return {
      jkt: await jose.calculateJwkThumbprint(jwk),
      jwk,
      sign: (claims, header) =>
        Effect.promise(() =>
          new jose.SignJWT({ ...good, ...claims } as jose.JWTPayload)
            .setProtectedHeader({ typ: "dpop+jwt", alg: algorithm, jwk, ...header } as jose.JWTHeaderParameters)
            .sign(pair.privateKey, { crit: { x: true } })
        )
    }
  })

const presented = (proof: string, jkt: string, change: Partial<Presented> = {}): Presented => ({
  proof,
  method: "POST",
  url,
  accessToken,
  jkt,
  ...change
})

const setUp = (options?: DpopProofVerifier.Options) =>
  Effect.gen(function*() {
    yield* TestClock.setTime(now)
    return { verifier: yield* DpopProofVerifier.make(options), made: yield* caller() }
  })

describe("a proof is taken", () => {
  it.effect("when the client makes it with the key that the token is bound to (XDP-07)", () =>
    Effect.gen(function*() {
      const { verifier } = yield* setUp()
      const key = yield* DpopKey.generate()
      const proof = yield* key.prove({ method: "POST", url: `${url}?a=b`, accessToken })
      assert.deepStrictEqual(yield* verifier.verify(presented(proof, key.jkt)), { nonce: undefined })
    }))

  for (const algorithm of SignatureAlgorithm.all) {
    it.effect(`with ${algorithm}, unless fewer algorithms are taken (XDP-18, XDP-20)`, () =>
      Effect.gen(function*() {
        const { verifier } = yield* setUp()
        const made = yield* caller(algorithm)
        const proof = yield* made.sign({})
        yield* verifier.verify(presented(proof, made.jkt))
        const others = SignatureAlgorithm.all.filter((other) => other !== algorithm)
        const { verifier: narrow } = yield* setUp({ algorithms: others })
        const error = yield* Effect.flip(narrow.verify(presented(proof, made.jkt)))
        assert.strictEqual(error.error, "invalid_dpop_proof")
      }))
  }

  for (const htu of ["HTTPS://S.EXAMPLE:443/mcp", `${url}?q#f`, "https://s.example/a/../m%63p"]) {
    it.effect(`for ${htu}, which is the same URL (XDP-07)`, () =>
      Effect.gen(function*() {
        const { made, verifier } = yield* setUp()
        yield* verifier.verify(presented(yield* made.sign({ htu }), made.jkt))
      }))
  }

  for (const seconds of [-300, 0, 300]) {
    it.effect(`made ${seconds} seconds from now (XDP-08)`, () =>
      Effect.gen(function*() {
        const { made, verifier } = yield* setUp()
        yield* verifier.verify(presented(yield* made.sign({ iat: now / 1000 + seconds }), made.jkt))
      }))
  }
})

/** Each way in which a proof is wrong: what is signed, what is made of it, what it is presented for. */
const attacks: ReadonlyArray<{
  readonly name: string
  readonly claims?: { readonly [name: string]: unknown }
  readonly header?: { readonly [name: string]: unknown }
  readonly change?: (proof: string) => string
  readonly present?: Partial<Presented>
}> = [
  { name: "for another verb", claims: { htm: "GET" } },
  { name: "for a verb in small letters", claims: { htm: "post" } },
  { name: "presented with another verb", present: { method: "DELETE" } },
  { name: "for another path", claims: { htu: "https://s.example/other" } },
  { name: "for another host", claims: { htu: "https://evil.example/mcp" } },
  { name: "for another scheme", claims: { htu: "http://s.example/mcp" } },
  { name: "for another port", claims: { htu: "https://s.example:8443/mcp" } },
  { name: "for a URL with a user", claims: { htu: "https://s.example@s.example/mcp" } },
  { name: "presented at another URL", present: { url: "https://s.example/other" } },
  { name: "for what is no URL, presented at what is none", claims: { htu: "x" }, present: { url: "x" } },
  { name: "without URL", claims: { htu: undefined } },
  { name: "without verb", claims: { htm: undefined } },
  { name: "without id", claims: { jti: undefined } },
  { name: "with an id that is no text", claims: { jti: 1 } },
  { name: "with an empty id", claims: { jti: "" } },
  { name: "without time", claims: { iat: undefined } },
  { name: "with a time that is a text", claims: { iat: String(now / 1000) } },
  { name: "made too long ago", claims: { iat: now / 1000 - 301 } },
  { name: "made too far ahead", claims: { iat: now / 1000 + 301 } },
  { name: "that says it has expired", claims: { exp: now / 1000 - 1 } },
  { name: "that is not yet good", claims: { nbf: now / 1000 + 60 } },
  { name: "without the token's hash", claims: { ath: undefined } },
  { name: "presented with another token", present: { accessToken: Redacted.make("another") } },
  { name: "presented with a token of another key", present: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } },
  { name: "of another type", header: { typ: "JWT" } },
  { name: "without type", header: { typ: undefined } },
  { name: "with something critical", header: { crit: ["x"], x: 1 } },
  { name: "without key", header: { jwk: undefined } },
  { name: "with a key that is a text", header: { jwk: "key" } },
  { name: "with a key by reference only", header: { jwk: undefined, jku: "https://evil.example/jwks", kid: "1" } },
  { name: "with an empty key", header: { jwk: {} } },
  { name: "with a shared secret as key", header: { jwk: { kty: "oct", k: "AAAA" } } },
  { name: "twice in one header", change: (proof) => `${proof}, ${proof}` },
  { name: "with a line end", change: (proof) => `${proof}\n` },
  { name: "without signature", change: (proof) => proof.replace(/[^.]*$/, "") },
  { name: "with another signature", change: (proof) => proof.replace(/\.[^.]{4}([^.]*)$/, ".AAAA$1") },
  { name: "with another body", change: (proof) => proof.replace(/\.[^.]*\./, ".eyJqdGkiOiIxIn0.") },
  { name: "that is empty", change: () => "" },
  { name: "that is garbage", change: () => "a.b.c" },
  { name: "that is endless", change: (proof) => proof + "A".repeat(20_000) }
]

describe("a proof is refused (XDP-07)", () => {
  for (const { change = (proof: string) => proof, claims = {}, header = {}, name, present = {} } of attacks) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const { made, verifier } = yield* setUp()
        const proof = change(yield* made.sign(claims, header))
        const error = yield* Effect.flip(verifier.verify(presented(proof, made.jkt, present)))
        assert.strictEqual(error._tag, "ProofRejection")
        assert.strictEqual(error.error, "invalid_dpop_proof")
        const text = `${error.message}${String(error)}${JSON.stringify(error)}`
        assert.notInclude(text, token)
        if (proof.length > 9) assert.notInclude(text, proof.slice(0, 40))
      }))
  }

  it.effect("when it is signed with nothing (XDP-19)", () =>
    Effect.gen(function*() {
      const { made, verifier } = yield* setUp()
      const [, body] = (yield* made.sign({})).split(".")
      for (const alg of ["none", "None", "NONE", ""]) {
        const header = jose.base64url.encode(JSON.stringify({ typ: "dpop+jwt", alg, jwk: made.jwk }))
        for (const signature of ["", "AAAA"]) {
          const error = yield* Effect.flip(verifier.verify(presented(`${header}.${body}.${signature}`, made.jkt)))
          assert.strictEqual(error.error, "invalid_dpop_proof")
        }
      }
    }))

  it.effect("when it is signed with the public key as a shared secret (XDP-19)", () =>
    Effect.gen(function*() {
      const { made, verifier } = yield* setUp()
      const [, body = ""] = (yield* made.sign({})).split(".")
      const secret = new TextEncoder().encode(JSON.stringify(made.jwk))
      const proof = yield* Effect.promise(() =>
        new jose.CompactSign(jose.base64url.decode(body))
          .setProtectedHeader({ typ: "dpop+jwt", alg: "HS256", jwk: made.jwk })
          .sign(secret)
      )
      const error = yield* Effect.flip(verifier.verify(presented(proof, made.jkt)))
      assert.strictEqual(error.error, "invalid_dpop_proof")
    }))

  it.effect("when it shows its private key, which it never verifies with (XDP-21)", () =>
    Effect.gen(function*() {
      const { verifier } = yield* setUp()
      const key = yield* DpopKey.generate({ extractable: true })
      const jwk = JSON.parse(Redacted.value(key.exported ?? Redacted.make("{}")))
      const made = yield* caller()
      const error = yield* Effect.flip(verifier.verify(presented(yield* made.sign({}, { jwk }), key.jkt)))
      assert.include(error.detail, "private")
      assert.notInclude(String(error), jwk.d)
    }))

  it.effect("when somebody else made it, who has stolen the token but not the key (XDP-07)", () =>
    Effect.gen(function*() {
      const { made, verifier } = yield* setUp()
      const thief = yield* caller()
      const own = yield* thief.sign({})
      const borrowed = yield* thief.sign({}, { jwk: made.jwk })
      for (const proof of [own, borrowed]) {
        const error = yield* Effect.flip(verifier.verify(presented(proof, made.jkt)))
        assert.strictEqual(error.error, "invalid_dpop_proof")
      }
    }))

  it.effect("the second time (XDP-12), unless proofs may be used again (XDP-10)", () =>
    Effect.gen(function*() {
      const { made, verifier } = yield* setUp()
      const proof = yield* made.sign({})
      yield* verifier.verify(presented(proof, made.jkt))
      const error = yield* Effect.flip(verifier.verify(presented(proof, made.jkt)))
      assert.include(error.detail, "used before")
      yield* verifier.verify(presented(yield* made.sign({ jti: "2" }), made.jkt))
      const { verifier: stateless } = yield* setUp({ once: false })
      yield* stateless.verify(presented(proof, made.jkt))
      yield* stateless.verify(presented(proof, made.jkt))
      yield* TestClock.adjust("301 seconds")
      yield* Effect.flip(stateless.verify(presented(proof, made.jkt)))
    }))

  it.effect("and what is refused does not use its id up", () =>
    Effect.gen(function*() {
      const { made, verifier } = yield* setUp()
      const proof = yield* made.sign({})
      yield* Effect.flip(verifier.verify(presented(proof, made.jkt, { method: "GET" })))
      yield* verifier.verify(presented(proof, made.jkt))
    }))

  it.effect("the second time even when the memory is full", () =>
    Effect.gen(function*() {
      const { made, verifier } = yield* setUp()
      const first = yield* made.sign({})
      yield* verifier.verify(presented(first, made.jkt))
      for (const jti of ["2", "3", "4"]) {
        yield* verifier.verify(presented(yield* made.sign({ jti, iat: now / 1000 + 1 }), made.jkt))
      }
      yield* Effect.flip(verifier.verify(presented(first, made.jkt)))
    }).pipe(Effect.provideService(VerifierLimits, { ...defaultLimits, proofsMax: 2 })))

  it.effect.prop("whatever it is", [Schema.String], ([proof]) =>
    Effect.gen(function*() {
      const verifier = yield* DpopProofVerifier.make({ nonceMillis: 1000 })
      const error = yield* Effect.flip(verifier.verify(presented(proof, "x")))
      assert.strictEqual(error.error, "invalid_dpop_proof")
    }))
})

describe("nonces (XDP-11)", () => {
  const nonceMillis = 120_000

  it.effect("are asked for when a proof has none, or one that is not from here; a good one is given along (XDP-11)", () =>
    Effect.gen(function*() {
      const { made, verifier } = yield* setUp({ nonceMillis })
      for (const nonce of [undefined, "", "made-up", 1, "A".repeat(200)]) {
        const error = yield* Effect.flip(verifier.verify(presented(yield* made.sign({ nonce }), made.jkt)))
        assert.strictEqual(error.error, "use_dpop_nonce")
        assert.match(error.nonce ?? "", /^[\w-]{20,}$/)
        yield* verifier.verify(presented(yield* made.sign({ jti: error.nonce, nonce: error.nonce }), made.jkt))
      }
    }))

  it.effect("are replaced in their second half, and over at their end (XDP-11)", () =>
    Effect.gen(function*() {
      const { made, verifier } = yield* setUp({ nonceMillis })
      const { nonce } = yield* Effect.flip(verifier.verify(presented(yield* made.sign({}), made.jkt)))
      const verify = (jti: string, nonce: string | undefined) =>
        Effect.flatMap(made.sign({ jti, nonce }), (proof) => verifier.verify(presented(proof, made.jkt)))
      assert.isUndefined((yield* verify("1", nonce)).nonce)
      yield* TestClock.adjust(nonceMillis / 2)
      const next = (yield* verify("2", nonce)).nonce
      assert.isString(next)
      assert.notStrictEqual(next, nonce)
      yield* TestClock.adjust(nonceMillis / 2)
      const error = yield* Effect.flip(verify("3", nonce))
      assert.strictEqual(error.error, "use_dpop_nonce")
      assert.isString((yield* verify("4", next)).nonce)
    }))

  it.effect("are the client's affair: its next proof has the nonce that it was told (XDP-06)", () =>
    Effect.gen(function*() {
      const { verifier } = yield* setUp({ nonceMillis })
      const key = yield* DpopKey.generate()
      const first = yield* key.prove({ method: "POST", url, accessToken })
      const error = yield* Effect.flip(verifier.verify(presented(first, key.jkt)))
      assert.isTrue(key.noteNonce(url, error.nonce, first))
      yield* verifier.verify(presented(yield* key.prove({ method: "POST", url, accessToken }), key.jkt))
    }))

  it.effect("of one server are known to the next, when they share keys; else they are not", () =>
    Effect.gen(function*() {
      const { made, verifier } = yield* setUp({ nonceMillis })
      const keys = yield* StateKeysModule.makeRandom
      const sharing = Effect.provideService(DpopProofVerifier.make({ nonceMillis }), StateKeys, keys)
      const one = yield* sharing
      const other = yield* sharing
      const { nonce } = yield* Effect.flip(one.verify(presented(yield* made.sign({}), made.jkt)))
      const proof = yield* made.sign({ nonce })
      yield* other.verify(presented(proof, made.jkt))
      const error = yield* Effect.flip(verifier.verify(presented(proof, made.jkt)))
      assert.strictEqual(error.error, "use_dpop_nonce")
      // What the same keys have sealed for something else is no nonce.
      const foreign = yield* keys.seal(String(now), "something else")
      yield* Effect.flip(one.verify(presented(yield* made.sign({ nonce: foreign }), made.jkt)))
    }))
})
