/** An answer whose stream breaks: in a session the rest is asked for until it has come; without sessions it is lost. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import type { Revision } from "../../../src/revision/Revision.ts"
import { v2025_03_26 } from "../../../src/revision/v2025_03_26.ts"
import { v2025_06_18 } from "../../../src/revision/v2025_06_18.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import type { Options } from "../../../src/transport/StreamableHttpClient.ts"
import {
  answer,
  event,
  events,
  header,
  live,
  open,
  openSession,
  outgoing,
  reasonOf,
  type Reply,
  resultOf,
  type Sent
} from "../../support/ScriptedHttp.ts"

const call = outgoing(v2025_11_25, "tools/call")
const primer = "id: e1\ndata:\n\n"
const note = (n: number, id?: string) => event({ method: "notifications/message", params: { data: n } }, id)
const refused = (status: number, body = "no") => new Response(body, { status })

/** A session whose call is answered by `first`, and whose GETs are answered by `rest`, one after another. */
const calling = (first: () => Reply, rest: ReadonlyArray<(sent: Sent) => Reply>, options: Partial<Options> = {}) => {
  let next = 0
  return openSession((one) => one.verb === "POST" ? first() : rest[next++]?.(one) ?? "network down", options)
}

const gets = (sent: ReadonlyArray<Sent>) => sent.filter(({ verb }) => verb === "GET")

const data = (received: ReadonlyArray<{ readonly params: unknown }>) =>
  received.map(({ params }) => (params as { readonly data: number }).data)

describe("a stream that ends before the answer", () => {
  for (const revision of [v2025_03_26, v2025_06_18, v2025_11_25]) {
    it.effect(`is taken up again after its last event, ${revision.version} (HTL-02, HTG-01, HTG-10)`, () =>
      Effect.gen(function*() {
        const { during, link, received, sent } = yield* calling(
          () => events(note(1, "e1"), note(2, "e2")),
          [() => events(note(3, "e3")), () => events(note(4, "e4"), event(answer, "e5"))]
        )
        const result = yield* Effect.forkChild(resultOf(link, outgoing(revision, "tools/call")))
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual(yield* Fiber.join(result), { ok: true })
        assert.deepStrictEqual(data(received), [1, 2, 3, 4])
        assert.deepStrictEqual(during, [1, 1, 1, 1])
        assert.deepStrictEqual(gets(sent).map((one) => header(one, "last-event-id")), ["e2", "e3"])
        for (const get of gets(sent)) {
          assert.deepInclude(get.headers, { accept: "text/event-stream", "mcp-session-id": "s1" })
          const version = revision === v2025_03_26 ? undefined : revision.version
          assert.strictEqual(header(get, "mcp-protocol-version"), version)
        }
      }))
  }

  it.effect("or breaks, all the same", () =>
    Effect.gen(function*() {
      const broken = live()
      const { link, received } = yield* calling(() => broken.response, [() => events(event(answer, "e2"))])
      const result = yield* Effect.forkChild(resultOf(link, call), { startImmediately: true })
      broken.send(note(1, "e1"))
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(data(received), [1])
      broken.cut()
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(yield* Fiber.join(result), { ok: true })
    }))

  it.effect("is left alone as long as the server wants, to the millisecond (HTL-04)", () =>
    Effect.gen(function*() {
      const { link, sent } = yield* calling(() => events(`id: e1\nretry: 500\ndata: \n\n`), [
        () => events(event(answer))
      ])
      const result = yield* Effect.forkChild(resultOf(link, call))
      yield* TestClock.adjust("499 millis")
      assert.lengthOf(gets(sent), 0)
      yield* TestClock.adjust("1 millis")
      assert.lengthOf(gets(sent), 1)
      assert.deepStrictEqual(yield* Fiber.join(result), { ok: true })
    }))

  it.effect("is not asked for without a pause, whatever the server wants", () =>
    Effect.gen(function*() {
      const { link, sent } = yield* openSession((one) =>
        events(one.verb === "POST" ? "id: e1\nretry: 0\ndata:\n\n" : "retry: 0\n\n")
      )
      yield* Effect.forkChild(link.request(call))
      yield* TestClock.adjust("1 seconds")
      assert.lengthOf(gets(sent), 10)
    }))

  it.effect("is polled as long as the server says something", () =>
    Effect.gen(function*() {
      const polls = Array.from({ length: 50 }, (_, n) => () => events(`id: p${n}\ndata:\n\n`))
      const { link, sent } = yield* calling(() => events(primer), [...polls, () => events(event(answer))])
      const result = yield* Effect.forkChild(resultOf(link, call))
      yield* TestClock.adjust("51 seconds")
      assert.deepStrictEqual(yield* Fiber.join(result), { ok: true })
      assert.strictEqual(header(gets(sent).at(-1), "last-event-id"), "p49")
    }))

  it.effect("is given up when the server says nothing any more; it may have run", () =>
    Effect.gen(function*() {
      const { link, sent } = yield* calling(() => events(primer), Array.from({ length: 99 }, () => () => events()))
      const failing = yield* Effect.forkChild(Effect.flip(link.request(call)))
      yield* TestClock.adjust("10 minutes")
      const error = yield* Fiber.join(failing)
      assert.strictEqual(error.reason._tag, "AnswerMissing")
      assert.isTrue(error.mayHaveRun)
      assert.lengthOf(gets(sent), 8)
    }))

  it.effect("is asked for by a schedule of one's own", () =>
    Effect.gen(function*() {
      const resume = Schedule.upTo(Schedule.spaced("1 minutes"), { times: 2 })
      const { link, sent } = yield* calling(() => events(primer), [], { resume })
      const failing = yield* Effect.forkChild(reasonOf(link.request(call)))
      yield* TestClock.adjust("59 seconds")
      assert.lengthOf(gets(sent), 0)
      yield* TestClock.adjust("76 seconds")
      assert.strictEqual((yield* Fiber.join(failing))._tag, "AnswerMissing")
      assert.lengthOf(gets(sent), 2)
    }))
})

