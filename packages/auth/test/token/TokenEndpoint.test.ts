/** What all grants share: proofs with nonces, and what becomes of tokens. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as jose from "jose"
import * as DpopKey from "../../src/dpop/DpopKey.ts"
import * as ClientCredentialsGrant from "../../src/protocol/ClientCredentialsGrant.ts"
import * as ClientAuthentication from "../../src/token/ClientAuthentication.ts"
import * as TokenEndpoint from "../../src/token/TokenEndpoint.ts"
import * as FakeAuthorizationServer from "../support/FakeAuthorizationServer.ts"
import * as FakeHttp from "../support/FakeHttp.ts"
import { failure, resource, sent } from "../support/Servers.ts"

const world = (options: FakeAuthorizationServer.Options = {}) => {
  const http = FakeHttp.make()
  const server = FakeAuthorizationServer.make(http, { clients: { me: { method: "none" } }, ...options })
  return { http, server, tokenRequests: () => http.sentTo(server.endpoints.token) }
}

const asked = (
  { server }: ReturnType<typeof world>,
  more: { readonly dpop?: DpopKey.DpopKey; readonly scopes?: ReadonlyArray<string> } = {}
) => ({
  authorizationServer: server.metadata,
  client: ClientAuthentication.publicClient("me"),
  resource,
  scopes: more.scopes,
  dpop: more.dpop
})

const run = (at: ReturnType<typeof world>, more: Parameters<typeof asked>[1] = {}) =>
  Effect.provide(TokenEndpoint.run(ClientCredentialsGrant, asked(at, more)), at.http.layer)

const nonceOf = (proof: string | undefined) => jose.decodeJwt(proof ?? "")["nonce"]

describe("tokens", () => {
  it.effect("end when the response says so, on this clock, and know whose they are", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_000_000)
      const tokens = yield* run(world({ expiresIn: 60 }), { scopes: ["a", "b"] })
      assert.strictEqual(tokens.expiresAtMillis, 1_060_000)
      assert.deepInclude(tokens, { issuer: "https://auth.example", clientId: "me", tokenType: "Bearer" })
      assert.deepStrictEqual(tokens.scopes, ["a", "b"])
      assert.notInclude(`${JSON.stringify(tokens)}${String(tokens)}`, Redacted.value(tokens.accessToken))
    }))

  it.effect("have the scopes that were granted, which may be fewer", () =>
    Effect.gen(function*() {
      const tokens = yield* run(world({ grantedScopes: () => ["a"] }), { scopes: ["a", "b"] })
      assert.deepStrictEqual(tokens.scopes, ["a"])
    }))

  it.effect("have the scopes that were asked for where the response does not say, and no end (ATU-08)", () =>
    Effect.gen(function*() {
      const at = world({ expiresIn: undefined })
      at.http.handle({
        [`POST ${at.server.endpoints.token}`]: () => FakeHttp.json({ access_token: "t", token_type: "bearer" })
      })
      const tokens = yield* run(at, { scopes: ["a"] })
      assert.deepStrictEqual(tokens.scopes, ["a"])
      assert.isUndefined(tokens.expiresAtMillis)
      assert.isUndefined(tokens.refreshToken)
    }))
})

describe("an access token", () => {
  for (const token of ["two\nlines", "caf\u00e9", "nul\u0000", "\u{1f600}"]) {
    it.effect(`is none that no header can hold: ${JSON.stringify(token)} (RFC 6749, A.12)`, () =>
      Effect.gen(function*() {
        const at = world()
        at.http.handle({
          [`POST ${at.server.endpoints.token}`]: () => FakeHttp.json({ access_token: token, token_type: "Bearer" })
        })
        assert.strictEqual((yield* failure(run(at), [token]))._tag, "InvalidResponse")
      }))
  }
})

describe("a request with a key", () => {
  it.effect("has a proof for the endpoint, and its tokens are bound to the key (XDP-04)", () =>
    Effect.gen(function*() {
      const at = world({ dpop: "required" })
      const dpop = yield* DpopKey.generate()
      const tokens = yield* run(at, { dpop })
      assert.deepInclude(tokens, { tokenType: "DPoP", jkt: dpop.jkt })
      const claims = jose.decodeJwt(at.tokenRequests()[0]?.headers["dpop"] ?? "")
      assert.deepInclude(claims, { htm: "POST", htu: at.server.endpoints.token })
    }))

  it.effect("is made anew, once, with the nonce that the endpoint wants (XDP-05)", () =>
    Effect.gen(function*() {
      const at = world({ dpop: "required", dpopNonce: () => "n-1" })
      const dpop = yield* DpopKey.generate()
      yield* run(at, { dpop })
      const proofs = at.tokenRequests().map(({ headers }) => headers["dpop"])
      assert.deepStrictEqual(proofs.map(nonceOf), [undefined, "n-1"])
      yield* run(at, { dpop })
      assert.strictEqual(nonceOf(at.tokenRequests().at(-1)?.headers["dpop"]), "n-1")
      assert.lengthOf(at.tokenRequests(), 3)
    }))

  it.effect("has a new client assertion when it is made anew", () =>
    Effect.gen(function*() {
      const keys = yield* Effect.promise(() => jose.generateKeyPair("ES256", { extractable: true }))
      const privateKey = Redacted.make(yield* Effect.promise(() => jose.exportPKCS8(keys.privateKey)))
      const key = yield* Effect.promise(() => jose.exportJWK(keys.publicKey))
      const at = world({
        dpop: "required",
        dpopNonce: () => "n-1",
        clients: { me: { method: "private_key_jwt", key } }
      })
      const client = { clientId: "me", authentication: yield* ClientAuthentication.privateKeyJwt({ privateKey }) }
      const request = { ...asked(at, { dpop: yield* DpopKey.generate() }), client }
      yield* Effect.provide(TokenEndpoint.run(ClientCredentialsGrant, request), at.http.layer)
      const assertions = at.tokenRequests().map((one) => sent(one)["client_assertion"])
      assert.lengthOf(new Set(assertions), 2)
    }))

  it.effect("gives up where the endpoint wants another nonce each time", () =>
    Effect.gen(function*() {
      let count = 0
      const at = world({ dpop: "required", dpopNonce: () => `n-${++count}` })
      const reason = yield* failure(run(at, { dpop: yield* DpopKey.generate() }))
      assert.deepInclude(reason, { _tag: "GrantRefused", error: "use_dpop_nonce" })
      assert.lengthOf(at.tokenRequests(), 2)
    }))

  it.effect("is not made anew where a nonce is wanted and none is given", () =>
    Effect.gen(function*() {
      const at = world()
      at.http.handle({
        [`POST ${at.server.endpoints.token}`]: () => FakeHttp.json({ error: "use_dpop_nonce" }, { status: 400 })
      })
      yield* failure(run(at, { dpop: yield* DpopKey.generate() }))
      assert.lengthOf(at.tokenRequests(), 1)
    }))

  it.effect("may get tokens that are not bound to it", () =>
    Effect.gen(function*() {
      const tokens = yield* run(world({ dpop: "off" }), { dpop: yield* DpopKey.generate() })
      assert.strictEqual(tokens.tokenType, "Bearer")
      assert.isUndefined(tokens.jkt)
    }))

  it.effect("is needed for tokens that are bound to one", () =>
    Effect.gen(function*() {
      const at = world()
      at.http.handle({
        [`POST ${at.server.endpoints.token}`]: () => FakeHttp.json({ access_token: "tok-en", token_type: "DPoP" })
      })
      assert.strictEqual((yield* failure(run(at), ["tok-en"]))._tag, "InvalidResponse")
    }))
})
