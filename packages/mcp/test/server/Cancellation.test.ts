/** Who can cancel a running call, and that nothing is heard of it afterwards. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Progress from "../../src/contract/Progress.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { cancelled, claimed, notification, request, serverInfo, textsOf } from "../support/Messages.ts"

/** A server whose tool `wait` runs until it is released, and `quick` ends at once. */
const makeWaiting = Effect.gen(function*() {
  const started = yield* Deferred.make<void>()
  const released = yield* Deferred.make<void>()
  const finalized = yield* Deferred.make<void>()
  const journal: Array<string> = []
  const wait = Tool.serve("wait", {}, () =>
    Progress.report({ progress: 1 }).pipe(
      Effect.andThen(Deferred.succeed(started, undefined)),
      Effect.andThen(Deferred.await(released)),
      Effect.as("released"),
      Effect.onExit((exit) => {
        journal.push(exit._tag)
        return Deferred.succeed(finalized, undefined)
      })
    ))
  const quick = Tool.serve("quick", {}, () => Effect.succeed("quick"))
  const server = yield* McpServer.make([wait, quick], serverInfo)
  return { server, journal, started, released, finalized }
})

const call = (id: string | number, name = "wait") => request(id, "tools/call", { name })

const ids = (line: Line.Line) => line.sent.map(({ id }) => id)

describe("a cancelled call on a line", () => {
  it.effect("is interrupted with its finalizers, and never answered (CAN-10, CAN-11)", () =>
    Effect.gen(function*() {
      const { finalized, journal, released, server, started } = yield* makeWaiting
      const line = yield* Line.openSession(server)
      line.say(call(1))
      yield* Deferred.await(started)
      assert.deepStrictEqual(journal, [])
      const before = line.sent.length
      line.say(cancelled(1))
      yield* Deferred.await(finalized)
      assert.deepStrictEqual(journal, ["Failure"])
      yield* Deferred.succeed(released, undefined)
      assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", { name: "quick" })), ["quick"])
      yield* line.hangUp
      assert.deepStrictEqual(line.sent.slice(before).map(textsOf), [["quick"]])
    }))

  it.effect("is cancelled without a session as well", () =>
    Effect.gen(function*() {
      const { finalized, journal, server, started } = yield* makeWaiting
      const line = yield* Line.open(server)
      line.say(request(1, "tools/call", claimed({ name: "wait" })))
      yield* Deferred.await(started)
      line.say(cancelled(1))
      yield* Deferred.await(finalized)
      yield* line.hangUp
      assert.deepStrictEqual(journal, ["Failure"])
      assert.deepStrictEqual(line.sent, [])
    }))

  const others = [[2], ["1"], [null], [undefined], [{ id: 1 }], [[1]], [true]] as const
  it.effect.each(others)("is not the one that %s names (CAN-16)", ([other]) =>
    Effect.gen(function*() {
      const { journal, released, server, started } = yield* makeWaiting
      const line = yield* Line.openSession(server)
      line.say(call(1))
      yield* Deferred.await(started)
      line.say(cancelled(other), notification("notifications/cancelled"))
      yield* Deferred.succeed(released, undefined)
      assert.deepStrictEqual(textsOf(yield* line.hear(({ id }) => id === 1)), ["released"])
      assert.deepStrictEqual(journal, ["Success"])
    }))

  it.effect("gives its id free at once", () =>
    Effect.gen(function*() {
      const { server, started } = yield* makeWaiting
      const line = yield* Line.openSession(server)
      line.say(call("same"))
      yield* Deferred.await(started)
      line.say(call("same", "quick"))
      // Under the id, it would be the answer to the call that has it.
      assert.strictEqual((yield* line.hear(({ error }) => error !== undefined)).id, undefined)
      line.say(cancelled("same"), call("same", "quick"))
      yield* line.hear((message) => message.id === "same" && message.result !== undefined)
      yield* line.hangUp
      assert.deepStrictEqual(ids(line).filter((id) => id === "same").length, 1)
    }))

  it.effect("may be over already: a late cancellation changes nothing (CAN-13)", () =>
    Effect.gen(function*() {
      const { server } = yield* makeWaiting
      const line = yield* Line.openSession(server)
      yield* line.ask("tools/call", { name: "quick" })
      const before = line.sent.length
      line.say(cancelled(1_002))
      assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", { name: "quick" })), ["quick"])
      assert.strictEqual(line.sent.length, before + 1)
    }))
})

