import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as WwwAuthenticate from "../../src/http/WwwAuthenticate.ts"

const challenge = (scheme: string, parameters: { readonly [name: string]: string } = {}) => ({ scheme, parameters })

const url = "https://mcp.example/.well-known/oauth-protected-resource"

const table: ReadonlyArray<readonly [name: string, header: string, ReadonlyArray<WwwAuthenticate.Challenge>]> = [
  ["nothing", "", []],
  ["a scheme alone", "Bearer", [challenge("Bearer")]],
  ["parameters", `Bearer resource_metadata="${url}", scope="a b"`, [
    challenge("Bearer", { resource_metadata: url, scope: "a b" })
  ]],
  ["tokens for values", "Bearer error=invalid_token,scope=a", [
    challenge("Bearer", { error: "invalid_token", scope: "a" })
  ]],
  ["several schemes", `Basic realm="x", Bearer scope="a", DPoP algs="ES256 RS256", error="use_dpop_nonce"`, [
    challenge("Basic", { realm: "x" }),
    challenge("Bearer", { scope: "a" }),
    challenge("DPoP", { algs: "ES256 RS256", error: "use_dpop_nonce" })
  ]],
  ["schemes without parameters among others", `Negotiate, Bearer scope="a", Digest`, [
    challenge("Negotiate"),
    challenge("Bearer", { scope: "a" }),
    challenge("Digest")
  ]],
  ["a token68", "Negotiate YWJj+/-._~==, Bearer realm=\"r\"", [
    { scheme: "Negotiate", token68: "YWJj+/-._~==", parameters: {} },
    challenge("Bearer", { realm: "r" })
  ]],
  ["commas, equals and schemes within quotes", `Bearer realm="a, Basic realm=b", scope="c"`, [
    challenge("Bearer", { realm: "a, Basic realm=b", scope: "c" })
  ]],
  ["escapes", String.raw`Bearer realm="a \"b\" \\ c"`, [challenge("Bearer", { realm: `a "b" \\ c` })]],
  ["names in any case", `bearer Resource_Metadata="${url}"`, [challenge("bearer", { resource_metadata: url })]],
  ["spaces around equals", `Bearer scope = "a" , error= b`, [challenge("Bearer", { scope: "a", error: "b" })]],
  ["empty elements", `, ,Bearer scope="a",, error="b",`, [challenge("Bearer", { scope: "a", error: "b" })]],
  ["a missing comma", `Bearer scope="a" error="b"`, [challenge("Bearer", { scope: "a", error: "b" })]],
  ["a URL that is not quoted", `Bearer resource_metadata=${url}?a=b, scope=x`, [
    challenge("Bearer", { resource_metadata: `${url}?a=b`, scope: "x" })
  ]],
  ["the first of two equal names", `Bearer scope="a", scope="b"`, [challenge("Bearer", { scope: "a" })]],
  ["a quote that does not end", `Bearer scope="a b`, [challenge("Bearer", { scope: "a b" })]],
  ["a quote that ends in an escape", `Bearer scope="a\\`, [challenge("Bearer", { scope: "a" })]],
  ["a parameter of nobody", `scope="a", Bearer error="b"`, [challenge("Bearer", { error: "b" })]],
  ["nonsense", `=== "x" (;) Bearer scope="a"`, [challenge("Bearer", { scope: "a" })]],
  ["an empty value", `Bearer scope=""`, [challenge("Bearer", { scope: "" })]]
]

const Printable = Schema.String.check(Schema.isPattern(/^[\t\x20-\x7e]*$/))
const Name = Schema.String.check(Schema.isPattern(/^[a-z][a-z0-9_-]{0,8}$/))
const Challenges = Schema.Array(Schema.Struct({ scheme: Name, parameters: Schema.Record(Name, Printable) }))

describe("WwwAuthenticate", () => {
  describe("reads (ADC-02)", () => {
    for (const [name, header, expected] of table) {
      it(`${name}`, () => {
        assert.deepStrictEqual(WwwAuthenticate.parse(header), expected)
      })
    }
  })

  it("keeps a parameter that is called like a member of every object", () => {
    const [read] = WwwAuthenticate.parse(`Bearer __proto__="x", constructor="y"`)
    assert.deepStrictEqual(Object.entries(read?.parameters ?? {}), [["__proto__", "x"], ["constructor", "y"]])
    assert.isUndefined(WwwAuthenticate.parameter(WwwAuthenticate.parse("Bearer"), "constructor"))
  })

  it("finds a scheme in any case, and a parameter with whichever scheme has it", () => {
    const read = WwwAuthenticate.parse(`Basic realm="x", BEARER scope="a", DPoP resource_metadata="${url}"`)
    assert.deepStrictEqual(WwwAuthenticate.find(read, "bearer"), challenge("BEARER", { scope: "a" }))
    assert.strictEqual(WwwAuthenticate.parameter(read, "resource_metadata"), url)
    assert.isUndefined(WwwAuthenticate.find(read, "Digest"))
  })

  it("writes no line, and nothing that ends a quote, into a header", () => {
    const printed = WwwAuthenticate.print([
      challenge("Bearer", { error_description: "a\r\nset-cookie: \"x\"\u{1F600}", "b\"ad": "x" }),
      challenge("no scheme")
    ])
    assert.strictEqual(printed, String.raw`Bearer error_description="a??set-cookie: \"x\"??"`)
  })

  it.prop("reads what it has written", [Challenges], ([challenges]) => {
    assert.deepStrictEqual(WwwAuthenticate.parse(WwwAuthenticate.print(challenges)), challenges)
  })

  it.prop("reads whatever comes, and writes it so that it reads the same", [Schema.String], ([header]) => {
    const once = WwwAuthenticate.parse(header)
    // Only ASCII survives being written.
    const plain = WwwAuthenticate.parse(WwwAuthenticate.print(once))
    assert.deepStrictEqual(WwwAuthenticate.parse(WwwAuthenticate.print(plain)), plain)
  })

  it("reads a long header that makes no sense in little time", () => {
    assert.deepStrictEqual(WwwAuthenticate.parse(`"${"\\".repeat(200_001)}`), [])
    assert.strictEqual(WwwAuthenticate.parse(`Bearer ${"a".repeat(200_000)} b`).length, 2)
    assert.strictEqual(WwwAuthenticate.parse(`Bearer ${"a=,".repeat(50_000)}`).length, 1)
  })
})
