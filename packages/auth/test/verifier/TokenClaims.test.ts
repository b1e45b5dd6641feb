/** What claims mean. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as TokenClaims from "../../src/verifier/TokenClaims.ts"

const expected = { issuer: "https://auth.example", mayLackAudience: false, clockSkewMillis: 0 }

const good = { iss: expected.issuer, aud: "https://mcp.example/mcp" }

describe("the scopes of a token", () => {
  const cases: ReadonlyArray<readonly [TokenClaims.Claims, ReadonlyArray<string>]> = [
    [{}, []],
    [{ scope: "" }, []],
    [{ scope: " a  b a " }, ["a", "b"]],
    [{ scope: ["a", "b"] }, ["a", "b"]],
    [{ scp: "a b" }, ["a", "b"]],
    [{ scp: ["a", "b"] }, ["a", "b"]],
    [{ scope: "a", scp: "b" }, ["a"]],
    [{ scope: 1, scp: "b" }, ["b"]],
    [{ scope: ["a", 1] }, []],
    [{ scope: { a: "b" } }, []]
  ]
  for (const [claims, scopes] of cases) {
    it(`are ${scopes.join(" and ") || "none"} in ${JSON.stringify(claims)}`, () =>
      assert.deepStrictEqual(TokenClaims.scopesOf(claims), scopes))
  }
})

describe("claims", () => {
  it("name the user, and the client", () => {
    const token = Result.getOrThrow(TokenClaims.toAccessToken({ ...good, sub: "alice", azp: "desktop" }, expected, 0))
    assert.strictEqual(token.subject, "alice")
    assert.strictEqual(token.clientId, "desktop")
    assert.isUndefined(token.expiresAtMillis)
    const nobody = Result.getOrThrow(TokenClaims.toAccessToken({ ...good, sub: "", client_id: "" }, expected, 0))
    assert.isUndefined(nobody.subject)
    assert.isUndefined(nobody.clientId)
  })

  it("that speak of DPoP without a key are refused", () => {
    assert.isTrue(Result.isFailure(TokenClaims.toAccessToken({ ...good, token_type: "DPoP" }, expected, 0)))
    assert.isTrue(Result.isSuccess(TokenClaims.toAccessToken({ ...good, token_type: "Bearer" }, expected, 0)))
    const bound = { ...good, token_type: "DPoP", cnf: { jkt: "key" } }
    assert.isTrue(Result.isSuccess(TokenClaims.toAccessToken(bound, expected, 0)))
  })

  it.prop("of any kind never throw, and never pass without issuer and audience (ATK-03)", [
    Schema.Record(Schema.Literals(["iss", "aud", "exp", "nbf", "iat", "sub", "cnf", "scope", "azp"]), Schema.Json)
  ], ([claims]) => {
    const { aud: _, ...others } = claims
    assert.isTrue(Result.isFailure(TokenClaims.toAccessToken(claims, expected, 0)))
    assert.isTrue(Result.isFailure(TokenClaims.toAccessToken({ ...others, iss: expected.issuer }, expected, 0)))
    assert.doesNotThrow(() => TokenClaims.toAccessToken({ ...claims, ...good }, expected, 0))
  })

  it.prop("are good in their time only", [
    Schema.Int.check(Schema.isBetween({ minimum: -100, maximum: 100 })),
    Schema.Int.check(Schema.isBetween({ minimum: -100, maximum: 100 })),
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 50 }))
  ], ([exp, nbf, skew]) => {
    const clockSkewMillis = skew * 1000
    const result = TokenClaims.toAccessToken({ ...good, exp, nbf }, { ...expected, clockSkewMillis }, 0)
    assert.strictEqual(Result.isSuccess(result), exp + skew > 0 && nbf <= skew)
  })
})
