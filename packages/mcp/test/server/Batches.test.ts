/** JSON-RPC batches on a line: one revision has them, the others refuse them. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Tool from "../../src/contract/Tool.ts"
import { defaultLimits, JsonRpcLimits } from "../../src/jsonrpc/Limits.ts"
import { sessionEra } from "../../src/revision/Revisions.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Line from "../support/Line.ts"
import {
  cancelled,
  claimed,
  initializeParams,
  notification,
  type Received,
  request,
  serverInfo,
  textsOf
} from "../support/Messages.ts"

const withBatches = "2025-03-26"

/** A server whose tool `wait` runs until it is released. */
const makeServer = Effect.gen(function*() {
  const started = yield* Deferred.make<void>()
  const released = yield* Deferred.make<void>()
  const finalized = yield* Deferred.make<void>()
  const wait = Tool.serve("wait", {}, () =>
    Deferred.succeed(started, undefined).pipe(
      Effect.andThen(Deferred.await(released)),
      Effect.as("waited"),
      Effect.ensuring(Deferred.succeed(finalized, undefined))
    ))
  const quick = Tool.serve("quick", {}, () => Effect.succeed("quick"))
  const server = yield* McpServer.make([wait, quick], serverInfo)
  return { server, started, released, finalized }
})

const call = (id: string | number, name: string) => request(id, "tools/call", { name })

/** Sends a batch, and gives what came back since: arrays as they are. */
const openLine = (version = withBatches) =>
  Effect.gen(function*() {
    const made = yield* makeServer
    const line = yield* Line.openSession(made.server, version)
    const before = line.sent.length
    // A line in memory carries any JSON; an array of messages is one.
    const arrays = () => line.sent.slice(before) as unknown as ReadonlyArray<ReadonlyArray<Received> | Received>
    return { ...made, line, arrays }
  })

const isArray = (message: Received) => Array.isArray(message)

const batch = (...messages: ReadonlyArray<unknown>) => JSON.stringify(messages)

