/**
 * Our client logs in to a server that the official SDK protects, and to our own, with an authorization server of others
 * between.
 */
import { assert, describe, it } from "@effect/vitest"
import { AuthError, ClientCredentials, DpopKey, OAuthClient } from "@parley/auth"
import { McpClient } from "@parley/mcp"
import * as Revisions from "@parley/mcp/revision/Revisions"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { asked, document, documentUrl, machine, oidcWith, sdkServer } from "./Logins.ts"
import { ourClient, ourServer, personAt, withConsent } from "./Protected.ts"
import { startMillisMax, textOf } from "./Servers.ts"

const eras = [
  ["2025-11-25", Revisions.all.filter(({ era }) => era === "session")],
  ["2026-07-28", Revisions.all]
] as const

const call = (name: string) =>
  Effect.flatMap(McpClient.McpClient, ({ callTool }) => Effect.map(callTool({ name }), textOf))

/** A clock that can be ahead of another; it waits as the other does. */
const fast = (clock: Clock.Clock): Clock.Clock & { aheadMillis: number } => {
  const millis = (): number => clock.currentTimeMillisUnsafe() + ahead.aheadMillis
  const ahead = Object.assign(Object.create(clock) as Clock.Clock, {
    aheadMillis: 0,
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis)
  })
  return ahead
}

const scopes = Effect.map(
  Effect.flatMap(OAuthClient.OAuthClient, ({ status }) => status),
  (status) => status._tag === "LoggedIn" ? status.scopes : undefined
)

const asMachine = ClientCredentials.make({
  clientId: machine.client_id,
  clientSecret: Redacted.make(machine.client_secret)
})

describe("our client at a server that the SDK protects", () => {
  it.live.each<typeof eras[number]>(eras)(
    "registers, logs in, and steps up in %s (ARG-01, ARQ-08, ARQ-10, A03-13, ATU-01 to ATU-03)",
    ([version, revisions]) =>
      Effect.gen(function*() {
        const oidc = yield* oidcWith({ holdsToScopes: true })
        const server = yield* sdkServer(oidc)
        yield* Effect.gen(function*() {
          const client = yield* McpClient.McpClient
          assert.strictEqual(client.server.revision.version, version)
          assert.strictEqual(yield* call("whoami"), "ada")
          assert.notInclude([...(yield* scopes) ?? []], "mcp:write")
          assert.strictEqual(yield* call("write"), "written")
          assert.includeMembers([...(yield* scopes) ?? []], ["mcp:read", "mcp:write"])
          assert.strictEqual(yield* call("whoami"), "ada")
        }).pipe(Effect.provide(Layer.provide(ourClient(server.url, withConsent(), { revisions }), personAt())))
        assert.deepStrictEqual(asked(oidc).filter((path) => path === "/reg"), ["/reg"])
        assert.lengthOf(oidc.tokenRequests("authorization_code"), 2)
        const shown = oidc.requests.filter(({ path }) => path === "/auth")
        assert.deepStrictEqual(shown.map(({ parameters }) => parameters["code_challenge_method"]), ["S256", "S256"])
        assert.deepStrictEqual(Array.from(new Set(server.schemes)), ["none", "Bearer"])
        assert.lengthOf(server.schemes.filter((scheme) => scheme === "none"), 1)
      }).pipe(Effect.scoped),
    startMillisMax
  )

  it.live("goes by its metadata document (ARG-04)", () =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith({ documents: { [documentUrl]: document } })
      const server = yield* sdkServer(oidc)
      const client = ourClient(server.url, withConsent({ metadataUrl: documentUrl }))
      assert.strictEqual(yield* Effect.provide(call("whoami"), Layer.provide(client, personAt())), "ada")
      assert.notInclude(asked(oidc), "/reg")
    }).pipe(Effect.scoped), startMillisMax)

  it.live("is a program that has a secret", () =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith({ clients: [machine] })
      const server = yield* sdkServer(oidc)
      assert.strictEqual(yield* Effect.provide(call("whoami"), ourClient(server.url, asMachine)), "machine")
      assert.deepStrictEqual(asked(oidc), ["/token"])
    }).pipe(Effect.scoped), startMillisMax)

  it.live("says so when nobody can be asked, and when nobody agrees", () =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith()
      const { url } = yield* sdkServer(oidc)
      const alone = yield* Effect.flip(Effect.provide(call("whoami"), ourClient(url, withConsent())))
      assert.strictEqual(AuthError.find(alone)?.reason._tag, "ConsentRequired")
      assert.notInclude(asked(oidc), "/reg")
      const client = Layer.provide(ourClient(url, withConsent()), personAt(""))
      const denied = AuthError.find(yield* Effect.flip(Effect.provide(call("whoami"), client)))
      assert.strictEqual(denied?.reason._tag, "AuthorizationDenied")
      assert.include(denied?.message, "Nobody agreed")
    }).pipe(Effect.scoped), startMillisMax)
})

