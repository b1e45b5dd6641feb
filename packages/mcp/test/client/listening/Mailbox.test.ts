import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Mailbox from "../../../src/client/listening/Mailbox.ts"

const Key = Schema.Literals(["a", "b", "c", "d"])
const Step = Schema.Union([Schema.Struct({ put: Key }), Schema.Literal("read")])

describe("a mailbox", () => {
  it.effect.prop(
    "gives the newest of each key, in the order in which the keys came",
    [Schema.Array(Step)],
    ([steps]) =>
      Effect.gen(function*() {
        const mailbox = Mailbox.make<readonly [string, number], never>()
        const read = Mailbox.stream(mailbox).pipe(Stream.take(1), Stream.runCollect)
        // The model: keys in order, each with its newest value.
        const model: Array<readonly [string, number]> = []
        let count = 0
        for (const step of steps) {
          if (step === "read") {
            const expected = model.shift()
            if (expected !== undefined) assert.deepStrictEqual(yield* read, [expected])
          } else {
            const value = [step.put, count++] as const
            const index = model.findIndex(([key]) => key === step.put)
            if (index < 0) model.push(value)
            else model[index] = value
            Mailbox.put(mailbox, step.put, value)
          }
        }
        Mailbox.end(mailbox, Exit.void)
        Mailbox.put(mailbox, "a", ["a", -1])
        assert.deepStrictEqual(yield* Stream.runCollect(Mailbox.stream(mailbox)), model)
      })
  )

  it.effect("wakes its reader; a failure comes after what waits", () =>
    Effect.gen(function*() {
      const mailbox = Mailbox.make<number, string>()
      const heard: Array<number> = []
      const reading = yield* Effect.forkChild(
        Stream.runForEach(Mailbox.stream(mailbox), (value) => Effect.sync(() => heard.push(value))),
        { startImmediately: true }
      )
      Mailbox.put(mailbox, "a", 1)
      yield* Effect.yieldNow
      yield* Effect.yieldNow
      assert.deepStrictEqual(heard, [1])
      Mailbox.put(mailbox, "a", 2)
      Mailbox.end(mailbox, Exit.fail("over"))
      Mailbox.end(mailbox, Exit.void)
      assert.strictEqual(yield* Effect.flip(Fiber.join(reading)), "over")
      assert.deepStrictEqual(heard, [1, 2])
    }))
})