describe(`a batch of ${withBatches}`, () => {
  it.effect("is answered with one array, in its order, when the last answer is there (BAT-01, STD-15)", () =>
    Effect.gen(function*() {
      const { arrays, line, released, started } = yield* openLine()
      line.say(batch(
        call("a", "wait"),
        notification("notifications/cancelled", { requestId: "nobody" }),
        call(2, "quick"),
        { jsonrpc: "2.0", id: 77, result: {} },
        request(3, "nothing/known"),
        { jsonrpc: "2.0", id: 4, method: 5 }
      ))
      yield* Deferred.await(started)
      yield* line.ask("ping")
      assert.deepStrictEqual(arrays().length, 1)
      yield* Deferred.succeed(released, undefined)
      yield* line.hear(isArray)
      const answers = arrays()[1] as ReadonlyArray<Received>
      assert.deepStrictEqual(answers.map(({ error, id }) => [id, error?.code]), [
        ["a", undefined],
        [2, undefined],
        [3, -32601],
        [4, -32600]
      ])
      assert.deepStrictEqual(answers.slice(0, 2).map(textsOf), [["waited"], ["quick"]])
    }))

  it.effect("without anything to answer is answered with nothing (RPC-17)", () =>
    Effect.gen(function*() {
      const { arrays, line } = yield* openLine()
      line.say(batch(notification("notifications/initialized"), { jsonrpc: "2.0", id: 1, result: {} }))
      yield* line.ask("ping")
      assert.strictEqual(arrays().length, 1)
    }))

  it.effect("may not be empty; there is no id to say so under (RPC-13)", () =>
    Effect.gen(function*() {
      const { arrays, line } = yield* openLine()
      line.say("[]")
      yield* line.ask("ping")
      assert.deepStrictEqual(arrays().map((message) => (message as Received).error), [undefined])
    }))

  it.effect("answers everything else when a part of it is no message, and that part if it has an id (RPC-13)", () =>
    Effect.gen(function*() {
      const { arrays, line } = yield* openLine()
      line.say(batch(1, { jsonrpc: "2.0", id: 2, method: 2 }, request(1, "ping")))
      const [answers] = arrays() as ReadonlyArray<ReadonlyArray<Received>>
      assert.deepStrictEqual(answers?.map(({ error, id }) => [id, error?.code]), [[2, -32600], [1, undefined]])
    }))

  it.effect("may not hold initialize, a request of another era, or an id twice (INI-03, BAT-02, RPC-05)", () =>
    Effect.gen(function*() {
      const { arrays, line } = yield* openLine()
      line.say(batch(
        request(1, "initialize", initializeParams(withBatches)),
        request(2, "tools/call", claimed({ name: "quick" })),
        request("same", "ping"),
        request("same", "ping"),
        request(4, "ping")
      ))
      const [answers] = arrays() as ReadonlyArray<ReadonlyArray<Received>>
      assert.deepStrictEqual(answers?.map(({ error, id }) => [id, error?.code]), [
        [1, -32600],
        [2, -32600],
        ["same", undefined],
        ["same", -32600],
        [4, undefined]
      ])
    }))

  it.effect("does not open the session", () =>
    Effect.gen(function*() {
      const { server } = yield* makeServer
      const line = yield* Line.open(server)
      line.say(batch(request(1, "initialize", initializeParams(withBatches))))
      assert.deepStrictEqual(line.sent.map(({ error }) => error?.code), [-32600])
      assert.strictEqual((yield* line.ask("initialize", initializeParams(withBatches))).error, undefined)
    }))

  it.effect("goes on without the answer of a request that was cancelled, from outside or inside (CAN-11)", () =>
    Effect.gen(function*() {
      const { arrays, finalized, line, started } = yield* openLine()
      line.say(batch(call(1, "quick"), call(2, "wait")))
      yield* Deferred.await(started)
      line.say(cancelled(2))
      yield* Deferred.await(finalized)
      yield* line.hear(isArray)
      line.say(batch(call(3, "wait"), cancelled(3)))
      yield* line.ask("ping")
      const ids = arrays().map((sent) => Array.isArray(sent) ? sent.map(({ id }: Received) => id) : "ping")
      assert.deepStrictEqual(ids, [[1], "ping"])
    }))

  it.effect("is answered with what there is when the line ends", () =>
    Effect.gen(function*() {
      const { arrays, finalized, line, started } = yield* openLine()
      line.say(batch(call(1, "quick"), call(2, "wait")))
      yield* Deferred.await(started)
      yield* line.stop
      yield* Deferred.await(finalized)
      assert.deepStrictEqual(arrays().flat().map(({ id }) => id), [1])
    }))

  it.effect("holds a bounded number of messages", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make(Tool.serve("tool", {}, () => Effect.succeed("")), serverInfo).pipe(
        Effect.provideService(JsonRpcLimits, { ...defaultLimits, batchItemsMax: 2 })
      )
      const line = yield* Line.openSession(server, withBatches)
      const before = line.sent.length
      line.say(batch(request(1, "ping"), request(2, "ping"), request(3, "ping")))
      yield* line.ask("ping")
      assert.deepStrictEqual(line.sent.slice(before).map(({ error }) => error), [undefined])
      line.say(batch(request(1, "ping"), request(2, "ping")))
      yield* line.hear(isArray)
    }))
})

describe.each(sessionEra.filter(({ batches }) => !batches))("a batch of $version", ({ errorIdRequired, version }) => {
  it.effect("is refused, under the ids of its requests where an error must have one (BAT-02, RPC-12, RPC-13)", () =>
    Effect.gen(function*() {
      const { arrays, line } = yield* openLine(version)
      line.say(batch(call(1, "quick"), request(2, "ping")))
      yield* line.ask("ping")
      const errors = arrays().slice(0, -1).map((message) => message as Received)
      assert.deepStrictEqual(
        errors.map(({ error, id }) => [id, error?.code]),
        (errorIdRequired ? [1, 2] : [undefined]).map((id) => [id, -32600])
      )
    }))
})
