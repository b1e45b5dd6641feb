/** The reader of HTTP answers: however the bytes are cut, the answer is the same. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { header, type HttpAnswer, makeHttpReader, messagesOf } from "../src/load/HttpReader.ts"

const message = { jsonrpc: "2.0", id: 7, result: { sum: 8 } }
const json = JSON.stringify(message)
const events = `id: 1\ndata: \n\nevent: message\ndata: {"jsonrpc":"2.0","method":"notifications/message"}\n\n` +
  `event: message\nid: 2\ndata: ${json}\n\n`

const withLength = [
  "HTTP/1.1 200 OK",
  "Content-Type: application/json",
  `Content-Length: ${json.length}`,
  "Mcp-Session-Id: AbC",
  "",
  json
].join("\r\n")

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

const chunked = [
  "HTTP/1.1 200 OK",
  "content-type: text/event-stream",
  "Transfer-Encoding: chunked",
  "",
  chunk(events.slice(0, 50)) + chunk(events.slice(50)) + "0\r\n\r\n"
].join("\r\n")

const accepted = "HTTP/1.1 202 Accepted\r\nDate: today\r\n\r\n"

/** Feeds pieces; asserts that nothing is complete before the last. */
const read = (pieces: ReadonlyArray<string>): HttpAnswer => {
  const reader = makeHttpReader()
  const answers = pieces.map((piece) => reader(piece))
  const last = answers.pop()
  assert.isTrue(answers.every((answer) => answer === undefined))
  assert.isDefined(last)
  return last as HttpAnswer
}

const Cuts = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 400 })))

const cut = (text: string, at: ReadonlyArray<number>): Array<string> => {
  const points = [...new Set([...at.filter((point) => point < text.length), text.length])].toSorted((a, b) => a - b)
  return points.map((point, index) => text.slice(points[index - 1] ?? 0, point))
}

describe("HttpReader", () => {
  it("reads an answer with a length", () => {
    const answer = read([withLength])
    assert.strictEqual(answer.status, 200)
    assert.strictEqual(header(answer, "mcp-session-id"), "AbC")
    assert.deepStrictEqual(messagesOf(answer), [message])
  })

  it("reads a chunked answer of events, of which the first is empty", () => {
    assert.deepStrictEqual(messagesOf(read([chunked])), [{ jsonrpc: "2.0", method: "notifications/message" }, message])
  })

  it("reads an answer without a body", () => {
    assert.strictEqual(read([accepted]).status, 202)
  })

  it("reads one answer after the other", () => {
    const reader = makeHttpReader()
    for (const text of [withLength, chunked, accepted, withLength]) assert.isDefined(reader(text))
  })

  it("refuses a chunk without a size", () => {
    assert.throws(() => read([chunked.replace("32\r\n", "zz\r\n")]), "bad chunk size")
  })

  it.prop("gives the same answer however the text is cut", [Cuts], ([at]) => {
    for (const text of [withLength, chunked, accepted]) {
      assert.deepStrictEqual(read(cut(text, at)), read([text]))
    }
  })
})
