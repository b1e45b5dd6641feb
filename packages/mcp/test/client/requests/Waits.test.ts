/** One alarm for all calls: it never comes late, and costs nothing per call. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Waits from "../../../src/client/requests/Waits.ts"

const make = Effect.gen(function*() {
  const clock = yield* Clock.Clock
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  let forks = 0
  const waits = Waits.make(() => clock.currentTimeMillisUnsafe(), (effect) => {
    forks++
    return fork(effect)
  })
  return { waits, forks: () => forks }
})

const bounds = (idleMillis: number) => ({ idleMillis, totalMillis: undefined })
const Millis = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 50 }))

describe("waits", () => {
  it.effect.prop(
    "each expires exactly when its time is up, once, in whatever order they came",
    [Schema.Array(Schema.Struct({ after: Millis, idleMillis: Millis, leaves: Schema.Boolean }))],
    ([calls]) =>
      Effect.gen(function*() {
        const { waits } = yield* make
        const expired: Array<readonly [call: number, at: number]> = []
        const expected: Array<readonly [call: number, at: number]> = []
        for (const [index, { after, idleMillis, leaves }] of calls.entries()) {
          yield* TestClock.adjust(after)
          const wait = Waits.enter(waits, bounds(idleMillis))
          Waits.limit(waits, wait, () => {
            expired.push([index, waits.now()])
            Waits.leave(waits, wait)
          })
          if (leaves) Waits.leave(waits, wait)
          else expected.push([index, waits.now() + idleMillis])
        }
        yield* TestClock.adjust(50)
        const order = (a: readonly [number, number], b: readonly [number, number]) => a[1] - b[1] || a[0] - b[0]
        assert.deepStrictEqual(expired.toSorted(order), expected.toSorted(order))
        assert.strictEqual(waits.active.size, 0)
      })
  )

  it.effect("expire in time on a clock that does not tell whole milliseconds", () =>
    Effect.gen(function*() {
      const { forks, waits } = yield* make
      const late: Array<number> = []
      for (let call = 1; call <= 1_000; call++) {
        yield* TestClock.adjust(Math.sqrt(call) * 10)
        const due = waits.now() + 1_000
        const wait = Waits.enter(waits, bounds(1_000))
        Waits.limit(waits, wait, () => {
          late.push(waits.now() - due)
          Waits.leave(waits, wait)
        })
      }
      yield* TestClock.adjust("1 minute")
      assert.lengthOf(late, 1_000)
      assert.isBelow(Math.max(...late.map(Math.abs)), 0.01)
      assert.isAtMost(forks(), 1_000)
    }))

  it.effect("a call whose clock goes on while another expires is not forgotten", () =>
    Effect.gen(function*() {
      const { waits } = yield* make
      const expired: Array<string> = []
      const held = Waits.enter(waits, bounds(1_000))
      Waits.limit(waits, held, () => {
        expired.push("held")
        Waits.leave(waits, held)
      })
      const answered = Waits.hold(waits, undefined, () => undefined)
      const other = Waits.enter(waits, bounds(1_000))
      Waits.limit(waits, other, () => {
        expired.push("other")
        Waits.leave(waits, other)
        answered()
      })
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(expired, ["other"])
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(expired, ["other", "held"])
    }))

  it.effect("a thousand calls that are answered share one alarm", () =>
    Effect.gen(function*() {
      const { forks, waits } = yield* make
      for (let call = 0; call < 1_000; call++) {
        const wait = Waits.enter(waits, bounds(60_000))
        Waits.limit(waits, wait, () => assert.fail("it was answered"))
        Waits.leave(waits, wait)
      }
      assert.strictEqual(forks(), 1)
      yield* TestClock.adjust("1 hours")
      assert.strictEqual(forks(), 1)
      assert.strictEqual(waits.alarmAt, Infinity)
    }))
})
