/** Tokens that the issuer is asked about: what it says, how long that is remembered, and what never leaks. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import type { Client } from "../../src/token/ClientAuthentication.ts"
import * as IntrospectionVerifier from "../../src/verifier/IntrospectionVerifier.ts"
import type { TokenRejection } from "../../src/verifier/TokenRejection.ts"
import { defaultLimits, VerifierLimits } from "../../src/verifier/VerifierLimits.ts"
import * as FakeHttp from "../support/FakeHttp.ts"
import * as FakeIssuer from "../support/FakeIssuer.ts"

const issuer = "https://auth.example"
const endpoint = `${issuer}/introspect`
const audience = "https://mcp.example/mcp"
const now = 1_700_000_000
const token = "the-opaque-access-token"
const secret = "the-client-secret"

const client: Client = {
  clientId: "mcp-server",
  authentication: { _tag: "client_secret_basic", secret: Redacted.make(secret) }
}

const good = {
  active: true,
  iss: issuer,
  aud: audience,
  sub: "alice",
  client_id: "desktop",
  scope: "mcp:read",
  exp: now + 600,
  token_type: "Bearer"
}

const setUp = (options: Partial<IntrospectionVerifier.Options> = {}) =>
  Effect.gen(function*() {
    yield* TestClock.setTime(now * 1000)
    const http = FakeHttp.make()
    let answer: FakeHttp.Handler = () => FakeHttp.json(good)
    FakeIssuer.serve(http, issuer, () => new Response("", { status: 404 }))
    http.handle({ [`POST ${endpoint}`]: (request) => answer(request) })
    const verifier = yield* Effect.provide(
      IntrospectionVerifier.make({ issuer, client, ...options }),
      http.layer
    )
    return {
      http,
      /** Lets requests wait until they are let go; gives how to see that the first has come. */
      hold: () => {
        const arrived = Deferred.makeUnsafe<void>()
        const go = Deferred.makeUnsafe<void>()
        answer = () =>
          Deferred.succeed(arrived, undefined).pipe(
            Effect.andThen(Deferred.await(go)),
            Effect.map(() => FakeHttp.json(good))
          )
        return { arrived: Deferred.await(arrived), go: Deferred.succeed(go, undefined) }
      },
      verify: (text = token) => verifier.verify(Redacted.make(text)),
      answer: (next: FakeHttp.Handler) => {
        answer = next
      },
      asked: () => http.sentTo(`POST ${endpoint}`).length
    }
  })

