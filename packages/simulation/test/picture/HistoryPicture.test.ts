import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { Event } from "../../src/history/Event.ts"
import * as HistoryPicture from "../../src/picture/HistoryPicture.ts"
import type { Arrow } from "../../src/picture/Sequence.ts"
import { story } from "../support/PictureStory.ts"

const drawn = HistoryPicture.sequenceOf(story)

const arrow = (id: string): Arrow => {
  const found = drawn.arrows.find((candidate) => candidate.id === id)
  assert.isDefined(found, `there is an arrow ${id}`)
  return found
}

const groupLabel = (id: string | undefined): string | undefined => drawn.groups.find((group) => group.id === id)?.label

describe("HistoryPicture", () => {
  it("has a lane for everybody, clients first, and knows when hosts were down", () => {
    assert.deepStrictEqual(drawn.lanes.map(({ name, side }) => [name, side]), [
      ["alice", "client"],
      ["bob", "client"],
      ["bank-1", "server"],
      ["bank-2", "server"]
    ])
    const down = drawn.lanes[2]?.down.map(([from, to]) => [from.atMillis, to?.atMillis])
    assert.deepStrictEqual(down, [[400, 900]])
  })

  it("draws every message once, from when it was sent to each time that it arrived", () => {
    const sent = story.filter(({ _tag }) => _tag === "Sent")
    assert.strictEqual(drawn.arrows.filter(({ kind }) => kind !== "head").length, sent.length)
    assert.deepStrictEqual(arrow("m10").arrivals.map(({ atMillis }) => atMillis), [133])
    assert.deepStrictEqual(arrow("m13").arrivals.map(({ atMillis }) => atMillis), [167, 178])
    assert.deepStrictEqual(arrow("m16").arrivals, [])
    assert.strictEqual(arrow("m16").lost?.why, "loss")
    assert.deepStrictEqual([arrow("m21").arrivals, arrow("m21").lost], [[], undefined])
  })

  it("says what messages are, and which request is answered", () => {
    assert.deepStrictEqual(
      ["m10", "m12", "m13", "m14", "m15", "m18", "m21"].map((id) => [arrow(id).kind, arrow(id).label]),
      [
        ["request", "tools/call transfer"],
        ["notification", "progress 1/3"],
        ["response", "result · tools/call balance"],
        ["request", "elicitation/create"],
        ["response", "result · elicitation/create"],
        ["error", "error -32602 · tools/call transfer"],
        ["notification", "cancelled"]
      ]
    )
  })

  it("puts together what belongs to one call, over requests, questions and retries", () => {
    const own = drawn.arrows.filter(({ group }) => groupLabel(group) === "alice-1 transfer").map(({ id }) => id)
    assert.includeMembers(own, ["m10", "m12", "m14", "m15", "m16", "m19", "m20"])
    assert.notInclude(own, "m11")
    assert.strictEqual(groupLabel(arrow("m13").group), "bob-1 balance")
    assert.strictEqual(
      groupLabel(arrow("m21").group),
      "bob-2 transfer",
      "what is cancelled is the request with that id"
    )
    assert.strictEqual(
      groupLabel(arrow("m1").group),
      "initialize",
      "a request that nobody's call needs stands for itself"
    )
  })

  it("tells the heads of an exchange with its messages, and draws those that have none", () => {
    assert.deepInclude(arrow("m10").facts, ["verb", "POST /mcp"])
    assert.deepInclude(arrow("m2").facts, ["status", "200"])
    const heads = drawn.arrows.filter(({ kind }) => kind === "head").map(({ label }) => label)
    assert.deepStrictEqual(heads, ["202", "202", "GET /mcp", "200", "202"])
  })

  it("has a band for each fault, on its lanes, as long as it is in force", () => {
    assert.deepStrictEqual(
      drawn.bands.map(({ from, label, lanes, to }) => [label, lanes, from.atMillis, to?.atMillis]),
      [
        ["loss 30% to the client", ["alice", "bank-1", "bank-2"], 131, 1500],
        ["duplication 50%", ["bob", "bank-1", "bank-2"], 152, undefined],
        ["restart", ["bank-1"], 400, 900]
      ]
    )
  })

  it("has a span for each call, with what came of it", () => {
    assert.deepStrictEqual(drawn.spans.map(({ label, outcome, to }) => [label, outcome, to?.atMillis]), [
      ["alice-1 transfer", "Success", 20_155],
      ["bob-1 balance", "Success", 167],
      ["bob-2 transfer", "Failure", 452]
    ])
  })

  it("has words for every fault", () => {
    const millis = { leastMillis: 1, mostMillis: 5, tail: { probability: 0.125, millis: 900 } }
    const faults = [
      [{ _tag: "Latency", millis }, "latency 1–5 ms, 12.5% 900 ms"],
      [{ _tag: "Reordering", probability: 0.1, millis: 20 }, "reordering 10% by 20 ms"],
      [{ _tag: "Chunking", charactersMax: 3 }, "pieces of 3 characters"],
      [{ _tag: "SlowConsumer", charactersPerSecond: 90, direction: "toServer" }, "90 characters/s to the server"],
      [{ _tag: "Cut" }, "cut"],
      [{ _tag: "HalfOpen", direction: "toClient" }, "half-open, nothing to the client"],
      [{ _tag: "Refusal" }, "refuses"],
      [{ _tag: "ClockJump", millis: -40 }, "clock back 40 ms"]
    ] as const
    for (const [fault, words] of faults) {
      const { bands } = HistoryPicture.sequenceOf([{ atMillis: 0, _tag: "Struck", on: "a-b", fault }])
      assert.strictEqual(bands[0]?.label, words)
    }
  })

  it("begins anywhere: what a part of a history refers to need not be in it", () => {
    for (let first = 0; first < story.length; first++) {
      const part = HistoryPicture.sequenceOf(story.slice(first))
      const names = new Set(part.lanes.map(({ name }) => name))
      assert.isTrue(part.arrows.every(({ from, to }) => names.has(from) && names.has(to)))
    }
  })

  it.prop("takes any text for a message", [
    Schema.Array(Schema.Union([Schema.String, Schema.fromJsonString(Schema.Json)]))
  ], ([texts]) => {
    const events = texts.map((text, message): Event => ({
      atMillis: message,
      _tag: "Sent",
      message,
      from: "a",
      to: "b",
      via: "line",
      text: typeof text === "string" ? text : JSON.stringify(text)
    }))
    assert.deepStrictEqual(
      HistoryPicture.sequenceOf(events).arrows.map(({ text }) => text),
      events.map((event) => event._tag === "Sent" ? event.text : "")
    )
  })
})
