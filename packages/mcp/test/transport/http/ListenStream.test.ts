/** The stream on which the server of a session says what belongs to no request. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { defaultLimits, JsonRpcLimits } from "../../../src/jsonrpc/Limits.ts"
import { v2025_03_26 } from "../../../src/revision/v2025_03_26.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import {
  answer,
  event,
  events,
  header,
  json,
  live,
  openSession,
  outgoing,
  reasonOf,
  type Reply,
  resultOf,
  type Sent
} from "../../support/ScriptedHttp.ts"

const changed = (n: number, id?: string) => event({ method: "notifications/tools/list_changed", params: { n } }, id)
const refused = (status: number, body = "no") => new Response(body, { status })

const numbers = (received: ReadonlyArray<{ readonly params: unknown }>) =>
  received.map(({ params }) => (params as { readonly n: number }).n)

/** A session that is listened to; its GETs are answered one after another, and then never. */
const listening = (replies: ReadonlyArray<(sent: Sent) => Reply>, post: () => Reply = () => json(answer)) =>
  Effect.gen(function*() {
    let next = 0
    const opened = yield* openSession((one) => one.verb === "POST" ? post() : replies[next++]?.(one) ?? "never")
    const fiber = yield* Effect.forkChild(opened.link.listen(v2025_11_25), { startImmediately: true })
    return { ...opened, fiber, gets: () => opened.sent.filter(({ verb }) => verb === "GET") }
  })

describe("what a server says unasked", () => {
  it.effect("is heard on a GET of its own, as nobody's (HTG-01, HTS-04, HTV-01)", () =>
    Effect.gen(function*() {
      const stream = live()
      const { during, gets, link, received } = yield* listening([() => stream.response])
      stream.send(`: hello\n\n${changed(1)}${event({ id: "p", method: "ping" })}`)
      stream.send(event({ id: 1, result: "an answer belongs elsewhere" }))
      stream.send("data: no message\n\n")
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(received.map(({ method }) => method), ["notifications/tools/list_changed", "ping"])
      assert.deepStrictEqual(during, [undefined, undefined])
      assert.deepInclude(gets()[0]?.headers, {
        accept: "text/event-stream",
        "mcp-session-id": "s1",
        "mcp-protocol-version": v2025_11_25.version
      })
      assert.notProperty(gets()[0]?.headers, "last-event-id")
      assert.deepStrictEqual(yield* resultOf(link, outgoing(v2025_11_25, "tools/call")), { ok: true })
    }))

  it.effect("is not asked for without sessions (HTM-09)", () =>
    Effect.gen(function*() {
      const { link, sent } = yield* openSession(() => "never")
      yield* link.listen(v2026_07_28)
      assert.lengthOf(sent, 0)
    }))

  it.effect("is heard without a version where the revision has no header for it", () =>
    Effect.gen(function*() {
      const { link, sent } = yield* openSession(() => refused(405))
      yield* link.listen(v2025_03_26)
      assert.notProperty(sent[0]?.headers, "mcp-protocol-version")
    }))

  it.effect("goes on over streams that end and break, from where it was (HTG-05, HTG-10, HTL-04)", () =>
    Effect.gen(function*() {
      const broken = live()
      const last = live()
      const { gets, received } = yield* listening([
        () => events("retry: 3000\n\n", changed(1, "a1")),
        () => broken.response,
        () => "network down",
        () => refused(502),
        () => last.response
      ])
      yield* TestClock.adjust("2999 millis")
      assert.lengthOf(gets(), 1)
      yield* TestClock.adjust("1 millis")
      assert.lengthOf(gets(), 2)
      broken.send(changed(2, "a2"))
      yield* TestClock.adjust("1 minutes")
      broken.cut()
      yield* TestClock.adjust("1 minutes")
      last.send(changed(3, "a3"))
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(numbers(received), [1, 2, 3])
      assert.deepStrictEqual(gets().map((one) => header(one, "last-event-id")), [undefined, "a1", "a2", "a2", "a2"])
    }))

  it.effect("is missed for half a minute or little more after an outage of an hour", () =>
    Effect.gen(function*() {
      let isUp = true
      const { gets, received } = yield* listening(
        Array.from({ length: 500 }, (_, n) => () => isUp ? events(changed(n)) : "network down" as const)
      )
      isUp = false
      yield* TestClock.adjust("1 hours")
      const tries = gets().length
      assert.isAtLeast(tries, 90)
      assert.isAtMost(tries, 140)
      assert.lengthOf(received, 1)
      isUp = true
      yield* TestClock.adjust("38 seconds")
      assert.isAtLeast(received.length, 2)
    }))

  it.effect("is not asked for by all who have lost it at the same moments", () =>
    Effect.gen(function*() {
      const clock = yield* Clock.Clock
      const times: Array<number> = []
      const { gets } = yield* listening(
        Array.from({ length: 20 }, (_, n) => () => {
          times.push(clock.currentTimeMillisUnsafe())
          return n === 0 ? events(changed(n)) : "network down" as const
        })
      )
      yield* TestClock.adjust("1 minutes")
      assert.isAtLeast(gets().length, 5)
      const delays = times.slice(1).map((time, n) => time - (times[n] ?? 0))
      // The first is when it would be; those that follow are as much later as chance has it.
      assert.strictEqual(delays[0], 1_000)
      assert.isAbove(delays[1] ?? 0, 1_500)
      assert.isAtMost(delays[1] ?? 0, 1_875)
    }))

  it.effect("is asked for again when it does not begin within half a minute: the request may be lost", () =>
    Effect.gen(function*() {
      const late = live()
      const { gets, received } = yield* listening([() => events(changed(1)), () => "never", () => late.response])
      yield* TestClock.adjust("30 seconds")
      assert.lengthOf(gets(), 2)
      yield* TestClock.adjust("2 seconds")
      assert.lengthOf(gets(), 3)
      late.send(changed(2))
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(numbers(received), [1, 2])
    }))

  it.effect("is asked for almost all the time where it does not begin before there is something to say", () =>
    Effect.gen(function*() {
      const { gets } = yield* listening([])
      yield* TestClock.adjust("10 minutes")
      assert.isAtLeast(gets().length, 18)
      assert.isAtMost(gets().length, 21)
    }))

  it.effect("does not make a busy loop of a server that hangs up at once", () =>
    Effect.gen(function*() {
      const { gets } = yield* listening(Array.from({ length: 500 }, () => () => events()))
      yield* TestClock.adjust("10 minutes")
      assert.isAtMost(gets().length, 30)
    }))

  it.effect("goes on after an event that is too long, which would come again each time", () =>
    Effect.gen(function*() {
      const { gets, received } = yield* listening([
        () => events(changed(1, "a1"), `id: a2\ndata: ${"x".repeat(500)}\n\n`),
        () => events(changed(3, "a3"))
      ])
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(numbers(received), [1, 3])
      assert.notProperty(gets()[1]?.headers, "last-event-id")
    }).pipe(Effect.provideService(JsonRpcLimits, { ...defaultLimits, messageBytesMax: 200 })))

  it.effect("is let go with the link", () =>
    Effect.gen(function*() {
      const stream = live()
      const { fiber } = yield* listening([() => stream.response])
      yield* TestClock.adjust("1 millis")
      yield* Fiber.interrupt(fiber)
      assert.isTrue(stream.isLeft())
    }))
})