describe("an issuer is asked", () => {
  it.effect("by a client that it knows, about a token in the body, at the place that it names (RFC 7662, 2.1)", () =>
    Effect.gen(function*() {
      const { http, verify } = yield* setUp()
      assert.deepStrictEqual(yield* verify(), {
        issuer,
        subject: "alice",
        clientId: "desktop",
        audience: [audience],
        scopes: ["mcp:read"],
        expiresAtMillis: (now + 600) * 1000,
        jkt: undefined,
        claims: good
      })
      const [request] = http.sentTo(`POST ${endpoint}`)
      assert.strictEqual(request?.headers["authorization"], `Basic ${btoa(`mcp-server:${secret}`)}`)
      assert.strictEqual(request?.url.search, "")
      const form = Object.fromEntries(new URLSearchParams(request?.body))
      assert.deepStrictEqual(form, { token, token_type_hint: "access_token" })
    }))

  it.effect("where the operator says, without looking for metadata", () =>
    Effect.gen(function*() {
      const { http, verify } = yield* setUp({ introspectionEndpoint: endpoint })
      yield* verify()
      assert.strictEqual(http.requests.length, 1)
    }))

  it.effect("once about a token, however often it comes, while the answer is fresh", () =>
    Effect.gen(function*() {
      const { asked, verify } = yield* setUp()
      yield* verify()
      yield* TestClock.adjust("59 seconds")
      yield* verify()
      assert.strictEqual(asked(), 1)
      yield* verify("another")
      assert.strictEqual(asked(), 2)
      yield* TestClock.adjust("1 second")
      yield* verify()
      assert.strictEqual(asked(), 3)
    }))

  it.effect("once about a token that fifty callers bring at the same time", () =>
    Effect.gen(function*() {
      const { asked, hold, verify } = yield* setUp()
      const { arrived, go } = hold()
      const waiting = yield* Effect.forkChild(
        Effect.all(Array.from({ length: 50 }, () => verify()), { concurrency: "unbounded" })
      )
      yield* arrived
      yield* go
      assert.strictEqual((yield* Fiber.join(waiting)).length, 50)
      assert.strictEqual(asked(), 1)
    }))

  it.effect("for whoever still waits, when others have given up", () =>
    Effect.gen(function*() {
      const { hold, verify } = yield* setUp()
      const { arrived, go } = hold()
      const first = yield* Effect.forkChild(verify(), { startImmediately: true })
      yield* arrived
      const other = yield* Effect.forkChild(verify(), { startImmediately: true })
      yield* Fiber.interrupt(first)
      yield* go
      assert.strictEqual((yield* Fiber.join(other)).subject, "alice")
    }))

  it.effect("again when the token's own time is over, though the answer would still be fresh", () =>
    Effect.gen(function*() {
      const { answer, asked, verify } = yield* setUp()
      answer(() => FakeHttp.json({ ...good, exp: now + 10 }))
      yield* verify()
      yield* TestClock.adjust("10 seconds")
      answer(() => FakeHttp.json({ active: false }))
      assert.strictEqual((yield* Effect.flip(verify())).problem, "Inactive")
      assert.strictEqual(asked(), 2)
    }))

  it.effect("about a token that was none after a short time only, and at once about one that it could not tell of", () =>
    Effect.gen(function*() {
      const { answer, asked, verify } = yield* setUp()
      answer(() => FakeHttp.json({ active: false }))
      yield* Effect.flip(verify())
      yield* TestClock.adjust("9 seconds")
      yield* Effect.flip(verify())
      assert.strictEqual(asked(), 1)
      yield* TestClock.adjust("1 second")
      answer(() => new Response("", { status: 503 }))
      assert.strictEqual((yield* Effect.flip(verify())).problem, "Unavailable")
      answer(() => FakeHttp.json(good))
      yield* verify()
      assert.strictEqual(asked(), 3)
    }))

  it.effect("about good tokens no more often for all the garbage that comes in between", () =>
    Effect.gen(function*() {
      const { answer, asked, verify } = yield* setUp()
      answer(({ body }) => FakeHttp.json(new URLSearchParams(body).get("token") === token ? good : { active: false }))
      yield* verify()
      for (let each = 0; each < 20; each++) yield* Effect.flip(verify(`garbage-${each}`))
      assert.strictEqual(asked(), 21)
      yield* verify()
      assert.strictEqual(asked(), 21)
      yield* Effect.flip(verify("garbage-0"))
      assert.strictEqual(asked(), 22)
    }).pipe(Effect.provideService(VerifierLimits, { ...defaultLimits, introspectedMax: 3 })))

  it.effect("about as many good tokens as are remembered, the ones used last", () =>
    Effect.gen(function*() {
      const { asked, verify } = yield* setUp()
      for (const text of ["a", "b", "a", "c", "a"]) yield* verify(text)
      assert.strictEqual(asked(), 3)
      yield* verify("b")
      assert.strictEqual(asked(), 4)
    }).pipe(Effect.provideService(VerifierLimits, { ...defaultLimits, introspectedMax: 2 })))

  it.effect("for its metadata once in a while, and not for each token", () =>
    Effect.gen(function*() {
      const { http, verify } = yield* setUp()
      const metadata = `GET ${issuer}/.well-known/oauth-authorization-server`
      for (const text of ["a", "b", "c"]) yield* verify(text)
      assert.strictEqual(http.sentTo(metadata).length, 1)
      yield* TestClock.adjust("1 hour")
      yield* Effect.flip(verify("d"))
      assert.strictEqual(http.sentTo(metadata).length, 2)
    }))
})

const wrong: ReadonlyArray<readonly [string, TokenRejection["problem"], unknown]> = [
  ["that is not active (ATK-06)", "Inactive", { active: false }],
  ["for nobody in particular (ATK-03)", "Audience", { ...good, aud: undefined }],
  ["of another issuer", "Issuer", { ...good, iss: "https://evil.example" }],
  ["of an issuer with a slash more", "Issuer", { ...good, iss: `${issuer}/` }],
  ["that has expired, though it is called active", "Expired", { ...good, exp: now - 31 }],
  ["that is not good yet", "NotYetValid", { ...good, nbf: now + 31 }],
  ["that ends at a text", "Malformed", { ...good, exp: "x" }],
  ["that is bound to a certificate", "Malformed", { ...good, cnf: { "x5t#S256": "A" } }],
  ["that is bound to a key that is not named", "Malformed", { ...good, token_type: "DPoP" }],
  ["of which the issuer says nothing", "Unavailable", {}],
  ["of which the issuer says `yes`", "Unavailable", { ...good, active: "true" }],
  ["of which it says a list", "Unavailable", []]
]