describe("a cancelled call in an HTTP session", () => {
  it.effect("is interrupted with its finalizers, and ends with 202 and nothing more", () =>
    Effect.gen(function*() {
      const { finalized, journal, server, started } = yield* makeWaiting
      const http = yield* Http.make(server)
      const headers = yield* http.initialize()
      const exchange = http.start("POST", { "content-type": "application/json", ...headers }, call(1))
      yield* Deferred.await(started)
      const cancel = yield* http.post(cancelled(1), headers)
      assert.deepStrictEqual([cancel.status(), cancel.text()], [202, ""])
      yield* Deferred.await(finalized)
      yield* Fiber.await(exchange.fiber)
      assert.deepStrictEqual(journal, ["Failure"])
      assert.deepStrictEqual([exchange.status(), exchange.text(), exchange.isOver()], [202, "", true])
    }))

  it.effect("that is cancelled for a reason leaves it in the log (CAN-14)", () =>
    Effect.gen(function*() {
      const entries: Array<string> = []
      const logger = Logger.map(Logger.formatJson, (entry) => void entries.push(entry))
      yield* Effect.gen(function*() {
        const { server, started } = yield* makeWaiting
        const http = yield* Http.make(server)
        const headers = yield* http.initialize()
        const exchange = http.start("POST", { "content-type": "application/json", ...headers }, call(1))
        yield* Deferred.await(started)
        for (const [requestId, reason] of [[1, "changed my mind"], [2, "never there"]]) {
          yield* http.post(notification("notifications/cancelled", { requestId, reason }), headers)
        }
        yield* Fiber.await(exchange.fiber)
      }).pipe(
        Effect.scoped,
        Effect.provide(Logger.layer([logger])),
        Effect.provideService(References.MinimumLogLevel, "Debug")
      )
      assert.strictEqual(entries.filter((entry) => entry.includes("changed my mind")).length, 1)
      assert.isFalse(entries.some((entry) => entry.includes("never there")))
    }))

  it.effect("ends its stream without an answer when the stream was open", () =>
    Effect.gen(function*() {
      const { finalized, server, started } = yield* makeWaiting
      const http = yield* Http.make(server)
      const headers = yield* http.initialize()
      const message = request(1, "tools/call", { name: "wait", _meta: { progressToken: 1 } })
      const exchange = http.start("POST", { "content-type": "application/json", ...headers }, message)
      yield* Deferred.await(started)
      yield* http.post(cancelled(1), headers)
      yield* Deferred.await(finalized)
      yield* Fiber.await(exchange.fiber)
      assert.deepStrictEqual([exchange.status(), exchange.isOver()], [200, true])
      assert.deepStrictEqual(exchange.messages().map(({ method }) => method), ["notifications/progress"])
    }))

  it.effect("is out of reach of another session", () =>
    Effect.gen(function*() {
      const { journal, released, server, started } = yield* makeWaiting
      const http = yield* Http.make(server)
      const [mine, other] = [yield* http.initialize(), yield* http.initialize()]
      const exchange = http.start("POST", { "content-type": "application/json", ...mine }, call(1))
      yield* Deferred.await(started)
      assert.strictEqual((yield* http.post(cancelled(1), other)).status(), 202)
      yield* Deferred.succeed(released, undefined)
      yield* exchange.over
      assert.deepStrictEqual(journal, ["Success"])
      assert.deepStrictEqual(exchange.messages().map(textsOf), [["released"]])
    }))
})

describe("a client that goes away", () => {
  it.effect("has cancelled nothing in the session era (HTL-09)", () =>
    Effect.gen(function*() {
      const { finalized, journal, released, server, started } = yield* makeWaiting
      const http = yield* Http.make(server)
      const headers = yield* http.initialize()
      const exchange = http.start("POST", { "content-type": "application/json", ...headers }, call(1))
      yield* Deferred.await(started)
      exchange.disconnect()
      yield* Effect.yieldNow
      assert.deepStrictEqual(journal, [])
      yield* Deferred.succeed(released, undefined)
      yield* Deferred.await(finalized)
      yield* Fiber.await(exchange.fiber)
      assert.deepStrictEqual(journal, ["Success"])
    }))

  it.effect("has cancelled its call in the stateless era (CAN-07, HTM-11, HTM-13)", () =>
    Effect.gen(function*() {
      const { finalized, journal, server, started } = yield* makeWaiting
      const http = yield* Http.make(server)
      const headers = { "content-type": "application/json", ...Http.modernHeaders("tools/call", "wait") }
      const exchange = http.start("POST", headers, request(1, "tools/call", claimed({ name: "wait" })))
      yield* Deferred.await(started)
      exchange.disconnect()
      yield* Deferred.await(finalized)
      yield* Fiber.await(exchange.fiber)
      assert.deepStrictEqual(journal, ["Failure"])
      assert.deepStrictEqual(exchange.messages(), [])
    }))

  it.effect("has cancelled nobody else's call", () =>
    Effect.gen(function*() {
      const { released, server, started } = yield* makeWaiting
      const http = yield* Http.make(server)
      const headers = { "content-type": "application/json", ...Http.modernHeaders("tools/call", "wait") }
      const message = request(1, "tools/call", claimed({ name: "wait" }))
      const [first, second] = [http.start("POST", headers, message), http.start("POST", headers, message)]
      yield* Deferred.await(started)
      first.disconnect()
      yield* Fiber.await(first.fiber)
      yield* Deferred.succeed(released, undefined)
      yield* second.over
      assert.deepStrictEqual(second.messages().map(textsOf), [["released"]])
    }))
})
