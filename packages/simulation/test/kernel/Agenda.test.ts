import { assert, describe, it } from "@effect/vitest"
import * as Agenda from "@parley/simulation/kernel/Agenda"
import * as Schema from "effect/Schema"

/** Lets all time pass, and gives what was done when. */
const play = (agenda: Agenda.Agenda): void => {
  agenda.work()
  for (let next = agenda.nextMillis(); next !== undefined; next = agenda.nextMillis()) {
    agenda.advance(next)
    agenda.work()
  }
}

const Times = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: -5, maximum: 50 })))

describe("Agenda", () => {
  it("does what is ready by priority, and then in order", () => {
    const agenda = Agenda.make()
    const done: Array<string> = []
    agenda.add(() => done.push("late"), 1)
    agenda.add(() => {
      done.push("first")
      agenda.add(() => done.push("what came of it"), 0)
    }, 0)
    agenda.add(() => done.push("second"), 0)
    assert.isTrue(agenda.work())
    assert.deepStrictEqual(done, ["first", "second", "late", "what came of it"])
    assert.isFalse(agenda.work())
  })

  it.prop("does what is for later in order of time, and of adding", [Times], ([times]) => {
    const agenda = Agenda.make()
    const done: Array<readonly [millis: number, index: number]> = []
    times.forEach((millis, index) => agenda.after(millis, () => done.push([agenda.nowMillis(), index])))
    play(agenda)
    const due = times.map((millis, index) => [Math.max(0, millis), index] as const)
    assert.deepStrictEqual(done, due.toSorted((one, other) => one[0] - other[0] || one[1] - other[1]))
  })

  it.prop("leaves out what was taken off", [Times], ([times]) => {
    const agenda = Agenda.make()
    const done: Array<number> = []
    const offs = times.map((millis, index) => agenda.after(millis, () => done.push(index)))
    offs.forEach((off, index) => {
      if (index % 2 === 0) off()
      if (index % 4 === 0) off()
    })
    play(agenda)
    assert.deepStrictEqual(
      done.toSorted((one, other) => one - other),
      times.flatMap((_, index) => index % 2 === 0 ? [] : [index])
    )
  })

  it("gives up on what comes round without end, until time goes on", () => {
    const agenda = Agenda.make()
    let rounds = 0
    const round = (): void => {
      rounds += 1
      agenda.add(round, 0)
    }
    round()
    assert.isTrue(agenda.work())
    assert.isTrue(agenda.isEndless())
    const before = rounds
    agenda.advance(1)
    assert.isFalse(agenda.isEndless())
    agenda.work()
    assert.isAbove(rounds, before)
  })
})
