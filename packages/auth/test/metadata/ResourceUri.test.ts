import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as ResourceUri from "../../src/metadata/ResourceUri.ts"
import * as WellKnown from "../../src/metadata/WellKnown.ts"

const Segment = Schema.String.check(Schema.isPattern(/^[a-z0-9-]{1,6}$/))
const Path = Schema.Array(Segment).check(Schema.isMaxLength(4))

const at = (path: ReadonlyArray<string>): string => `https://mcp.example${path.map((each) => `/${each}`).join("")}`

describe("ResourceUri", () => {
  it("names a server canonically (ARQ-02, ARQ-03, ARQ-05 to ARQ-07)", () => {
    const canonical = (url: string) => ResourceUri.canonical(new URL(url))
    assert.strictEqual(canonical("HTTPS://MCP.Example.com/Server/mcp"), "https://mcp.example.com/Server/mcp")
    assert.strictEqual(canonical("https://mcp.example.com"), "https://mcp.example.com")
    assert.strictEqual(canonical("https://mcp.example.com/"), "https://mcp.example.com")
    assert.strictEqual(canonical("https://mcp.example.com:443/mcp/"), "https://mcp.example.com/mcp/")
    assert.strictEqual(canonical("https://mcp.example.com:8443"), "https://mcp.example.com:8443")
    assert.strictEqual(canonical("https://u:p@mcp.example.com/mcp?key=secret#x"), "https://mcp.example.com/mcp")
  })

  it("knows what covers a server", () => {
    const server = new URL("https://mcp.example/server/mcp?a=b")
    const good = [
      "https://mcp.example/server/mcp",
      "https://mcp.example/server/mcp/",
      "https://mcp.example/server",
      "https://mcp.example/server/",
      "https://mcp.example",
      "https://mcp.example/",
      "HTTPS://MCP.EXAMPLE:443/server",
      "https://mcp.example/server/mcp?a=b"
    ]
    const bad = [
      "https://evil.example/server/mcp",
      "https://mcp.example.evil.example/server/mcp",
      "https://mcp.example@evil.example/server/mcp",
      "https://user@mcp.example/server/mcp",
      "http://mcp.example/server/mcp",
      "https://mcp.example:8443/server/mcp",
      "https://mcp.example/server/mc",
      "https://mcp.example/serv",
      "https://mcp.example/server/mcp/more",
      "https://mcp.example/Server/mcp",
      "https://mcp.example/other/../evil",
      "https://mcp.example/server/mcp?a=c",
      "https://mcp.example/server/mcp#x",
      "https://mcp.example/server/mcp#",
      "mcp.example",
      "/server/mcp",
      "urn:example:mcp",
      ""
    ]
    for (const resource of good) assert.isTrue(ResourceUri.covers(resource, server), resource)
    for (const resource of bad) assert.isFalse(ResourceUri.covers(resource, server), resource)
  })

  it.prop(
    "a server is covered by its own canonical URI, and by all whose segments begin its own",
    [Path, Path],
    ([a, b]) => {
      assert.isTrue(ResourceUri.covers(ResourceUri.canonical(new URL(at(a))), new URL(at(a))))
      assert.isTrue(ResourceUri.covers(at(a), new URL(at([...a, ...b]))))
      const isBeginning = b.every((segment, index) => segment === a[index])
      assert.strictEqual(ResourceUri.covers(at(b), new URL(at(a))), isBeginning)
    }
  )
})

describe("WellKnown", () => {
  const resourcePlaces = (url: string, named?: string) => WellKnown.protectedResource(new URL(url), named)
  const serverPlaces = (issuer: string) => WellKnown.authorizationServer(new URL(issuer))

  it("lists places of protected resource metadata (ADC-03, ADC-04)", () => {
    const well = "https://mcp.example/.well-known/oauth-protected-resource"
    assert.deepStrictEqual(resourcePlaces("https://mcp.example/public/mcp"), [`${well}/public/mcp`, well])
    assert.deepStrictEqual(resourcePlaces("https://mcp.example"), [well])
    assert.deepStrictEqual(resourcePlaces("https://mcp.example/mcp?a=b"), [`${well}/mcp?a=b`, `${well}/mcp`, well])
    assert.deepStrictEqual(resourcePlaces("https://mcp.example/mcp/"), [`${well}/mcp/`, `${well}/mcp`, well])
    assert.deepStrictEqual(resourcePlaces("https://mcp.example/mcp", "https://x.example/m"), [
      "https://x.example/m",
      `${well}/mcp`,
      well
    ])
    assert.deepStrictEqual(resourcePlaces("https://mcp.example/mcp", `${well}/mcp`), [`${well}/mcp`, well])
  })

  it("lists places of the metadata of an issuer (ADC-06 to ADC-08)", () => {
    const well = "https://auth.example/.well-known"
    assert.deepStrictEqual(serverPlaces("https://auth.example"), [
      `${well}/oauth-authorization-server`,
      `${well}/openid-configuration`
    ])
    assert.deepStrictEqual(serverPlaces("https://auth.example/"), serverPlaces("https://auth.example"))
    const withPath = [
      `${well}/oauth-authorization-server/tenant1`,
      `${well}/openid-configuration/tenant1`,
      "https://auth.example/tenant1/.well-known/openid-configuration"
    ]
    assert.deepStrictEqual(serverPlaces("https://auth.example/tenant1"), withPath)
    assert.deepStrictEqual(serverPlaces("https://auth.example/tenant1/"), withPath)
  })

  it("guesses endpoints at the root of the server (A03-07, A03-10)", () => {
    assert.deepStrictEqual(WellKnown.defaultEndpoints(new URL("https://api.example.com/v1/mcp?x")), {
      authorization_endpoint: "https://api.example.com/authorize",
      token_endpoint: "https://api.example.com/token",
      registration_endpoint: "https://api.example.com/register"
    })
  })

  it.prop("all places are on the host that they are for", [Path], ([path]) => {
    const url = new URL(at(path))
    for (const place of [...WellKnown.protectedResource(url, undefined), ...WellKnown.authorizationServer(url)]) {
      assert.strictEqual(new URL(place).origin, url.origin)
    }
  })
})
