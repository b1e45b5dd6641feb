/** Checkers of what is said: each lets a good conversation pass, and finds the flaw in one that has it. */
import { assert, describe, it } from "@effect/vitest"
import { answeredAtMostOnce } from "@parley/simulation/checker/AnsweredAtMostOnce"
import { answeredOnceHealed } from "@parley/simulation/checker/AnsweredOnceHealed"
import * as Checkers from "@parley/simulation/checker/Checkers"
import { noAnswerAfterCancel } from "@parley/simulation/checker/NoAnswerAfterCancel"
import { requestIdsUnique } from "@parley/simulation/checker/RequestIdsUnique"
import { wellFormed } from "@parley/simulation/checker/WellFormed"
import type { Happening } from "@parley/simulation/history/Event"
import * as Schema from "effect/Schema"
import {
  answered,
  arrived,
  began,
  cancelled,
  ended,
  expect,
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

const call = said(1, "ada", "server", request(1))
const answer = said(2, "server", "ada", result(1))
const session = { "mcp-session-id": "s" }

describe("all checkers", () => {
  it("have nothing against a call with its answer, over a line and over HTTP", () => {
    const doing = [began("step-1"), line, ...call, ...answer, ended("step-1", { key: "step-1" })]
    const http = [
      post("x1", "ada"),
      ...said(1, "ada", "server", request(0, "initialize"), "x1"),
      ...said(2, "server", "ada", result(0), "x1"),
      answered("x1", 200, session),
      post("x2", "ada", session),
      ...said(3, "ada", "server", request(1), "x2"),
      ...said(4, "server", "ada", "", "x2", "post1-0"),
      ...said(5, "server", "ada", result(1), "x2", "post1-1"),
      answered("x2")
    ]
    for (const checker of Checkers.all) {
      expect(checker, undefined, ...doing)
      expect(checker, undefined, ...http)
    }
  })

  it("have names of their own", () => {
    assert.strictEqual(new Set(Checkers.all.map(({ name }) => name)).size, Checkers.all.length)
  })
})

describe("AnsweredAtMostOnce", () => {
  it("counts answers against the times that a request came", () => {
    expect(
      answeredAtMostOnce,
      /came 1 times, and was answered 2 times/,
      line,
      ...call,
      ...answer,
      ...said(3, "server", "ada", result(1))
    )
    expect(answeredAtMostOnce, undefined, line, ...call, arrived(1), ...answer, ...said(3, "server", "ada", result(1)))
  })

  it("finds an answer to what never came, and an end that comes twice", () => {
    expect(answeredAtMostOnce, /came 0 times/, line, sent(1, "ada", "server", request(1)), ...answer)
    expect(answeredAtMostOnce, /step-1 ended twice/, began("step-1"), ended("step-1"), ended("step-1"))
  })

  it("takes an event that is replayed for the one that it is", () => {
    const replayed = [
      post("x1", "ada", session),
      ...said(1, "ada", "server", request(1), "x1"),
      sent(2, "server", "ada", result(1), "x1", "post1-1"),
      get("x2", "ada", { ...session, "last-event-id": "post1-0" }),
      ...said(3, "server", "ada", result(1), "x2", "post1-1")
    ]
    expect(answeredAtMostOnce, undefined, ...replayed)
    expect(
      answeredAtMostOnce,
      /answered 2 times/,
      ...replayed,
      ...said(4, "server", "ada", result(1), "x2", "post1-2")
    )
  })

  it("lets a client say again what was lost on its way, and nothing else", () => {
    const asked = [line, ...said(1, "server", "ada", request(7, "ping")), sent(2, "ada", "server", result(7))]
    expect(
      answeredAtMostOnce,
      undefined,
      ...asked,
      { _tag: "Lost", message: 2, why: "cut" },
      ...said(3, "ada", "server", result(7))
    )
    expect(answeredAtMostOnce, /answered 2 times/, ...asked, arrived(2), ...said(3, "ada", "server", result(7)))
  })

  it.prop("allows as many answers as arrivals, whatever their numbers", {
    arrivals: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 })),
    answers: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))
  }, ({ answers, arrivals }) => {
    const events = one(
      line,
      sent(1, "ada", "server", request(1)),
      ...Array.from({ length: arrivals }, () => arrived(1)),
      ...Array.from({ length: answers }, (_, index) => sent(index + 2, "server", "ada", result(1)))
    )
    assert.strictEqual(verdicts(answeredAtMostOnce, events).length, Math.max(0, answers - arrivals))
  })
})

describe("AnsweredOnceHealed", () => {
  it("misses what is not over, and the answer that never came", () => {
    expect(answeredOnceHealed, /step-1 is not over/, began("step-1"))
    expect(answeredOnceHealed, /step-1 ended without having begun/, ended("step-1"))
    expect(answeredOnceHealed, /has no answer/, line, ...call)
  })

  it("misses nothing in a world that was not healed", () => {
    assert.deepStrictEqual(
      verdicts(answeredOnceHealed, one(began("step-1"), line, ...call), { isHealed: false, left: {} }),
      []
    )
  })

  it("misses no answer to what was cancelled, or whose line or server is gone", () => {
    expect(answeredOnceHealed, undefined, line, ...call, ...said(3, "ada", "server", cancelled(1)))
    expect(answeredOnceHealed, undefined, line, ...call, { _tag: "Closed", via: "line", why: "left" })
    expect(answeredOnceHealed, undefined, line, ...call, { _tag: "Down", host: "server-2" })
    expect(answeredOnceHealed, undefined, line, ...said(1, "ada", "server", request(1, "subscriptions/listen")))
  })
})

