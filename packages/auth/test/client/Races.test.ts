/**
 * Whatever happens, and in whatever order: no refresh token is used twice, no family of tokens is lost, nobody waits for
 * ever. Requests, time, refusals, people who give up, processes that end, and a store that breaks are drawn at random.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Account from "../../src/client/Account.ts"
import * as FakeLogin from "../support/FakeLogin.ts"

const int = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))
const step = <Name extends string, Fields extends Schema.Struct.Fields>(_tag: Name, fields: Fields) =>
  Schema.Struct({ _tag: Schema.Literal(_tag), ...fields })

const Post = step("Post", { process: int(2), body: Schema.Literals(["read", "write"]) })
const GiveUp = step("GiveUp", { which: int(9) })
const Wait = step("Wait", { millis: Schema.Literals([0, 1, 15, 30, 120, 1_000, 3_570_000, 3_585_000, 3_601_000]) })
/** The server takes no token any more that was issued so far, though they are good. */
const Refuse = step("Refuse", {})
const Login = step("Login", { process: int(2) })
const Restart = step("Restart", { process: int(2) })
const FailWrites = step("FailWrites", { count: int(7) })

type Step =
  | typeof Post.Type
  | typeof GiveUp.Type
  | typeof Wait.Type
  | typeof Refuse.Type
  | typeof Login.Type
  | typeof Restart.Type
  | typeof FailWrites.Type

const patience = "10 minutes"

/** Processes that share a store, and whoever waits for them. */
const play = Effect.fnUntraced(function*(steps: ReadonlyArray<Step>, processes: number) {
  const refused = new Set<string>()
  const issued = new Set<string>()
  const world = FakeLogin.make({
    needed: ({ body }) => body === "write" ? ["mcp:write"] : ["mcp:basic"],
    refreshing: Effect.sleep(20),
    asked: Effect.sleep(50),
    takes: (token) => {
      issued.add(token)
      return !refused.has(token)
    }
  })
  const begin = Effect.gen(function*() {
    const scope = yield* Scope.fork(yield* Effect.scope)
    return { scope, client: yield* Scope.provide(world.client(), scope) }
  })
  const running = yield* Effect.forEach(Array.from({ length: processes }), () => begin)
  const waiting: Array<Fiber.Fiber<unknown, unknown>> = []
  const at = (process: number) => running[process % processes]!
  const fork = <A, E>(effect: Effect.Effect<A, E>) =>
    Effect.map(Effect.forkChild(effect, { startImmediately: true }), (fiber) => waiting.push(fiber))
  for (const one of steps) {
    switch (one._tag) {
      case "Post":
        yield* fork(FakeLogin.post(at(one.process).client, one.body))
        break
      case "Login":
        yield* fork(Account.login(at(one.process).client.authorizer, []))
        break
      case "GiveUp":
        if (waiting.length > 0) waiting[one.which % waiting.length]?.interruptUnsafe()
        break
      case "Wait":
        yield* TestClock.adjust(one.millis)
        break
      case "Refuse":
        for (const token of issued) refused.add(token)
        break
      case "FailWrites":
        world.store.failWrites = one.count
        break
      case "Restart": {
        const closing = yield* Effect.forkChild(Scope.close(at(one.process).scope, Exit.void))
        yield* TestClock.adjust(1_000)
        assert.isDefined(closing.pollUnsafe(), "a process that ends does not take for ever")
        running[one.process % processes] = yield* begin
        break
      }
    }
  }
  world.store.failWrites = 0
  yield* TestClock.adjust(patience)
  assert.isTrue(waiting.every((fiber) => fiber.pollUnsafe() !== undefined), "nobody waits for ever")
  const last = yield* Effect.forEach(running, ({ client }) => Effect.forkChild(FakeLogin.post(client, "read")))
  yield* TestClock.adjust(patience)
  for (const fiber of last) assert.deepStrictEqual(fiber.pollUnsafe(), Exit.succeed(200))
  assert.strictEqual(new Set(world.refreshed).size, world.refreshed.length, "no refresh token is used twice")
  assert.deepStrictEqual([...world.ended], [], "no family is lost")
  return world
})

describe("races", () => {
  for (const processes of [2, 3]) {
    it.effect.prop(
      `of ${processes} processes that share a store: each refresh token is used once, and nobody waits for ever`,
      [Schema.Array(Schema.Union([Post, Post, Wait, GiveUp, Refuse, Login, Restart])).check(Schema.isMaxLength(30))],
      ([steps]) => Effect.scoped(play(steps, processes)),
      { arbitrary: { runs: 250 } }
    )
  }

  it.effect.prop(
    "with a store that cannot be written for a while: what could not be written is not lost",
    [Schema.Array(Schema.Union([Post, Post, Wait, GiveUp, Refuse, Login, FailWrites])).check(Schema.isMaxLength(30))],
    ([steps]) => Effect.scoped(play(steps, 1)),
    { arbitrary: { runs: 500 } }
  )

  it.effect("that were drawn are races: refreshes happen in them, and grants", () =>
    Effect.gen(function*() {
      const posts = Array.from({ length: 9 }, (_, process): Step => ({ _tag: "Post", process, body: "read" }))
      const later: Step = { _tag: "Wait", millis: 3_601_000 }
      const world = yield* play([...posts, later, ...posts, { _tag: "GiveUp", which: 9 }, later, ...posts], 3)
      assert.deepStrictEqual([world.grants.length, world.refreshes], [1, 2])
    }))
})
