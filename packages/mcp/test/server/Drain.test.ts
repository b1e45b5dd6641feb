import { assert, describe, it } from "@effect/vitest"
import * as Drain from "../../src/server/listening/Drain.ts"

describe("a drain", () => {
  it("calls back whoever asked, once, and whoever asks later at once", () => {
    const drain = Drain.make()
    const called: Array<string> = []
    const note = (who: string) => () => void called.push(who)
    drain.onBegin(note("first"))
    const forget = drain.onBegin(note("forgotten"))
    drain.onBegin(note("second"))
    forget()
    forget()
    assert.deepStrictEqual(called, [])
    drain.begin()
    drain.begin()
    assert.deepStrictEqual(called, ["first", "second"])
    drain.onBegin(note("late"))()
    assert.deepStrictEqual(called, ["first", "second", "late"])
  })

  it("keeps apart two wishes of one function", () => {
    const drain = Drain.make()
    let calls = 0
    const count = (): void => {
      calls += 1
    }
    const forget = drain.onBegin(count)
    drain.onBegin(count)
    forget()
    drain.begin()
    assert.strictEqual(calls, 1)
  })
})
