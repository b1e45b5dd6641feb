/** The client transport over a line, beneath any client: how requests and answers find each other. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { defaultLimits } from "../../src/jsonrpc/Limits.ts"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import { ClientTransport, type Incoming, type Link } from "../../src/transport/ClientTransport.ts"
import type { Connection, Received } from "../../src/transport/Connection.ts"
import * as DuplexClient from "../../src/transport/DuplexClient.ts"
import * as TransportError from "../../src/transport/TransportError.ts"

/** A line whose other end is the test. */
const makeLine = () => {
  const sent: Array<string> = []
  const hungUp = Deferred.makeUnsafe<void>()
  let receive: ((received: Received) => void) | undefined
  let drained: Effect.Effect<void> = Effect.void
  const connection: Connection = {
    send: (text) => void sent.push(text),
    drained: Effect.suspend(() => drained),
    listen: (callback) =>
      Effect.suspend(() => {
        receive = callback
        return Deferred.await(hungUp)
      })
  }
  return {
    connection,
    sent,
    arrive: (received: Received) => receive?.(received),
    line: (text: string) => receive?.({ _tag: "Line", text }),
    hangUp: Deferred.succeed(hungUp, undefined),
    block: (until: Effect.Effect<void>) => {
      drained = until
    }
  }
}

const open = Effect.gen(function*() {
  const line = makeLine()
  const received: Array<Incoming> = []
  const transport = yield* Effect.provide(ClientTransport, DuplexClient.layerConnection(line.connection))
  const link = yield* transport.open((incoming) => void received.push(incoming))
  yield* Effect.yieldNow
  return { ...line, link, received }
})

const ask = (link: Link, id: string | number) =>
  Effect.map(
    Effect.andThen(
      link.room ?? Effect.void,
      link.request({ id, method: "m", name: undefined, paramsText: undefined, revision: v2025_11_25 })
    ),
    ({ message }) => message._tag === "Success" ? message.result : message.error.code
  )

const asking = (link: Link, id: string | number) => Effect.forkChild(ask(link, id), { startImmediately: true })

const note = { method: "n", paramsText: undefined, revision: v2025_11_25 }

const answer = (id: unknown, result: unknown) => JSON.stringify({ jsonrpc: "2.0", id, result })

const reasonOf = (fiber: Fiber.Fiber<unknown, TransportError.TransportError>) =>
  Effect.map(Effect.flip(Fiber.join(fiber)), ({ reason }) => reason)

