/** A body that is one response when it ends in the turn in which it began, and a stream otherwise. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Schema from "effect/Schema"
import * as LateStream from "../../../src/server/http/LateStream.ts"
import type { HttpExchange, HttpStream } from "../../../src/transport/HttpExchange.ts"

type Sent = readonly [what: string, text?: string]

/** An exchange that notes how it is answered. A write waits while the connection is behind. */
const recording = () => {
  const sent: Array<Sent> = []
  const room = Latch.makeUnsafe(true)
  let isGone = false
  const stream: HttpStream = {
    write: (text) =>
      Effect.suspend(() => {
        if (isGone) return Effect.void
        sent.push(["write", text])
        return room.await
      }),
    offer: (text) => {
      if (isGone) return false
      sent.push(["offer", text])
      return true
    },
    end: () => void sent.push(["end"]),
    abort: () => void sent.push(["abort"])
  }
  const exchange: HttpExchange = {
    method: "POST",
    url: "/",
    header: () => undefined,
    body: "",
    respond: (status, headers, body) => void sent.push([`respond ${status} ${headers["content-type"]}`, body]),
    stream: (status, headers) => {
      sent.push([`stream ${status} ${headers["content-type"]}`])
      return stream
    },
    onClose: () => undefined
  }
  const late = LateStream.make(exchange, 200, { "content-type": "text/event-stream" })
  return {
    late,
    sent,
    room,
    leave: () => {
      isGone = true
    }
  }
}

const opened: Sent = ["stream 200 text/event-stream"]

const whole = (text: string): Sent => ["respond 200 text/event-stream", text]

const textOf = (sent: ReadonlyArray<Sent>): string => sent.map(([, text]) => text ?? "").join("")

/** The longest text that is collected. */
const collectedMax = 64 * 1024 - 1

describe("a late stream", () => {
  it.effect("is one response when it ends in its turn", () =>
    Effect.gen(function*() {
      const { late, sent } = recording()
      yield* late.write("a")
      yield* late.write("b")
      late.end()
      yield* Effect.yieldNow
      assert.deepStrictEqual(sent, [whole("ab")])
    }))

  it.effect("is one response without content when nothing was written", () =>
    Effect.gen(function*() {
      const { late, sent } = recording()
      late.end()
      yield* Effect.yieldNow
      assert.deepStrictEqual(sent, [whole("")])
    }))

  it.effect("sends nothing before it is written to", () =>
    Effect.gen(function*() {
      const { late, sent } = recording()
      late.write("never run")
      yield* Effect.yieldNow
      assert.deepStrictEqual(sent, [])
    }))

  it.effect("opens at the end of the turn, with what was written in it, and the rest goes straight through", () =>
    Effect.gen(function*() {
      const { late, sent } = recording()
      yield* late.write("a")
      yield* late.write("b")
      assert.deepStrictEqual(sent, [])
      yield* Effect.yieldNow
      assert.deepStrictEqual(sent, [opened, ["offer", "ab"]])
      yield* late.write("c")
      assert.deepStrictEqual(sent, [opened, ["offer", "ab"], ["write", "c"]])
      late.end()
      assert.deepStrictEqual(sent, [opened, ["offer", "ab"], ["write", "c"], ["end"]])
    }))

  it.effect("makes its writers wait for a connection that is behind, once it is open", () =>
    Effect.gen(function*() {
      const { late, room, sent } = recording()
      yield* late.write("a")
      yield* Effect.yieldNow
      room.closeUnsafe()
      const writer = yield* Effect.forkChild(late.write("b"), { startImmediately: true })
      assert.isUndefined(writer.pollUnsafe())
      room.openUnsafe()
      yield* Fiber.join(writer)
      assert.strictEqual(textOf(sent), "ab")
    }))

  it.effect("collects less than 64 Ki characters, and opens for more without waiting", () =>
    Effect.gen(function*() {
      const most = "x".repeat(collectedMax)
      const fitting = recording()
      yield* fitting.late.write(most)
      assert.deepStrictEqual(fitting.sent, [])
      fitting.late.end()
      assert.deepStrictEqual(fitting.sent, [whole(most)])

      const more = recording()
      yield* more.late.write(most)
      yield* more.late.write("y")
      assert.deepStrictEqual(more.sent, [opened, ["offer", most], ["write", "y"]])
      more.late.end()
      yield* Effect.yieldNow
      assert.deepStrictEqual(more.sent.slice(3), [["end"]])

      const long = recording()
      yield* long.late.write(`${most}y`)
      assert.deepStrictEqual(long.sent, [opened, ["write", `${most}y`]])
    }))

  it.effect("opens for what is offered, after what was written before", () =>
    Effect.gen(function*() {
      const { late, sent } = recording()
      yield* late.write("a")
      assert.isTrue(late.offer("b"))
      yield* late.write("c")
      assert.deepStrictEqual(sent, [opened, ["offer", "a"], ["offer", "b"], ["write", "c"]])
    }))

  it.effect("is cut as a stream, and answered no more, whatever was collected", () =>
    Effect.gen(function*() {
      const { late, sent } = recording()
      yield* late.write("a")
      late.abort()
      assert.deepStrictEqual(sent, [opened, ["offer", "a"], ["abort"]])
      late.abort()
      late.end()
      assert.isFalse(late.offer("b"))
      yield* Effect.yieldNow
      assert.isFalse(sent.some(([what]) => what.startsWith("respond")))
      assert.strictEqual(textOf(sent), "a")
    }))

  it.effect("takes nothing after its end", () =>
    Effect.gen(function*() {
      const { late, sent } = recording()
      const before = late.write("too late")
      yield* late.write("a")
      late.end()
      late.end()
      late.abort()
      yield* before
      yield* late.write("b")
      assert.isFalse(late.offer("c"))
      yield* Effect.yieldNow
      assert.deepStrictEqual(sent, [whole("a")])
    }))

  it.effect("holds nobody up when the peer has gone", () =>
    Effect.gen(function*() {
      const { late, leave, sent } = recording()
      yield* late.write("a")
      leave()
      yield* Effect.yieldNow
      yield* late.write("b")
      assert.isFalse(late.offer("c"))
      late.end()
      assert.deepStrictEqual(sent, [opened, ["end"]])
    }))

  const steps = Schema.Array(Schema.Union([
    Schema.Struct({ what: Schema.Literals(["write", "offer"]), text: Schema.NonEmptyString }),
    Schema.Struct({ what: Schema.Literal("turn"), text: Schema.Literal("") })
  ]))
  it.effect.prop(
    "sends what it was given, whole and in order, and is a stream only if it had to be",
    [steps],
    ([all]) =>
      Effect.gen(function*() {
        const { late, sent } = recording()
        let isLate = false
        for (const [index, { what, text }] of all.entries()) {
          if (what === "write") yield* late.write(text)
          else if (what === "offer") assert.isTrue(late.offer(text))
          else yield* Effect.yieldNow
          isLate ||= what === "offer" || (what === "turn" && all.slice(0, index).some((step) => step.what === "write"))
        }
        late.end()
        yield* Effect.yieldNow
        const given = all.map(({ text }) => text).join("")
        assert.strictEqual(textOf(sent), given)
        if (isLate) assert.deepStrictEqual([sent[0], sent.at(-1)], [opened, ["end"]])
        else assert.deepStrictEqual(sent, [whole(given)])
      })
  )
})
