/** A thief or a forger at the protected server: stolen tokens without their key, used proofs, tokens that nobody issued. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as jose from "jose"
import * as DpopKey from "../../src/dpop/DpopKey.ts"
import * as Attack from "../support/Attack.ts"
import * as FakeIssuer from "../support/FakeIssuer.ts"
import * as Network from "../support/Network.ts"
import * as Secrets from "../support/Secrets.ts"

const refused = [401, "invalid_token"] as const
const refusedProof = [401, "invalid_dpop_proof"] as const

/** What a victim sent last: a token that is bound to a key, and the proof that went with it. */
const overheard = Effect.fnUntraced(function*(world: Attack.World) {
  assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
  const { authorization = "", dpop = "" } = world.network.sentBy("client").findLast((request) =>
    Network.placeOf(request) === `POST ${Attack.url}` && request.headers["dpop"] !== undefined
  )?.headers ?? {}
  assert.match(authorization, /^DPoP /)
  return { authorization, dpop, token: authorization.slice("DPoP ".length) }
})

/** A victim whose tokens are bound to a key that is watched. */
const withKey = <A>(attack: (world: Attack.World, key: DpopKey.DpopKey) => Effect.Effect<A, unknown>) =>
  Effect.gen(function*() {
    const key = yield* DpopKey.generate({ extractable: true })
    const { d = "" } = JSON.parse(Redacted.value(key.exported ?? assert.fail())) as jose.JWK
    yield* Attack.run({ allowed: Attack.login, client: { dpop: key } }, (world) => {
      world.bring(Secrets.kept("proof key", d))
      return Effect.asVoid(attack(world, key))
    })
  })

describe("a stolen token that is bound to a key", () => {
  it.effect("is worth nothing without a proof, however it is shown (XDP-07, XDP-09)", () =>
    withKey((world) =>
      Effect.gen(function*() {
        const { authorization, token } = yield* overheard(world)
        assert.deepStrictEqual(yield* world.steal({ authorization }), refusedProof)
        assert.deepStrictEqual(yield* world.steal({ authorization: `Bearer ${token}` }), refused)
      })
    ))

  it.effect("is worth nothing with a proof that was used (XDP-10, XDP-12)", () =>
    withKey((world) =>
      Effect.gen(function*() {
        const { authorization, dpop } = yield* overheard(world)
        assert.deepStrictEqual(yield* world.steal({ authorization, dpop }), refusedProof)
        assert.deepStrictEqual(yield* world.steal({ authorization, dpop: `${dpop}, ${dpop}` }), refusedProof)
      })
    ))

  it.effect("is worth nothing with a proof for another URL, verb, token or time, or by another key (XDP-07, XDP-08)", () =>
    withKey((world, key) =>
      Effect.gen(function*() {
        const { authorization, token } = yield* overheard(world)
        const accessToken = Redacted.make(token)
        const own = yield* DpopKey.generate()
        const good = { method: "POST", url: Attack.url, accessToken }
        const proofs = [
          yield* key.prove({ ...good, url: "https://mcp.example/other" }),
          yield* key.prove({ ...good, url: "https://evil.example/mcp" }),
          yield* key.prove({ ...good, url: "http://mcp.example/mcp" }),
          yield* key.prove({ ...good, method: "GET" }),
          yield* key.prove({ ...good, method: "post" }),
          yield* key.prove({ ...good, accessToken: Redacted.make("another") }),
          yield* key.prove({ method: "POST", url: Attack.url }),
          yield* own.prove(good)
        ]
        for (const dpop of proofs) assert.deepStrictEqual(yield* world.steal({ authorization, dpop }), refusedProof)
        // And the same with all in order is let in: nothing else was wrong.
        assert.deepStrictEqual(yield* world.steal({ authorization, dpop: yield* key.prove(good) }), [200, undefined])
      })
    ))

  it.effect("is worth nothing with a proof without the nonce, which the client itself finds (XDP-06, XDP-11)", () =>
    Effect.flatMap(
      DpopKey.generate(),
      (key) =>
        Attack.run(
          { allowed: Attack.login, client: { dpop: key }, proofs: { nonceMillis: 60_000 } },
          (world) =>
            Effect.gen(function*() {
              const { authorization, token } = yield* overheard(world)
              const own = yield* DpopKey.generate()
              const proven = { method: "POST", url: Attack.url, accessToken: Redacted.make(token) }
              assert.deepStrictEqual(
                yield* world.steal({ authorization, dpop: yield* own.prove(proven) }),
                refusedProof
              )
              // With the nonce of the last request, but for another time.
              const dpop = yield* key.prove(proven)
              yield* TestClock.adjust("3 minutes")
              assert.deepStrictEqual(yield* world.steal({ authorization, dpop }), [401, "use_dpop_nonce"])
            })
        )
    ))

  it.effect("is not to be had by a proof that is signed with `none` or a secret (XDP-07, XDP-18, XDP-19)", () =>
    withKey((world, key) =>
      Effect.gen(function*() {
        const { authorization } = yield* overheard(world)
        const [head = "", body = ""] = (yield* key.prove({ method: "POST", url: Attack.url })).split(".")
        const header = JSON.parse(atob(head.replaceAll("-", "+").replaceAll("_", "/")))
        const encoded = (changes: object) => jose.base64url.encode(JSON.stringify({ ...header, ...changes }))
        const hmac = yield* Effect.promise(() =>
          new jose.CompactSign(jose.base64url.decode(body))
            .setProtectedHeader({ ...header, alg: "HS256" })
            .sign(new TextEncoder().encode(JSON.stringify(header.jwk).padEnd(32)))
        )
        for (const dpop of [`${encoded({ alg: "none" })}.${body}.`, `${encoded({ alg: "none" })}.${body}.AA`, hmac]) {
          assert.deepStrictEqual(yield* world.steal({ authorization, dpop }), refusedProof)
        }
      })
    ))
})

