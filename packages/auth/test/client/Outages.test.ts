/** Tokens that cannot be refreshed for a while, because of the authorization server or of a clock: used while they last, and not lost. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as AuthError from "../../src/AuthError.ts"
import * as FakeLogin from "../support/FakeLogin.ts"

const { make, post, presented, reasonOf } = FakeLogin

const unreachable = AuthError.make(new AuthError.Unreachable({ url: "https://auth.example", detail: "down" }))

describe("an authorization server that is out of order", () => {
  const refused = (error: string) =>
    AuthError.make(new AuthError.GrantRefused({ issuer: "https://auth.example", error }))
  const invalid = AuthError.make(new AuthError.InvalidResponse({ url: "https://auth.example", detail: "a page" }))
  it.effect.each([unreachable, refused("temporarily_unavailable"), refused("invalid_dpop_proof"), invalid])(
    "uses a token as long as it lasts when it cannot be refreshed on the way, and keeps what refreshes it: %s",
    (problem) =>
      Effect.gen(function*() {
        let refreshing: Effect.Effect<void, AuthError.AuthError> = Effect.fail(problem)
        const world = make({ refreshing: Effect.suspend(() => refreshing) })
        const client = yield* world.client()
        yield* post(client)
        yield* TestClock.adjust("3580 seconds")
        assert.strictEqual(yield* post(client), 200)
        yield* TestClock.adjust("30 seconds")
        assert.deepStrictEqual(reasonOf(yield* Effect.flip(post(client))), problem.reason)
        refreshing = Effect.void
        assert.strictEqual(yield* post(client), 200)
        assert.deepStrictEqual([world.grants.length, world.refreshed], [1, ["refresh-1"]])
      })
  )

  it.effect("tells of what went wrong, and sends no token that ended while it was tried to refresh it", () =>
    Effect.gen(function*() {
      const world = make({ refreshing: Effect.andThen(Effect.sleep("25 seconds"), Effect.fail(unreachable)) })
      const client = yield* world.client()
      yield* post(client)
      yield* TestClock.adjust("3580 seconds")
      const failing = yield* Effect.forkChild(Effect.flip(post(client)), { startImmediately: true })
      yield* TestClock.adjust("25 seconds")
      assert.strictEqual(reasonOf(yield* Fiber.join(failing))?._tag, "Unreachable")
      assert.deepStrictEqual([world.refreshes, presented(world)], [1, [undefined, "Bearer access-1"]])
    }))
})
