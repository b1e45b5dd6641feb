/** Keys that tokens are bound to, and the nonces that go with them. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as jose from "jose"
import { AuthLimits, defaultLimits } from "../../src/AuthLimits.ts"
import * as DpopKey from "../../src/dpop/DpopKey.ts"
import * as SignatureAlgorithm from "../../src/SignatureAlgorithm.ts"

const url = "https://s.example/mcp"

const read = (proof: string) => ({ header: jose.decodeProtectedHeader(proof), claims: jose.decodeJwt(proof) })

const nonceIn = (key: DpopKey.DpopKey, target = url) =>
  Effect.map(key.prove({ method: "POST", url: target }), (proof) => read(proof).claims["nonce"])

describe("a key", () => {
  it.effect("is for ES256, and stays where it is, unless something else is asked for (XDP-20, XDP-22)", () =>
    Effect.gen(function*() {
      const key = yield* DpopKey.generate()
      assert.strictEqual(key.algorithm, "ES256")
      assert.isUndefined(key.exported)
      assert.sameMembers(Object.keys(key.publicJwk), ["kty", "crv", "x", "y"])
      assert.strictEqual(key.jkt, yield* Effect.promise(() => jose.calculateJwkThumbprint(key.publicJwk)))
    }))

  for (const algorithm of SignatureAlgorithm.all) {
    it.effect(`proves with ${algorithm}, and is the same key when it has been kept (XDP-18)`, () =>
      Effect.gen(function*() {
        const key = yield* DpopKey.generate({ algorithm, extractable: true })
        const kept = yield* DpopKey.fromJwk(key.exported ?? Redacted.make(""))
        assert.strictEqual(kept.jkt, key.jkt)
        assert.strictEqual(kept.algorithm, algorithm)
        const proof = yield* kept.prove({ method: "POST", url })
        const verified = yield* Effect.promise(() =>
          jose.jwtVerify(proof, jose.EmbeddedJWK, { currentDate: new Date(0) })
        )
        assert.strictEqual(verified.protectedHeader.alg, algorithm)
        assert.notProperty(verified.protectedHeader.jwk, "d")
      }))
  }

  it.effect("makes a fresh proof each time, for the verb, the URL, the time and the token (XDP-03, XDP-04)", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(5_000_500)
      const key = yield* DpopKey.generate()
      const accessToken = Redacted.make("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU")
      const first = read(yield* key.prove({ method: "POST", url: `${url}?a=b`, accessToken })).claims
      const second = read(yield* key.prove({ method: "POST", url: `${url}?a=b`, accessToken })).claims
      assert.notStrictEqual(first.jti, second.jti)
      assert.deepStrictEqual({ ...first, jti: "" }, {
        jti: "",
        htm: "POST",
        htu: url,
        iat: 5000,
        ath: "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
      })
    }))

  it.effect("is replaced by another of its kind, which knows the same nonces", () =>
    Effect.gen(function*() {
      const key = yield* DpopKey.generate({ algorithm: "ES384", extractable: true })
      key.noteNonce(url, "n1")
      const next = yield* key.rotate
      assert.notStrictEqual(next.jkt, key.jkt)
      assert.strictEqual(next.algorithm, "ES384")
      assert.isDefined(next.exported)
      assert.strictEqual(yield* nonceIn(next), "n1")
    }))

  it.effect("shows nothing of its private half in any text (XDP-21)", () =>
    Effect.gen(function*() {
      const key = yield* DpopKey.generate({ extractable: true })
      const { d } = JSON.parse(Redacted.value(key.exported ?? Redacted.make("{}")))
      assert.isString(d)
      const texts = [JSON.stringify(key), String(key), String(key.exported), yield* key.prove({ method: "GET", url })]
      for (const text of texts) assert.notInclude(text, d)
    }))

  const bad: ReadonlyArray<readonly [string, unknown]> = [
    ["a shared secret", { kty: "oct", k: "c2VjcmV0c2VjcmV0", alg: "HS256" }],
    ["a shared secret that says ES256", { kty: "oct", k: "c2VjcmV0c2VjcmV0", alg: "ES256" }],
    ["none", { kty: "EC", crv: "P-256", alg: "none" }],
    ["no key type", { alg: "ES256", d: "c2VjcmV0c2VjcmV0" }],
    ["an algorithm that is a member of objects", {
      kty: "EC",
      alg: "constructor",
      crv: "toString",
      d: "c2VjcmV0c2VjcmV0"
    }],
    ["no object", "c2VjcmV0c2VjcmV0"]
  ]
  for (const [what, jwk] of bad) {
    it.effect(`is not made of ${what}, and the error does not quote it (XDP-18, XDP-19)`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(DpopKey.fromJwk(Redacted.make(JSON.stringify(jwk))))
        assert.strictEqual(error.reason._tag, "InvalidKey")
        assert.notInclude(`${error.message}${String(error)}${JSON.stringify(error)}`, "c2VjcmV0")
      }))
  }

  it.effect("is not made of a public key, of half an RSA key, or of a short one", () =>
    Effect.gen(function*() {
      const key = yield* DpopKey.generate({ extractable: true })
      const texts = [JSON.stringify({ ...key.publicJwk, alg: "ES256" }), "{", ""]
      const rsa = yield* DpopKey.generate({ algorithm: "RS256", extractable: true })
      const { alg: _, ...unnamed } = JSON.parse(Redacted.value(rsa.exported ?? Redacted.make("{}")))
      texts.push(JSON.stringify(unnamed))
      const short = yield* Effect.promise(() =>
        crypto.subtle.generateKey(
          {
            name: "RSASSA-PKCS1-v1_5",
            modulusLength: 1024,
            publicExponent: new Uint8Array([1, 0, 1]),
            hash: "SHA-256"
          },
          true,
          ["sign", "verify"]
        )
      )
      texts.push(JSON.stringify(yield* Effect.promise(() => crypto.subtle.exportKey("jwk", short.privateKey))))
      for (const text of texts) {
        const error = yield* Effect.flip(DpopKey.fromJwk(Redacted.make(text)))
        assert.strictEqual(error.reason._tag, "InvalidKey")
      }
    }))
})

describe("the nonces of a key", () => {
  it.effect("go into the next proof for the same origin, and no other (XDP-05, XDP-06)", () =>
    Effect.gen(function*() {
      const key = yield* DpopKey.generate()
      assert.isUndefined(yield* nonceIn(key))
      assert.isTrue(key.noteNonce(url, "n1"))
      assert.strictEqual(yield* nonceIn(key, "https://s.example/other"), "n1")
      assert.isUndefined(yield* nonceIn(key, "https://other.example/mcp"))
      assert.isUndefined(yield* nonceIn(key, "http://s.example/mcp"))
      assert.isUndefined(yield* nonceIn(key, "https://s.example:8443/mcp"))
      assert.isTrue(key.noteNonce(url, "n2"))
      assert.strictEqual(yield* nonceIn(key), "n2")
    }))

  it.effect("are worth another try only when the proof did not have them", () =>
    Effect.gen(function*() {
      const key = yield* DpopKey.generate()
      const first = yield* key.prove({ method: "POST", url })
      assert.isTrue(key.noteNonce(url, "n1", first))
      const second = yield* key.prove({ method: "POST", url })
      assert.isFalse(key.noteNonce(url, "n1"))
      assert.isFalse(key.noteNonce(url, "n1", second))
      // A request that was under way meanwhile had none, and is to be sent again.
      assert.isTrue(key.noteNonce(url, "n1", first))
      assert.isFalse(key.noteNonce(url, undefined, first))
    }))

  for (const nonce of ["", "a b", "a\"b", "a\\b", "a\nb", "é", "n".repeat(2049)]) {
    it.effect(`are not ${JSON.stringify(nonce.slice(0, 9))}`, () =>
      Effect.gen(function*() {
        const key = yield* DpopKey.generate()
        assert.isFalse(key.noteNonce(url, nonce))
        assert.isUndefined(yield* nonceIn(key))
      }))
  }

  it.effect.prop(
    "are those of the origins used last, as many as the limit says",
    [Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 })))],
    ([origins]) =>
      Effect.gen(function*() {
        const key = yield* DpopKey.generate()
        for (const origin of origins) key.noteNonce(`https://s${origin}.example/`, `n${origin}`)
        const last = [...new Set(origins.toReversed())].slice(0, 3)
        for (const origin of last.toReversed()) {
          assert.strictEqual(yield* nonceIn(key, `https://s${origin}.example/mcp`), `n${origin}`)
        }
        for (let origin = 0; origin < 10; origin++) {
          if (!last.includes(origin)) {
            const other = yield* nonceIn(key, `https://s${origin}.example/mcp`)
            assert.isUndefined(other)
          }
        }
      }).pipe(Effect.provideService(AuthLimits, { ...defaultLimits, nonceOriginsMax: 3 })),
    { arbitrary: { runs: 20 } }
  )
})