type Forge = (means: {
  readonly issuer: FakeIssuer.Signer
  readonly claims: { readonly [name: string]: unknown }
  readonly seconds: number
}) => Effect.Effect<string>

const hmac = (claims: object, header: jose.JWTHeaderParameters, secret: Uint8Array) =>
  Effect.promise(() => new jose.SignJWT({ ...claims }).setProtectedHeader(header).sign(secret))

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text.padEnd(32, "\n"))

const unsigned = (header: object, claims: object): Effect.Effect<string> =>
  Effect.succeed([header, claims].map((part) => jose.base64url.encode(JSON.stringify(part))).join(".") + ".")

const pemOf = (jwk: jose.JWK) =>
  Effect.promise(async () => {
    const key = await jose.importJWK({ ...jwk, ext: true }, jwk.alg)
    return jose.exportSPKI(key as jose.CryptoKey)
  })

const forgeries: ReadonlyArray<readonly [what: string, forge: Forge]> = [
  [
    "for another resource (ATK-02, ATK-03, STP-01)",
    ({ claims, issuer }) => issuer.sign({ ...claims, aud: "https://other.example/mcp" })
  ],
  [
    "for a resource whose name begins the same (ATK-02)",
    ({ claims, issuer }) => issuer.sign({ ...claims, aud: `${Attack.url}/x` })
  ],
  ["for nobody (ATK-03)", ({ claims, issuer }) => issuer.sign({ ...claims, aud: undefined })],
  [
    "of another issuer with the same key (ATK-07)",
    ({ claims, issuer }) => issuer.sign({ ...claims, iss: "https://evil.example" })
  ],
  ["of the issuer with a slash (ATK-01)", ({ claims, issuer }) => issuer.sign({ ...claims, iss: `${Attack.issuer}/` })],
  ["that has expired (ATK-06)", ({ claims, issuer, seconds }) => issuer.sign({ ...claims, exp: seconds - 31 })],
  ["that does not expire (ATK-01)", ({ claims, issuer }) => issuer.sign({ ...claims, exp: undefined })],
  [
    "that was issued in the future (ATK-01)",
    ({ claims, issuer, seconds }) => issuer.sign({ ...claims, iat: seconds + 31 })
  ],
  ["that is not valid yet (ATK-01)", ({ claims, issuer, seconds }) => issuer.sign({ ...claims, nbf: seconds + 31 })],
  ["with times that are no times (ATK-01)", ({ claims, issuer }) => issuer.sign({ ...claims, exp: "never" })],
  ["that is an ID token by its type (ATK-01)", ({ claims, issuer }) => issuer.sign(claims, { typ: "id+jwt" })],
  ["that is a proof by its type (ATK-01)", ({ claims, issuer }) => issuer.sign(claims, { typ: "dpop+jwt" })],
  ["without a signature (ATK-01)", ({ claims }) => unsigned({ alg: "none", typ: "at+jwt" }, claims)],
  [
    "without a signature, with the id of a key (ATK-01)",
    ({ claims, issuer }) => unsigned({ alg: "None", kid: issuer.kid }, claims)
  ],
  [
    "whose signature is cut short (ATK-01)",
    ({ claims, issuer }) => Effect.map(issuer.sign(claims), (token) => token.slice(0, -4))
  ],
  ["with a signature of something else (ATK-01)", ({ claims, issuer }) =>
    Effect.map(issuer.sign(claims), (token) => {
      const [head, , signature] = token.split(".")
      return `${head}.${jose.base64url.encode(JSON.stringify({ ...claims, sub: "root" }))}.${signature}`
    })],
  [
    "that takes the public key for a secret: its PEM (ATK-01)",
    ({ claims, issuer }) =>
      Effect.flatMap(
        pemOf(issuer.jwk),
        (pem) => hmac(claims, { alg: "HS256", typ: "at+jwt", kid: issuer.kid }, bytes(pem))
      )
  ],
  [
    "that takes the public key for a secret: its JWK (ATK-01)",
    ({ claims, issuer }) =>
      hmac(claims, { alg: "HS256", typ: "at+jwt", kid: issuer.kid }, bytes(JSON.stringify(issuer.jwk)))
  ],
  [
    "that takes the public key for a secret: its modulus (ATK-01)",
    ({ claims, issuer }) => hmac(claims, { alg: "HS512", typ: "at+jwt", kid: issuer.kid }, bytes(issuer.jwk.n ?? ""))
  ],
  [
    "that brings its own key (ATK-01)",
    ({ claims, issuer }) =>
      Effect.flatMap(FakeIssuer.signer(issuer.kid, "RS256"), (own) => own.sign(claims, { jwk: own.jwk }))
  ],
  [
    "that says where its key is (ATK-01, SSR-01)",
    ({ claims, issuer }) =>
      Effect.flatMap(
        FakeIssuer.signer(issuer.kid, "RS256"),
        (own) => own.sign(claims, { jku: "https://evil.example/jwks", x5u: "https://169.254.169.254/x" })
      )
  ],
  [
    "with the id of a key that nobody has (ATK-01)",
    ({ claims }) => Effect.flatMap(FakeIssuer.signer("../../dev/null", "RS256"), (own) => own.sign(claims))
  ],
  [
    "with the id of a key that is code (ATK-01)",
    ({ claims }) => Effect.flatMap(FakeIssuer.signer("__proto__", "RS256"), (own) => own.sign(claims))
  ],
  [
    "with no id of a key, by another (ATK-01)",
    ({ claims }) => Effect.flatMap(FakeIssuer.signer("x", "RS256"), (own) => own.sign(claims, { kid: undefined }))
  ],
  ["that demands what nobody knows (ATK-01)", ({ claims, issuer }) => issuer.sign(claims, { crit: ["x"], x: 1 })],
  [
    "that is bound to a certificate (ATK-07)",
    ({ claims, issuer }) => issuer.sign({ ...claims, cnf: { "x5t#S256": "x" } })
  ],
  [
    "that is bound to a key, as if it were not (XDP-07)",
    ({ claims, issuer }) => issuer.sign({ ...claims, cnf: { jkt: "x" } })
  ]
]

