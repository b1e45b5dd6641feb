import { assert, describe, it } from "@effect/vitest"
import { fairWeather } from "@parley/simulation/checker/FairWeather"
import type { Happening } from "@parley/simulation/history/Event"
import { began, ended, failed, one, verdicts } from "../support/Happened.ts"

const cut: Happening = { _tag: "Struck", on: "ada-server", fault: { _tag: "Cut" } }
const down = (host: string): Happening => ({ _tag: "Down", host })

describe("FairWeather", () => {
  it("lets nothing fail before something goes wrong", () => {
    const verdict = `step-1 failed before anything had gone wrong: "failed"`
    assert.deepStrictEqual(verdicts(fairWeather, one(began("step-1"), failed("step-1", true), ended("step-2"))), [
      verdict
    ])
    assert.deepStrictEqual(verdicts(fairWeather, one(began("step-1"), failed("step-1", false), cut)), [verdict])
    assert.deepStrictEqual(verdicts(fairWeather, one(began("step-1"), failed("step-1", false))), [verdict])
  })

  it("leaves alone what fails after that, and what does not fail", () => {
    assert.deepStrictEqual(
      verdicts(fairWeather, one(began("step-1"), cut, failed("step-1", true), ended("step-2"))),
      []
    )
    assert.deepStrictEqual(verdicts(fairWeather, one(began("step-1"), ended("step-1"), ended("step-2"))), [])
  })

  it("takes it for no failure that a user leaves, whichever is seen first", () => {
    const at = (...happenings: ReadonlyArray<Happening>) =>
      one(began("step-1", "ada"), began("step-2", "ben"), ...happenings).map((event, index) => ({
        ...event,
        atMillis: Math.min(index, 2)
      }))
    assert.deepStrictEqual(verdicts(fairWeather, at(failed("step-1", true), down("ada"), ended("step-3"))), [])
    assert.deepStrictEqual(verdicts(fairWeather, at(down("ada"), failed("step-1", true), ended("step-3"))), [])
    assert.lengthOf(verdicts(fairWeather, at(failed("step-2", true), down("ada"))), 1)
  })
})
