/** Protecting a server: what an author says of it, what it then says of itself, and what it does not let pass. */
import { assert, describe, it } from "@effect/vitest"
import * as Tool from "@parley/mcp/contract/Tool"
import * as McpServer from "@parley/mcp/server/McpServer"
import { ServerTransport } from "@parley/mcp/server/ServerTransport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { AllowInsecureHttpHosts } from "../../src/InsecureAllowances.ts"
import { ProtectedResourceMetadata } from "../../src/metadata/ProtectedResourceMetadata.ts"
import * as ProtectedResource from "../../src/server/ProtectedResource.ts"
import * as Resource from "../../src/server/Resource.ts"
import * as Protected from "../support/Protected.ts"

const server = McpServer.layer(Tool.serve("hello", {}, () => Effect.succeed("Hello")), {
  name: "server",
  version: "1.0.0"
})

const origin = "https://mcp.example.com"
const wellKnown = "/.well-known/oauth-protected-resource"

const resourceOf = (changes: Partial<Resource.ResourceOptions>) =>
  Resource.make({ ...Protected.options, ...changes }, undefined, [])

const flawOf = (changes: Partial<Resource.ResourceOptions>): string => {
  const made = resourceOf(changes)
  return Result.isFailure(made) ? made.failure : "none"
}

