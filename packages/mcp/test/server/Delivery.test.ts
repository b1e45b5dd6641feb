/** How events reach one consumer at its own pace. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Delivery from "../../src/server/listening/Delivery.ts"
import type { ServerEvent } from "../../src/session/NotificationBus.ts"
import type { Bounds } from "../../src/session/Subscriptions.ts"

const tools: ServerEvent = { _tag: "ListChanged", kind: "tools" }

const updated = (n: number): ServerEvent => ({ _tag: "ResourceUpdated", uri: `test://${n}` })

const filter = { lists: new Set(["tools"] as const), uris: new Set(["test://1", "test://2", "test://3"]) }

const coalesce: Bounds = { pendingMax: 2, slowConsumer: "coalesce" }

/** A consumer that takes one event, and then waits to be let go on. */
const slow = Effect.gen(function*() {
  const told: Array<ServerEvent> = []
  const first = yield* Deferred.make<void>()
  const gate = yield* Deferred.make<void>()
  const tell = (event: ServerEvent) =>
    Effect.suspend(() => {
      told.push(event)
      return Effect.andThen(Deferred.succeed(first, undefined), Deferred.await(gate))
    })
  return { told, tell, first: Deferred.await(first), release: Deferred.succeed(gate, undefined) }
})

describe("a delivery", () => {
  it.effect("tells together what happens in one turn", () =>
    Effect.gen(function*() {
      const told: Array<ServerEvent> = []
      const delivery = Delivery.make(filter, coalesce)
      const enough = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(
        delivery.run((event) => {
          told.push(event)
          return told.length === 2 ? Deferred.succeed(enough, undefined) : Effect.void
        }),
        { startImmediately: true }
      )
      for (let i = 0; i < 5; i++) delivery.offer(tools)
      delivery.offer(updated(1))
      yield* Deferred.await(enough)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(told, [tools, updated(1)])
    }))

  it.effect("coalesces while its consumer is slow, and loses nothing", () =>
    Effect.gen(function*() {
      const { first, release, tell, told } = yield* slow
      const delivery = Delivery.make(filter, coalesce)
      const fiber = yield* Effect.forkChild(delivery.run(tell), { startImmediately: true })
      delivery.offer(tools)
      yield* first
      for (let i = 0; i < 1_000; i++) delivery.offer(updated(1 + i % 3))
      delivery.offer(tools)
      yield* release
      yield* Effect.yieldNow
      yield* Effect.yieldNow
      delivery.end()
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(told, [tools, updated(1), updated(2), updated(3), tools])
    }))

  it.effect("ends by itself when its consumer is too slow and the policy is to close", () =>
    Effect.gen(function*() {
      const { first, release, tell, told } = yield* slow
      const delivery = Delivery.make(filter, { pendingMax: 2, slowConsumer: "close" })
      const fiber = yield* Effect.forkChild(delivery.run(tell), { startImmediately: true })
      delivery.offer(tools)
      yield* first
      for (let i = 1; i <= 3; i++) delivery.offer(updated(i))
      yield* release
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(told, [tools])
    }))

  it.effect("ends when it is told to, before it runs or while it waits", () =>
    Effect.gen(function*() {
      const early = Delivery.make(filter, coalesce)
      early.offer(tools)
      early.end()
      yield* early.run(() => Effect.die("nothing is to be told"))
      const late = Delivery.make(filter, coalesce)
      const fiber = yield* Effect.forkChild(late.run(() => Effect.void), { startImmediately: true })
      late.end()
      yield* Fiber.join(fiber)
    }))
})
