import { assert, describe, it } from "@effect/vitest"
import type { Transcript } from "@parley/mcp/testing/Transcript"
import * as TranscriptPicture from "../../src/picture/TranscriptPicture.ts"

const head = { verb: "POST", url: "/mcp", headers: { "mcp-session-id": "s1" } }

const transcript: Transcript = [
  {
    _tag: "Said",
    atMillis: 1000,
    direction: "toServer",
    from: "client",
    to: "server",
    over: "x1",
    head,
    text: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add"}}`
  },
  {
    _tag: "Said",
    atMillis: 1020,
    direction: "toClient",
    from: "server",
    to: "client",
    over: "x1",
    eventId: "e1",
    text: `{"jsonrpc":"2.0","id":1,"result":{"isError":true,"content":[]}}`
  },
  { _tag: "Noted", atMillis: 1030, note: "the stream broke", over: "x1" },
  {
    _tag: "Said",
    atMillis: 1040,
    direction: "toClient",
    from: "server",
    to: "client",
    over: "x2",
    head: { status: 404, headers: {} }
  }
]

describe("TranscriptPicture", () => {
  it("draws what was said, from when the conversation began", () => {
    const { arrows, groups, lanes, marks } = TranscriptPicture.sequenceOf(transcript)
    assert.deepStrictEqual(lanes.map(({ name, side }) => [name, side]), [["client", "client"], ["server", "server"]])
    assert.deepStrictEqual(arrows.map(({ kind, label, sent }) => [sent.atMillis, kind, label]), [
      [0, "request", "tools/call add"],
      [20, "error", "isError · tools/call add"],
      [40, "error", "404"]
    ])
    assert.deepStrictEqual(groups, [{ id: "m0", label: "tools/call add", isCall: false }])
    assert.deepStrictEqual(arrows.map(({ group }) => group), ["m0", "m0", undefined])
    assert.deepStrictEqual(arrows[0]?.facts, [["id", "1"], ["verb", "POST /mcp"], ["mcp-session-id", "s1"]])
    assert.deepInclude(arrows[1]?.facts ?? [], ["event id", "e1"])
    assert.deepStrictEqual(marks.map(({ at, label }) => [at.atMillis, label]), [[30, "the stream broke"]])
  })

  it("draws nothing of nothing", () => {
    const { arrows, end, lanes } = TranscriptPicture.sequenceOf([])
    assert.deepStrictEqual([arrows, lanes, end], [[], [], { atMillis: 0, order: 0 }])
  })
})
