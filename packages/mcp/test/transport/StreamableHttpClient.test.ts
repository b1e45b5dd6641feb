/** The HTTP client transport against a scripted HTTP server: what goes out, and what is made of any answer. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { defaultLimits, JsonRpcLimits } from "../../src/jsonrpc/Limits.ts"
import { v2025_03_26 } from "../../src/revision/v2025_03_26.ts"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../src/revision/v2026_07_28.ts"
import { ClientTransport } from "../../src/transport/ClientTransport.ts"
import * as StreamableHttpClient from "../../src/transport/StreamableHttpClient.ts"
import { answer, event, events, header, json, open, outgoing, reasonOf, resultOf } from "../support/ScriptedHttp.ts"

describe("what goes out", () => {
  it.effect("every message is one POST with the headers of a POST (HTC-07 to HTC-09, HTC-12)", () =>
    Effect.gen(function*() {
      const { link, sent } = yield* open(() => json(answer), {
        headers: { authorization: Redacted.make("Bearer t"), "x-own": "1", accept: "text/plain" }
      })
      yield* link.request(outgoing(v2026_07_28, "tools/list"))
      assert.deepInclude(sent[0], {
        verb: "POST",
        body: "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{}}"
      })
      assert.deepInclude(sent[0]?.headers, {
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        authorization: "Bearer t",
        "x-own": "1"
      })
    }))

  it.effect("a stateless request says its version, method and name (HDR-01, HDR-06 to HDR-08)", () =>
    Effect.gen(function*() {
      const { link, sent } = yield* open(() => json(answer))
      yield* link.request(outgoing(v2026_07_28, "tools/call", { name: "gét" }))
      yield* link.request(outgoing(v2026_07_28, "tools/list"))
      assert.deepInclude(sent[0]?.headers, {
        "mcp-protocol-version": v2026_07_28.version,
        "mcp-method": "tools/call",
        "mcp-name": "=?base64?Z8OpdA==?="
      })
      assert.isUndefined(header(sent[1], "mcp-name"))
    }))

  it.effect("a session is named after initialize, and so is its version (HTS-04, HTV-01, HTV-02)", () =>
    Effect.gen(function*() {
      const { link, sent } = yield* open(({ body }) =>
        body.includes("initialize\"") ? json(answer, { headers: { "mcp-session-id": "s1" } }) : json(answer)
      )
      yield* link.request(outgoing(v2025_11_25, "initialize"))
      yield* link.notify({ method: "notifications/initialized", paramsText: undefined, revision: v2025_11_25 })
      yield* link.request(outgoing(v2025_11_25, "tools/call", { name: "x" }))
      yield* link.respond("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", v2025_11_25)
      assert.isUndefined(header(sent[0], "mcp-protocol-version"))
      assert.isUndefined(header(sent[0], "mcp-session-id"))
      for (const one of sent.slice(1)) {
        assert.deepInclude(one.headers, { "mcp-session-id": "s1", "mcp-protocol-version": v2025_11_25.version })
        assert.notProperty(one.headers, "mcp-method")
        assert.notProperty(one.headers, "mcp-name")
      }
      assert.lengthOf(sent, 4)
    }))

  it.effect("a revision without the version header does not send it", () =>
    Effect.gen(function*() {
      const { link, sent } = yield* open(() => json(answer))
      yield* link.request(outgoing(v2025_03_26, "tools/list"))
      assert.notProperty(sent[0]?.headers, "mcp-protocol-version")
    }))

  it.effect("a session that a stateless server seems to open is ignored", () =>
    Effect.gen(function*() {
      const { close, link, sent } = yield* open(() => json(answer, { headers: { "mcp-session-id": "s1" } }))
      yield* link.request(outgoing(v2026_07_28, "server/discover"))
      yield* link.request(outgoing(v2026_07_28, "tools/list"))
      yield* close
      assert.deepStrictEqual(sent.map((one) => header(one, "mcp-session-id")), [undefined, undefined])
    }))

  it.effect("closing ends the session, and only then (HTS-08)", () =>
    Effect.gen(function*() {
      const { close, link, sent } = yield* open(({ verb }) =>
        verb === "DELETE" ? new Response(null, { status: 405 }) : json(answer, { headers: { "mcp-session-id": "s1" } })
      )
      yield* link.request(outgoing(v2025_11_25, "initialize"))
      yield* link.notify({ method: "notifications/initialized", paramsText: undefined, revision: v2025_11_25 })
      yield* close
      assert.deepInclude(sent[2], { verb: "DELETE", body: "" })
      assert.deepInclude(sent[2]?.headers, { "mcp-session-id": "s1", "mcp-protocol-version": v2025_11_25.version })
    }))

  it.effect("a server that does not let go is not waited for", () =>
    Effect.gen(function*() {
      const { aborted, close, link } = yield* open(({ verb }) =>
        verb === "DELETE" ? "never" : json(answer, { headers: { "mcp-session-id": "s1" } })
      )
      yield* link.request(outgoing(v2025_11_25, "initialize"))
      const closing = yield* Effect.forkChild(close)
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(closing)
      assert.deepStrictEqual(aborted, ["DELETE"])
    }))
})

describe("answers", () => {
  it.effect("JSON and SSE both count (HTC-16)", () =>
    Effect.gen(function*() {
      const { link } = yield* open(({ body }) => body.includes("sse") ? events(event(answer)) : json(answer))
      assert.deepStrictEqual(yield* resultOf(link, outgoing(v2026_07_28, "json")), { ok: true })
      assert.deepStrictEqual(yield* resultOf(link, outgoing(v2026_07_28, "sse")), { ok: true })
    }))

  it.effect("what precedes the answer is handed over in order; comments and empty data are not (HTM-08)", () =>
    Effect.gen(function*() {
      const { link, received } = yield* open(() =>
        events(
          ": hello\n\nid: 1\ndata:\n\nretry: 100\n\n",
          event({ method: "notifications/message", params: { data: "é" } }),
          `event: other\ndata: {"jsonrpc":"2.0","id":1,"result":"not this"}\n\n`,
          event({ id: "p", method: "ping" }),
          event({ id: 2, result: "to somebody else" }),
          event(answer),
          event({ method: "notifications/too/late" })
        )
      )
      assert.deepStrictEqual(yield* resultOf(link, outgoing(v2025_11_25, "tools/call")), { ok: true })
      assert.deepStrictEqual(received.map((one) => one.method), ["notifications/message", "ping"])
      assert.deepStrictEqual(received[0]?.params, { data: "é" })
    }))

  it.effect("a batch is taken apart (BAT-01)", () =>
    Effect.gen(function*() {
      const batch = [
        { jsonrpc: "2.0", method: "notifications/message" },
        { jsonrpc: "2.0", ...answer },
        { jsonrpc: "2.0", id: 1, result: "a second answer" }
      ]
      const { link, received } = yield* open(() =>
        new Response(JSON.stringify(batch), { headers: { "content-type": "application/json" } })
      )
      assert.deepStrictEqual(yield* resultOf(link, outgoing(v2025_03_26, "tools/call")), { ok: true })
      assert.lengthOf(received, 1)
    }))

  it.effect("an error answers with its status", () =>
    Effect.gen(function*() {
      const error = { code: -32022, message: "no", data: { supported: [] } }
      const { link } = yield* open(() => json({ id: 1, error }, { status: 400 }))
      const { message, status } = yield* link.request(outgoing(v2026_07_28, "server/discover"))
      assert.strictEqual(status, 400)
      assert.strictEqual(message._tag === "Failure" ? message.error.code : 0, -32022)
    }))

  it.effect("an error without an id is about the request that it answers", () =>
    Effect.gen(function*() {
      const { link } = yield* open(() => json({ id: null, error: { code: -32000, message: "no" } }, { status: 400 }))
      assert.strictEqual(yield* resultOf(link, outgoing(v2026_07_28, "x")), -32000)
    }))

  const broken = [
    ["202 without a message", () => new Response(null, { status: 202 }), "AnswerMissing"],
    ["a stream that ends early", () => events(event({ method: "notifications/message" })), "AnswerMissing"],
    ["a page", () => new Response("<html>", { headers: { "content-type": "text/html" } }), "InvalidAnswer"],
    ["no JSON", () => new Response("{", { headers: { "content-type": "application/json" } }), "InvalidAnswer"],
    ["the answer to something else", () => json({ id: 2, result: {} }), "InvalidAnswer"],
    ["a success without an id", () => json({ result: {} }), "InvalidAnswer"],
    ["a network that is down", () => "network down" as const, "Unreachable"]
  ] as const
  for (const [name, respond, expected] of broken) {
    it.effect(`${name} is ${expected}`, () =>
      Effect.gen(function*() {
        const { link } = yield* open(respond)
        const reason = yield* reasonOf(link.request(outgoing(v2026_07_28, "tools/call")))
        assert.strictEqual(reason._tag, expected)
      }))
  }

  it.effect("a network error says why, and not what was sent", () =>
    Effect.gen(function*() {
      const { link } = yield* open(() => "network down", { headers: { "x-secret": "hunter2" } })
      const reason = yield* reasonOf(link.request(outgoing(v2026_07_28, "tools/call")))
      assert.include(reason.message, "ECONNREFUSED")
      assert.notInclude(JSON.stringify(reason), "hunter2")
    }))

  it.effect("nor what the URL asks for, which may be a key", () =>
    Effect.gen(function*() {
      const { link } = yield* open(() => "network down", { url: "https://u:hunter2@example.com/mcp?apikey=hunter2" })
      const reason = yield* reasonOf(link.request(outgoing(v2026_07_28, "tools/call")))
      assert.include(reason.message, "POST https://example.com/mcp")
      assert.notInclude(JSON.stringify(reason), "hunter2")
    }))

  it.effect.each(["Bearer hunter2\nx", " Bearer hunter2€ "])(
    "nor a header that fetch cannot send: %j",
    (authorization) =>
      Effect.gen(function*() {
        const options = { url: "https://example.com/mcp", headers: { authorization } }
        const context = yield* Layer.build(StreamableHttpClient.layerFetch(options))
        const link = yield* Effect.provide(Effect.flatMap(ClientTransport, ({ open }) => open(() => {})), context)
        const reason = yield* reasonOf(link.request(outgoing(v2026_07_28, "tools/call")))
        assert.strictEqual(reason._tag, "Unreachable")
        assert.notInclude(JSON.stringify(reason), "hunter2")
      })
  )

  it.effect("whatever the split of the bytes, the answer is the same", () =>
    Effect.gen(function*() {
      const bytes = new TextEncoder().encode(`: é\n\n${event({ method: "a", params: { é: "ü€😀" } })}${event(answer)}`)
      for (const size of [1, 2, 3, 5, 7, 64]) {
        const { link, received } = yield* open(() =>
          new Response(
            new ReadableStream<Uint8Array>({
              start: (controller) => {
                for (let i = 0; i < bytes.length; i += size) controller.enqueue(bytes.slice(i, i + size))
                controller.close()
              }
            }),
            { headers: { "content-type": "text/event-stream" } }
          )
        )
        assert.deepStrictEqual(yield* resultOf(link, outgoing(v2026_07_28, "x")), { ok: true })
        assert.deepStrictEqual(received[0]?.params, { é: "ü€😀" })
      }
    }))
})

describe("an answered stream", () => {
  /** A stream with the answer in it that does not end by itself. */
  const lingering = () => {
    const state = { cut: 0, ends: [] as Array<() => void> }
    const respond = () =>
      new Response(
        new ReadableStream<Uint8Array>({
          start: (controller) => {
            controller.enqueue(new TextEncoder().encode(event(answer)))
            state.ends.push(() => controller.close())
          },
          cancel: () => {
            state.cut++
          }
        }),
        { headers: { "content-type": "text/event-stream" } }
      )
    return { state, respond }
  }

  it.effect("may end by itself, which keeps the connection; nobody waits for it", () =>
    Effect.gen(function*() {
      const { respond, state } = lingering()
      const { link } = yield* open(respond)
      assert.deepStrictEqual(yield* resultOf(link, outgoing(v2025_11_25, "x")), { ok: true })
      yield* TestClock.adjust("999 millis")
      for (const end of state.ends) end()
      yield* TestClock.adjust("1 hours")
      assert.strictEqual(state.cut, 0)
    }))

  it.effect("is cut when it does not", () =>
    Effect.gen(function*() {
      const { respond, state } = lingering()
      const { link } = yield* open(respond)
      yield* link.request(outgoing(v2025_11_25, "x"))
      assert.strictEqual(state.cut, 0)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(state.cut, 1)
    }))

  it.effect("is cut at once when too many linger, or the link closes", () =>
    Effect.gen(function*() {
      const { respond, state } = lingering()
      const { close, link } = yield* open(respond)
      for (let i = 0; i < 20; i++) yield* link.request(outgoing(v2025_11_25, "x"))
      assert.strictEqual(state.cut, 4)
      yield* close
      assert.strictEqual(state.cut, 20)
    }))
})