describe("our client at a server of ours", () => {
  it.live("finds an issuer with a path", () =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith({ path: "/tenant1" })
      const url = yield* ourServer(oidc)
      const client = Layer.provide(ourClient(url, withConsent()), personAt())
      assert.strictEqual(yield* Effect.provide(call("whoami"), client), "ada")
    }).pipe(Effect.scoped), startMillisMax)

  it.live("refreshes in time, once for many calls", () =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith()
      const url = yield* ourServer(oidc, { tokenSeconds: 600 })
      const client = Layer.provide(ourClient(url, withConsent()), personAt())
      const clock = fast(yield* Clock.Clock)
      yield* Effect.gen(function*() {
        yield* call("whoami")
        // Soon the tokens end, to the client alone.
        clock.aheadMillis = 590_000
        const answers = yield* Effect.all(Array.from({ length: 20 }, () => call("whoami")), { concurrency: 20 })
        assert.deepStrictEqual(Array.from(new Set(answers)), ["ada"])
        assert.deepStrictEqual(oidc.tokenRequests("refresh_token").map(({ status }) => status), [200])
        clock.aheadMillis = 1_180_000
        yield* call("whoami")
        assert.deepStrictEqual(oidc.tokenRequests("refresh_token").map(({ status }) => status), [200, 200])
      }).pipe(Effect.provide(client), Effect.provideService(Clock.Clock, clock))
      assert.lengthOf(oidc.tokenRequests("authorization_code"), 1)
    }).pipe(Effect.scoped), startMillisMax)

  it.live("proves that it has the key, with the nonces of both servers", () =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith({ nonces: true })
      const url = yield* ourServer(oidc, { dpop: "required" })
      const client = Layer.provide(ourClient(url, withConsent(), { dpop: DpopKey.generate() }), personAt())
      yield* Effect.gen(function*() {
        assert.strictEqual(yield* call("whoami"), "ada")
        assert.strictEqual(yield* call("write"), "written")
      }).pipe(Effect.provide(client))
      // The first has no nonce; the second login has the latest.
      assert.deepStrictEqual(oidc.tokenRequests("authorization_code").map(({ status }) => status), [400, 200, 200])
    }).pipe(Effect.scoped), startMillisMax)

  it.live("logs out, and has to log in again", () =>
    Effect.gen(function*() {
      const oidc = yield* oidcWith()
      const url = yield* ourServer(oidc, { format: "jwt" })
      const client = Layer.provide(ourClient(url, withConsent()), personAt())
      yield* Effect.gen(function*() {
        const { login, logout, status } = yield* OAuthClient.OAuthClient
        yield* call("whoami")
        yield* logout
        assert.deepStrictEqual(yield* status, { _tag: "LoggedOut" })
        assert.strictEqual((yield* login)._tag, "LoggedIn")
        assert.strictEqual(yield* call("whoami"), "ada")
      }).pipe(Effect.provide(client))
      assert.include(asked(oidc), "/token/revocation")
      assert.lengthOf(oidc.tokenRequests("authorization_code"), 2)
    }).pipe(Effect.scoped), startMillisMax)
})
