import { assert, describe, it } from "@effect/vitest"
import * as Sse from "effect/encoding/Sse"
import * as Schema from "effect/Schema"
import * as SseFraming from "../../src/jsonrpc/SseFraming.ts"
import { Json } from "../../src/schema/Open.ts"

/** Reads events with Effect's own parser: the name and the data of each. */
const read = (chunks: ReadonlyArray<string>): ReadonlyArray<readonly [string, string]> => {
  const events: Array<readonly [string, string]> = []
  const parser = Sse.makeParser((event) => {
    if (event._tag === "Event") events.push([event.event, event.data])
  })
  for (const chunk of chunks) parser.feed(chunk)
  return events
}

describe("message", () => {
  it.prop(
    "is read back by Effect's parser, however it is cut",
    [Schema.Array(Json), Schema.Natural],
    ([values, seed]) => {
      const texts = values.map((value) => JSON.stringify(value))
      const stream = texts.map((text) => `${SseFraming.message(text)}${SseFraming.keepAlive}`).join("")
      const size = 1 + seed % 50
      const chunks = Array.from(
        { length: Math.ceil(stream.length / size) },
        (_, index) => stream.slice(index * size, (index + 1) * size)
      )
      assert.deepStrictEqual(read(chunks), texts.map((text) => ["message", text] as const))
    }
  )

  it("keeps what looks like framing inside the data", () => {
    const text = JSON.stringify("\r\n\ndata: x\n\nevent: y\u2028\u2029\u0085")
    assert.deepStrictEqual(read([SseFraming.message(text)]), [["message", text]])
  })
})

describe("keepAlive", () => {
  it("is a comment, and no event", () => {
    assert.isTrue(SseFraming.keepAlive.startsWith(":"))
    assert.deepStrictEqual(read([SseFraming.keepAlive]), [])
  })
})