describe("what comes again", () => {
  it.effect("is heard once, even if the server sends too much of it", () =>
    Effect.gen(function*() {
      const { link, received } = yield* calling(() => events(note(1, "e1"), note(2, "e2")), [
        () => events(note(1, "e1"), note(2, "e2"), note(3, "e3"), event(answer, "e4"))
      ])
      const result = yield* Effect.forkChild(resultOf(link, call))
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(yield* Fiber.join(result), { ok: true })
      assert.deepStrictEqual(data(received), [1, 2, 3])
    }))

  it.effect("is something else when its id came with something else, or twice on one stream", () =>
    Effect.gen(function*() {
      const { link, received } = yield* calling(() => events(note(1, "e1"), note(1)), [
        () => events(note(7, "e1"), note(7), event(answer))
      ])
      const result = yield* Effect.forkChild(resultOf(link, call))
      yield* TestClock.adjust("1 seconds")
      yield* Fiber.join(result)
      assert.deepStrictEqual(data(received), [1, 1, 7, 7])
    }))

  it.effect("an event that was cut in the middle must come again: its id does not count", () =>
    Effect.gen(function*() {
      const whole = event(answer, "e2")
      for (let size = 0; size < whole.length; size++) {
        const { link, sent } = yield* calling(() => events(primer, whole.slice(0, size)), [() => events(whole)])
        const result = yield* Effect.forkChild(resultOf(link, call))
        yield* TestClock.adjust("1 seconds")
        assert.deepStrictEqual(yield* Fiber.join(result), { ok: true })
        // The last character is the end of the event, and then the answer is there already.
        assert.deepStrictEqual(gets(sent).map((one) => header(one, "last-event-id")), ["e1"])
      }
    }))
})

