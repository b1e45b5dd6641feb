/** Tokens of one client and of several that share a store: got once, refreshed once, stepped up within bounds, never lost. */
import { assert, describe, it } from "@effect/vitest"
import * as Interlude from "@parley/mcp/transport/Interlude"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as AuthError from "../../src/AuthError.ts"
import * as Account from "../../src/client/Account.ts"
import * as Authorized from "../../src/client/Authorized.ts"
import * as FakeLogin from "../support/FakeLogin.ts"

const { make, post, presented, reasonOf } = FakeLogin

const unreachable = AuthError.make(new AuthError.Unreachable({ url: "https://auth.example", detail: "down" }))
const consent = AuthError.make(
  new AuthError.ConsentRequired({ resource: FakeLogin.url, issuer: "https://auth.example", scopes: [] })
)

describe("authorizing", () => {
  it.effect("begins with a 401, asks for what the challenge names, and goes on with the token (ADC-02, ATU-02, ATU-03)", () =>
    Effect.gen(function*() {
      const world = make({ needed: () => ["mcp:basic"] })
      const client = yield* world.client()
      assert.strictEqual(yield* post(client, "one"), 200)
      assert.strictEqual(yield* post(client, "two"), 200)
      assert.deepStrictEqual(world.grants, [["mcp:basic"]])
      assert.deepStrictEqual(presented(world), [undefined, "Bearer access-1", "Bearer access-1"])
      assert.deepStrictEqual(world.http.sentTo(FakeLogin.url).map(({ body }) => body), ["one", "one", "two"])
      assert.isFalse(world.http.requests.some(({ url }) => url.href.includes("access-")), "ATU-04")
    }))

  it.effect("is done once for all who wait, and whoever gives up harms none", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const world = make({ asked: Deferred.await(gate) })
      const client = yield* world.client()
      const fibers = yield* Effect.forEach(Array.from({ length: 50 }), () =>
        Effect.forkChild(post(client), { startImmediately: true }))
      yield* TestClock.adjust(1)
      // The first is the one that began it.
      yield* Fiber.interrupt(fibers[0]!)
      yield* Fiber.interrupt(fibers[7]!)
      yield* Deferred.succeed(gate, undefined)
      const statuses = yield* Effect.forEach(
        fibers.filter((_, at) =>
          at !== 0 && at !== 7
        ),
        Fiber.join
      )
      assert.isTrue(statuses.every((status) => status === 200))
      assert.strictEqual(world.grants.length, 1)
      assert.strictEqual(world.discoveries, 1)
    }))

  it.effect("goes on when all have given up: the next finds what came of it", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const world = make({ asked: Deferred.await(gate) })
      const client = yield* world.client()
      const fiber = yield* Effect.forkChild(post(client), { startImmediately: true })
      yield* TestClock.adjust(1)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.succeed(gate, undefined)
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* post(client), 200)
      assert.strictEqual(world.grants.length, 1)
    }))

  it.effect("fails for all who wait with one reason, and tries again for the next", () =>
    Effect.gen(function*() {
      const world = make({ asked: Effect.andThen(Effect.sleep(5), Effect.fail(consent)) })
      const client = yield* world.client()
      const fibers = yield* Effect.forEach(Array.from({ length: 10 }), () =>
        Effect.forkChild(Effect.flip(post(client)), { startImmediately: true }))
      yield* TestClock.adjust(10)
      for (const fiber of fibers) {
        assert.strictEqual(reasonOf(yield* Fiber.join(fiber))?._tag, "ConsentRequired")
      }
      assert.strictEqual(world.grants.length, 1)
    }))

  it.effect("that a person refuses is refused to requests that were on their way, too; later ones ask again", () =>
    Effect.gen(function*() {
      const denied = AuthError.make(new AuthError.AuthorizationDenied({ issuer: "x", error: "access_denied" }))
      const world = make({ asked: Effect.fail(denied) })
      const client = yield* world.client()
      const arrives = yield* Deferred.make<void>()
      const slow = HttpClient.transformResponse(world.http.client, Effect.tap(() => Deferred.await(arrives)))
      const late = yield* Effect.forkChild(
        Effect.flip(post({ ...client, http: Authorized.make(slow, client.authorizer) })),
        { startImmediately: true }
      )
      assert.strictEqual(reasonOf(yield* Effect.flip(post(client)))?._tag, "AuthorizationDenied")
      yield* Deferred.succeed(arrives, undefined)
      assert.strictEqual(reasonOf(yield* Fiber.join(late))?._tag, "AuthorizationDenied")
      assert.strictEqual(world.grants.length, 1)
      yield* Effect.flip(post(client))
      assert.strictEqual(world.grants.length, 2)
    }))

  it.effect("gives up on a server that does not take what was just issued for it", () =>
    Effect.gen(function*() {
      const world = make({ takes: () => false })
      const client = yield* world.client()
      for (let at = 0; at < 3; at++) {
        assert.strictEqual(reasonOf(yield* Effect.flip(post(client)))?._tag, "TokenNotAccepted")
      }
      // Nobody is asked again; whether a refresh helps is tried once.
      assert.strictEqual(world.grants.length, 1)
      assert.strictEqual(world.refreshes, 1)
    }))

  it.effect("takes up again with a server that takes tokens again", () =>
    Effect.gen(function*() {
      let isDown = true
      const world = make({ takes: () => !isDown })
      const client = yield* world.client()
      yield* Effect.flip(post(client))
      isDown = false
      assert.strictEqual(yield* post(client), 200)
      assert.strictEqual(world.grants.length, 1)
    }))

  it.effect("asks anew when a token that was good is refused: refreshed first, then got again", () =>
    Effect.gen(function*() {
      const world = make({ takes: (token) => token !== "access-2" })
      const client = yield* world.client()
      yield* post(client)
      world.revokeAccess()
      // The family is unknown too, by now: the refresh is refused, once.
      assert.strictEqual(
        yield* Effect.map(Effect.flip(post(client)), (error) => reasonOf(error)?._tag),
        "TokenNotAccepted"
      )
      assert.strictEqual(world.refreshes, 1)
      assert.strictEqual(world.grants.length, 2)
    }))

  it.effect("stops the clock of a call while a person is asked, and not for a grant that asks nobody", () =>
    Effect.gen(function*() {
      const run = Effect.fnUntraced(function*(type: string) {
        const world = make({ type, asked: Effect.sleep("5 minutes") })
        const client = yield* world.client()
        const timed = Interlude.timeoutOrElse(post(client), 60_000, () => Effect.succeed("out of time" as const))
        const fiber = yield* Effect.forkChild(timed, { startImmediately: true })
        // Somebody who comes while the person is asked waits as well.
        yield* TestClock.adjust("1 minutes")
        const other = yield* Effect.forkChild(
          Interlude.timeoutOrElse(post(client), 60_000, () => Effect.succeed("out of time" as const)),
          { startImmediately: true }
        )
        yield* TestClock.adjust("6 minutes")
        return [yield* Fiber.join(fiber), yield* Fiber.join(other)]
      })
      assert.deepStrictEqual(yield* run("authorization_code"), [200, 200])
      assert.strictEqual((yield* run("client_credentials"))[0], "out of time")
    }))
})

