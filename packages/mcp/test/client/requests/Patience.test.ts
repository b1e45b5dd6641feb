/** The machine of time limits, against a model that counts the milliseconds in which the clock ran. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Patience from "../../../src/client/requests/Patience.ts"

const Millis = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 500 }))
const Happening = Schema.Struct({
  after: Millis,
  event: Schema.Literals(["Progressed", "Asked", "Answered"])
})
const Story = Schema.Struct({
  idleMillis: Millis,
  totalMillis: Schema.NullOr(Millis),
  begun: Millis,
  happenings: Schema.Array(Happening)
})

describe("patience", () => {
  it.prop("counts the time in which no question is answered, from the last progress and altogether (TMO-04, TMO-05)", [
    Story
  ], ([{ begun, happenings, idleMillis, totalMillis }]) => {
    let now = begun
    let state = Patience.start({ idleMillis, totalMillis: totalMillis ?? undefined }, now)
    // The model: milliseconds that counted, when there was progress in them, and how many questions are open.
    let counted = 0
    let progressAt = 0
    let questions = 0
    for (const { after, event } of happenings) {
      now += after
      if (questions === 0) counted += after
      if (event === "Progressed") progressAt = totalMillis === null ? 0 : counted
      if (event === "Asked") questions++
      if (event === "Answered") questions = Math.max(0, questions - 1)
      state = Patience.step(state, event, now)
      const limit = Math.min(progressAt + idleMillis, totalMillis ?? idleMillis)
      assert.strictEqual(Patience.remainingMillis(state, now), questions > 0 ? undefined : limit - counted)
    }
  })

  it("says which limit runs out first", () => {
    const both = Patience.start({ idleMillis: 60, totalMillis: 200 }, 0)
    assert.strictEqual(Patience.limitMillis(both), 60)
    const prolonged = Patience.step(both, "Progressed", 150)
    assert.strictEqual(Patience.limitMillis(prolonged), 200)
    assert.strictEqual(Patience.limitMillis(Patience.start({ idleMillis: 60, totalMillis: undefined }, 0)), 60)
    assert.strictEqual(Patience.limitMillis(Patience.start({ idleMillis: 60, totalMillis: 20 }, 0)), 20)
  })
})
