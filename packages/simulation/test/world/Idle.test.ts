import { assert, describe, it } from "@effect/vitest"
import * as World from "@parley/simulation/world/World"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as Specimen from "../support/Specimen.ts"

const clients = 100

describe("an idle world", () => {
  it.effect("of a hundred clients who listen lets time pass", () =>
    Effect.gen(function*() {
      const real = yield* Effect.sync(() => performance.now())
      const { exit, left } = yield* World.live({ seed: 1 }, (world) =>
        Effect.gen(function*() {
          const server = yield* world.server("server", Specimen.server())
          const listening = yield* Effect.forEach(Array.from({ length: clients }), (_, index) =>
            Effect.gen(function*() {
              const { client } = yield* world.client(`client-${index}`, server)
              return yield* Effect.forkChild(Stream.runDrain(client.listChanges))
            }))
          yield* Effect.sleep("1 second")
          const before = [performance.now(), yield* Clock.currentTimeMillis] as const
          yield* Effect.sleep("5 minutes")
          const after = [performance.now(), yield* Clock.currentTimeMillis] as const
          for (const fiber of listening) assert.isUndefined(fiber.pollUnsafe())
          yield* Fiber.interruptAll(listening)
          return (after[0] - before[0]) / ((after[1] - before[1]) / 1_000)
        }))
      const cost = yield* exit
      assert.isAbove(cost, 0)
      assert.deepStrictEqual(left, {})
      if (process.env.PARLEY_FIGURES !== undefined) {
        console.log(
          `${cost.toFixed(3)} ms a simulated second; all: ${(performance.now() - real).toFixed(0)} ms`
        )
      }
    }))
})