describe("processes of which one asks a person", () => {
  it.effect("the other waits with its clock stopped, and uses what comes of it", () =>
    Effect.gen(function*() {
      const world = make({ asked: Effect.sleep("5 minutes") })
      const clients = [yield* world.client(), yield* world.client()]
      const fibers = yield* Effect.forEach(clients, (client) =>
        Effect.forkChild(
          Interlude.timeoutOrElse(post(client), 60_000, () => Effect.succeed("out of time" as const)),
          { startImmediately: true }
        ))
      yield* TestClock.adjust("6 minutes")
      assert.deepStrictEqual(yield* Effect.forEach(fibers, Fiber.join), [200, 200])
      assert.strictEqual(world.grants.length, 1)
    }))
})

describe("a server in front of which something says that it is not there", () => {
  it.effect("has not taken the token that it is not there to look at: nobody is asked again on its account", () =>
    Effect.gen(function*() {
      const world = make({ takes: () => false })
      const client = yield* world.client()
      yield* Effect.flip(post(client))
      yield* Effect.flip(post(client))
      const away = HttpClient.make((request) =>
        Effect.succeed(HttpClientResponse.fromWeb(request, new Response("", { status: 502 })))
      )
      assert.strictEqual((yield* Authorized.make(away, client.authorizer).get(FakeLogin.url)).status, 502)
      yield* Effect.flip(post(client))
      assert.strictEqual(world.grants.length, 1)
    }))
})