describe("NoAnswerAfterCancel", () => {
  const cancel = said(3, "ada", "server", cancelled(1))

  it("finds an answer that is sent after the cancellation has come", () => {
    expect(
      noAnswerAfterCancel,
      /was answered at 5 ms, after its cancellation had come at 4 ms/,
      line,
      ...call,
      ...cancel,
      ...answer
    )
  })

  it("lets the two cross", () => {
    expect(noAnswerAfterCancel, undefined, line, ...call, sent(3, "ada", "server", cancelled(1)), ...answer, arrived(3))
    // What came later than its cancellation was not there to be cancelled.
    expect(noAnswerAfterCancel, undefined, line, sent(1, "ada", "server", request(1)), ...cancel, arrived(1), ...answer)
    const atOnce = one(line, ...call, ...cancel, ...answer).map((event) => ({ ...event, atMillis: 1 }))
    assert.deepStrictEqual(verdicts(noAnswerAfterCancel, atOnce), [])
  })

  it("lets an answer be that waited for room, and no later one", () => {
    const note = sent(9, "server", "ada", { method: "notifications/message", params: { level: "info", data: "" } })
    expect(noAnswerAfterCancel, undefined, line, ...call, note, ...cancel, ...answer, arrived(9))
    const taken = [line, ...call, note, ...cancel]
    expect(noAnswerAfterCancel, /was answered/, ...taken, arrived(9), ...answer)
    const now = [...one(...taken), ...one(arrived(9), ...answer).map((event) => ({ ...event, atMillis: 20 }))]
    assert.deepStrictEqual(verdicts(noAnswerAfterCancel, now), [])
  })

  it("holds clients to it, too", () => {
    const asked = said(1, "server", "ada", request(1, "ping"))
    const taken = said(2, "server", "ada", cancelled(1))
    expect(noAnswerAfterCancel, /of the server/, line, ...asked, ...taken, ...said(3, "ada", "server", result(1)))
  })
})

describe("RequestIdsUnique", () => {
  it("finds an id that is used again on a line, or in a session", () => {
    expect(
      requestIdsUnique,
      /tools\/list, was that of tools\/call/,
      line,
      ...call,
      ...answer,
      ...said(3, "ada", "server", request(1, "tools/list"))
    )
    const again = [
      post("x1", "ada", session),
      ...said(1, "ada", "server", request(1), "x1"),
      post("x2", "ada", session)
    ]
    expect(requestIdsUnique, /was that of/, ...again, ...said(2, "ada", "server", request(1), "x2"))
  })

  it("lets a client begin anew that has come up anew", () => {
    const up: Happening = { _tag: "Up", host: "ada" }
    const first = [up, post("x1", "ada"), ...said(1, "ada", "server", request(1), "x1")]
    const second = [post("x2", "ada"), ...said(2, "ada", "server", request(1), "x2")]
    expect(requestIdsUnique, undefined, ...first, up, ...second)
    expect(requestIdsUnique, /was that of/, ...first, ...second)
  })

  it("lets the same request come again that was refused", () => {
    const refused = [post("x1", "ada"), ...said(1, "ada", "server", request(1), "x1"), answered("x1", 401)]
    expect(requestIdsUnique, undefined, ...refused, post("x2", "ada"), ...said(2, "ada", "server", request(1), "x2"))
    const other = said(2, "ada", "server", request(1, "ping"), "x2")
    expect(requestIdsUnique, /was that of/, ...refused, post("x2", "ada"), ...other)
  })

  it("lets each side and each session have its own", () => {
    expect(requestIdsUnique, undefined, line, ...call, ...said(2, "server", "ada", request(1, "ping")))
    expect(
      requestIdsUnique,
      undefined,
      post("x1", "ada", session),
      ...said(1, "ada", "server", request(1), "x1"),
      post("x2", "ada", { "mcp-session-id": "t" }),
      ...said(2, "ada", "server", request(1), "x2")
    )
  })
})

describe("WellFormed", () => {
  it("finds what is no message, and an answer to nothing", () => {
    expect(wellFormed, /said what is no message/, line, ...said(1, "ada", "server", "{"))
    expect(wellFormed, /which was not made/, line, ...said(1, "server", "ada", result(9)))
  })

  it("takes other words for an answer over HTTP where the status refuses", () => {
    const asked = [post("x1", "ada"), ...said(1, "ada", "server", request(1), "x1")]
    const page = [...asked, ...said(2, "server", "ada", "Bad gateway", "x1")]
    expect(wellFormed, undefined, ...page, answered("x1", 502))
    expect(wellFormed, /said what is no message/, ...page, answered("x1"))
  })

  it("knows where the stream of the old transport begins, and which session it is of", () => {
    expect(
      wellFormed,
      undefined,
      get("x1", "ada", {}),
      post("x2", "ada", {}, "POST /messages?sessionId=s"),
      ...said(2, "ada", "server", request(1), "x2"),
      ...said(3, "server", "ada", result(1), "x1")
    )
  })

  it("does not look into what is none of MCP's", () => {
    const token = [
      post("x1", "ada", {}, "POST /token"),
      ...said(1, "ada", "server", "grant_type=client_credentials", "x1")
    ]
    expect(wellFormed, undefined, ...token, ...said(2, "server", "ada", "{}", "x1"), answered("x1"))
  })

  it("looks into batches", () => {
    const batch = JSON.stringify([{ jsonrpc: "2.0", ...request(1) }, { jsonrpc: "2.0", ...request(2) }])
    const answers = JSON.stringify([{ jsonrpc: "2.0", ...result(1) }, { jsonrpc: "2.0", ...result(3) }])
    expect(
      wellFormed,
      /request 3 .* which was not made/,
      line,
      ...said(1, "ada", "server", batch),
      ...said(2, "server", "ada", answers)
    )
  })
})
