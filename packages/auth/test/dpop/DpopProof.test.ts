/** Proofs as texts: what they say, and what URLs are compared by. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as jose from "jose"
import { createHash } from "node:crypto"
import * as DpopProof from "../../src/dpop/DpopProof.ts"

const base = { method: "POST", url: "https://s.example/mcp", jti: "a", issuedAtMillis: 1_999, ath: undefined } as const

describe("what a proof says", () => {
  it("is the verb, the URL without query and fragment, the time in whole seconds, and its id (XDP-03)", () => {
    const claims = DpopProof.claims({ ...base, url: "https://s.example/mcp?q=1#f", nonce: undefined })
    assert.deepStrictEqual(claims, { jti: "a", htm: "POST", htu: "https://s.example/mcp", iat: 1 })
  })

  it("is the hash of the token and the nonce too, where there are such", () => {
    const claims = DpopProof.claims({ ...base, ath: "h", nonce: "n" })
    assert.deepStrictEqual(claims, {
      jti: "a",
      htm: "POST",
      htu: "https://s.example/mcp",
      iat: 1,
      ath: "h",
      nonce: "n"
    })
  })

  it("spells the URL as it goes over the wire: with a path, without a default port", () => {
    const htu = (url: string) => DpopProof.claims({ ...base, url, nonce: undefined }).htu
    assert.strictEqual(htu("HTTPS://S.example:443"), "https://s.example/")
    assert.strictEqual(htu("https://s.example:8443/a%2fb"), "https://s.example:8443/a%2fb")
    assert.strictEqual(htu("/no/url?x"), "/no/url")
  })

  it.effect.prop("hashes tokens as RFC 9449, 4.2 has it", [Schema.String], ([token]) =>
    Effect.gen(function*() {
      const expected = createHash("sha256").update(new TextEncoder().encode(token)).digest("base64url")
      assert.strictEqual(yield* DpopProof.hash(token), expected)
    }))

  it.effect("hashes the token of the example in RFC 9449, 7.1", () =>
    Effect.gen(function*() {
      const hash = yield* DpopProof.hash("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU")
      assert.strictEqual(hash, "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo")
    }))

  it.effect("is signed, with the public key beside it (XDP-20)", () =>
    Effect.gen(function*() {
      const pair = yield* Effect.promise(() => jose.generateKeyPair("ES256"))
      const publicJwk = yield* Effect.promise(() => jose.exportJWK(pair.publicKey))
      const claims = DpopProof.claims({ ...base, nonce: "n" })
      const proof = yield* DpopProof.sign({ algorithm: "ES256", privateKey: pair.privateKey, publicJwk }, claims)
      const verified = yield* Effect.promise(() => jose.compactVerify(proof, pair.publicKey))
      assert.deepStrictEqual(verified.protectedHeader, { typ: "dpop+jwt", alg: "ES256", jwk: publicJwk })
      assert.deepStrictEqual(JSON.parse(new TextDecoder().decode(verified.payload)), claims)
      assert.strictEqual(DpopProof.nonceOf(proof), "n")
    }))

  it("has no nonce where it is none", () => {
    assert.isUndefined(DpopProof.nonceOf(""))
    assert.isUndefined(DpopProof.nonceOf("a.b.c"))
  })
})

describe("the URL that proofs are compared by", () => {
  const same: ReadonlyArray<readonly [string, string]> = [
    ["https://s.example", "https://s.example/"],
    ["HTTPS://S.Example/mcp", "https://s.example/mcp"],
    ["https://s.example:443/mcp", "https://s.example/mcp"],
    ["http://s.example:80/mcp", "http://s.example/mcp"],
    ["https://s.example/a/../mcp", "https://s.example/mcp"],
    ["https://s.example/%2e/mcp", "https://s.example/mcp"],
    ["https://s.example/%6dcp", "https://s.example/mcp"],
    ["https://s.example/a%2fb", "https://s.example/a%2Fb"],
    ["https://s.example/mcp?a=b", "https://s.example/mcp#c"]
  ]
  for (const [one, other] of same) {
    it(`${one} is ${other}`, () => {
      assert.isDefined(DpopProof.targetOf(one))
      assert.strictEqual(DpopProof.targetOf(one), DpopProof.targetOf(other))
    })
  }

  const different: ReadonlyArray<readonly [string, string]> = [
    ["https://s.example/mcp", "http://s.example/mcp"],
    ["https://s.example/mcp", "https://s.example/MCP"],
    ["https://s.example/mcp", "https://s.example/mcp/"],
    ["https://s.example/mcp", "https://s.example:8443/mcp"],
    ["https://s.example/mcp", "https://s.example.evil/mcp"],
    ["https://s.example/a/b", "https://s.example/a%2Fb"]
  ]
  for (const [one, other] of different) {
    it(`${one} is not ${other}`, () => assert.notStrictEqual(DpopProof.targetOf(one), DpopProof.targetOf(other)))
  }

  for (
    const url of ["", "mcp", "ftp://s.example/", "data:,x", "https://u:p@s.example/", "https://s.example/%", "//s/"]
  ) {
    it(`${JSON.stringify(url)} is none`, () => assert.isUndefined(DpopProof.targetOf(url)))
  }

  it.prop("is total, and the same when it is taken again", [Schema.String], ([path]) => {
    assert.doesNotThrow(() => DpopProof.targetOf(path))
    const once = DpopProof.targetOf(`https://s.example/${path}`)
    if (once !== undefined) assert.strictEqual(DpopProof.targetOf(once), once)
  })
})
