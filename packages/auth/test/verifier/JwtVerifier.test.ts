/** Which JWTs are access tokens for this server, and how others try to be. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as jose from "jose"
import * as SignatureAlgorithm from "../../src/SignatureAlgorithm.ts"
import * as JwtVerifier from "../../src/verifier/JwtVerifier.ts"
import type { TokenRejection } from "../../src/verifier/TokenRejection.ts"
import * as FakeHttp from "../support/FakeHttp.ts"
import * as FakeIssuer from "../support/FakeIssuer.ts"

const issuer = "https://auth.example"
const audience = "https://mcp.example/mcp"
const now = 1_700_000_000
const good = {
  iss: issuer,
  aud: audience,
  sub: "alice",
  client_id: "desktop",
  scope: "mcp:read mcp:write",
  iat: now,
  exp: now + 600,
  jti: "1"
}

const setUp = (options: Partial<JwtVerifier.Options> = {}, algorithm = "ES256") =>
  Effect.gen(function*() {
    yield* TestClock.setTime(now * 1000)
    const signer = yield* FakeIssuer.signer("1", algorithm)
    const http = FakeHttp.make()
    const verifier = yield* Effect.provide(
      JwtVerifier.make({ issuer, jwks: { keys: [signer.jwk] }, ...options }),
      http.layer
    )
    const verify = (token: string) => verifier.verify(Redacted.make(token))
    return { http, signer, verify }
  })

describe("a token is taken", () => {
  it.effect("for what its issuer says of it (ATK-01, XCC-11)", () =>
    Effect.gen(function*() {
      const { signer, verify } = yield* setUp()
      assert.deepStrictEqual(yield* verify(yield* signer.sign(good)), {
        issuer,
        subject: "alice",
        clientId: "desktop",
        audience: [audience],
        scopes: ["mcp:read", "mcp:write"],
        expiresAtMillis: (now + 600) * 1000,
        jkt: undefined,
        claims: good
      })
    }))

  for (const algorithm of SignatureAlgorithm.all) {
    it.effect(`with ${algorithm}, unless fewer algorithms are taken (XDP-18)`, () =>
      Effect.gen(function*() {
        const { signer, verify } = yield* setUp({}, algorithm)
        yield* verify(yield* signer.sign(good))
        const others = SignatureAlgorithm.all.filter((other) => other !== algorithm)
        const narrow = yield* setUp({ algorithms: others, jwks: { keys: [signer.jwk] } })
        const error = yield* Effect.flip(narrow.verify(yield* signer.sign(good)))
        assert.strictEqual(error.problem, "Algorithm")
      }))
  }

  for (const typ of ["at+jwt", "AT+JWT", "application/at+jwt", "JWT", "jwt", undefined]) {
    it.effect(`of the type ${typ}, and with strict types only if it says that it is an access token`, () =>
      Effect.gen(function*() {
        const { signer, verify } = yield* setUp()
        const token = yield* signer.sign(good, { typ })
        yield* verify(token)
        const strict = yield* setUp({ types: "AccessTokens", jwks: { keys: [signer.jwk] } })
        const exit = yield* Effect.exit(strict.verify(token))
        assert.strictEqual(exit._tag, typ?.toLowerCase().endsWith("at+jwt") === true ? "Success" : "Failure")
      }))
  }

  it.effect("within the difference of clocks that is allowed", () =>
    Effect.gen(function*() {
      const { signer, verify } = yield* setUp({ clockSkewMillis: 60_000 })
      yield* verify(yield* signer.sign({ ...good, exp: now - 59 }))
      yield* verify(yield* signer.sign({ ...good, nbf: now + 60, iat: now + 60 }))
      yield* Effect.flip(verify(yield* signer.sign({ ...good, exp: now - 60 })))
      yield* Effect.flip(verify(yield* signer.sign({ ...good, nbf: now + 61 })))
    }))

  it.effect("with a key that it is bound to, and is then known by it", () =>
    Effect.gen(function*() {
      const { signer, verify } = yield* setUp()
      assert.strictEqual((yield* verify(yield* signer.sign({ ...good, cnf: { jkt: "key" } }))).jkt, "key")
    }))

  it.effect("without another look at its signature for a minute, as long as keys and time are the same", () =>
    Effect.gen(function*() {
      const { http, verify } = yield* setUp({ jwks: undefined })
      const old = yield* FakeIssuer.signer("1")
      const next = yield* FakeIssuer.signer("1")
      let signer = old
      FakeIssuer.serve(http, issuer, () => FakeIssuer.keySet([signer], { "cache-control": "max-age=120" }))
      const token = yield* old.sign(good)
      const short = yield* old.sign({ ...good, exp: now + 20 })
      const first = yield* verify(token)
      yield* verify(short)
      yield* TestClock.adjust("59 seconds")
      // the very same: it was not read again
      assert.strictEqual(yield* verify(token), first)
      // its time is over, however fresh it was found good
      assert.strictEqual((yield* Effect.flip(verify(short))).problem, "Expired")
      yield* TestClock.adjust("2 seconds")
      const second = yield* verify(token)
      assert.notStrictEqual(second, first)
      assert.deepStrictEqual(second, first)
      // it was found good a moment ago, but with a key that its issuer has taken back since
      signer = next
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual((yield* Effect.flip(verify(token))).problem, "Signature")
    }))

  it.effect("from each of several issuers, with its own keys only", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now * 1000)
      const names = ["https://one.example", "https://two.example"] as const
      const one = yield* FakeIssuer.signer("1")
      const two = yield* FakeIssuer.signer("1")
      const verifier = yield* Effect.provide(
        JwtVerifier.make([
          { issuer: names[0], jwks: { keys: [one.jwk] } },
          { issuer: names[1], jwks: { keys: [two.jwk] } }
        ]),
        FakeHttp.make().layer
      )
      const verify = (signer: FakeIssuer.Signer, iss: string) =>
        Effect.flatMap(signer.sign({ ...good, iss }), (token) => verifier.verify(Redacted.make(token)))
      assert.strictEqual((yield* verify(one, names[0])).issuer, names[0])
      assert.strictEqual((yield* verify(two, names[1])).issuer, names[1])
      assert.strictEqual((yield* Effect.flip(verify(one, names[1]))).problem, "Signature")
      assert.strictEqual((yield* Effect.flip(verify(two, names[0]))).problem, "Signature")
      assert.strictEqual((yield* Effect.flip(verify(one, "https://three.example"))).problem, "Issuer")
    }))
})

/** Tokens that the issuer has signed, and that are not good here. */
const wrong: ReadonlyArray<readonly [string, TokenRejection["problem"], { readonly [name: string]: unknown }]> = [
  ["for nobody (ATK-03)", "Audience", { aud: undefined }],
  ["for a list with something else in it", "Audience", { aud: [audience, 1] }],
  ["with the audience in another member", "Audience", { aud: undefined, azp: audience, resource: audience }],
  ["of another issuer", "Issuer", { iss: "https://evil.example" }],
  ["of an issuer with a slash more", "Issuer", { iss: `${issuer}/` }],
  ["of an issuer in capitals", "Issuer", { iss: issuer.toUpperCase() }],
  ["of no issuer", "Malformed", { iss: undefined }],
  ["that has expired (ATK-06)", "Expired", { exp: now - 31 }],
  ["that never ends", "Malformed", { exp: undefined }],
  ["that ends at a text", "Malformed", { exp: "later" }],
  ["that ends at no number", "Malformed", { exp: null }],
  ["that is not good yet", "NotYetValid", { nbf: now + 31 }],
  ["that was issued in the future", "NotYetValid", { iat: now + 31 }],
  ["that is bound to a certificate", "Malformed", { cnf: { "x5t#S256": "A" } }],
  ["that is bound in two ways", "Malformed", { cnf: { jkt: "A", "x5t#S256": "A" } }],
  ["that is bound to what is no text", "Malformed", { cnf: { jkt: 1 } }],
  ["that is bound to nothing", "Malformed", { cnf: null }],
  ["for a user that is no text", "Malformed", { sub: { name: "alice" } }]
]