describe("refreshing", () => {
  it.effect("50 requests with an expired token refresh it once, before it ends", () =>
    Effect.gen(function*() {
      const world = make({ refreshing: Effect.sleep(20) })
      const client = yield* world.client()
      yield* post(client)
      yield* TestClock.adjust("3580 seconds")
      const fibers = yield* Effect.forEach(Array.from({ length: 50 }), () =>
        Effect.forkChild(post(client), { startImmediately: true }))
      yield* TestClock.adjust(5)
      yield* Fiber.interrupt(fibers[0]!)
      yield* TestClock.adjust(50)
      for (const fiber of fibers.slice(1)) {
        assert.strictEqual(yield* Fiber.join(fiber), 200)
      }
      assert.strictEqual(world.refreshes, 1)
      assert.strictEqual(world.ended.size, 0)
      assert.isFalse(presented(world).slice(2).includes("Bearer access-1"))
    }))

  it.effect("processes that share a store refresh once between them, and use what another has written", () =>
    Effect.gen(function*() {
      const world = make({ refreshing: Effect.sleep(20) })
      const first = yield* world.client()
      yield* post(first)
      const clients = [first, yield* world.client(), yield* world.client(), yield* world.client()]
      yield* Effect.forEach(clients, (client) => post(client))
      assert.strictEqual(world.grants.length, 1, "the others found the first one's tokens")
      yield* TestClock.adjust("1 hours")
      const fibers = yield* Effect.forEach(
        clients.flatMap((client) => Array.from({ length: 12 }, () => client)),
        (client) => Effect.forkChild(post(client), { startImmediately: true })
      )
      yield* TestClock.adjust("1 seconds")
      for (const fiber of fibers) assert.strictEqual(yield* Fiber.join(fiber), 200)
      assert.strictEqual(world.refreshes, 1)
      assert.strictEqual(world.ended.size, 0)
    }))

  it.effect("asks anew who protects the server when that was found out long ago, and not before", () =>
    Effect.gen(function*() {
      const world = make({ expiresIn: 600 })
      const client = yield* world.client({ limits: { metadataMillis: 1_500_000 } })
      for (let at = 0; at < 3; at++) {
        yield* post(client)
        yield* TestClock.adjust("10 minutes")
      }
      assert.deepStrictEqual([world.refreshes, world.discoveries], [2, 1])
      yield* post(client)
      assert.deepStrictEqual([world.refreshes, world.discoveries], [3, 2])
    }))

  it.effect("finds a server's metadata again where its challenge once said that it is, also in the next process", () =>
    Effect.gen(function*() {
      const world = make({ metadataUrl: "https://mcp.example/there.json", expiresIn: 5_000 })
      yield* post(yield* world.client())
      for (const client of [yield* world.client(), yield* world.client()]) {
        yield* TestClock.adjust("5000 seconds")
        assert.strictEqual(yield* post(client), 200)
      }
      yield* Account.login((yield* world.client()).authorizer, [])
      const issuers = world.needs.map(({ discovered }) => discovered.authorizationServer.issuer)
      assert.deepStrictEqual(issuers, ["https://auth.example"])
      assert.deepStrictEqual([world.refreshes, world.discoveries], [2, 3])
    }))

  it.effect("goes on with what is known of the authorization server while that cannot be asked anew", () =>
    Effect.gen(function*() {
      let isDown = false
      const discovering = Effect.suspend(() => isDown ? Effect.fail(unreachable) : Effect.void)
      const world = make({ discovering, expiresIn: 5_000 })
      const client = yield* world.client()
      yield* post(client)
      isDown = true
      yield* TestClock.adjust("5000 seconds")
      assert.strictEqual(yield* post(client), 200)
      assert.deepStrictEqual([world.refreshes, world.grants.length], [1, 1])
    }))

  it.effect("tokens that are said to last for ever are kept as such, also by the next process", () =>
    Effect.gen(function*() {
      const world = make({ expiresIn: Number.POSITIVE_INFINITY })
      yield* post(yield* world.client())
      yield* TestClock.adjust("365 days")
      assert.strictEqual(yield* post(yield* world.client()), 200)
      assert.deepStrictEqual([world.grants.length, world.refreshes], [1, 0])
    }))

  it.effect("keeps users of one store apart", () =>
    Effect.gen(function*() {
      const world = make()
      yield* post(yield* world.client({ identity: "alice" }))
      yield* post(yield* world.client({ identity: "bob" }))
      assert.strictEqual(world.grants.length, 2)
    }))

  it.effect("a refresh token that is good no more is dropped; a person is asked, once, or ConsentRequired says so", () =>
    Effect.gen(function*() {
      let asks: Effect.Effect<void, AuthError.AuthError> = Effect.void
      const world = make({ asked: Effect.suspend(() => asks) })
      const client = yield* world.client()
      yield* post(client)
      world.ended.add(0)
      yield* TestClock.adjust("1 hours")
      asks = Effect.fail(consent)
      assert.strictEqual(reasonOf(yield* Effect.flip(post(client)))?._tag, "ConsentRequired")
      assert.deepStrictEqual([world.refreshes, world.grants.length], [1, 2])
      assert.isFalse(world.store.texts().some((text) => text.includes("refresh-1")))
      asks = Effect.void
      assert.strictEqual(yield* post(client), 200)
      assert.deepStrictEqual([world.refreshes, world.grants.length], [1, 3])
    }))

  it.effect("refreshes tokens that last for less than the margin once in their time, not for each request", () =>
    Effect.gen(function*() {
      const world = make({ expiresIn: 20 })
      const client = yield* world.client()
      for (let at = 0; at < 10; at++) yield* post(client)
      assert.strictEqual(world.refreshes, 0)
      yield* TestClock.adjust("16 seconds")
      yield* post(client)
      assert.strictEqual(world.refreshes, 1)
    }))

  it.effect("a store that fails while tokens are written loses none: they are written later, and not used before", () =>
    Effect.gen(function*() {
      const world = make()
      const client = yield* world.client()
      yield* post(client)
      yield* TestClock.adjust("1 hours")
      world.store.failWrites = 3
      const fiber = yield* Effect.forkChild(Effect.flip(post(client)), { startImmediately: true })
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(reasonOf(yield* Fiber.join(fiber))?._tag, "StoreFailed")
      assert.isFalse(presented(world).includes("Bearer access-2"), "not used before it is written")
      assert.isTrue(world.store.texts().some((text) => text.includes("refresh-1")), "the old record is whole")
      assert.strictEqual(yield* post(client), 200)
      assert.deepStrictEqual([world.refreshes, world.grants.length, world.ended.size], [1, 1, 0])
      assert.strictEqual(presented(world).at(-1), "Bearer access-2")
      assert.isTrue(world.store.texts().some((text) => text.includes("refresh-2")))
    }))

  it.effect("a client that ends while it refreshes writes what came before it is gone", () =>
    Effect.gen(function*() {
      const world = make({ refreshing: Effect.sleep(20) })
      const scope = yield* Scope.make()
      const client = yield* Scope.provide(world.client(), scope)
      yield* post(client)
      yield* TestClock.adjust("1 hours")
      const waiting = yield* Effect.forkChild(post(client), { startImmediately: true })
      yield* TestClock.adjust(10)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* TestClock.adjust(10)
      yield* Fiber.join(closing)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(waiting)))
      assert.isTrue(world.store.texts().some((text) => text.includes("refresh-2")))
      assert.strictEqual(yield* post(yield* world.client()), 200)
      assert.deepStrictEqual([world.refreshes, world.ended.size], [1, 0])
    }))

  it.effect("a store that fails for a moment is tried again", () =>
    Effect.gen(function*() {
      const world = make()
      const client = yield* world.client()
      world.store.failWrites = 2
      const fiber = yield* Effect.forkChild(post(client), { startImmediately: true })
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* Fiber.join(fiber), 200)
    }))

  it.effect("a grant that asks nobody gets new tokens before the old ones end (XCC-10)", () =>
    Effect.gen(function*() {
      const world = make({ type: "client_credentials", refreshTokens: false })
      const client = yield* world.client()
      yield* post(client)
      yield* TestClock.adjust("3580 seconds")
      assert.strictEqual(yield* post(client), 200)
      assert.deepStrictEqual(presented(world), [undefined, "Bearer access-1", "Bearer access-2"])
    }))

  it.effect("what was stored as something else is not understood, and replaced", () =>
    Effect.gen(function*() {
      const world = make()
      yield* post(yield* world.client())
      const key = world.store.writes[0]!
      yield* world.store.service.remove(key)
      yield* world.store.service.put(
        key,
        yield* Effect.map(world.store.service.get(world.store.writes[1]!), (_) => _!.value),
        undefined
      )
      assert.strictEqual(yield* post(yield* world.client()), 200)
      assert.strictEqual(world.grants.length, 2)
    }))
})

