/** Which paths a history is seen to have taken. What the swarm takes is seen in `Processes.test.ts`. */
import { assert, describe, it } from "@effect/vitest"
import type { Happening } from "@parley/simulation/history/Event"
import * as Coverage from "@parley/simulation/swarm/Coverage"
import { answered, began, cancelled, get, line, one, post, ran, request, said, sent } from "../support/Happened.ts"

const taken = (...happenings: ReadonlyArray<Happening>): ReadonlyArray<Coverage.Path> => {
  const coverage = Coverage.of(one(...happenings))
  return Coverage.paths.filter((path) => coverage[path] > 0)
}

const session = { "mcp-session-id": "s" }

const call = (key: string) => request(1, "tools/call", { name: "work", arguments: { key } })

describe("Coverage", () => {
  it("knows streams that are taken up again, and what comes on them a second time", () => {
    const begun = [
      post("x1", "ada", session),
      answered("x1"),
      sent(1, "server", "ada", { method: "m" }, "x1", "post1-0")
    ]
    assert.deepStrictEqual(taken(...begun), [])
    const again = get("x2", "ada", { ...session, "last-event-id": "post1-0" })
    assert.deepStrictEqual(taken(...begun, again), ["stream resumed"])
    const replayed = sent(2, "server", "ada", { method: "m" }, "x2", "post1-0")
    assert.deepStrictEqual(taken(...begun, again, replayed), ["stream resumed", "event replayed"])
  })

  it("tells a session that is not found from a page that is not there", () => {
    assert.deepStrictEqual(taken(post("x1", "ada", session), answered("x1", 404)), ["session not found"])
    assert.deepStrictEqual(taken(post("x1", "ada"), answered("x1", 404)), [])
  })

  it("tells calls that were cancelled before, while and after they ran", () => {
    const asked = [line, began("step-1"), ...said(1, "ada", "server", call("step-1"))]
    const cancel = said(2, "ada", "server", cancelled(1))
    assert.deepStrictEqual(taken(...asked, ...cancel), ["cancelled before it ran"])
    assert.deepStrictEqual(taken(...asked, ran("step-1"), ...cancel), ["cancelled while it ran"])
    const answer = said(3, "server", "ada", { id: 1, result: {} })
    assert.deepStrictEqual(taken(...asked, ran("step-1"), ...answer, ...cancel), ["cancelled after it was answered"])
  })

  it("knows what was lost with its line, and what was sent again", () => {
    const asked = [line, began("step-1"), ...said(1, "ada", "server", call("step-1"))]
    assert.deepStrictEqual(taken(...asked, { _tag: "Closed", via: "line", why: "cut" }), ["line broken in a call"])
    const again = said(2, "ada", "server", { ...call("step-1"), id: 2 })
    assert.deepStrictEqual(taken(...asked, ...again), ["sent again"])
  })

  it("adds up", () => {
    const coverage = Coverage.of(one(post("x1", "ada", session), answered("x1", 404)))
    assert.strictEqual(Coverage.plus(coverage, coverage)["session not found"], 2)
    assert.strictEqual(Coverage.missing(coverage).length, Coverage.paths.length - 1)
    assert.deepStrictEqual(Coverage.missing(Coverage.none), Coverage.paths)
  })
})