describe("a token is refused that is", () => {
  for (const [name, problem, claims] of wrong) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const { signer, verify } = yield* setUp()
        const token = yield* signer.sign({ ...good, ...claims })
        const error = yield* Effect.flip(verify(token))
        assert.strictEqual(error.problem, problem)
        const text = `${error.message}${String(error)}${JSON.stringify(error)}`
        assert.notInclude(text, token.slice(0, 30))
        assert.notInclude(text, "alice")
      }))
  }

  for (const typ of ["dpop+jwt", "logout+jwt", "oauth-id-jag+jwt", "secevent+jwt", "x", "", 1]) {
    it.effect(`of the type ${JSON.stringify(typ)}`, () =>
      Effect.gen(function*() {
        const { signer, verify } = yield* setUp()
        assert.strictEqual((yield* Effect.flip(verify(yield* signer.sign(good, { typ })))).problem, "Malformed")
      }))
  }

  const garbage = ["", "x", "a.b.c", "a.b.c.d.e", "....", `${"A".repeat(17_000)}`, "eyJhbGciOiJub25lIn0.e30."]
  for (const text of garbage) {
    it.effect(`garbage: ${text.slice(0, 9)}`, () =>
      Effect.gen(function*() {
        const { verify } = yield* setUp()
        assert.strictEqual((yield* Effect.flip(verify(text))).problem, "Malformed")
      }))
  }

  it.effect.prop(
    "whatever its text is",
    [Schema.String, Schema.String, Schema.String],
    ([one, two, three]) =>
      Effect.gen(function*() {
        const { verify } = yield* setUp()
        for (const text of [one, `${one}.${two}.${three}`]) yield* Effect.flip(verify(text))
      }),
    { arbitrary: { runs: 30 } }
  )

  it.effect("longer than is looked at", () =>
    Effect.gen(function*() {
      const { signer, verify } = yield* setUp()
      const token = yield* signer.sign({ ...good, padding: "A".repeat(16_384) })
      assert.strictEqual((yield* Effect.flip(verify(token))).problem, "Malformed")
    }))
})

