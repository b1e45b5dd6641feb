/**
 * Servers over HTTP that do what they should not, on real sockets: they die, forget, never answer, answer twice or lie.
 * Every call ends in its time with a typed error or its right result, the next one works, and nothing is left.
 */
import { assert, describe, it } from "@effect/vitest"
import { v2025_11_25 } from "@parley/mcp/revision/v2025_11_25"
import { v2026_07_28 } from "@parley/mcp/revision/v2026_07_28"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as NodeMcpClient from "../../src/NodeMcpClient.ts"
import * as Misbehaving from "../support/Misbehaving.ts"
import { nothingLeft } from "../support/NothingLeft.ts"
import { connect, ending, visit, wordsOf } from "../support/ShortLived.ts"

const { content, jsonRpc, result, rightly, sse } = Misbehaving

const events = { "content-type": "text/event-stream" }
const json = { "content-type": "application/json" }

const answering = (
  headers: { readonly [name: string]: string },
  body: (exchange: Misbehaving.Exchange) => string
): Misbehaving.Script =>
(exchange) => void exchange.response.writeHead(200, headers).end(body(exchange))

const inEvents = (body: (exchange: Misbehaving.Exchange) => string) => answering(events, body)
const inJson = (body: (exchange: Misbehaving.Exchange) => string) => answering(json, body)

/** An answer to the request of this id, whatever that is; its text says that it is the wrong one. */
const wrongly = (id: unknown): string =>
  jsonRpc({ id, result: { ...result, content: [{ type: "text", text: "wrong" }] } })

const invalid = "InvalidAnswer, may have run"
const missing = "AnswerMissing, may have run"
const lost = "Unreachable, may have run"
const late = "RequestTimeout, may have run"

/** What is said about ids, and what a call makes of it. */
const lies: { readonly [what: string]: readonly [Misbehaving.Script, unknown] } = {
  "a wrong id": [inJson(() => wrongly(99_999)), invalid],
  "its id as a string": [inJson(({ message }) => wrongly(String(message.id))), invalid],
  "its id as a fraction": [inJson(({ message }) => jsonRpc({ id: message.id! + 0.5, result })), invalid],
  "the id of a request before it": [inJson(({ message }) => wrongly(message.id! - 1)), invalid],
  "no id": [inJson(() => wrongly(undefined)), invalid],
  "a result and an error": [
    inJson(({ message: { id } }) => jsonRpc({ id, result, error: { code: 1, message: "both" } })),
    invalid
  ],
  "neither of them": [inJson(({ message: { id } }) => jsonRpc({ id })), invalid],
  "nothing": [inJson(() => ""), missing],
  "no JSON": [inJson(() => "<html>oops"), invalid],
  "another type": [answering({ "content-type": "text/html" }, rightly), invalid],
  "no HTTP": [({ socket }) => void socket.end("oops\r\n\r\n"), lost],
  "an endless head": [({ socket }) => void socket.end(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(200_000)}\r\n\r\n`), lost],
  "wrong ids in events": [
    inEvents(({ message: { id } }) => [99_999, String(id), id! - 1].map((wrong) => sse(wrongly(wrong))).join("")),
    missing
  ],
  "both in an event": [
    inEvents(({ message: { id } }) => sse(jsonRpc({ id, result, error: { code: 1, message: "both" } }))),
    invalid
  ],
  "wrong ids in events, then the right one": [
    inEvents((exchange) =>
      `${sse(wrongly(99_999))}${sse(wrongly(String(exchange.message.id)))}${sse(rightly(exchange))}`
    ),
    content
  ],
  "garbage between events": [
    inEvents((exchange) =>
      `\u0000\u0001\ngarbage\n\ndata: {"half\n\nevent: other\n${sse(wrongly(exchange.message.id))}: \ndata:\n\nid\n\n` +
      `retry: soon\n\n${sse("[]")}${sse("null")}${sse(`{"jsonrpc":"1.0","id":99999,"result":{}}`)}${
        sse(rightly(exchange))
      }`
    ),
    content
  ],
  "the answer twice": [inEvents((exchange) => sse(rightly(exchange)) + sse(wrongly(exchange.message.id))), content],
  "the answer twice in a batch": [
    inJson((exchange) => `[${rightly(exchange)},${wrongly(exchange.message.id)}]`),
    content
  ]
}

