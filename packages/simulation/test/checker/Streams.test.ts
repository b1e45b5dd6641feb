/** The checker of event streams: what may follow what, on one connection and the next. */
import { assert, describe, it } from "@effect/vitest"
import { eventIdsIncrease } from "@parley/simulation/checker/EventIdsIncrease"
import type { Happening } from "@parley/simulation/history/Event"
import * as Happened from "../support/Happened.ts"
import { answered, get, one, post, said, sent, verdicts } from "../support/Happened.ts"

const session = { "mcp-session-id": "s" }
const note = (text: string) => ({ method: "notifications/message", params: { level: "info", data: text } })

const event = (message: number, via: string, id: string, text = id): ReadonlyArray<Happening> =>
  said(message, "server", "ada", note(text), via, id)

const begun = [post("x1", "ada", session), ...event(1, "x1", "post1-0"), ...event(2, "x1", "post1-1")]
/** Sent, and on its way when the connection is lost. */
const lost = sent(3, "server", "ada", note("post1-3"), "x1", "post1-3")
const back = (lastEventId: string) => get("x2", "ada", { ...session, "last-event-id": lastEventId })

const expect = (words: RegExp | undefined, ...happenings: ReadonlyArray<Happening>) =>
  Happened.expect(eventIdsIncrease, words, ...happenings)

describe("EventIdsIncrease", () => {
  it("lets a stream go on where it was lost", () => {
    const happenings = [...begun, lost, back("post1-1"), ...event(4, "x2", "post1-3"), ...event(5, "x2", "post1-4")]
    assert.deepStrictEqual(verdicts(eventIdsIncrease, one(...happenings)), [])
  })

  it("finds ids that go back", () => {
    const other = [post("x2", "ada", session), ...event(3, "x2", "post2-7"), ...event(4, "x2", "post2-6")]
    expect(/post2-6 came after post2-7/, ...begun, ...other)
  })

  it("finds what a replay brings again, or of another stream", () => {
    expect(/post1-1 came after post1-1/, ...begun, back("post1-1"), ...event(4, "x2", "post1-1"))
    expect(/is of another stream/, ...begun, back("post1-1"), ...event(4, "x2", "post2-5"))
    expect(/is two events/, ...begun, lost, back("post1-1"), ...event(4, "x2", "post1-3", "something else"))
  })

  it("finds what a replay leaves out", () => {
    expect(
      /post1-3 was left out between post1-1 and post1-4/,
      ...begun,
      lost,
      back("post1-1"),
      ...event(4, "x2", "post1-4")
    )
  })

  it("finds the end that a replay leaves out, unless the stream goes on elsewhere", () => {
    const closed = (via: string, why = "it was answered"): Happening => ({ _tag: "Closed", via, why })
    const again = get("x3", "ada", { ...session, "last-event-id": "post1-1" })
    const resumed = [...begun, lost, back("post1-1"), answered("x2")]
    expect(/post1-3 was left out after post1-1, on x2/, ...resumed, closed("x2"))
    expect(undefined, ...resumed, ...event(4, "x2", "post1-3"), closed("x2"))
    expect(undefined, ...resumed, closed("x2", "the link was cut"))
    expect(undefined, ...resumed, again, answered("x3"), closed("x2"), ...event(4, "x3", "post1-3"), closed("x3"))
    expect(undefined, ...begun, lost, back("post1-1"), answered("x2", 404), closed("x2"))
  })

  it("lets no server forget on account of its clock", () => {
    const jump: Happening = { _tag: "Struck", on: "server", fault: { _tag: "ClockJump", millis: 3_600_000 } }
    expect(/is of another stream/, ...begun, jump, back("post1-1"), ...event(4, "x2", "post2-5"))
    expect(/is of another stream/, jump, ...begun, back("post1-1"), ...event(4, "x2", "post2-5"))
  })

  it("finds one event on two answers", () => {
    expect(/was sent twice/, ...begun, post("x2", "ada", session), ...event(4, "x2", "post1-1"))
  })

  it("finds a client that names what it does not have", () => {
    expect(/which nobody sent/, ...begun, back("post1-9"))
    expect(/which had not come/, ...begun, lost, back("post1-3"))
  })
})