describe("an attack by", () => {
  const encode = (json: unknown) => jose.base64url.encode(JSON.stringify(json))

  it.effect("`none`, in every spelling, with signature or without (ATK-01)", () =>
    Effect.gen(function*() {
      const { signer, verify } = yield* setUp()
      const [, body, signature] = (yield* signer.sign(good)).split(".")
      for (const alg of ["none", "None", "NONE", "nOnE", "", undefined, null, 1, ["ES256"]]) {
        for (const end of ["", signature]) {
          const error = yield* Effect.flip(verify(`${encode({ typ: "at+jwt", alg, kid: "1" })}.${body}.${end}`))
          assert.include(["Algorithm", "Malformed", "Signature"], error.problem)
        }
      }
    }))

  for (const algorithm of ["RS256", "ES256"]) {
    it.effect(`confusion of algorithms: the public ${algorithm} key as a shared secret (ATK-01)`, () =>
      Effect.gen(function*() {
        const { signer, verify } = yield* setUp({}, algorithm)
        const key = yield* Effect.promise(() => jose.importJWK(signer.jwk, algorithm))
        const pem = yield* Effect.promise(() => jose.exportSPKI(key as jose.CryptoKey))
        for (const secret of [pem, pem.trim(), JSON.stringify(signer.jwk), signer.jwk.n ?? signer.jwk.x ?? ""]) {
          for (const alg of ["HS256", "HS384", "HS512"]) {
            const bytes = new TextEncoder().encode(secret)
            const token = yield* Effect.promise(() =>
              new jose.SignJWT(good).setProtectedHeader({ alg, typ: "at+jwt", kid: "1" }).sign(bytes)
            )
            assert.strictEqual((yield* Effect.flip(verify(token))).problem, "Algorithm")
          }
        }
      }))
  }

  it.effect("a shared secret among the keys, or one that is allowed by mistake (ATK-01)", () =>
    Effect.gen(function*() {
      const secret = new Uint8Array(32)
      const jwk = { kty: "oct", k: jose.base64url.encode(secret), kid: "1", alg: "HS256" }
      // @ts-expect-error a symmetric algorithm cannot be allowed
      const algorithms: ReadonlyArray<SignatureAlgorithm.SignatureAlgorithm> = ["HS256"]
      for (const options of [{}, { algorithms }]) {
        const { verify } = yield* setUp({ jwks: { keys: [jwk] }, ...options })
        const token = yield* Effect.promise(() =>
          new jose.SignJWT(good).setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: "1" }).sign(secret)
        )
        assert.strictEqual((yield* Effect.flip(verify(token))).problem, "Algorithm")
      }
    }))

  it.effect("another key under the same id", () =>
    Effect.gen(function*() {
      const { verify } = yield* setUp()
      const other = yield* FakeIssuer.signer("1")
      assert.strictEqual((yield* Effect.flip(verify(yield* other.sign(good)))).problem, "Signature")
    }))

  it.effect("a token that says itself where its key is: nothing is fetched, nothing of it is used", () =>
    Effect.gen(function*() {
      const { http, verify } = yield* setUp()
      const other = yield* FakeIssuer.signer("2")
      http.handle({ "https://evil.example": () => FakeIssuer.keySet([other]) })
      const url = "https://evil.example/jwks"
      const headers = [
        { jku: url },
        { x5u: url },
        { jwk: other.jwk },
        { x5c: ["AAAA"] },
        { kid: url },
        { kid: "../../dev/null" },
        { kid: "1", jwk: other.jwk, jku: url, x5u: url }
      ]
      for (const header of headers) {
        const error = yield* Effect.flip(verify(yield* other.sign(good, header)))
        assert.strictEqual(error.problem, "Signature")
      }
      assert.strictEqual(http.requests.length, 0)
    }))

  it.effect("something critical that is not understood", () =>
    Effect.gen(function*() {
      const { signer, verify } = yield* setUp()
      yield* Effect.flip(verify(yield* signer.sign(good, { crit: ["x"], x: 1 })))
    }))

  it.effect("a changed body, a changed header, a missing signature", () =>
    Effect.gen(function*() {
      const { signer, verify } = yield* setUp()
      const [header, body, signature] = (yield* signer.sign(good)).split(".")
      const admin = encode({ ...good, scope: "mcp:admin" })
      const texts = [
        `${header}.${admin}.${signature}`,
        `${encode({ alg: "ES256", typ: "JWT", kid: "1" })}.${body}.${signature}`,
        `${header}.${body}.`,
        `${header}.${body}.${signature?.slice(4)}`
      ]
      for (const text of texts) assert.strictEqual((yield* Effect.flip(verify(text))).problem, "Signature")
    }))
})