describe("ProtectedResource", () => {
  it.effect("serves its metadata at the path of the resource and at the root, to everybody (APR-01, APR-02, APR-04)", () =>
    Effect.gen(function*() {
      const send = yield* Protected.serve(server, {
        options: {
          scopesSupported: ["mcp:read", "offline_access"],
          metadata: { resource_name: "Demo", resource: "evil" }
        }
      })
      for (const url of [`${origin}${wellKnown}/mcp`, `${origin}${wellKnown}`]) {
        for (const headers of [{}, Protected.bearer("garbage"), { origin: "https://evil.example.com" }]) {
          const response = yield* send("GET", headers, undefined, url)
          assert.strictEqual(response.status, 200)
          assert.strictEqual(response.headers.get("content-type"), "application/json")
          assert.strictEqual(response.headers.get("access-control-allow-origin"), "*")
          assert.strictEqual(response.headers.get("cache-control"), "public, max-age=3600")
          const metadata = yield* Effect.promise(() => response.json())
          assert.deepStrictEqual(metadata, {
            resource: Protected.resource,
            authorization_servers: [Protected.issuer],
            scopes_supported: ["mcp:read"],
            bearer_methods_supported: ["header"],
            resource_name: "Demo"
          })
          assert.isTrue(Schema.is(ProtectedResourceMetadata)(metadata))
        }
      }
    }))

  it.effect("answers other verbs there: preflights for any page, HEAD, and nothing else", () =>
    Effect.gen(function*() {
      const send = yield* Protected.serve(server)
      const url = `${origin}${wellKnown}/mcp`
      const preflight = yield* send("OPTIONS", { origin: "https://any.example.com" }, undefined, url)
      assert.strictEqual(preflight.status, 204)
      assert.strictEqual(preflight.headers.get("access-control-allow-origin"), "*")
      assert.strictEqual(preflight.headers.get("access-control-allow-headers"), "*")
      assert.strictEqual((yield* send("HEAD", {}, undefined, url)).status, 200)
      const posted = yield* send("POST", {}, {}, url)
      assert.strictEqual(posted.status, 405)
      assert.strictEqual(posted.headers.get("allow"), "GET, HEAD, OPTIONS")
    }))

  it.effect("serves nothing at the root where another resource has it", () =>
    Effect.gen(function*() {
      const send = yield* Protected.serve(server, { options: { metadataAtRoot: false } })
      assert.strictEqual((yield* send("GET", {}, undefined, `${origin}${wellKnown}/mcp`)).status, 200)
      assert.strictEqual((yield* send("GET", {}, undefined, `${origin}${wellKnown}`)).status, 401)
    }))

  it("puts the well-known path before that of the resource (RFC 9728, 3.1)", () => {
    const places = [
      ["https://h.example.com", wellKnown, wellKnown],
      ["https://h.example.com/", wellKnown, wellKnown],
      ["https://h.example.com/a/b", `${wellKnown}/a/b`, `${wellKnown}/a/b`],
      ["https://h.example.com/a/", `${wellKnown}/a/`, `${wellKnown}/a/`],
      ["https://h.example.com:8443/a?b=c", `${wellKnown}/a`, `${wellKnown}/a?b=c`],
      ["HTTPS://H.example.com/A", `${wellKnown}/A`, `${wellKnown}/A`]
    ] as const
    for (const [resource, path, place] of places) {
      const made = resourceOf({ resource })
      assert(Result.isSuccess(made), resource)
      assert.strictEqual(made.success.metadataPaths[0], path)
      assert.strictEqual(made.success.challenges.metadataUrl, `${new URL(resource).origin}${place}`)
      // to the letter: clients compare it (ARQ-06)
      assert.strictEqual(made.success.metadata.resource, resource)
    }
  })

  it("asks for no refresh tokens, neither in metadata nor in challenges (APR-07)", () => {
    const made = resourceOf({ requiredScopes: ["offline_access", "a"], scopesSupported: ["a", "offline_access", "b"] })
    assert(Result.isSuccess(made))
    assert.deepStrictEqual(made.success.metadata.scopes_supported, ["a", "b"])
    assert.deepStrictEqual(made.success.requiredScopes, ["a"])
  })

  it("takes tokens that are for it, by the name that they call it (ATK-02, ATK-03)", () => {
    const isFor = (changes: Partial<Resource.ResourceOptions>, audience: ReadonlyArray<string> | undefined) =>
      Resource.isFor(Result.getOrThrow(resourceOf(changes)), { audience })
    const resource = Protected.resource
    assert.isTrue(isFor({}, [resource]))
    assert.isTrue(isFor({}, ["https://other.example.com", resource]))
    // its issuer vouches for it
    assert.isTrue(isFor({}, undefined))
    for (
      const others of [
        [],
        ["client"],
        [`${resource}/`],
        [`${resource}/below`],
        [`${resource}.evil`],
        [resource.toUpperCase()],
        [resource.replace("https", "http")],
        [origin]
      ]
    ) assert.isFalse(isFor({}, others), others[0])
    for (const root of [origin, `${origin}/`]) {
      assert.isTrue(isFor({ resource: root }, [origin]))
      assert.isTrue(isFor({ resource: root }, [`${origin}/`]))
      assert.isFalse(isFor({ resource: root }, [resource]))
    }
    assert.isTrue(isFor({ audience: "api://mcp" }, ["api://mcp"]))
    assert.isTrue(isFor({ audience: ["api://mcp", resource] }, [resource]))
    assert.isFalse(isFor({ audience: "api://mcp" }, [resource]))
    assert.isFalse(isFor({ audience: [] }, [resource]))
  })

  it("says what is wrong with what an author says", () => {
    assert.strictEqual(flawOf({}), "none")
    assert.strictEqual(
      flawOf({ resource: "http://localhost:3000/mcp", authorizationServers: ["http://127.0.0.1:9"] }),
      "none"
    )
    assert.include(flawOf({ resource: "mcp.example.com" }), "is no URL")
    assert.include(flawOf({ resource: "ftp://mcp.example.com" }), "is no URL of HTTP")
    assert.include(flawOf({ resource: "https://mcp.example.com/#" }), "fragment")
    assert.include(flawOf({ resource: "https://a:b@mcp.example.com/" }), "password")
    assert.include(flawOf({ resource: "http://mcp.example.com/" }), "https:")
    assert.include(flawOf({ resource: "http://localhost.example.com/" }), "https:")
    assert.include(flawOf({ authorizationServers: ["http://login.example.com"] }), "https:")
    assert.include(flawOf({ authorizationServers: ["https://login.example.com/?a"] }), "query")
    assert.include(flawOf({ authorizationServers: [] as unknown as readonly [string] }), "must be named")
    assert.include(flawOf({ requiredScopes: ["two scopes"] }), "is no scope")
    assert.include(flawOf({ scopesSupported: ["quo\"ted"] }), "is no scope")
  })

  const launch = (transport: Layer.Layer<ServerTransport>, resource: string = Protected.resource) =>
    Layer.build(
      server.pipe(
        Layer.provide(ProtectedResource.protect(transport, { ...Protected.options, resource })),
        Layer.provide(Protected.verifier().layer)
      )
    ).pipe(Effect.flip, Effect.scoped)

  const onALine = Layer.succeed(ServerTransport, { serve: () => Effect.die("it is served") })

  it.effect("does not start a server with such a flaw, unless it is allowed by name", () =>
    Effect.gen(function*() {
      const error = yield* launch(onALine, "http://mcp.internal/")
      assert.strictEqual(error._tag, "ServerTransportError")
      assert.include(error.message, "The resource \"http://mcp.internal/\" must begin with https:")
      const other = yield* Effect.provideService(launch(onALine, "http://mcp.internal/"), AllowInsecureHttpHosts, [
        "mcp.internal"
      ])
      assert.notInclude(other.message, "https:")
    }))

  it.effect("does not start a server over a transport that asks no gate: it would be open", () =>
    Effect.gen(function*() {
      const error = yield* launch(onALine)
      assert.include(error.message, "its transport asks no gate")
    }))
})
