/** Servers that never have enough, and authorization servers that give less than they were asked for. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { defaultLimits } from "../../src/AuthLimits.ts"
import * as Attack from "../support/Attack.ts"
import * as FakeHttp from "../support/FakeHttp.ts"

const asked = (world: Attack.World): ReadonlyArray<string | null> =>
  world.shown.map(({ searchParams }) => searchParams.get("scope"))

const insufficient = (scope: string): Response =>
  new Response(null, {
    status: 403,
    headers: {
      "www-authenticate":
        `Bearer error="insufficient_scope", scope="${scope}", resource_metadata="${Attack.resourceMetadata}"`
    }
  })

/** The protected server stands, but what is sent with a token is answered by somebody else. */
const answersWith = (world: Attack.World, answer: () => Response): void =>
  world.http.handle({ [`POST ${Attack.url}`]: answer })

describe("scopes that shrink", () => {
  it.effect("a grant of less than was asked for is told as what it is, and people are not asked for ever (ASP-06 to ASP-09)", () =>
    Attack.run({
      allowed: Attack.login,
      authorizationServer: { grantedScopes: (scopes) => scopes.filter((scope) => scope === "mcp:read") }
    }, (world) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
        assert.strictEqual(yield* world.attempt(Attack.write), "InsufficientScope")
        assert.isAtMost(world.shown.length, 1 + defaultLimits.stepUpsMax)
        assert.strictEqual(yield* world.attempt(Attack.whoami), "alice", "what was granted is good still")
      })))

  it.effect("a grant of nothing that is needed lets nobody in, and asks people a few times at most (ASP-08)", () =>
    Attack.run(
      { allowed: Attack.login, authorizationServer: { grantedScopes: () => ["profile"] } },
      (world) =>
        Effect.gen(function*() {
          assert.strictEqual(yield* world.attempt(Attack.whoami), "InsufficientScope")
          assert.isAtMost(world.shown.length, 1 + defaultLimits.stepUpsMax)
        })
    ))

  it.effect("a refresh that gives less asks a person for what is missing, and for no less than before (ASP-05, SSM-01)", () => {
    let isShrinking = false
    return Attack.run({
      allowed: Attack.login,
      authorizationServer: { grantedScopes: (scopes) => isShrinking ? ["mcp:read"] : scopes }
    }, (world) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* world.attempt(Attack.write), "written")
        isShrinking = true
        yield* TestClock.adjust("2 hours")
        assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
        assert.strictEqual(world.authorizationServer.asked("refresh_token"), 1)
        const before = world.shown.length
        assert.strictEqual(yield* world.attempt(Attack.write), "InsufficientScope")
        assert.isAtMost(world.shown.length - before, defaultLimits.stepUpsMax)
        isShrinking = false
        assert.strictEqual(yield* world.attempt(Attack.write), "written")
        assert.include(asked(world).at(-1), "mcp:read")
        assert.include(asked(world).at(-1), "mcp:write")
      }))
  })
})

describe("a server that asks for more for ever", () => {
  const servers: ReadonlyArray<readonly [what: string, scope: (round: number) => string]> = [
    ["another scope each time", (round) => `scope-${round}`],
    ["the same scope each time", () => "more"],
    ["one scope more each time", (round) => Array.from({ length: round + 1 }, (_, at) => `scope-${at}`).join(" ")],
    ["scopes that it has been given, in another order", (round) => round % 2 === 0 ? "a b" : "b a"]
  ]
  for (const [what, scope] of servers) {
    it.effect(`gets no more than a few rounds for a request: ${what} (ASP-08, ASP-09, SSM-03)`, () =>
      Attack.run({ allowed: Attack.login }, (world) =>
        Effect.gen(function*() {
          assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
          let round = 0
          answersWith(world, () => insufficient(scope(round++)))
          const before = world.shown.length
          assert.strictEqual(yield* world.attempt(Attack.whoami), "InsufficientScope")
          assert.isAtMost(world.shown.length - before, defaultLimits.stepUpsMax)
          assert.isAtMost(round, 2 * (defaultLimits.stepUpsMax + 1))
        })))
  }

  it.effect("a 401 for every token: it is shown two at most, and no person is asked twice (ASP-08)", () =>
    Attack.run({ allowed: Attack.login }, (world) =>
      Effect.gen(function*() {
        answersWith(world, () =>
          new Response(null, {
            status: 401,
            headers: { "www-authenticate": `Bearer resource_metadata="${Attack.resourceMetadata}"` }
          }))
        assert.strictEqual(yield* world.attempt(Attack.whoami), "TokenNotAccepted")
        assert.lengthOf(world.shown, 1)
        assert.isAtMost(world.authorizationServer.issued.length, 2)
      })))

  it.effect("a nonce for every proof ends, too (XDP-06)", () =>
    Attack.run({ allowed: Attack.login, client: { dpop: Attack.key } }, (world) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
        let round = 0
        answersWith(world, () =>
          new Response(null, {
            status: 401,
            headers: { "www-authenticate": "DPoP error=\"use_dpop_nonce\"", "dpop-nonce": `nonce-${round++}` }
          }))
        assert.strictEqual(yield* world.attempt(Attack.whoami), "TokenNotAccepted")
        assert.isAtMost(round, 12)
        assert.lengthOf(world.shown, 2)
      })))

  it.effect("a nonce for every token request ends, too (XDP-05)", () => {
    let round = 0
    return Attack.run({
      allowed: Attack.login,
      client: { dpop: Attack.key },
      authorizationServer: { dpopNonce: () => `nonce-${round++}` }
    }, (world) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* world.attempt(Attack.whoami), "GrantRefused")
        assert.isAtMost(round, 6)
      }))
  })

  it.effect("scopes that are no scopes change nothing but the scope of the authorization URL (ASP-04, SUR-09)", () =>
    Effect.forEach([
      "a&redirect_uri=https://evil.example",
      "a#fragment",
      "a%26client_id%3Devil",
      "a\\\"b",
      "x".repeat(20_000)
    ], (scope) =>
      Attack.run({ allowed: Attack.login }, (world) =>
        Effect.gen(function*() {
          assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
          answersWith(world, () => insufficient(scope))
          assert.include(["InsufficientScope", "UntrustedUrl"], yield* world.attempt(Attack.whoami))
          for (const { hash, href, searchParams } of world.shown) {
            assert.strictEqual(hash, "")
            assert.lengthOf(searchParams.getAll("redirect_uri"), 1)
            assert.lengthOf(searchParams.getAll("client_id"), 1)
            assert.isAtMost(href.length, 10_000)
          }
        })), { discard: true }))
})

describe("metadata that lists too much", () => {
  it.effect("does not make a URL that no browser opens (SUR-09)", () =>
    Attack.run({ allowed: Attack.login }, (world) =>
      Effect.gen(function*() {
        const scopes = Array.from({ length: 5_000 }, (_, at) => `scope-${at}`)
        world.http.handle({
          [`GET ${Attack.resourceMetadata}`]: () =>
            FakeHttp.json({ resource: Attack.url, authorization_servers: [Attack.issuer], scopes_supported: scopes })
        })
        world.http.handle({ [`POST ${Attack.url}`]: () => new Response(null, { status: 401 }) })
        assert.strictEqual(yield* world.attempt(Attack.whoami), "UntrustedUrl")
        for (const { href } of world.shown) assert.isAtMost(href.length, 10_000)
      })))
})
