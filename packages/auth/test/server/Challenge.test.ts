/** The header that says how to get in, to the letter. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as WwwAuthenticate from "../../src/http/WwwAuthenticate.ts"
import * as Challenge from "../../src/server/Challenge.ts"

const metadataUrl = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp"
const bearer: Challenge.Setting = { metadataUrl, schemes: ["Bearer"], algorithms: [] }
const either: Challenge.Setting = { metadataUrl, schemes: ["Bearer", "DPoP"], algorithms: ["ES256", "EdDSA"] }
const bound: Challenge.Setting = { ...either, schemes: ["DPoP"] }

describe("Challenge", () => {
  it("always says where the metadata is, and no error to one who has shown nothing (APR-03, APR-04)", () => {
    assert.strictEqual(Challenge.header(bearer, []), `Bearer resource_metadata="${metadataUrl}"`)
  })

  it("says which scopes it takes (APR-05)", () => {
    assert.strictEqual(
      Challenge.header(bearer, ["mcp:read", "mcp:write"]),
      `Bearer scope="mcp:read mcp:write", resource_metadata="${metadataUrl}"`
    )
  })

  it("says what is wrong with what was shown (ASC-01)", () => {
    assert.strictEqual(
      Challenge.header(bearer, ["a"], { scheme: "Bearer", error: "insufficient_scope", description: "More is needed" }),
      `Bearer error="insufficient_scope", error_description="More is needed", scope="a", resource_metadata="${metadataUrl}"`
    )
  })

  it("offers each scheme, with the algorithms of proofs, and the preferred one first (XDP-18)", () => {
    assert.strictEqual(
      Challenge.header(either, []),
      `Bearer resource_metadata="${metadataUrl}", DPoP algs="ES256 EdDSA", resource_metadata="${metadataUrl}"`
    )
    assert.strictEqual(
      Challenge.header(bound, []),
      `DPoP algs="ES256 EdDSA", resource_metadata="${metadataUrl}"`
    )
  })

  it("speaks of an error in the challenge of the scheme that was used, and begins with that (XDP-09)", () => {
    assert.strictEqual(
      Challenge.header(either, [], { scheme: "DPoP", error: "use_dpop_nonce" }),
      `DPoP error="use_dpop_nonce", algs="ES256 EdDSA", resource_metadata="${metadataUrl}", `
        + `Bearer resource_metadata="${metadataUrl}"`
    )
    // of a scheme that is not taken there is nothing to say
    assert.notInclude(Challenge.header(bound, [], { scheme: "Bearer", error: "invalid_token" }), "error")
  })

  it.prop(
    "a client reads what was written",
    [Schema.Literals(["Bearer", "DPoP"]), Schema.Array(Schema.Literals(["a", "b:c", "d/e"])), Schema.Boolean],
    ([scheme, scopes, hasProblem]) => {
      const problem: Challenge.Problem | undefined = hasProblem ? { scheme, error: "invalid_token" } : undefined
      const challenges = WwwAuthenticate.parse(Challenge.header(either, scopes, problem))
      assert.strictEqual(challenges.length, 2)
      for (const challenge of challenges) {
        assert.strictEqual(challenge.parameters.resource_metadata, metadataUrl)
        assert.strictEqual(challenge.parameters.scope, scopes.length === 0 ? undefined : scopes.join(" "))
        assert.strictEqual(
          challenge.parameters.error,
          hasProblem && challenge.scheme === scheme ? "invalid_token" : undefined
        )
      }
    }
  )
})
