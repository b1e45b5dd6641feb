/**
 * Responses that are cut at every byte, headers included, and such that come a byte at a time, on real sockets: each call
 * ends with its answer or a typed error, and the client goes on.
 */
import { assert, describe, it } from "@effect/vitest"
import { v2025_11_25 } from "@parley/mcp/revision/v2025_11_25"
import { v2026_07_28 } from "@parley/mcp/revision/v2026_07_28"
import * as Effect from "effect/Effect"
import type { Socket } from "node:net"
import * as Misbehaving from "../support/Misbehaving.ts"
import { nothingLeft } from "../support/NothingLeft.ts"
import { ending, visit } from "../support/ShortLived.ts"

const notification = Misbehaving.jsonRpc({ method: "notifications/message", params: { level: "info", data: "é€😀" } })

const head = (type: string, more: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${more}connection: close\r\n\r\n`

const chunked = (pieces: ReadonlyArray<string>): string =>
  [...pieces, ""].map((piece) => `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`).join("")

/** Whole responses, down to the bytes. */
const responses: { readonly [kind: string]: (answer: string) => string } = {
  "JSON": (answer) => `${head("application/json", `content-length: ${Buffer.byteLength(answer)}\r\n`)}${answer}`,
  "JSON in chunks": (answer) =>
    `${head("application/json", "transfer-encoding: chunked\r\n")}${chunked([answer.slice(0, 9), answer.slice(9)])}`,
  "events": (answer) =>
    `${head("text/event-stream", "transfer-encoding: chunked\r\n")}${
      chunked([": hi\n\n", Misbehaving.sse(notification), Misbehaving.sse(answer)])
    }`
}

const bytesOf = (kind: string, id: number | undefined): Buffer =>
  Buffer.from(responses[kind]!(Misbehaving.jsonRpc({ id, result: Misbehaving.result })))

/** How many bytes a call is to be answered with. */
const sizeOf = ({ message }: Misbehaving.Exchange): number => Number(message.params?.arguments?.size)

/** Writes a byte with each turn of the event loop, and hangs up. */
const drip = (socket: Socket, bytes: Buffer, at = 0): void => {
  if (at === bytes.length) return void socket.end()
  socket.write(bytes.subarray(at, at + 1), () => setImmediate(drip, socket, bytes, at + 1))
}

const lost = "Unreachable, may have run"

describe.each([v2025_11_25, v2026_07_28])("$version", (revision) => {
  it.live.each(Object.keys(responses))(
    "%s that is cut at any byte: no answer but the whole one, and the next call works",
    (kind) =>
      nothingLeft(Effect.gen(function*() {
        const server = yield* Misbehaving.make({
          cut: (exchange) => {
            const bytes = bytesOf(kind, exchange.message.id).subarray(0, sizeOf(exchange))
            exchange.socket.write(bytes, () => exchange.socket.destroy())
          }
        })
        // The shortest that an id of this many calls makes it.
        const length = bytesOf(kind, 1).length
        const sizes = Array.from({ length }, (_, size) => size)
        const calls = yield* visit(server, { revisions: [revision] }, (client) =>
          Effect.gen(function*() {
            const calls = yield* Effect.forEach(sizes, (size) => ending(client, "cut", { size }), { concurrency: 16 })
            assert.deepStrictEqual(yield* ending(client, "whole"), Misbehaving.content)
            return calls
          }))
        // The answer in an event may be there before the response is: of the last bytes some only end it.
        const whole = kind === "events" ? length - "\n\r\n0\r\n\r\n".length : length
        for (const end of calls.slice(0, whole)) assert.strictEqual(end, lost)
        for (const end of calls.slice(whole)) if (end !== lost) assert.deepStrictEqual(end, Misbehaving.content)
        assert.lengthOf(server.heard.filter((what) => what === "cut"), length)
      }))
  )

  it.live("a byte at a time", () =>
    nothingLeft(Effect.gen(function*() {
      const kinds = Object.keys(responses)
      const script = (kind: string): Misbehaving.Script => ({ message: { id }, socket }) =>
        drip(socket, bytesOf(kind, id))
      const server = yield* Misbehaving.make(Object.fromEntries(kinds.map((kind) => [kind, script(kind)])))
      const ends = yield* visit(server, { revisions: [revision] }, (client) =>
        Effect.forEach(kinds, (kind) =>
          ending(client, kind), { concurrency: "unbounded" }))
      for (const end of ends) {
        assert.deepStrictEqual(end, Misbehaving.content)
      }
    })))
})

it.live("a stream of a session with ids, cut at any byte: the rest is asked for as soon as there is an id (HTL-02)", () =>
  nothingLeft(Effect.gen(function*() {
    const primer = "retry: 1\nid: p\ndata:\n\n"
    const rests: Array<unknown> = []
    const server = yield* Misbehaving.make({
      cut: (exchange) => {
        exchange.response.writeHead(200, { "content-type": "text/event-stream" })
        const id = String(exchange.message.id)
        const all = Buffer.from(
          `${primer}${Misbehaving.sse(notification, id)}${Misbehaving.sse(Misbehaving.rightly(exchange))}`
        )
        exchange.response.write(all.subarray(0, sizeOf(exchange)), () => exchange.socket.destroy())
      },
      GET: ({ headers, response }) => {
        const last = headers["last-event-id"]
        if (last === undefined) return void response.writeHead(405).end()
        rests.push(last)
        // Which call it is for is not known from the primer's id: all are told, and each finds its own.
        const ids = last === "p" ? Array.from({ length: 400 }, (_, id) => id) : [Number(last)]
        const answers = ids.map((id) => Misbehaving.sse(Misbehaving.jsonRpc({ id, result: Misbehaving.result })))
        response.writeHead(200, { "content-type": "text/event-stream" }).end(answers.join(""))
      }
    })
    const length = primer.length + Misbehaving.sse(notification, "1").length + 40
    const sizes = Array.from({ length }, (_, size) => size)
    const ends = yield* visit(
      server,
      { revisions: [v2025_11_25] },
      (client) => Effect.forEach(sizes, (size) => ending(client, "cut", { size }), { concurrency: 64 })
    )
    const withoutId = ends.slice(0, primer.length)
    for (const end of withoutId) assert.strictEqual(end, lost)
    for (const end of ends.slice(primer.length)) assert.deepStrictEqual(end, Misbehaving.content)
    assert.lengthOf(rests, length - primer.length)
  })))