describe("a line", () => {
  it.effect("answers come in any order; 1 and \"1\" are two ids (RPC-07)", () =>
    Effect.gen(function*() {
      const { line, link, sent } = yield* open
      const number = yield* asking(link, 1)
      const string = yield* asking(link, "1")
      line(answer("1", "string"))
      line(answer(1, "number"))
      assert.deepStrictEqual([yield* Fiber.join(number), yield* Fiber.join(string)], ["number", "string"])
      assert.strictEqual(sent[1], "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"method\":\"m\"}")
    }))

  it.effect("an answer counts once, and only for who waits", () =>
    Effect.gen(function*() {
      const { line, link } = yield* open
      const first = yield* asking(link, 1)
      line(answer(2, "nobody's"))
      line(answer(1, "first"))
      line(answer(1, "again"))
      assert.strictEqual(yield* Fiber.join(first), "first")
    }))

  it.effect("a line of a log is no answer, though it has the id of a request (STD-02)", () =>
    Effect.gen(function*() {
      const { line, link } = yield* open
      const fiber = yield* asking(link, 1)
      line("{\"level\":30,\"id\":1,\"msg\":\"taken up\"}")
      line(answer(1, "right"))
      assert.strictEqual(yield* Fiber.join(fiber), "right")
    }))

  it.effect("an answer with both result and error is told to who waits for it (RPC-09)", () =>
    Effect.gen(function*() {
      const { line, link } = yield* open
      const fiber = yield* asking(link, 1)
      line("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{\"code\":1,\"message\":\"\"}}")
      assert.strictEqual((yield* reasonOf(fiber))._tag, "InvalidAnswer")
    }))

  it.effect("a message that is too long is told to the one who waits; with several it is nobody's", () =>
    Effect.gen(function*() {
      const { arrive, line, link } = yield* open
      const alone = yield* asking(link, 1)
      arrive({ _tag: "TooLong", unitsMax: 10 })
      assert.deepInclude(yield* reasonOf(alone), {
        _tag: "MessageTooLarge",
        bytesMax: defaultLimits.messageBytesMax
      })
      yield* Fiber.interrupt(yield* asking(link, "given up"))
      const aloneAgain = yield* asking(link, "alone")
      arrive({ _tag: "TooLong", unitsMax: 10 })
      assert.strictEqual((yield* reasonOf(aloneAgain))._tag, "MessageTooLarge")
      const two = yield* asking(link, 2)
      const three = yield* asking(link, 3)
      arrive({ _tag: "TooLong", unitsMax: 10 })
      line(answer(2, "a"))
      line(answer(3, "b"))
      assert.deepStrictEqual([yield* Fiber.join(two), yield* Fiber.join(three)], ["a", "b"])
    }))

  it.effect("a peer that does not read holds requests and notifications back", () =>
    Effect.gen(function*() {
      const { block, line, link, sent } = yield* open
      const room = yield* Deferred.make<void>()
      block(Deferred.await(room))
      const fiber = yield* asking(link, 1)
      const noting = yield* Effect.forkChild(link.notify(note), { startImmediately: true })
      assert.lengthOf(sent, 0)
      yield* Deferred.succeed(room, undefined)
      yield* Fiber.join(noting)
      line(answer(1, "done"))
      assert.strictEqual(yield* Fiber.join(fiber), "done")
      assert.lengthOf(sent, 2)
    }))

  it.effect("a peer that never reads is not waited for by notifications for ever, and nothing piles up", () =>
    Effect.gen(function*() {
      const { block, link, sent } = yield* open
      block(Effect.never)
      const all = Effect.all([link.notify(note), link.respond("{}", undefined)].map(Effect.flip), {
        concurrency: "unbounded"
      })
      const failing = yield* Effect.forkChild(all, { startImmediately: true })
      yield* TestClock.adjust("30 seconds")
      for (const { reason } of yield* Fiber.join(failing)) assert.strictEqual(reason._tag, "Unreachable")
      assert.lengthOf(sent, 0)
    }))

  it.effect("when the peer is gone, all fail at once, also those to come", () =>
    Effect.gen(function*() {
      const { hangUp, link, sent } = yield* open
      const waiting = yield* Effect.all([asking(link, 1), asking(link, 2)])
      yield* hangUp
      yield* link.closed
      for (const fiber of waiting) assert.strictEqual((yield* reasonOf(fiber))._tag, "ConnectionClosed")
      const later = [
        Effect.asVoid(ask(link, 3)),
        link.notify(note),
        link.respond("{}", undefined)
      ]
      for (const attempt of later) assert.strictEqual((yield* Effect.flip(attempt)).reason._tag, "ConnectionClosed")
      assert.lengthOf(sent, 2)
    }))

  it.effect("a link whose scope ended at once is gone, not silent", () =>
    Effect.gen(function*() {
      const { connection } = makeLine()
      const link = yield* Effect.scoped(DuplexClient.make(Effect.succeed(connection)).open(() => {}))
      assert.strictEqual((yield* Effect.flip(ask(link, 1))).reason._tag, "ConnectionClosed")
      yield* link.closed
    }))

  it.effect("a line that cannot be opened fails to open", () =>
    Effect.gen(function*() {
      const refused = Effect.fail(
        TransportError.make(new TransportError.Unreachable({ detail: "no such program", mayHaveRun: false }))
      )
      const transport = yield* Effect.provide(ClientTransport, DuplexClient.layer(refused))
      const { message } = yield* Effect.flip(transport.open(() => {}))
      assert.strictEqual(message, "The server cannot be reached: no such program")
    }))
})

const Step = Schema.Union([
  Schema.Struct({ do: Schema.Literal("ask") }),
  Schema.Struct({ do: Schema.Literal("answer"), id: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 12 })) }),
  Schema.Struct({ do: Schema.Literal("give up"), id: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 12 })) }),
  Schema.Struct({ do: Schema.Literal("noise"), line: Schema.String })
])

describe("whatever happens on the line", () => {
  it.effect.prop("each request gets its own answer, and only that", { steps: Arbitrary.schema(Schema.Array(Step)) }, (
    { steps }
  ) =>
    Effect.gen(function*() {
      const { hangUp, line, link } = yield* open
      const fibers: Array<Fiber.Fiber<unknown, TransportError.TransportError>> = []
      const expected = new Map<number, string>()
      for (const step of steps) {
        if (step.do === "ask") fibers.push(yield* asking(link, fibers.length + 1))
        else if (step.do === "noise") line(step.line)
        else if (step.id <= fibers.length) {
          const outcome = step.do === "answer" ? "answered" : "given up"
          if (!expected.has(step.id)) expected.set(step.id, outcome)
          if (step.do === "answer") line(answer(step.id, `for ${step.id}`))
          else yield* Fiber.interrupt(fibers[step.id - 1] ?? (yield* asking(link, "none")))
        }
      }
      yield* hangUp
      for (const [index, fiber] of fibers.entries()) {
        const id = index + 1
        const exit = yield* Fiber.await(fiber)
        const seen = exit._tag === "Success"
          ? exit.value === `for ${id}` ? "answered" : "answered wrongly"
          : exit.cause.reasons[0]?._tag === "Interrupt"
          ? "given up"
          : "hung up"
        assert.strictEqual(seen, expected.get(id) ?? "hung up")
      }
    }))
})
