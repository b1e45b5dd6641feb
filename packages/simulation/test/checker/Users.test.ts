/** Checkers of what users get, and of what is left when all is over. */
import { assert, describe, it } from "@effect/vitest"
import { noCrossTalk } from "@parley/simulation/checker/NoCrossTalk"
import { nothingLeaked } from "@parley/simulation/checker/NothingLeaked"
import { notRunMeansNotRun } from "@parley/simulation/checker/NotRunMeansNotRun"
import { mentions } from "@parley/simulation/checker/Reading"
import { resultsAreTrue } from "@parley/simulation/checker/ResultsAreTrue"
import type { Happening } from "@parley/simulation/history/Event"
import { subscribersHear } from "@parley/simulation/workload/Subscriptions"
import * as Schema from "effect/Schema"
import {
  answered,
  arrived,
  began,
  ended,
  expect,
  failed,
  line,
  post,
  ran,
  request,
  result,
  said,
  sent,
  verdicts
} from "../support/Happened.ts"

const Word = Schema.String.check(Schema.isPattern(/^[a-z][\w-]{0,8}$/))

describe("NoCrossTalk", () => {
  const both = [began("step-1", "ada"), began("step-10", "ben"), line]

  it("lets everybody hear of what is their own", () => {
    expect(noCrossTalk, undefined, ...both, ...said(1, "server", "ada", result(1, { key: "step-1" })))
  })

  it("finds what is another's", () => {
    expect(
      noCrossTalk,
      /ada was told of step-10, which is ben's/,
      ...both,
      ...said(1, "server", "ada", result(1, { key: "step-10" }))
    )
  })

  it("finds a session that is served to another, or given to two", () => {
    const opened = [
      post("x1", "ada", { authorization: "Bearer alice" }),
      answered("x1", 200, { "mcp-session-id": "s" }),
      post("x2", "ben", { authorization: "Bearer bob", "mcp-session-id": "s" })
    ]
    expect(noCrossTalk, undefined, ...opened, answered("x2", 404))
    expect(noCrossTalk, /Session s, which is ada's, was served to ben/, ...opened, answered("x2"))
    expect(
      noCrossTalk,
      /was given to ada and to ben/,
      ...opened.slice(0, 2),
      post("x3", "ben"),
      answered("x3", 200, { "mcp-session-id": "s" })
    )
  })

  it.prop("tells words from parts of words", { word: Word, before: Schema.String, after: Schema.String }, (words) => {
    const { after, before, word } = words
    assert.isTrue(mentions(`${before}"${word}"${after}`, word))
    assert.isFalse(mentions(`x${word}`, word))
    assert.isFalse(mentions(`${word}0`, word))
  })
})

describe("NotRunMeansNotRun", () => {
  const once = began("step-1", "ada", { repeatable: false })
  const asked = request(1, "tools/call", { key: "step-1" })

  it("believes what is true", () => {
    expect(notRunMeansNotRun, undefined, began("step-1"), failed("step-1", false))
    expect(notRunMeansNotRun, undefined, began("step-1"), ran("step-1"), failed("step-1", true))
    expect(notRunMeansNotRun, undefined, began("step-1"), ran("step-1"), ran("step-1"), ended("step-1"))
  })

  it("finds what was said not to have run, and ran, before or after that", () => {
    expect(
      notRunMeansNotRun,
      /was said not to have run, and ran 1 times/,
      began("step-1"),
      ran("step-1"),
      failed("step-1", false)
    )
    expect(notRunMeansNotRun, /ran on server after that/, began("step-1"), failed("step-1", false), ran("step-1"))
  })

  it("finds what is repeated and must not be, unless the network does it", () => {
    const twice = [ran("step-1"), ran("step-1")]
    expect(
      notRunMeansNotRun,
      /must not be repeated, and ran 2 times/,
      line,
      once,
      ...said(1, "ada", "server", asked),
      ...said(2, "ada", "server", { ...asked, id: 2 }),
      ...twice
    )
    expect(notRunMeansNotRun, undefined, line, once, sent(1, "ada", "server", asked), arrived(1), arrived(1), ...twice)
  })
})

describe("ResultsAreTrue", () => {
  it("finds an outcome that is another's, and what came out wrong", () => {
    expect(resultsAreTrue, undefined, began("step-1"), began("step-2"), ended("step-1", { key: "step-1" }))
    expect(
      resultsAreTrue,
      /was given the outcome of step-2/,
      began("step-1"),
      began("step-2"),
      ended("step-1", { key: "step-2" })
    )
    expect(resultsAreTrue, /came out wrong: boom/, began("step-1"), {
      _tag: "Ended",
      key: "step-1",
      outcome: "Defect",
      detail: "boom"
    })
  })
})

describe("NothingLeaked", () => {
  it("finds what is left", () => {
    const left = (fibers: number) => ({ isHealed: true, left: { server: { fibers, sessions: 0 } } })
    assert.deepStrictEqual(verdicts(nothingLeaked, [], left(0)), [])
    assert.deepStrictEqual(verdicts(nothingLeaked, [], left(2)), ["server has left fibers: 2"])
  })
})

describe("SubscribersHear", () => {
  const silent = (atMillis: number) => ({ ...ended("step-1", "nothing was heard"), atMillis })
  const fault: Happening = { _tag: "Struck", on: "ada-server", fault: { _tag: "Refusal" } }

  it("finds silence in calm weather, and excuses it while things go wrong, and a while after", () => {
    assert.match(verdicts(subscribersHear, [silent(70_000)])[0] ?? "", /step-1 heard nothing/)
    assert.deepStrictEqual(verdicts(subscribersHear, [{ ...fault, atMillis: 0 }, silent(70_000)]), [])
    const over = { ...fault, _tag: "Healed" as const, atMillis: 60_000 }
    assert.deepStrictEqual(verdicts(subscribersHear, [{ ...fault, atMillis: 0 }, over, silent(70_000)]), [])
    assert.strictEqual(verdicts(subscribersHear, [{ ...fault, atMillis: 0 }, over, silent(90_000)]).length, 1)
  })
})