describe("a token is refused", () => {
  for (const [name, problem, body] of wrong) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const { answer, verify } = yield* setUp()
        answer(() => FakeHttp.json(body))
        assert.strictEqual((yield* Effect.flip(verify())).problem, problem)
      }))
  }

  const broken: ReadonlyArray<readonly [string, FakeHttp.Handler]> = [
    ["answers with HTML", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
    ["does not know this server", () => FakeHttp.json({ error: "invalid_client" }, { status: 401 })],
    ["fails", () => new Response(token + secret, { status: 500 })],
    [
      "echoes what it was asked",
      ({ body, headers }) =>
        FakeHttp.json({ error: `bad ${body}`, error_description: `${headers["authorization"]} ${body}` }, {
          status: 400
        })
    ],
    ["redirects elsewhere", () => new Response("", { status: 307, headers: { location: "https://evil.example/" } })]
  ]
  for (const [name, handler] of broken) {
    it.effect(`when the issuer ${name}: it is the issuer's fault, and nothing of token or secret is told (ATK-09)`, () =>
      Effect.gen(function*() {
        const { answer, http, verify } = yield* setUp()
        answer(handler)
        const error = yield* Effect.flip(verify())
        assert.strictEqual(error.problem, "Unavailable")
        const text = `${error.message}${error.stack}${JSON.stringify(error)}`
        for (const hidden of [token, secret, btoa(`mcp-server:${secret}`)]) assert.notInclude(text, hidden)
        assert.strictEqual(http.sentTo("https://evil.example").length, 0)
      }))
  }

  it.effect("when there is no answer in time", () =>
    Effect.gen(function*() {
      const { hold, verify } = yield* setUp({ introspectionEndpoint: endpoint })
      const { arrived } = hold()
      const waiting = yield* Effect.forkChild(Effect.flip(verify()))
      yield* arrived
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(waiting)).problem, "Unavailable")
    }))

  it.effect("when it is empty or endless, without asking", () =>
    Effect.gen(function*() {
      const { http, verify } = yield* setUp()
      for (const text of ["", "A".repeat(16_385)]) {
        assert.strictEqual((yield* Effect.flip(verify(text))).problem, "Malformed")
      }
      assert.strictEqual(http.requests.length, 0)
    }))

  it.effect("when the metadata has no such endpoint", () =>
    Effect.gen(function*() {
      const { http, verify } = yield* setUp()
      http.handle({ [`GET ${issuer}/.well-known/oauth-authorization-server`]: () => FakeHttp.json({ issuer }) })
      const error = yield* Effect.flip(verify())
      assert.strictEqual(error.problem, "Unavailable")
      assert.include(error.detail, "introspection_endpoint")
    }))
})

describe("a token is taken", () => {
  it.effect("of which the issuer does not say whom it is for, where that is allowed; else it is the issuer that says it (ATK-03)", () =>
    Effect.gen(function*() {
      const { answer, verify } = yield* setUp({ allowMissingAudience: true })
      answer(() => FakeHttp.json({ active: true, sub: "alice" }))
      const found = yield* verify()
      assert.isUndefined(found.audience)
      assert.deepStrictEqual(found.claims, { active: true, sub: "alice" })
      assert.strictEqual(found.issuer, issuer)
      answer(() => FakeHttp.json({ ...good, aud: "https://other.example" }))
      assert.deepStrictEqual((yield* verify("another")).audience, ["https://other.example"])
      answer(() => FakeHttp.json({ ...good, aud: [1] }))
      assert.strictEqual((yield* Effect.flip(verify("third"))).problem, "Audience")
    }))

  it.effect("that its issuer repeats, without the token: what handlers see of a caller has none (ATK-08)", () =>
    Effect.gen(function*() {
      const { answer, verify } = yield* setUp()
      answer(() => FakeHttp.json({ ...good, token, access_token: token }))
      const { claims } = yield* verify()
      assert.deepStrictEqual(claims, good)
    }))

  it.effect("that is bound to a key, by which it is then known (RFC 9449, 6.2)", () =>
    Effect.gen(function*() {
      const { answer, verify } = yield* setUp()
      answer(() => FakeHttp.json({ ...good, token_type: "DPoP", cnf: { jkt: "key" } }))
      assert.strictEqual((yield* verify()).jkt, "key")
    }))
})