describe("a server without such a stream", () => {
  const quiet = [
    ["405 (HTG-02)", () => refused(405)],
    ["404", () => refused(404)],
    ["404 with words about sessions", () => refused(404, "Session not found")],
    ["400", () => refused(400)],
    ["401", () => refused(401)],
    ["500", () => refused(500)],
    ["501", () => refused(501)],
    ["a page", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
    ["nothing", () => new Response(null, { status: 204 })]
  ] as const
  for (const [name, reply] of quiet) {
    it.effect(`says ${name}: that is all, and the session stays`, () =>
      Effect.gen(function*() {
        const { fiber, link, sent } = yield* listening([reply])
        yield* Fiber.join(fiber)
        assert.lengthOf(sent, 1)
        assert.deepStrictEqual(yield* resultOf(link, outgoing(v2025_11_25, "tools/call")), { ok: true })
      }))
  }

  for (const reply of [() => refused(503), () => refused(429), () => "network down" as const]) {
    it.effect(`cannot be told from one that is away: it is asked again`, () =>
      Effect.gen(function*() {
        const stream = live()
        const { gets, received } = yield* listening([reply, reply, () => stream.response])
        yield* TestClock.adjust("10 seconds")
        stream.send(changed(1))
        yield* TestClock.adjust("1 millis")
        assert.lengthOf(gets(), 3)
        assert.lengthOf(received, 1)
      }))
  }
})

describe("a session that is gone", () => {
  const gone = [
    ["404 (HTS-07)", 404, "{}"],
    ["410", 410, ""],
    ["400 with words about the session", 400, "Invalid or missing session ID"]
  ] as const
  for (const [name, status, body] of gone) {
    it.effect(`is noticed by ${name} where there was a stream before`, () =>
      Effect.gen(function*() {
        const { close, fiber, link, sent } = yield* listening([() => events(changed(1)), () => refused(status, body)])
        yield* TestClock.adjust("1 seconds")
        const { reason } = yield* Effect.flip(Fiber.join(fiber))
        assert.strictEqual(reason._tag, "SessionExpired")
        const before = sent.length
        assert.strictEqual((yield* reasonOf(link.request(outgoing(v2025_11_25, "ping"))))._tag, "SessionExpired")
        assert.strictEqual((yield* reasonOf(link.listen(v2025_11_25)))._tag, "SessionExpired")
        yield* close
        assert.lengthOf(sent, before)
      }))
  }

  it.effect("is noticed by a request first: the stream is not taken up again", () =>
    Effect.gen(function*() {
      const stream = live()
      const { fiber, gets, link } = yield* listening([() => stream.response], () => refused(404))
      yield* Effect.flip(link.request(outgoing(v2025_11_25, "tools/call")))
      stream.end()
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual((yield* Effect.flip(Fiber.join(fiber))).reason._tag, "SessionExpired")
      assert.lengthOf(gets(), 1)
    }))
})
