/** What checkers excuse, and no more than that: each excuse beside what looks like it and is none. */
import { assert, describe, it } from "@effect/vitest"
import { answeredAtMostOnce } from "@parley/simulation/checker/AnsweredAtMostOnce"
import type { Checker } from "@parley/simulation/checker/Checker"
import { noAnswerAfterCancel } from "@parley/simulation/checker/NoAnswerAfterCancel"
import { noCrossTalk } from "@parley/simulation/checker/NoCrossTalk"
import { requestIdsUnique } from "@parley/simulation/checker/RequestIdsUnique"
import type { Happening } from "@parley/simulation/history/Event"
import {
  answered,
  arrived,
  began,
  cancelled,
  get,
  line,
  one,
  post,
  request,
  result,
  said,
  sent,
  verdicts
} from "../support/Happened.ts"

const count = (checker: Checker, ...happenings: ReadonlyArray<Happening>): number =>
  verdicts(checker, one(...happenings)).length

const session = { "mcp-session-id": "s" }
const asked = said(1, "ada", "server", request(1))
const lost = (message: number): Happening => ({ _tag: "Lost", message, why: "it was swallowed" })

describe("checkers excuse", () => {
  it("an answer of a client that is said again because it was lost, and none of a server", () => {
    const question = said(1, "server", "ada", request(1, "elicitation/create"))
    const again = said(3, "ada", "server", result(1))
    assert.strictEqual(
      count(answeredAtMostOnce, line, ...question, sent(2, "ada", "server", result(1)), lost(2), ...again),
      0
    )
    const answer = [sent(2, "server", "ada", result(1)), lost(2), ...said(3, "server", "ada", result(1))]
    assert.strictEqual(count(answeredAtMostOnce, line, ...asked, ...answer), 1)
  })

  it("an answer of a client that was given before the cancellation came, when it is said again", () => {
    const question = said(1, "server", "ada", request(1, "elicitation/create"))
    const cancel = said(2, "server", "ada", cancelled(1))
    const answer = sent(3, "ada", "server", result(1))
    const again = sent(4, "ada", "server", result(1))
    assert.strictEqual(count(noAnswerAfterCancel, line, ...question, answer, lost(3), ...cancel, again), 0)
    assert.strictEqual(count(noAnswerAfterCancel, line, ...question, ...cancel, again), 1)
  })

  it("an answer to a request that came again, or came after its cancellation", () => {
    const cancel = said(2, "ada", "server", cancelled(1))
    const answer = said(3, "server", "ada", result(1))
    assert.strictEqual(count(noAnswerAfterCancel, line, ...asked, ...cancel, ...answer), 1)
    assert.strictEqual(count(noAnswerAfterCancel, line, ...asked, ...cancel, arrived(1), ...answer), 0)
    const late = [sent(1, "ada", "server", request(1)), ...cancel, arrived(1), ...answer]
    assert.strictEqual(count(noAnswerAfterCancel, line, ...late), 0)
  })

  it("an answer that is replayed after the cancellation, as it was", () => {
    const before = [
      post("x1", "ada", session),
      ...said(1, "ada", "server", request(1), "x1"),
      sent(2, "server", "ada", result(1), "x1", "post1-1"),
      post("x2", "ada", session),
      ...said(3, "ada", "server", cancelled(1), "x2"),
      get("x3", "ada", { ...session, "last-event-id": "post1-0" })
    ]
    assert.strictEqual(
      count(noAnswerAfterCancel, ...before, ...said(4, "server", "ada", result(1), "x3", "post1-1")),
      0
    )
    assert.strictEqual(
      count(noAnswerAfterCancel, ...before, ...said(4, "server", "ada", result(1), "x3", "post1-2")),
      1
    )
  })

  it("a question that is replayed, and no other under its id", () => {
    const question = request(7, "elicitation/create")
    const before = [
      post("x1", "ada", session),
      sent(1, "server", "ada", question, "x1", "post1-1"),
      get("x2", "ada", { ...session, "last-event-id": "post1-0" })
    ]
    assert.strictEqual(count(requestIdsUnique, ...before, ...said(2, "server", "ada", question, "x2", "post1-1")), 0)
    assert.strictEqual(count(requestIdsUnique, ...before, ...said(2, "server", "ada", question, "x2", "post1-2")), 1)
  })

  it("a client that speaks of another, but no server", () => {
    const other: Happening = { _tag: "Opened", via: "line-2", from: "ben", to: "server" }
    const about = request(1, "tools/call", { name: "key-1" })
    assert.strictEqual(
      count(noCrossTalk, line, other, began("key-1"), ...said(1, "ben", "server", about, "line-2")),
      0
    )
    assert.strictEqual(
      count(noCrossTalk, line, other, began("key-1"), ...said(1, "server", "ben", about, "line-2")),
      1
    )
  })

  it("a session of a client with a new credential, or of a user with two clients, but of nobody else", () => {
    const opened = [post("x1", "ada", { authorization: "Bearer a" }), answered("x1", 200, session)]
    const used = (client: string, authorization: string) => [
      post("x2", client, { ...session, authorization }),
      answered("x2")
    ]
    assert.strictEqual(count(noCrossTalk, ...opened, ...used("ada", "Bearer b")), 0)
    assert.strictEqual(count(noCrossTalk, ...opened, ...used("ben", "Bearer a")), 0)
    assert.strictEqual(count(noCrossTalk, ...opened, ...used("ben", "Bearer b")), 1)
  })
})
