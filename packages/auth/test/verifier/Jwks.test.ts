/** The keys of an issuer: one request for many tokens, and what becomes of them when the issuer changes, lies or is gone. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { AuthLimits, defaultLimits as authLimits } from "../../src/AuthLimits.ts"
import * as JwtVerifier from "../../src/verifier/JwtVerifier.ts"
import { defaultLimits, VerifierLimits } from "../../src/verifier/VerifierLimits.ts"
import * as FakeHttp from "../support/FakeHttp.ts"
import * as FakeIssuer from "../support/FakeIssuer.ts"

const issuer = "https://auth.example"
const jwks = `GET ${issuer}/jwks`

const claims = { iss: issuer, aud: "https://mcp.example/mcp", sub: "alice", exp: 9_999_999_999 }

const setUp = Effect.gen(function*() {
  const http = FakeHttp.make()
  const first = yield* FakeIssuer.signer("first")
  const second = yield* FakeIssuer.signer("second")
  let keys = (): Response | Effect.Effect<Response> => FakeIssuer.keySet([first])
  FakeIssuer.serve(http, issuer, () => keys())
  const verifier = yield* Effect.provide(JwtVerifier.make({ issuer }), http.layer)
  const verify = (signer: FakeIssuer.Signer, header?: { readonly [name: string]: unknown }) =>
    Effect.flatMap(signer.sign(claims, header), (token) => verifier.verify(Redacted.make(token)))
  return {
    http,
    first,
    second,
    verify,
    /** Lets requests for keys wait until they are let go; gives how to see that the first has come. */
    hold: (signers: ReadonlyArray<FakeIssuer.Signer>) => {
      const arrived = Deferred.makeUnsafe<void>()
      const go = Deferred.makeUnsafe<void>()
      keys = () =>
        Deferred.succeed(arrived, undefined).pipe(
          Effect.andThen(Deferred.await(go)),
          Effect.map(() => FakeIssuer.keySet(signers))
        )
      return { arrived: Deferred.await(arrived), go: Deferred.succeed(go, undefined) }
    },
    answer: (next: () => Response | Effect.Effect<Response>) => {
      keys = next
    },
    asked: () => http.sentTo(jwks).length
  }
})

const down = () => new Response("", { status: 503 })

