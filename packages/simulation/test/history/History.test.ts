import { assert, describe, it } from "@effect/vitest"
import type * as Event from "@parley/simulation/history/Event"
import * as History from "@parley/simulation/history/History"
import * as Journal from "@parley/simulation/history/Journal"
import * as Effect from "effect/Effect"

describe("History", () => {
  it("writes down what happens with its time, and shows it to whoever watches, in order", () => {
    let now = 0
    const history = History.make(() => now)
    const seen: Array<string> = []
    const note = (text: string): Event.Happening => ({ _tag: "Noted", host: "world", text })
    history.add(note("before"))
    history.watch((event) => void seen.push(`first ${event.atMillis}`))
    history.watch((event) => void seen.push(`second ${event.atMillis}`))
    now = 7
    history.add(note("after"))
    assert.deepStrictEqual(seen, ["first 7", "second 7"])
    assert.strictEqual(
      History.render(history.events),
      [
        `{"atMillis":0,"_tag":"Noted","host":"world","text":"before"}`,
        `{"atMillis":7,"_tag":"Noted","host":"world","text":"after"}`
      ].join("\n")
    )
    assert.deepStrictEqual([history.nextMessage(), history.nextMessage()], [1, 2])
  })
})

describe("Journal", () => {
  it.effect("is written where there is one, and nowhere else", () =>
    Effect.gen(function*() {
      const written: Array<unknown> = []
      yield* Journal.ran("nowhere")
      yield* Effect.provideService(Journal.ran("here", { of: "me" }), Journal.Journal, (...said) =>
        void written.push(said))
      assert.deepStrictEqual(written, [["here", { of: "me" }]])
    }))
})
