/** Refresh tokens that rotate: many want one at once, somebody has stolen one, the store breaks while one is written. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as TestClock from "effect/testing/TestClock"
import * as Attack from "../support/Attack.ts"
import * as Network from "../support/Network.ts"

const many = Effect.all(Array.from({ length: 50 }, () => Attack.whoami), { concurrency: "unbounded" })

const refreshes = (world: Attack.World): number => world.authorizationServer.asked("refresh_token")

/** What the thief gets for a refresh token that was good once. */
const useAgain = (world: Attack.World, token: string) =>
  Effect.map(
    world.network.clientOf("thief").execute(
      HttpClientRequest.bodyUrlParams(HttpClientRequest.post(world.authorizationServer.endpoints.token), {
        grant_type: "refresh_token",
        refresh_token: token,
        client_id: [...world.authorizationServer.clients.keys()][0] ?? ""
      })
    ),
    ({ status }) => status
  )

const refreshTokens = ({ authorizationServer: { secrets } }: Attack.World): ReadonlyArray<string> =>
  secrets.filter(({ kind }) => kind === "refresh").map(({ value }) => value)

describe("a race for a refresh", () => {
  it.effect("50 fibers that find a token expired refresh it once", () =>
    Attack.run({ allowed: Attack.login }, (world) =>
      Effect.gen(function*() {
        const outcome = yield* world.attempt(Effect.gen(function*() {
          yield* Attack.whoami
          yield* TestClock.adjust("2 hours")
          return (yield* many).join()
        }))
        assert.strictEqual(outcome, Array.from({ length: 50 }, () => "alice").join())
        assert.strictEqual(refreshes(world), 1)
        assert.strictEqual(world.authorizationServer.familiesEnded.size, 0)
        assert.lengthOf(world.shown, 1)
      })))

  it.effect("two clients that share a store do it once for both, 50 fibers each", () =>
    Attack.run({ allowed: Attack.login }, (world) =>
      Effect.gen(function*() {
        yield* world.attempt(Attack.whoami)
        const ready = [Deferred.makeUnsafe<void>(), Deferred.makeUnsafe<void>()] as const
        const expired = Deferred.makeUnsafe<void>()
        const client = (isReady: Deferred.Deferred<void>) =>
          world.attempt(Effect.gen(function*() {
            yield* Attack.whoami
            yield* Deferred.succeed(isReady, undefined)
            yield* Deferred.await(expired)
            return (yield* many).join()
          }))
        const both = yield* Effect.forkChild(Effect.all(ready.map(client), { concurrency: "unbounded" }))
        yield* Effect.forEach(ready, Deferred.await)
        yield* TestClock.adjust("2 hours")
        yield* Deferred.succeed(expired, undefined)
        const outcomes = yield* Effect.raceFirst(Fiber.join(both), Network.clock(world.network))
        for (const outcome of outcomes) assert.strictEqual(outcome, Array.from({ length: 50 }, () => "alice").join())
        assert.isAtMost(refreshes(world), 1)
        assert.strictEqual(world.authorizationServer.familiesEnded.size, 0)
        assert.lengthOf(world.shown, 1)
      })))
})

describe("a stolen refresh token", () => {
  it.effect("that was used already ends its family; the client asks its person once, and does not go round", () =>
    Attack.run({ allowed: Attack.login }, (world) =>
      Effect.gen(function*() {
        yield* world.attempt(Attack.whoami)
        yield* TestClock.adjust("2 hours")
        assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
        assert.strictEqual(yield* useAgain(world, refreshTokens(world)[0] ?? ""), 400)
        assert.strictEqual(world.authorizationServer.familiesEnded.size, 1)
        yield* TestClock.adjust("2 hours")
        assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
        assert.strictEqual(refreshes(world), 3)
        assert.lengthOf(world.shown, 2)
      })))

  it.effect("that the thief used first costs the victim a login, and the thief the family", () =>
    Attack.run(
      { allowed: Attack.login, authorizationServer: { registration: "none" } },
      (world) =>
        Effect.gen(function*() {
          yield* world.attempt(Attack.whoami)
          assert.strictEqual(yield* useAgain(world, refreshTokens(world)[0] ?? ""), 200)
          yield* TestClock.adjust("2 hours")
          assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
          assert.strictEqual(yield* useAgain(world, refreshTokens(world)[1] ?? ""), 400)
          assert.lengthOf(world.shown, 2)
        })
    ))
})

describe("a store that fails while tokens are written", () => {
  for (const failures of [1, 2, 3, 4, 7]) {
    it.effect(`${failures} times during a refresh: no family is lost, and no token is used twice`, () =>
      Attack.run({ allowed: Attack.login }, (world) =>
        Effect.gen(function*() {
          const outcome = yield* world.attempt(Effect.gen(function*() {
            yield* Attack.whoami
            yield* TestClock.adjust("2 hours")
            world.store.failWrites = failures
            const trying = Effect.result(Attack.whoami)
            for (let attempt = 0; attempt < 5; attempt++) {
              yield* Effect.raceFirst(trying, Network.clock(world.network))
            }
            return yield* Attack.whoami
          }))
          assert.strictEqual(outcome, "alice")
          assert.strictEqual(world.store.failWrites, 0)
          assert.strictEqual(world.authorizationServer.familiesEnded.size, 0)
          assert.lengthOf(world.shown, 1)
          // The next process goes on with what was written.
          assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
          assert.strictEqual(refreshes(world), 1)
          assert.lengthOf(world.shown, 1)
        })))
  }

  it.effect("for ever: the failure has a name, and says nothing of tokens", () =>
    Attack.run({ allowed: Attack.login }, (world) =>
      Effect.gen(function*() {
        world.store.failWrites = Number.POSITIVE_INFINITY
        const trying = world.attempt(Attack.whoami)
        assert.strictEqual(yield* Effect.raceFirst(trying, Network.clock(world.network)), "StoreFailed")
      })))
})
