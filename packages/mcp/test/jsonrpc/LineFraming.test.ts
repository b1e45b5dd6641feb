import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as LineFraming from "../../src/jsonrpc/LineFraming.ts"

const unitsMax = 12

/** Feeds chunks, ends the stream, and writes down the frames: lines as they are, `!` for one that was too long. */
const frames = (chunks: ReadonlyArray<string>, max = unitsMax): ReadonlyArray<string> => {
  const splitter = LineFraming.make(max)
  const received = chunks.flatMap((chunk) => splitter.feed(chunk))
  const last = splitter.end()
  return (last === undefined ? received : [...received, last]).map((one) => one._tag === "Line" ? one.text : "!")
}

/** Cuts a text at the given places, in any order and number. */
const cut = (text: string, places: ReadonlyArray<number>): ReadonlyArray<string> => {
  const at = [...new Set(places.map((place) => Math.abs(place) % (text.length + 1)))].toSorted((a, b) => a - b)
  return [...at, text.length].map((end, index) => text.slice(at[index - 1] ?? 0, end))
}

const Piece = Schema.Literals([
  "a",
  "{\"b\":1}",
  "é",
  "🙂",
  " ",
  "\t",
  "\n",
  "\n",
  "\r\n",
  "\r",
  "\u2028",
  "xxxxxxxxxxxx"
])
const Pieces = Schema.Array(Piece)
const Places = Schema.Array(Schema.Natural)

describe("splitting", () => {
  it.prop("does not depend on where the text was cut", [Pieces, Places], ([pieces, places]) => {
    const text = pieces.join("")
    assert.deepStrictEqual(frames(cut(text, places)), frames([text]))
    assert.deepStrictEqual(
      frames(Array.from({ length: text.length }, (_, index) => text.charAt(index))),
      frames([text])
    )
  }, { arbitrary: { runs: 300 } })

  it.prop("gives the lines that a plain split gives", [Pieces], ([pieces]) => {
    const text = pieces.join("")
    const expected = text.split("\n").map((line) => line.endsWith("\r") ? line.slice(0, -1) : line)
    assert.deepStrictEqual(frames([text], 10_000), expected.filter((line) => line.trim() !== ""))
  })

  it.prop("drops a line that is too long once, and leaves its neighbours alone", [Places], ([places]) => {
    const text = `before\n${"x".repeat(unitsMax + 1)}\nbetween\r\n${"y".repeat(500)}\nafter`
    assert.deepStrictEqual(frames(cut(text, places)), ["before", "!", "between", "!", "after"])
  })
})

const tables = [
  ["nothing", "", []],
  ["blank lines are no messages", "\n\r\n \t\n\n", []],
  ["both line ends", "a\nb\r\nc", ["a", "b", "c"]],
  ["only one carriage return belongs to the end", "a\r\r\n", ["a\r"]],
  ["a carriage return inside stays", "a\rb\n", ["a\rb"]],
  ["a last line without an end", "a\nb", ["a", "b"]],
  ["other separators are text", "a\u2028b\u0085c\n", ["a\u2028b\u0085c"]],
  ["as long as the limit", `${"x".repeat(unitsMax)}\n`, ["x".repeat(unitsMax)]],
  ["as long as the limit, without its end", `${"x".repeat(unitsMax)}\r\n`, ["x".repeat(unitsMax)]],
  ["one more than the limit", `${"x".repeat(unitsMax + 1)}\n`, ["!"]],
  ["one more than the limit at the end", "x".repeat(unitsMax + 1), ["!"]],
  ["several that are too long", `${"x".repeat(40)}\n${"y".repeat(40)}\n`, ["!", "!"]]
] as const

describe("the table", () => {
  it.each(tables)("%s", (_, text, expected) => {
    assert.deepStrictEqual(frames([text]), [...expected])
    assert.deepStrictEqual(frames([...text]), [...expected])
  })

  it("says which limit was exceeded, and at once: the rest of the line is not waited for", () => {
    const splitter = LineFraming.make(unitsMax)
    assert.deepStrictEqual(splitter.feed("x".repeat(100)), [{ _tag: "TooLong", unitsMax }])
    assert.deepStrictEqual(splitter.feed("x".repeat(100)), [])
    assert.deepStrictEqual(splitter.feed("\nnext\n"), [{ _tag: "Line", text: "next" }])
    assert.isUndefined(splitter.end())
  })

  it("ends with nothing when the last line was given up", () => {
    const splitter = LineFraming.make(unitsMax)
    splitter.feed("x".repeat(100))
    assert.isUndefined(splitter.end())
  })
})
