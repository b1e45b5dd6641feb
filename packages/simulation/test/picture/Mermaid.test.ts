import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { Event } from "../../src/history/Event.ts"
import * as HistoryPicture from "../../src/picture/HistoryPicture.ts"
import * as Mermaid from "../../src/picture/Mermaid.ts"
import type { Sequence } from "../../src/picture/Sequence.ts"
import { hostile, hostileHistory, long, story } from "../support/PictureStory.ts"

const linesOf = (diagram: string): ReadonlyArray<string> => {
  const [first, ...lines] = diagram.replace(/\n$/, "").split("\n")
  assert.strictEqual(first, "sequenceDiagram")
  return lines
}

const arrowsIn = (lines: ReadonlyArray<string>): number => lines.filter((each) => /^ {2}p\d+-/.test(each)).length

const decoded = (diagram: string): string =>
  diagram.replace(/#(\d+);/g, (_, number: string) => String.fromCodePoint(Number(number)))

describe("Mermaid", () => {
  it("draws a conversation, in the order of sending", () => {
    const diagram = Mermaid.render(HistoryPicture.sequenceOf(story))
    linesOf(diagram)
    const shown = decoded(diagram).split("\n")
    assert.deepStrictEqual(shown.slice(1, 5), [
      "  actor p0 as alice",
      "  actor p1 as bob",
      "  participant p2 as bank-1",
      "  participant p3 as bank-2"
    ])
    const transfer = shown.slice(shown.indexOf("  p0->>p2: tools/call transfer"))
    assert.deepStrictEqual(transfer.slice(0, 9), [
      "  p0->>p2: tools/call transfer",
      "  Note over p0,p3: fault on alice-bank: loss 30% to the client",
      "  Note over p2: ran alice-1",
      "  Note over p1: begins bob-1 balance",
      "  p1->>p3: tools/call balance",
      "  p2-)p0: progress 1/3",
      "  Note over p3: ran bob-1",
      "  Note over p1,p3: fault on bob-bank: duplication 50%",
      "  p3-->>p1: result · tools/call balance (arrives 2 times)"
    ])
    assert.include(shown, "  p2-xp0: result · tools/call transfer (lost: loss)")
    assert.include(shown, "  p1-xp3: cancelled (under way at the end)")
  })

  it("says how long something took that took long", () => {
    const took = (millis: number): string =>
      Mermaid.render(HistoryPicture.sequenceOf([
        { atMillis: 0, _tag: "Sent", message: 1, from: "a", to: "b", via: "x", text: "?" },
        { atMillis: millis, _tag: "Arrived", message: 1 }
      ]))
    assert.notInclude(took(49), "took")
    assert.include(took(50), "(took 50 ms)")
    assert.include(took(2_345), "(took 2.3 s)")
  })

  it("is no longer than Mermaid reads", () => {
    const diagram = Mermaid.render(HistoryPicture.sequenceOf(hostileHistory.concat(long(3_000))), { linesMax: 10_000 })
    assert.isBelow(diagram.length, 50_000)
    assert.match(diagram, /Note over p0: \d+ more\n$/)
  })

  it("has no more lines than it may, and says how many it left out", () => {
    const lines = linesOf(Mermaid.render(HistoryPicture.sequenceOf(long(50)), { linesMax: 20 }))
    assert.strictEqual(lines.length, 4 + 20 + 1)
    assert.strictEqual(lines.at(-1), "  Note over p0: 180 more")
  })

  it("draws a conversation in which nobody takes part", () => {
    assert.deepStrictEqual(linesOf(Mermaid.render(HistoryPicture.sequenceOf([]))), ["  participant p0 as nobody"])
  })

  it.prop("has a line for each thing, whatever names and messages are", [Schema.Array(Schema.String)], ([strings]) => {
    const texts = [...strings, ...hostile.slice(0, 2)]
    const events = texts.flatMap((text, message): ReadonlyArray<Event> => [
      { atMillis: 0, _tag: "Sent", message, from: text, to: `${text}!`, via: text, text },
      { atMillis: 0, _tag: "Noted", host: "", text },
      { atMillis: 0, _tag: "Lost", message, why: text }
    ])
    const sequence: Sequence = HistoryPicture.sequenceOf(events)
    const lines = linesOf(Mermaid.render(sequence))
    assert.strictEqual(arrowsIn(lines), sequence.arrows.length)
    assert.strictEqual(lines.length, sequence.lanes.length + 2 * texts.length)
  })
})
