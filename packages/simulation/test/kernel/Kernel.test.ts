import { assert, describe, it } from "@effect/vitest"
import { SessionId } from "@parley/mcp/session/SessionId"
import * as Kernel from "@parley/simulation/kernel/Kernel"
import * as Clock from "effect/Clock"
import * as WebCrypto from "effect/crypto/WebCrypto"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"

const lived = <A, E>(effect: Effect.Effect<A, E>, seed = 1, millisMax?: number) =>
  Effect.suspend(() => {
    const kernel = Kernel.make(seed)
    return Kernel.live(kernel, Kernel.surroundings(kernel, "somebody"), effect, millisMax)
  })

describe("Kernel", () => {
  it.effect("lets a year pass at once, and fibers wake in order", () =>
    Effect.gen(function*() {
      const woken: Array<number> = []
      const sleeper = (days: number) =>
        Effect.andThen(Effect.sleep(`${days} days`), Effect.sync(() => void woken.push(days)))
      const passed = yield* lived(Effect.gen(function*() {
        const before = yield* Clock.currentTimeMillis
        yield* Effect.all([sleeper(365), sleeper(3), sleeper(90), sleeper(3)], { concurrency: "unbounded" })
        return (yield* Clock.currentTimeMillis) - before
      }))
      assert.strictEqual(passed, 365 * 86_400_000)
      assert.deepStrictEqual(woken, [3, 3, 90, 365])
    }))

  it.effect("draws chance, keys and session ids from its seed", () =>
    Effect.gen(function*() {
      const draw = Effect.gen(function*() {
        const { subtle } = yield* WebCrypto.WebCrypto
        const key = yield* Effect.promise(() => subtle.digest("SHA-256", new Uint8Array(8)))
        return [yield* Random.next, (yield* SessionId)(), new Uint8Array(key).join()]
      })
      assert.deepStrictEqual(yield* lived(draw), yield* lived(draw))
      assert.notDeepEqual((yield* lived(draw)).slice(0, 2), (yield* lived(draw, 2)).slice(0, 2))
    }))

  it.effect("has what is computed elsewhere come back in the order in which it was asked for", () =>
    Effect.gen(function*() {
      const kernel = Kernel.make(1)
      const done: Array<string> = []
      const digest = (name: string, size: number) =>
        Effect.gen(function*() {
          const { subtle } = yield* WebCrypto.WebCrypto
          yield* Effect.promise(() => subtle.digest("SHA-256", new Uint8Array(size)))
          done.push(name)
        }).pipe(Effect.provideContext(Kernel.surroundings(kernel, name).context))
      const both = Effect.all([digest("much", 4_000_000), digest("little", 4)], { concurrency: "unbounded" })
      yield* Kernel.live(kernel, Kernel.surroundings(kernel, "somebody"), both)
      assert.deepStrictEqual(done, ["much", "little"])
    }))

  it.effect("lets no time pass while one computation after another is made elsewhere", () =>
    Effect.gen(function*() {
      const signed = Effect.gen(function*() {
        const before = yield* Clock.currentTimeMillis
        const { subtle } = yield* WebCrypto.WebCrypto
        const key = subtle.importKey("raw", new Uint8Array(32), { name: "HMAC", hash: "SHA-256" }, false, ["sign"])
        const twice = key.then((key) =>
          subtle.sign("HMAC", key, new Uint8Array(1_000_000)).then((once) => subtle.sign("HMAC", key, once))
        )
        const signature = yield* Effect.promise(() => twice.then((bytes) => bytes).then((bytes) => bytes.byteLength))
        return [signature, (yield* Clock.currentTimeMillis) - before]
      })
      const ticking = Effect.forever(Effect.sleep(1))
      assert.deepStrictEqual(yield* lived(Effect.raceFirst(signed, ticking)), [32, 0])
    }))

  it.effect("stalls when nothing is left to happen, and lets what waited end", () =>
    Effect.gen(function*() {
      let ended = 0
      const waiting = Effect.ensuring(
        Effect.andThen(Effect.sleep(100), Effect.never),
        Effect.andThen(Effect.sleep(50), Effect.sync(() => void ended++))
      )
      const error = yield* Effect.flip(lived(waiting))
      assert.strictEqual(error.why, "Nothing")
      assert.strictEqual(ended, 1)
    }))

  it.effect("stalls when something takes longer than it may", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(lived(Effect.forever(Effect.sleep(10)), 1, 1_000))
      assert.strictEqual(error.why, "Late")
    }))

  it.effect("stalls when something goes round without end", () =>
    Effect.gen(function*() {
      let ended = 0
      const endless = Effect.ensuring(Effect.forever(Effect.yieldNow), Effect.sync(() => void ended++))
      const error = yield* Effect.flip(lived(endless))
      assert.strictEqual(error.why, "Endless")
      assert.strictEqual(ended, 1)
    }))

  it.effect("lets what is interrupted from outside end in the world", () =>
    Effect.gen(function*() {
      let ended = 0
      const going = Effect.ensuring(
        Effect.forever(Effect.sleep(1)),
        Effect.andThen(Effect.sleep(1_000), Effect.sync(() => void ended++))
      )
      const fiber = yield* Effect.forkChild(lived(going), { startImmediately: true })
      yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(ended, 1)
    }))

  it.effect("counts who sleeps, and moves the time of day of one clock alone", () =>
    Effect.gen(function*() {
      const kernel = Kernel.make(1)
      const { clock, context } = Kernel.surroundings(kernel, "one")
      const other = Kernel.surroundings(kernel, "other")
      yield* Kernel.live(
        kernel,
        { context },
        Effect.gen(function*() {
          const fiber = yield* Effect.forkChild(Effect.sleep(1_000))
          yield* Effect.sleep(1)
          assert.strictEqual(clock.sleeping(), 1)
          yield* Fiber.interrupt(fiber)
          assert.strictEqual(clock.sleeping(), 0)
          clock.jump(-5_000)
          assert.strictEqual(other.clock.currentTimeMillisUnsafe() - clock.currentTimeMillisUnsafe(), 5_000)
          const before = clock.monotonicTimeNanosUnsafe()
          yield* Effect.sleep(2)
          assert.strictEqual(clock.monotonicTimeNanosUnsafe() - before, 2_000_000n)
        })
      )
    }))
})