describe("keys", () => {
  it.effect("are not fetched before a token comes, and then once for fifty (stampede)", () =>
    Effect.gen(function*() {
      const { asked, first, hold, http, verify } = yield* setUp
      assert.strictEqual(http.requests.length, 0)
      const { arrived, go } = hold([first])
      const waiting = yield* Effect.forkChild(
        Effect.all(Array.from({ length: 50 }, () => verify(first)), { concurrency: "unbounded" })
      )
      yield* arrived
      yield* go
      const tokens = yield* Fiber.join(waiting)
      assert.strictEqual(tokens.length, 50)
      assert.strictEqual(asked(), 1)
    }))

  it.effect("are fetched for the others too when the one that has asked gives up", () =>
    Effect.gen(function*() {
      const { asked, first, hold, verify } = yield* setUp
      const { arrived, go } = hold([first])
      const one = yield* Effect.forkChild(verify(first), { startImmediately: true })
      yield* arrived
      const other = yield* Effect.forkChild(verify(first), { startImmediately: true })
      const giving = yield* Effect.forkChild(Fiber.interrupt(one), { startImmediately: true })
      yield* go
      yield* Fiber.join(giving)
      assert.strictEqual((yield* Fiber.join(other)).subject, "alice")
      assert.strictEqual(asked(), 1)
    }))

  it.effect("are kept as long as the issuer says, within bounds", () =>
    Effect.gen(function*() {
      const { answer, asked, first, verify } = yield* setUp
      answer(() => FakeIssuer.keySet([first], { "cache-control": "max-age=120" }))
      yield* verify(first)
      yield* TestClock.adjust("119 seconds")
      yield* verify(first)
      assert.strictEqual(asked(), 1)
      yield* TestClock.adjust("1 second")
      yield* verify(first)
      assert.strictEqual(asked(), 2)
    }))

  it.effect("rotate: a token with a new key is good at once, and one with the old key as long as that is there", () =>
    Effect.gen(function*() {
      const { answer, asked, first, second, verify } = yield* setUp
      yield* verify(first)
      yield* TestClock.adjust("31 seconds")
      answer(() => FakeIssuer.keySet([first, second]))
      yield* verify(second)
      yield* verify(first)
      assert.strictEqual(asked(), 2)
      answer(() => FakeIssuer.keySet([second]))
      yield* TestClock.adjust("10 minutes")
      yield* verify(second)
      assert.strictEqual((yield* Effect.flip(verify(first))).problem, "Signature")
    }))

  it.effect("rotate under load: fifty tokens with a new key cause one request", () =>
    Effect.gen(function*() {
      const { asked, first, hold, second, verify } = yield* setUp
      yield* verify(first)
      yield* TestClock.adjust("31 seconds")
      const { arrived, go } = hold([first, second])
      const waiting = yield* Effect.forkChild(
        Effect.all(Array.from({ length: 50 }, () => verify(second)), { concurrency: "unbounded" })
      )
      yield* arrived
      yield* go
      yield* Fiber.join(waiting)
      assert.strictEqual(asked(), 2)
    }))

  it.effect("that nobody has make the issuer be asked once per cooldown, however many tokens name them", () =>
    Effect.gen(function*() {
      const { asked, first, second, verify } = yield* setUp
      yield* verify(first)
      for (let each = 0; each < 20; each++) yield* Effect.flip(verify(second, { kid: `made-up-${each}` }))
      assert.strictEqual(asked(), 1)
      yield* TestClock.adjust("30 seconds")
      for (let each = 0; each < 20; each++) yield* Effect.flip(verify(second, { kid: `made-up-${each}` }))
      assert.strictEqual(asked(), 2)
      yield* verify(first)
    }))

  it.effect("that are over are used for a while when the issuer is down, and then no more", () =>
    Effect.gen(function*() {
      const { answer, asked, first, verify } = yield* setUp
      yield* verify(first)
      answer(down)
      yield* TestClock.adjust("10 minutes")
      yield* verify(first)
      yield* verify(first)
      assert.strictEqual(asked(), 2)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* Effect.flip(verify(first))).problem, "Unavailable")
      answer(() => FakeIssuer.keySet([first]))
      yield* TestClock.adjust("30 seconds")
      yield* verify(first)
    }))

  const broken: ReadonlyArray<readonly [string, () => Response | Effect.Effect<Response>]> = [
    ["an error", down],
    ["no JSON", () => new Response("<html>")],
    ["no key set", () => FakeHttp.json({ keys: "none" })],
    ["a list", () => FakeHttp.json([])],
    ["keys that are none", () => FakeHttp.json({ keys: [1, null, "x"] })],
    ["too many keys", () => FakeHttp.json({ keys: Array.from({ length: 65 }, () => ({ kty: "EC" })) })],
    ["a set that is too long", () => FakeHttp.json({ keys: [{ kty: "EC", x: "A".repeat(300_000) }] })],
    [
      "a redirect to another host",
      () => new Response("", { status: 302, headers: { location: "https://evil.example/" } })
    ]
  ]
  for (const [what, response] of broken) {
    it.effect(`are not to be had when there is ${what}: nobody gets in, and the issuer is left alone for a while`, () =>
      Effect.gen(function*() {
        const { answer, asked, first, http, verify } = yield* setUp
        answer(response)
        assert.strictEqual((yield* Effect.flip(verify(first))).problem, "Unavailable")
        assert.strictEqual((yield* Effect.flip(verify(first))).problem, "Unavailable")
        assert.strictEqual(asked(), 1)
        assert.deepStrictEqual(http.sentTo("https://evil.example"), [])
      }))
  }

  it.effect("are not waited for without end", () =>
    Effect.gen(function*() {
      const { asked, first, hold, verify } = yield* setUp
      const waiting = yield* Effect.forkChild(Effect.flip(verify(first)))
      yield* hold([first]).arrived
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(waiting)).problem, "Unavailable")
      assert.strictEqual((yield* Effect.flip(verify(first))).problem, "Unavailable")
      assert.strictEqual(asked(), 1)
    }))

  it.effect("are as many as the limits say", () =>
    Effect.gen(function*() {
      const { answer, first, second, verify } = yield* setUp
      answer(() => FakeIssuer.keySet([first, second]))
      assert.strictEqual((yield* Effect.flip(verify(first))).problem, "Unavailable")
    }).pipe(Effect.provideService(VerifierLimits, { ...defaultLimits, keysMax: 1 })))

  it.effect("come in responses that are as long as the limits say", () =>
    Effect.gen(function*() {
      const { first, verify } = yield* setUp
      assert.strictEqual((yield* Effect.flip(verify(first))).problem, "Unavailable")
    }).pipe(Effect.provideService(AuthLimits, { ...authLimits, responseBytesMax: 100 })))

  it.effect("are those of the issuer, not of whoever answers in its place (RFC 8414, 3.3)", () =>
    Effect.gen(function*() {
      const { asked, first, http, verify } = yield* setUp
      http.handle({
        [`GET ${issuer}/.well-known/oauth-authorization-server`]: () =>
          FakeHttp.json({ issuer: "https://evil.example", jwks_uri: `${issuer}/jwks` })
      })
      const error = yield* Effect.flip(verify(first))
      assert.strictEqual(error.problem, "Unavailable")
      assert.include(error.detail, "another issuer")
      assert.strictEqual(asked(), 0)
    }))

  it.effect("are not fetched from private hosts that metadata names, and are from hosts that the operator names", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make()
      const signer = yield* FakeIssuer.signer("1")
      const places = ["http://169.254.169.254/jwks", "https://10.0.0.1/jwks", "https://[::1]/jwks"]
      for (const jwks_uri of places) {
        http.handle({
          [`GET ${issuer}/.well-known/oauth-authorization-server`]: () => FakeHttp.json({ issuer, jwks_uri }),
          [`GET ${jwks_uri}`]: () => FakeIssuer.keySet([signer])
        })
        const verifier = yield* Effect.provide(JwtVerifier.make({ issuer }), http.layer)
        const error = yield* Effect.flip(verifier.verify(Redacted.make(yield* signer.sign(claims))))
        assert.strictEqual(error.problem, "Unavailable")
        assert.strictEqual(http.sentTo(jwks_uri).length, 0)
      }
      const jwksUri = "https://10.0.0.1/jwks"
      const named = yield* Effect.provide(JwtVerifier.make({ issuer, jwksUri }), http.layer)
      yield* named.verify(Redacted.make(yield* signer.sign(claims)))
    }))

  it.effect("may be given, so that nothing is fetched", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make()
      const signer = yield* FakeIssuer.signer("1")
      const options = { issuer, jwks: { keys: [signer.jwk] } }
      const verifier = yield* Effect.provide(JwtVerifier.make(options), http.layer)
      yield* verifier.verify(Redacted.make(yield* signer.sign(claims)))
      const other = yield* FakeIssuer.signer("2")
      const error = yield* Effect.flip(verifier.verify(Redacted.make(yield* other.sign(claims))))
      assert.strictEqual(error.problem, "Signature")
      assert.strictEqual(http.requests.length, 0)
    }))

  it.effect("are told apart by trying where a token does not say which, a few and not all", () =>
    Effect.gen(function*() {
      const http = FakeHttp.make()
      const signers = yield* Effect.forEach(["1", "2", "3", "4", "5"], (kid) => FakeIssuer.signer(kid))
      const options = { issuer, jwks: { keys: signers.map(({ jwk }) => jwk) } }
      const verifier = yield* Effect.provide(JwtVerifier.make(options), http.layer)
      const results = yield* Effect.forEach(signers, (signer) =>
        Effect.flatMap(
          signer.sign(claims, { kid: undefined }),
          (token) => Effect.exit(verifier.verify(Redacted.make(token)))
        ))
      assert.deepStrictEqual(results.map((exit) => exit._tag), [
        "Success",
        "Success",
        "Success",
        "Success",
        "Failure"
      ])
    }))
})
