/** Random worlds: requests of several processes, clocks that jump, stores that fail, people who give up waiting. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as FakeLogin from "../support/FakeLogin.ts"

const Between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const Action = Schema.Union([
  Schema.TaggedStruct("Post", { process: Between(0, 2), write: Schema.Boolean }),
  Schema.TaggedStruct("Wait", { millis: Between(1, 50) }),
  Schema.TaggedStruct("Expire", {}),
  Schema.TaggedStruct("GiveUp", { which: Between(0, 20) }),
  Schema.TaggedStruct("FailWrites", { times: Between(2, 5) })
])

const Actions = Schema.Array(Action).check(Schema.isMaxLength(40))

const needed = ({ body }: { readonly body: string }) => body === "write" ? ["basic", "write"] : ["basic"]

const play = Effect.fnUntraced(function*(actions: typeof Actions.Type, processes: number, mayFail: boolean) {
  const world = FakeLogin.make({ needed, refreshing: Effect.sleep(15), asked: Effect.sleep(25) })
  const clients = yield* Effect.forEach(Array.from({ length: processes }), () => world.client())
  // All are logged in, and their tokens have just ended.
  yield* Effect.forEach(clients, (client) => Effect.forkChild(FakeLogin.post(client, "read")))
  yield* TestClock.adjust("1 hours")
  const posts: Array<Fiber.Fiber<number, unknown>> = []
  for (const action of actions) {
    switch (action._tag) {
      case "Post": {
        const posting = FakeLogin.post(clients[action.process % processes]!, action.write ? "write" : "read")
        posts.push(yield* Effect.forkChild(posting, { startImmediately: true }))
        break
      }
      case "Wait":
        yield* TestClock.adjust(action.millis)
        break
      case "Expire":
        yield* TestClock.adjust("1 hours")
        break
      case "GiveUp":
        yield* Effect.forEach(posts.splice(action.which, 1), Fiber.interrupt)
        break
      case "FailWrites":
        if (mayFail) world.store.failWrites = action.times
    }
  }
  yield* TestClock.adjust("1 minutes")
  const exits = yield* Effect.forEach(posts, Fiber.await)
  world.store.failWrites = 0
  const last = yield* Effect.forEach(clients, (client) => Effect.forkChild(FakeLogin.post(client, "write")))
  yield* TestClock.adjust("1 minutes")
  return { world, exits, last: yield* Effect.forEach(last, Fiber.join) }
})

const reasons = (exits: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
  exits.map((exit) => JSON.stringify(exit)).filter((text) => text.includes("Failure"))

describe("random worlds", () => {
  it.effect.prop("processes that share a store are never logged out, and ask a person once for each set of scopes", [
    Actions
  ], ([actions]) =>
    Effect.gen(function*() {
      const { exits, last, world } = yield* play(actions, 3, false)
      assert.deepStrictEqual(reasons(exits), [])
      assert.deepStrictEqual(last, [200, 200, 200])
      assert.strictEqual(world.ended.size, 0)
      assert.isAtMost(world.grants.length, 2)
    }), { arbitrary: { runs: 40 } })

  it.effect.prop("a process whose store fails now and then is never logged out, and goes on when the store does", [
    Actions
  ], ([actions]) =>
    Effect.gen(function*() {
      const { last, world } = yield* play(actions, 1, true)
      assert.deepStrictEqual(last, [200])
      assert.strictEqual(world.ended.size, 0)
    }), { arbitrary: { runs: 150 } })
})