describe("refusals", () => {
  it.effect("a status without an error is a status, with what helps to go on", () =>
    Effect.gen(function*() {
      const { link } = yield* open(() => new Response("slow down", { status: 429, headers: { "retry-after": "7" } }))
      const reason = yield* reasonOf(link.request(outgoing(v2026_07_28, "x")))
      assert.deepInclude(reason, { _tag: "HttpStatus", status: 429, body: "slow down", retryAfter: "7" })
    }))

  it.effect("401 and 403 ask for authorization, whatever their body says", () =>
    Effect.gen(function*() {
      for (const status of [401, 403]) {
        const { link } = yield* open(() =>
          json({ id: 1, error: { code: -32601, message: "no" } }, {
            status,
            headers: { "www-authenticate": "Bearer resource_metadata=\"x\"" }
          })
        )
        const reason = yield* reasonOf(link.request(outgoing(v2026_07_28, "x")))
        assert.deepInclude(reason, { _tag: "HttpStatus", status, wwwAuthenticate: "Bearer resource_metadata=\"x\"" })
      }
    }))

  it.effect("a body without end is not read to its end", () =>
    Effect.gen(function*() {
      let pulled = 0
      const endless = () =>
        new Response(
          new ReadableStream<Uint8Array>({
            pull: (controller) => {
              pulled++
              controller.enqueue(new Uint8Array(16 * 1024).fill(65))
            }
          }),
          { status: 500 }
        )
      const { link } = yield* open(endless)
      assert.deepInclude(yield* reasonOf(link.request(outgoing(v2026_07_28, "x"))), { _tag: "HttpStatus", body: "" })
      assert.isBelow(pulled, 20)
    }))

  it.effect("a body that nobody reads is let go", () =>
    Effect.gen(function*() {
      const { link, signals } = yield* open(() => new Response("<html>", { headers: { "content-type": "text/html" } }))
      yield* reasonOf(link.request(outgoing(v2026_07_28, "x")))
      assert.deepStrictEqual(signals.map(({ aborted }) => aborted), [true])
    }))

  it.effect("a body that was read to its end, in pieces that tear characters, is not aborted when it is over", () =>
    Effect.gen(function*() {
      const bytes = new TextEncoder().encode(JSON.stringify({ jsonrpc: "2.0", id: 1, result: { text: "é€😀" } }))
      const torn = new ReadableStream<Uint8Array>({
        start: (controller) => {
          for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
          controller.close()
        }
      })
      const { link, signals } = yield* open(() =>
        new Response(torn, { headers: { "content-type": "application/json" } })
      )
      const { message } = yield* link.request(outgoing(v2026_07_28, "x"))
      assert.deepStrictEqual(message, { _tag: "Success", id: 1, result: { text: "é€😀" } })
      assert.deepStrictEqual(signals.map(({ aborted }) => aborted), [false])
    }))

  it.effect("404 in a session means that it is gone (HTS-07)", () =>
    Effect.gen(function*() {
      let known = true
      const { close, link, sent } = yield* open(({ body }) =>
        !known
          ? json({ id: null, error: { code: -32001, message: "Session not found" } }, { status: 404 })
          : body.includes("initialize\"")
          ? json(answer, { headers: { "mcp-session-id": "s1" } })
          : json(answer)
      )
      yield* link.request(outgoing(v2025_11_25, "initialize"))
      yield* link.request(outgoing(v2025_11_25, "tools/list"))
      known = false
      assert.strictEqual((yield* reasonOf(link.request(outgoing(v2025_11_25, "tools/list"))))._tag, "SessionExpired")
      const before = sent.length
      yield* close
      assert.lengthOf(sent, before)
    }))

  it.effect("404 without a session is a status", () =>
    Effect.gen(function*() {
      const { link } = yield* open(() => new Response("no such page", { status: 404 }))
      assert.deepInclude(yield* reasonOf(link.request(outgoing(v2025_11_25, "initialize"))), { status: 404 })
    }))

  it.effect("a refused notification is an error", () =>
    Effect.gen(function*() {
      const { link } = yield* open(() => new Response(null, { status: 400 }))
      const notification = { method: "notifications/initialized", paramsText: undefined, revision: v2025_11_25 }
      assert.deepInclude(yield* reasonOf(link.notify(notification)), { _tag: "HttpStatus", status: 400 })
    }))

  it.effect("a notification or an answer that the server never takes is given up after half a minute", () =>
    Effect.gen(function*() {
      const { aborted, link } = yield* open(() => "never")
      const notification = { method: "notifications/initialized", paramsText: undefined, revision: v2025_11_25 }
      const both = [link.notify(notification), link.respond("{}", v2025_11_25)].map(reasonOf)
      const failing = yield* Effect.forkChild(Effect.all(both, { concurrency: 2 }), { startImmediately: true })
      yield* TestClock.adjust("29 seconds")
      assert.lengthOf(aborted, 0)
      yield* TestClock.adjust("1 seconds")
      for (const reason of yield* Fiber.join(failing)) assert.deepInclude(reason, { _tag: "Unreachable" })
      assert.lengthOf(aborted, 2)
    }))
})