/** Peers that hold what they should give. */
const halfOpen: { readonly [what: string]: Misbehaving.Script } = {
  "says nothing": () => undefined,
  "says half a head": ({ socket }) => void socket.write("HTTP/1.1 200 OK\r\ncontent-"),
  "says only a head": ({ response }) => void response.writeHead(200, json).flushHeaders(),
  "says only a head of events": ({ response }) => void response.writeHead(200, events).flushHeaders(),
  "says half an answer": (exchange) =>
    void exchange.response.writeHead(200, json).write(rightly(exchange).slice(0, 20)),
  "says half an event": (exchange) =>
    void exchange.response.writeHead(200, events).write(`data: ${rightly(exchange)}\n`),
  "refuses with half a page": ({ response }) => void response.writeHead(500, json).write("{")
}

describe.each([v2025_11_25, v2026_07_28])("$version", (revision) => {
  const options = { revisions: [revision] }

  it.live.each(Object.entries(lies))(
    "a server that answers with %s",
    ([, [script, expected]]) =>
      nothingLeft(Effect.gen(function*() {
        const server = yield* Misbehaving.make({ lie: script })
        yield* visit(server, options, (client) =>
          Effect.gen(function*() {
            // Another call is under way all the time.
            const [end, other] = yield* Effect.all([ending(client, "lie"), ending(client, "other")], { concurrency: 2 })
            assert.deepStrictEqual(end, expected)
            assert.deepStrictEqual(other, content)
            assert.deepStrictEqual(yield* ending(client, "next"), content)
          }))
        assert.lengthOf(server.heard.filter((what) => what === "lie"), 1)
      }))
  )

  it.live.each(Object.entries(halfOpen))(
    "a server that %s: the call ends in its time, its socket with it",
    ([, script]) =>
      nothingLeft(Effect.gen(function*() {
        const server = yield* Misbehaving.make({ hold: script })
        yield* visit(server, options, (client) =>
          Effect.gen(function*() {
            const held = yield* Effect.forkChild(server.next("hold"), { startImmediately: true })
            assert.deepStrictEqual(yield* ending(client, "hold", {}, { timeout: "50 millis" }), late)
            const { socket } = yield* Fiber.join(held)
            yield* Effect.callback<void>((resume) => {
              if (!server.sockets.has(socket)) return resume(Effect.void)
              socket.once("close", () => resume(Effect.void))
            })
            assert.deepStrictEqual(yield* ending(client, "next"), content)
          }))
      }))
  )

  it.live("a server that reads no more", () =>
    nothingLeft(Effect.gen(function*() {
      const server = yield* Misbehaving.make({})
      yield* Effect.scoped(Effect.gen(function*() {
        const client = yield* connect(NodeMcpClient.layerHttp({ url: server.url }), options)
        const text = "x".repeat(8_000_000)
        assert.strictEqual(yield* ending(client, "deaf", { text }, { timeout: "100 millis" }), late)
        assert.deepStrictEqual(yield* ending(client, "next"), content)
      }))
      assert.notInclude(server.heard, "deaf")
      yield* server.read
      yield* server.quiet
    })))

  it.live("a server that is killed during calls, and started again", () =>
    nothingLeft(Effect.gen(function*() {
      const server = yield* Misbehaving.make({ hold: () => undefined })
      yield* visit(server, options, (client) =>
        Effect.gen(function*() {
          const held = yield* Effect.forkChild(server.next("hold"), { startImmediately: true })
          const calling = yield* Effect.forkChild(ending(client, "hold"))
          yield* Fiber.join(held)
          yield* server.kill
          assert.strictEqual(yield* Fiber.join(calling), lost)
          assert.strictEqual(yield* ending(client, "next"), "Unreachable")
          yield* server.restart
          assert.deepStrictEqual(yield* ending(client, "next"), content)
        }))
    })))

  it.live("a server that answers in another order", () =>
    nothingLeft(Effect.gen(function*() {
      const held: Array<Misbehaving.Exchange> = []
      const server = yield* Misbehaving.make({
        ordered: (exchange) => {
          held.push(exchange)
          if (held.length < 8) return
          for (const { message: { id, params }, response } of held.toReversed()) {
            const text = String(params?.arguments?.text)
            response.writeHead(200, json).end(jsonRpc({ id, result: { ...result, content: [{ type: "text", text }] } }))
          }
        }
      })
      const texts = Array.from({ length: 8 }, (_, index) => `call ${index}`)
      const ends = yield* visit(server, options, (client) =>
        Effect.forEach(texts, (text) =>
          ending(client, "ordered", { text }), { concurrency: 8 }))
      assert.deepStrictEqual(ends, texts.map((text) => [{ type: "text", text }]))
    })))

  it.live("a server that never answers at all", () =>
    nothingLeft(Effect.gen(function*() {
      const hold = () => undefined
      const server = yield* Misbehaving.make({ initialize: hold, "server/discover": hold })
      const error = yield* Effect.flip(visit(server, { ...options, timeout: "50 millis" }, () => Effect.void))
      assert.strictEqual(wordsOf(error), late)
      yield* server.quiet
    })))
})

