/** Work that is done once for all who wait: whoever gives up, and whenever, harms none. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scheduler from "effect/Scheduler"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Flight from "../../src/client/Flight.ts"

const task = { name: "work", about: undefined }

/** Runs an effect that lets others run after every few of its steps. */
const slowly = <A, E, R>(effect: Effect.Effect<A, E, R>, every: number) =>
  Effect.forkChild(Effect.provideService(effect, Scheduler.MaxOpsBeforeYield, every))

const steps = (count: number) => Effect.forEach(Array.from({ length: count }), () => Effect.yieldNow, { discard: true })

describe("work that is done once", () => {
  it.effect("is not left half begun, after whichever of its steps the one who began it gives up", () =>
    Effect.gen(function*() {
      for (let at = 0; at < 90; at++) {
        const place = Flight.make<number, never>(yield* Effect.scope)
        let runs = 0
        const work = Effect.andThen(Effect.sleep(5), Effect.sync(() => ++runs))
        const once = Flight.once(place, task, () => runs > 0 ? Effect.succeed(runs) : undefined, work)
        const first = yield* slowly(once, 3 + (at % 3))
        yield* steps(Math.floor(at / 3))
        first.interruptUnsafe()
        const second = yield* Effect.forkChild(once)
        yield* steps(100)
        yield* TestClock.adjust(20)
        yield* steps(100)
        const exit = second.pollUnsafe()
        assert.isTrue(exit !== undefined && Exit.isSuccess(exit), `after ${at} steps`)
        assert.strictEqual(runs, 1)
        assert.isUndefined(place.flight)
      }
    }))

  it.effect("of another kind waits its turn, and is not begun where it is not wanted any more", () =>
    Effect.gen(function*() {
      const place = Flight.make<string, never>(yield* Effect.scope)
      const done: Array<string> = []
      const work = (name: string) =>
        Effect.as(Effect.andThen(Effect.sleep(5), Effect.sync(() => done.push(name))), name)
      const once = (name: string, isDone: () => boolean = () => false) =>
        Flight.once(place, { name, about: undefined }, () => isDone() ? Effect.succeed("done") : undefined, work(name))
      const fibers = yield* Effect.forEach(
        [once("a"), once("b"), once("a"), once("c", () => done.includes("b"))],
        (one) => Effect.forkChild(one, { startImmediately: true })
      )
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(yield* Effect.forEach(fibers, Fiber.join), ["a", "b", "a", "done"])
      assert.deepStrictEqual(done, ["a", "b"])
    }))

  it.effect("ends with the scope, for those who wait and those who come later", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const place = Flight.make<void, never>(scope)
      const once = Flight.once(place, task, () => undefined, Effect.never)
      const other = Flight.once(place, { name: "other", about: undefined }, () => undefined, Effect.never)
      const fibers = yield* Effect.forEach([once, other], (one) => Effect.forkChild(one, { startImmediately: true }))
      yield* Scope.close(scope, Exit.void)
      for (const fiber of [...fibers, yield* Effect.forkChild(once)]) {
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
      }
    }))
})