describe("a server that does not give the rest", () => {
  for (const status of [400, 404, 405, 406, 501]) {
    it.effect(`but ${status}: the answer is missing, and the call may have run`, () =>
      Effect.gen(function*() {
        const { link, sent } = yield* calling(() => events(primer), [() => refused(status)])
        const failing = yield* Effect.forkChild(Effect.flip(link.request(call)))
        yield* TestClock.adjust("1 seconds")
        const error = yield* Fiber.join(failing)
        assert.strictEqual(error.reason._tag, "AnswerMissing")
        assert.isTrue(error.mayHaveRun)
        assert.lengthOf(gets(sent), 1)
      }))
  }

  const outages: ReadonlyArray<readonly [string, () => Reply]> = [
    ["it has an error", () => refused(500)],
    ["it is not there", () => refused(503)],
    ["it is busy", () => refused(429)],
    ["the network is down", () => "network down"]
  ]
  for (const [name, passing] of outages) {
    it.effect(`because ${name}: it is asked again`, () =>
      Effect.gen(function*() {
        const { link } = yield* calling(() => events(primer), [passing, passing, () => events(event(answer))])
        const result = yield* Effect.forkChild(resultOf(link, call))
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual(yield* Fiber.join(result), { ok: true })
      }))
  }

  it.effect("before some time: it is asked after that", () =>
    Effect.gen(function*() {
      const busy = () => new Response("", { status: 429, headers: { "retry-after": "20" } })
      const { link, sent } = yield* calling(() => events(primer), [busy, () => events(event(answer))])
      const result = yield* Effect.forkChild(resultOf(link, call))
      yield* TestClock.adjust("20 seconds")
      assert.lengthOf(gets(sent), 1)
      yield* TestClock.adjust("6 seconds")
      assert.deepStrictEqual(yield* Fiber.join(result), { ok: true })
    }))

  it.effect.each(["999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])(
    "not before %s: it is asked after an hour",
    (after) =>
      Effect.gen(function*() {
        const busy = () => new Response("", { status: 503, headers: { "retry-after": after } })
        const { link } = yield* calling(() => events(primer), [busy, () => events(event(answer))])
        const result = yield* Effect.forkChild(resultOf(link, call))
        yield* TestClock.adjust("76 minutes")
        assert.deepStrictEqual(result.pollUnsafe(), Exit.succeed({ ok: true }))
      })
  )

  it.effect("nor knows a session whose streams it gave: that is gone, and the call may have run", () =>
    Effect.gen(function*() {
      const { link } = yield* calling(() => events(primer), [() => events(note(1, "e2")), () => refused(404)])
      const failing = yield* Effect.forkChild(Effect.flip(link.request(call)))
      yield* TestClock.adjust("10 seconds")
      const error = yield* Fiber.join(failing)
      assert.strictEqual(error.reason._tag, "SessionExpired")
      assert.isTrue(error.mayHaveRun)
      const later = yield* Effect.flip(link.request(call))
      assert.strictEqual(later.reason._tag, "SessionExpired")
      assert.isFalse(later.mayHaveRun)
    }))

  it.effect("is not asked for in a session that is gone in the meantime; the call may have run", () =>
    Effect.gen(function*() {
      const { link, sent } = yield* openSession(({ body }) => body.includes("gone") ? refused(404) : events(primer))
      const failing = yield* Effect.forkChild(Effect.flip(link.request(call)), { startImmediately: true })
      yield* TestClock.adjust("999 millis")
      yield* reasonOf(link.request(outgoing(v2025_11_25, "gone")))
      yield* TestClock.adjust("1 minutes")
      const error = yield* Fiber.join(failing)
      assert.strictEqual(error.reason._tag, "SessionExpired")
      assert.isTrue(error.mayHaveRun)
      assert.lengthOf(gets(sent), 0)
    }))
})

describe("a stream is not taken up again", () => {
  const lost = (revision: Revision, ...parts: ReadonlyArray<string>) =>
    Effect.gen(function*() {
      const { link, sent } = yield* open(() => events(...parts))
      const error = yield* Effect.flip(link.request(outgoing(revision, "tools/call")))
      assert.strictEqual(error.reason._tag, "AnswerMissing")
      assert.isTrue(error.mayHaveRun)
      assert.deepStrictEqual(sent.map(({ verb }) => verb), ["POST"])
    })

  it.effect("without sessions, whatever ids its events have (HTM-09)", () => lost(v2026_07_28, note(1, "e1")))
  it.effect("when no event had an id", () => lost(v2025_11_25, note(1)))
  it.effect("when the server took the ids back", () => lost(v2025_11_25, note(1, "e1"), note(2, "")))
  it.effect("when it ended before it began", () => lost(v2025_11_25))

  it.effect("when the answer itself was too long, or no answer: it would come again", () =>
    Effect.gen(function*() {
      const malformed = event({ id: 1, result: 1, error: 2 }, "e1")
      const { link, sent } = yield* open(() => events(malformed))
      assert.strictEqual((yield* reasonOf(link.request(call)))._tag, "InvalidAnswer")
      assert.lengthOf(sent, 1)
    }))

  it.effect("when nobody waits any more", () =>
    Effect.gen(function*() {
      const { link, sent } = yield* calling(() => events(primer), [])
      const waiting = yield* Effect.forkChild(link.request(call), { startImmediately: true })
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(waiting)
      yield* TestClock.adjust("1 hours")
      assert.lengthOf(gets(sent), 0)
    }))

  it.effect("and what is read of it is let go when nobody waits any more", () =>
    Effect.gen(function*() {
      const stream = live()
      const { link } = yield* calling(() => events(primer), [() => stream.response])
      const waiting = yield* Effect.forkChild(link.request(call), { startImmediately: true })
      yield* TestClock.adjust("1 seconds")
      assert.isFalse(stream.isLeft())
      yield* Fiber.interrupt(waiting)
      assert.isTrue(stream.isLeft())
    }))
})

it.effect("an event that is nobody's does not cost the answer", () =>
  Effect.gen(function*() {
    const { link } = yield* open(() => events("data: ping\n\n", "data: [DONE]\n\n", event(answer)))
    assert.deepStrictEqual(yield* resultOf(link, outgoing(v2026_07_28, "x")), { ok: true })
    const other = yield* open(() => events("data: {\"jsonrpc\":\"2.0\",\"id\":1,\n\n"))
    assert.strictEqual((yield* reasonOf(other.link.request(outgoing(v2026_07_28, "x"))))._tag, "InvalidAnswer")
  }))

it.effect("a session is opened over a stream, too", () =>
  Effect.gen(function*() {
    const { close, link, sent } = yield* open(() => {
      const { body, headers } = events(primer, event(answer))
      return new Response(body, { headers: { ...Object.fromEntries(headers), "mcp-session-id": "s2" } })
    })
    yield* link.request(outgoing(v2025_11_25, "initialize"))
    yield* close
    assert.deepStrictEqual(sent.map((one) => [one.verb, header(one, "mcp-session-id")]), [
      ["POST", undefined],
      ["DELETE", "s2"]
    ])
  }))
