import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as EventSplitter from "../../src/network/EventSplitter.ts"

const cutUp = (text: string, sizes: ReadonlyArray<number>): ReadonlyArray<string> => {
  const pieces: Array<string> = []
  let rest = text
  for (const size of sizes) {
    pieces.push(rest.slice(0, size))
    rest = rest.slice(size)
  }
  return [...pieces, rest]
}

const written = [
  "id: 1\ndata: {\"a\":1}\n\n",
  ": keep-alive\n\n",
  "retry: 1000\n\n",
  "event: endpoint\ndata: /messages\n\n",
  "id: 2\ndata:\n\n",
  "data: one\ndata: two\n\n",
  "\n\n\n",
  "data: no end"
]

const events = [
  { name: "message", id: "1", data: "{\"a\":1}" },
  { name: "endpoint", data: "/messages" },
  { name: "message", id: "2", data: "" },
  { name: "message", data: "one\ntwo" }
]

describe("EventSplitter", () => {
  it("sees the same events at every place where the text may be cut", () => {
    const text = written.join("")
    for (let size = 1; size <= text.length; size++) {
      const split = EventSplitter.make()
      const parts = cutUp(text, Array.from({ length: Math.floor(text.length / size) }, () => size)).flatMap(split)
      assert.deepStrictEqual(parts.flatMap(({ event }) => event ?? []), events)
    }
  })

  it.prop(
    "sees the same events and gives the same text, wherever the text is cut",
    [Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 12 })))],
    ([sizes]) => {
      const split = EventSplitter.make()
      const parts = cutUp(written.join(""), sizes).flatMap(split)
      assert.deepStrictEqual(parts.flatMap(({ event }) => event ?? []), events)
      assert.strictEqual(parts.map(({ text }) => text).join(""), written.join(""))
    }
  )
})
