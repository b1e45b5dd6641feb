/** A call that nobody waits for any more: nothing is left of it, wherever that happens. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as TestClock from "effect/testing/TestClock"
import type { Inbound } from "../../../src/client/connection/Inbound.ts"
import type { Call, Send } from "../../../src/client/requests/Call.ts"
import * as Deadline from "../../../src/client/requests/Deadline.ts"
import * as Waits from "../../../src/client/requests/Waits.ts"
import { interruptEverywhere } from "../../support/Interrupted.ts"

const timeoutMillis = 1_000

/** The stage alone. Of what the client receives it knows the calls that wait, and who hears progress. */
const staged = Effect.gen(function*() {
  const clock = yield* TestClock.testClockWith(Effect.succeed)
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const waits = Waits.make(() => clock.currentTimeMillisUnsafe(), fork)
  const progress = new Map()
  const inbound = { waits, progress } as unknown as Inbound
  let token = 0
  const send = (next: Send): Send =>
    Deadline.make(inbound, { timeout: timeoutMillis, timeoutTotal: undefined }, () => ++token, next)
  return { waits, progress, send }
})

const call: Call = { method: "tools/call", params: { name: "a" }, options: { timeoutTotal: 10 * timeoutMillis } }

describe("a call that is interrupted", () => {
  it.effect("anywhere is waited for no more, and its progress is not heard", () =>
    Effect.gen(function*() {
      const { progress, send, waits } = yield* staged
      yield* interruptEverywhere(send(() => Effect.andThen(Effect.yieldNow, Effect.never))(call))
      yield* interruptEverywhere(send(() => Effect.succeed("done"))(call))
      assert.deepStrictEqual([waits.active.size, progress.size], [0, 0])
    }))

  it.effect("ends when all of it has ended, also where its time is up already", () =>
    Effect.gen(function*() {
      const { send } = yield* staged
      const room = Latch.makeUnsafe(false)
      let hasEnded = false
      const slow = Effect.onInterrupt(Effect.never, () =>
        Effect.andThen(room.await, Effect.sync(() => void (hasEnded = true))))
      const calling = yield* Effect.forkChild(
        send(() =>
          slow
        )(call),
        { startImmediately: true }
      )
      yield* TestClock.adjust(timeoutMillis)
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(calling), { startImmediately: true })
      yield* TestClock.adjust(1)
      assert.deepStrictEqual([calling.pollUnsafe(), hasEnded], [undefined, false])
      yield* room.open
      yield* Fiber.join(interrupting)
      assert.isTrue(hasEnded)
    }))
})