describe("a token that is not good here", () => {
  const keys = (world: Attack.World, issuer: FakeIssuer.Signer): void =>
    world.http.handle({ [`GET ${Attack.issuer}/jwks`]: () => FakeIssuer.keySet([issuer]) })

  const meansOf = (issuer: FakeIssuer.Signer) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const seconds = Math.floor(now / 1000)
      const claims = {
        iss: Attack.issuer,
        aud: Attack.url,
        sub: "alice",
        client_id: "client",
        scope: "mcp:read",
        jti: "1",
        iat: seconds,
        exp: seconds + 60
      }
      return { issuer, claims, seconds }
    })

  for (const [what, forge] of forgeries) {
    it.effect(`is refused: ${what}`, () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(1_800_000_000_000)
        const issuer = yield* FakeIssuer.signer("a", "RS256")
        yield* Attack.run({ allowed: [] }, (world) =>
          Effect.gen(function*() {
            keys(world, issuer)
            const means = yield* meansOf(issuer)
            const forged = yield* forge(means)
            world.bring(Secrets.kept("forged token", forged))
            assert.deepStrictEqual(yield* world.steal({ authorization: `Bearer ${forged}` }), refused)
            assert.deepStrictEqual(yield* world.steal({ authorization: `Bearer ${forged}` }, "GET"), refused)
            // What it was made of is good.
            const good = yield* issuer.sign(means.claims)
            assert.deepStrictEqual(yield* world.steal({ authorization: `Bearer ${good}` }), [200, undefined])
          }))
      }))
  }
})