describe("stepping up", () => {
  const write = (request: { readonly body: string }) => request.body === "write" ? ["mcp:write"] : ["mcp:basic"]

  it.effect("asks for what was asked for and what is needed now (ASP-05, ASP-06, ASP-07)", () =>
    Effect.gen(function*() {
      const world = make({ needed: write })
      const client = yield* world.client()
      assert.strictEqual(yield* post(client, "read"), 200)
      assert.strictEqual(yield* post(client, "write"), 200)
      assert.deepStrictEqual(world.grants, [["mcp:basic"], ["mcp:basic", "mcp:write"]])
      assert.strictEqual(world.discoveries, 1)
      assert.strictEqual(world.refreshes, 0)
    }))

  it.effect("is done once for all who need the same", () =>
    Effect.gen(function*() {
      const world = make({ needed: write, asked: Effect.sleep(10) })
      const client = yield* world.client()
      const first = yield* Effect.forkChild(post(client, "read"), { startImmediately: true })
      yield* TestClock.adjust(20)
      yield* Fiber.join(first)
      const fibers = yield* Effect.forEach(Array.from({ length: 20 }), () =>
        Effect.forkChild(post(client, "write"), { startImmediately: true }))
      yield* TestClock.adjust(20)
      for (const fiber of fibers) {
        assert.strictEqual(yield* Fiber.join(fiber), 200)
      }
      assert.strictEqual(world.grants.length, 2)
    }))

  it.effect("one extra round when less is granted than was asked for, then InsufficientScope (ASP-08, ASP-09)", () =>
    Effect.gen(function*() {
      const world = make({ needed: write, granted: () => ["mcp:basic"] })
      const client = yield* world.client()
      yield* post(client, "read")
      for (let at = 0; at < 3; at++) {
        const reason = reasonOf(yield* Effect.flip(post(client, "write")))
        assert.deepInclude(reason, { _tag: "InsufficientScope", required: ["mcp:write"], granted: ["mcp:basic"] })
      }
      assert.strictEqual(world.grants.length, 2)
      assert.strictEqual(yield* post(client, "read"), 200)
    }))

  it.effect("a server that always wants more gets a few rounds for one request, and asks never shrink (ASP-08)", () =>
    Effect.gen(function*() {
      let wants = 0
      const world = make({ needed: () => [`scope-${++wants}`] })
      const client = yield* world.client()
      assert.strictEqual(reasonOf(yield* Effect.flip(post(client)))?._tag, "InsufficientScope")
      assert.isAtMost(world.grants.length, 3)
      world.grants.forEach((scopes, at) => {
        for (const scope of world.grants[at - 1] ?? []) assert.include(scopes ?? [], scope)
      })
    }))

  it.effect("what was asked for is asked for again after tokens are refused", () =>
    Effect.gen(function*() {
      const world = make({ needed: write, refreshTokens: false })
      const client = yield* world.client()
      yield* post(client, "read")
      yield* post(client, "write")
      yield* TestClock.adjust("2 hours")
      assert.strictEqual(yield* post(client, "read"), 200)
      assert.deepStrictEqual(world.grants.at(-1), ["mcp:basic", "mcp:write"])
    }))
})

describe("a server that moves to another authorization server", () => {
  it.effect("is asked anew, and the other gets and gives its own tokens (ADC-11, ADC-12, ARG-18, ATU-05)", () =>
    Effect.gen(function*() {
      const world = make()
      const client = yield* world.client()
      yield* post(client)
      world.issuer = "https://other.example"
      assert.strictEqual(yield* post(client), 200)
      assert.strictEqual(world.refreshes, 0, "no refresh token of the one is shown to the other")
      assert.deepStrictEqual(
        world.needs.map(({ discovered }) => discovered.authorizationServer.issuer),
        ["https://auth.example", "https://other.example"]
      )
      // The tokens of the first are kept under its name, for when it comes back.
      assert.isTrue(world.store.texts().some((text) => text.includes("access-1")))
    }))
})