describe("bounds", () => {
  const limits = { ...defaultLimits, messageBytesMax: 100 }

  it.effect("a JSON answer beyond the limit is refused", () =>
    Effect.gen(function*() {
      const { link } = yield* open(() => json({ id: 1, result: "x".repeat(200) }))
      const reason = yield* reasonOf(link.request(outgoing(v2026_07_28, "x")))
      assert.deepInclude(reason, { _tag: "MessageTooLarge", bytesMax: 100 })
    }).pipe(Effect.provideService(JsonRpcLimits, limits)))

  it.effect("an event beyond the limit is refused; many small ones are not", () =>
    Effect.gen(function*() {
      const small = Array.from({ length: 20 }, () => event({ method: "notifications/message" }))
      const { link } = yield* open(({ body }) =>
        body.includes("large") ? events(`data: "${"x".repeat(200)}`) : events(...small, event(answer))
      )
      assert.deepStrictEqual(yield* resultOf(link, outgoing(v2026_07_28, "small")), { ok: true })
      const reason = yield* reasonOf(link.request(outgoing(v2026_07_28, "large")))
      assert.deepInclude(reason, { _tag: "MessageTooLarge", bytesMax: 100 })
    }).pipe(Effect.provideService(JsonRpcLimits, limits)))
})

describe("giving up", () => {
  it.effect("closes the exchange, before the answer begins and while it streams (CAN-07)", () =>
    Effect.gen(function*() {
      let cancelled = false
      const streaming = () =>
        new Response(
          new ReadableStream<Uint8Array>({
            cancel: () => {
              cancelled = true
            }
          }),
          { headers: { "content-type": "text/event-stream" } }
        )
      const { aborted, link } = yield* open(({ body }) => body.includes("waiting") ? "never" : streaming())
      for (const method of ["waiting", "streaming"]) {
        const fiber = yield* Effect.forkChild(link.request(outgoing(v2026_07_28, method)), { startImmediately: true })
        for (let i = 0; i < 10; i++) yield* Effect.yieldNow
        yield* Fiber.interrupt(fiber)
      }
      assert.deepStrictEqual(aborted, ["POST"])
      assert.isTrue(cancelled)
    }))
})

describe("whatever the server answers", () => {
  const Anything = Schema.Struct({
    status: Schema.Literals([200, 201, 202, 400, 401, 404, 500]),
    type: Schema.Literals(["application/json", "text/event-stream", "text/plain", ""]),
    body: Schema.Union([
      Schema.String,
      Schema.Literals(["data: {}\n\n", "data: []\n\n", "[]", "null", "{\"jsonrpc\":\"2.0\"}"])
    ])
  })
  it.effect.prop(
    "a request ends, with an answer or with a reason",
    { anything: Anything },
    ({ anything }) =>
      Effect.gen(function*() {
        const { body, status, type } = anything
        const { link } = yield* open(() => new Response(body, { status, headers: { "content-type": type } }))
        const exit = yield* Effect.exit(link.request(outgoing(v2026_07_28, "x")))
        assert.isTrue(Exit.isSuccess(exit) || exit.cause.reasons.every(({ _tag }) => _tag === "Fail"))
      })
  )
})
