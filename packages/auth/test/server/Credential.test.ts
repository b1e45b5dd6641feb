/** What a request shows: exactly one token in exactly one place, or it is none. */
import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Credential from "../../src/server/Credential.ts"

const tokenCharactersMax = 64

const read = (authorization: string | undefined, url = "/mcp") =>
  Credential.read({ url, header: (name) => name === "authorization" ? authorization : undefined }, tokenCharactersMax)

const tagOf = (authorization: string | undefined, url?: string) => read(authorization, url)._tag

describe("Credential", () => {
  it("reads a token after either scheme, in any case", () => {
    for (const text of ["Bearer abc.-_~+/==", "bearer abc.-_~+/==", "DPOP   abc.-_~+/==", " DPoP abc.-_~+/== "]) {
      const credential = read(text)
      assert(credential._tag === "Token")
      assert.strictEqual(Redacted.value(credential.token), "abc.-_~+/==")
      assert.strictEqual(credential.scheme, text.trim().toLowerCase().startsWith("bearer") ? "Bearer" : "DPoP")
      assert.notInclude(`${String(credential.token)} ${JSON.stringify(credential)}`, "abc")
    }
  })

  it("tells nothing, another scheme, and what is malformed apart (ATK-10)", () => {
    assert.strictEqual(tagOf(undefined), "None")
    assert.strictEqual(tagOf(""), "None")
    for (const text of ["Basic abc", "Digest", "BearerX abc", "token"]) assert.strictEqual(tagOf(text), "Foreign", text)
    const malformed = [
      "Bearer",
      "Bearer ",
      "Bearer,",
      "Bearer a b",
      "Bearer a, Bearer b",
      "Bearer a,DPoP b",
      "Bearer ä"
    ]
    assert.strictEqual(tagOf(`Bearer ${"a".repeat(64)}`), "Token")
    for (const text of [...malformed, "DPoP a=b", "Bearer =", "Bearer \"a\"", `Bearer ${"a".repeat(65)}`]) {
      assert.strictEqual(tagOf(text), "Malformed", text)
    }
  })

  it("takes no token from the URL, however it is spelt (ATK-05)", () => {
    for (const query of ["access_token=a", "x=1&access_token=", "access%5ftoken=a", "a=b&acces%73_token"]) {
      assert.strictEqual(tagOf(undefined, `/mcp?${query}`), "Malformed", query)
      assert.strictEqual(tagOf("Bearer good", `https://mcp.example.com/mcp?${query}`), "Malformed", query)
    }
    assert.strictEqual(tagOf("Bearer good", "/mcp?token=a&x_access_token=b"), "Token")
  })

  it.prop("any header gives an answer, and no token but the one that stands there", [Schema.String], ([text]) => {
    for (const value of [text, `Bearer ${text}`, `DPoP ${text}`]) {
      const credential = read(value)
      if (credential._tag === "Token") assert(value.trim().endsWith(` ${Redacted.value(credential.token)}`))
    }
  })
})
