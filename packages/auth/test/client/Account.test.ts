/** Logging in and out without a request, and what there is. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as AuthError from "../../src/AuthError.ts"
import * as Account from "../../src/client/Account.ts"
import * as FakeLogin from "../support/FakeLogin.ts"

const { make, post, reasonOf } = FakeLogin

const unreachable = AuthError.make(new AuthError.Unreachable({ url: "https://auth.example", detail: "down" }))

describe("login, logout, status", () => {
  it.effect("log in without a request, find the same tokens later, and forget them", () =>
    Effect.gen(function*() {
      const world = make({ supported: ["a"] })
      const { authorizer } = yield* world.client()
      assert.isUndefined(yield* Account.status(authorizer))
      yield* Account.login(authorizer, [])
      yield* Account.login(authorizer, [])
      assert.deepStrictEqual(world.grants, [["a"]])
      const other = yield* world.client()
      assert.isDefined((yield* Account.status(other.authorizer))?.credentials.tokens)
      yield* Account.logout(authorizer)
      assert.deepStrictEqual(world.revoked, ["access-1"])
      assert.isUndefined(yield* Account.status(authorizer))
      assert.deepStrictEqual(world.store.texts(), [])
      assert.isUndefined(yield* Account.status((yield* world.client()).authorizer))
    }))

  it.effect("log out again after a store that failed, so that nothing is left in it", () =>
    Effect.gen(function*() {
      for (const failRemoves of [1, 2]) {
        const world = make()
        const { authorizer } = yield* world.client()
        yield* Account.login(authorizer, [])
        world.store.failRemoves = failRemoves
        for (let at = 0; at < failRemoves; at++) {
          assert.strictEqual(reasonOf(yield* Effect.flip(Account.logout(authorizer)))?._tag, "StoreFailed")
        }
        yield* Account.logout(authorizer)
        assert.deepStrictEqual(world.store.texts(), [])
      }
    }))

  it.effect("tell of what another process has done, and undo it", () =>
    Effect.gen(function*() {
      const world = make()
      const { authorizer } = yield* world.client()
      assert.isUndefined(yield* Account.status(authorizer))
      yield* Account.login((yield* world.client()).authorizer, [])
      assert.isDefined(yield* Account.status(authorizer))
      const late = yield* world.client()
      yield* Account.logout(late.authorizer)
      assert.deepStrictEqual(world.store.texts(), [])
    }))

  it.effect("tell what there is while a person is asked, and give up asking whoever has gone away", () =>
    Effect.gen(function*() {
      const world = make({ asked: Effect.suspend(() => world.grants.length === 1 ? Effect.never : Effect.void) })
      const client = yield* world.client()
      const { authorizer } = client
      const start = { startImmediately: true }
      const login = yield* Effect.forkChild(Effect.flip(Account.login(authorizer, [])), start)
      const request = yield* Effect.forkChild(Effect.flip(post(client)), start)
      assert.strictEqual(world.grants.length, 1)
      assert.isUndefined(yield* Account.status(authorizer))
      yield* Account.logout(authorizer)
      assert.strictEqual(reasonOf(yield* Fiber.join(login))?._tag, "AuthorizationDenied")
      assert.strictEqual(reasonOf(yield* Fiber.join(request))?._tag, "AuthorizationDenied")
      yield* Account.login(authorizer, [])
      assert.strictEqual(world.grants.length, 2)
      assert.strictEqual(yield* post(client), 200)
    }))

  it.effect("log in with the answer to a request that asks already: a no is not asked about again", () =>
    Effect.gen(function*() {
      const denied = AuthError.make(new AuthError.AuthorizationDenied({ issuer: "x", error: "access_denied" }))
      const world = make({ asked: Effect.andThen(Effect.sleep(5), Effect.fail(denied)) })
      const client = yield* world.client()
      yield* Effect.forkChild(Effect.flip(post(client)), { startImmediately: true })
      yield* TestClock.adjust(1)
      assert.strictEqual(world.grants.length, 1)
      const login = Effect.flip(Account.login(client.authorizer, []))
      const waiting = yield* Effect.forkChild(login, { startImmediately: true })
      yield* TestClock.adjust(20)
      assert.strictEqual(reasonOf(yield* Fiber.join(waiting))?._tag, "AuthorizationDenied")
      assert.strictEqual(world.grants.length, 1)
      yield* Effect.forkChild(login, { startImmediately: true })
      yield* TestClock.adjust(1)
      assert.strictEqual(world.grants.length, 2)
    }))

  it.effect("log out once for all who want it", () =>
    Effect.gen(function*() {
      const world = make({ revoking: Effect.sleep(5) })
      const { authorizer } = yield* world.client()
      yield* Account.login(authorizer, [])
      const fibers = yield* Effect.forEach([1, 2], () =>
        Effect.forkChild(Account.logout(authorizer), { startImmediately: true }))
      yield* TestClock.adjust(10)
      for (const fiber of fibers) {
        yield* Fiber.join(fiber)
      }
      assert.deepStrictEqual(world.revoked, ["access-1"])
      assert.deepStrictEqual(world.store.texts(), [])
    }))

  it.effect("forget tokens that cannot be given back all the same", () =>
    Effect.gen(function*() {
      const world = make({ revoking: Effect.fail(unreachable) })
      const client = yield* world.client()
      yield* post(client)
      yield* Account.logout(client.authorizer)
      assert.deepStrictEqual(world.store.texts(), [])
      yield* post(client)
      assert.strictEqual(world.grants.length, 2)
    }))

  it.effect("log in long before the first request, and get other tokens where these have ended by then", () =>
    Effect.gen(function*() {
      const world = make({ refreshTokens: false })
      const client = yield* world.client()
      yield* Account.login(client.authorizer, [])
      yield* TestClock.adjust("2 hours")
      assert.strictEqual(yield* post(client), 200)
      assert.strictEqual(world.grants.length, 2)
    }))
})