describe("a session", () => {
  const options = { revisions: [v2025_11_25] }

  it.live("that the server forgets is opened again once, for whoever has calls", () =>
    nothingLeft(Effect.gen(function*() {
      const server = yield* Misbehaving.make({})
      yield* visit(server, options, (client) =>
        Effect.gen(function*() {
          server.forget()
          const ends = yield* Effect.all(Array.from({ length: 20 }, () => ending(client, "any")), { concurrency: 20 })
          for (const end of ends) assert.deepStrictEqual(end, content)
        }))
      assert.lengthOf(server.heard.filter((what) => what === "initialize"), 2)
    })))

  it.live("that the server forgets while the rest of an answer is asked for: the call may have run, the next one works", () =>
    nothingLeft(Effect.gen(function*() {
      const streams: Array<Misbehaving.Exchange> = []
      const server = yield* Misbehaving.make({
        poll: ({ response }) => void response.writeHead(200, events).end("id: p\nretry: 1\ndata:\n\n"),
        GET: (exchange) => {
          streams.push(exchange)
          const isUnasked = exchange.headers["last-event-id"] === undefined
          if (isUnasked) return exchange.response.writeHead(200, events).flushHeaders()
          exchange.response.writeHead(404).end()
        }
      })
      yield* visit(server, options, (client) =>
        Effect.gen(function*() {
          if (streams.length === 0) yield* server.next("GET")
          assert.strictEqual(yield* ending(client, "poll"), "SessionExpired, may have run")
          server.forget()
          assert.deepStrictEqual(yield* ending(client, "next"), content)
        }))
    })))

  it.live.each(["notifications/initialized", "GET", "DELETE"])(
    "whose %s is never answered",
    (what) =>
      nothingLeft(Effect.gen(function*() {
        const server = yield* Misbehaving.make({ [what]: () => undefined })
        const transport = NodeMcpClient.layerHttp({ url: server.url, closeTimeout: "50 millis" })
        const visiting = Effect.scoped(Effect.gen(function*() {
          const client = yield* connect(transport, { ...options, timeout: "200 millis" })
          assert.deepStrictEqual(yield* ending(client, "next"), content)
        }))
        const end = yield* Effect.match(visiting, { onSuccess: () => "done", onFailure: wordsOf })
        assert.strictEqual(end, what === "notifications/initialized" ? late : "done")
        yield* server.quiet
      }))
  )

  it.live("whose cancellations are never answered ends with its client all the same", () =>
    nothingLeft(Effect.gen(function*() {
      const hold = () => undefined
      const server = yield* Misbehaving.make({ hold, "notifications/cancelled": hold })
      yield* visit(server, options, (client) =>
        Effect.gen(function*() {
          const told = yield* Effect.forkChild(server.next("notifications/cancelled"), { startImmediately: true })
          assert.strictEqual(yield* ending(client, "hold", {}, { timeout: "50 millis" }), late)
          yield* Fiber.join(told)
          assert.deepStrictEqual(yield* ending(client, "next"), content)
        }))
    })))

  it.live("whose stream for what is said unasked breaks is heard again (HTG-05, HTG-10)", () =>
    nothingLeft(Effect.gen(function*() {
      const changed = jsonRpc({ method: "notifications/tools/list_changed" })
      const seen: Array<string | undefined> = []
      const server = yield* Misbehaving.make({
        GET: ({ headers, response, socket }) => {
          const last = headers["last-event-id"]
          seen.push(last === undefined ? last : String(last))
          if (seen.length > 3) return void response.writeHead(200, events).write(sse(changed, "end"))
          response.writeHead(200, events)
          response.write(`retry: 1\nid: e${seen.length}\ndata:\n\n`, () => socket.resetAndDestroy())
        }
      })
      yield* visit(server, options, (client) => Stream.runHead(client.notifications))
      assert.deepStrictEqual(seen, [undefined, "e1", "e2", "e3"])
    })))
})
