import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Progress from "../../src/contract/Progress.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { cancelled, claimed, request, serverInfo } from "../support/Messages.ts"

const report = Tool.serve(
  "report",
  { parameters: { steps: Schema.Array(Schema.Finite) } },
  ({ steps }) => Effect.forEach(steps, (progress) => Progress.report({ progress }), { discard: true })
)

const server = McpServer.make(report, serverInfo)

const args = (steps: ReadonlyArray<number>) => ({ name: "report", arguments: { steps } })

const progressOf = (line: Line.Line) =>
  line.sent.filter(({ method }) => method === "notifications/progress").map(({ params }) => params)

/** The steps of a list that go beyond all before them. */
const rising = (steps: ReadonlyArray<number>) =>
  steps.filter((step, index) => steps.slice(0, index).every((earlier) => earlier < step))

describe("progress", () => {
  it.effect.prop("only ever rises (PRG-03)", [Schema.Array(Schema.Finite)], ([steps]) =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* server)
      yield* line.ask("tools/call", { ...args(steps), _meta: { progressToken: "t" } })
      const expected = rising(steps).map((progress) => ({ progressToken: "t", progress }))
      return JSON.stringify(progressOf(line)) === JSON.stringify(expected)
    }).pipe(Effect.scoped))

  const tokens = [["text"], [""], [0], [7]] as const
  it.effect.each(tokens)(
    "goes out under the token as it was: %s (PRG-01)",
    ([progressToken]) =>
      Effect.gen(function*() {
        const line = yield* Line.open(yield* server)
        yield* line.ask("tools/call", claimed(args([1, 2]), { progressToken }))
        assert.deepStrictEqual(progressOf(line), [{ progressToken, progress: 1 }, { progressToken, progress: 2 }])
      })
  )

  const none = [[undefined], [null], [1.5], [true], [["a"]]] as const
  it.effect.each(none)("stays silent where %s is given for a token", ([progressToken]) =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* server)
      yield* line.ask("tools/call", { ...args([1, 2]), _meta: { progressToken } })
      yield* line.ask("tools/call", claimed(args([1, 2]), { progressToken }))
      yield* line.ask("tools/call", args([1, 2]))
      assert.deepStrictEqual(progressOf(line), [])
    }))

  it.effect("carries total and message, the latter where the revision has it, and no number that JSON has not", () =>
    Effect.gen(function*() {
      const tell = Tool.serve("tell", {}, () =>
        Effect.gen(function*() {
          yield* Progress.report({ progress: NaN })
          yield* Progress.report({ progress: 1, total: Infinity })
          yield* Progress.report({ progress: 2, total: 4, message: "half way" })
          yield* Progress.report({ progress: Infinity })
        }))
      for (const [version, message] of [["2024-11-05", {}], ["2025-03-26", { message: "half way" }]] as const) {
        const line = yield* Line.openSession(yield* McpServer.make(tell, serverInfo), version)
        yield* line.ask("tools/call", { name: "tell", _meta: { progressToken: 1 } })
        assert.deepStrictEqual(progressOf(line), [
          { progressToken: 1, progress: 1 },
          { progressToken: 1, progress: 2, total: 4, ...message }
        ])
      }
    }))
})

describe("progress ends with the request (PRG-05, PRG-06)", () => {
  /** A handler that leaves a fiber behind, which reports when it is told to. */
  const outliving = Effect.gen(function*() {
    const gate = yield* Deferred.make<void>()
    const left = yield* Deferred.make<Fiber.Fiber<void>>()
    const tool = Tool.serve("leave", {}, () =>
      Deferred.await(gate).pipe(
        Effect.andThen(Progress.report({ progress: 1 })),
        Effect.forkDetach,
        Effect.flatMap((fiber) => Deferred.succeed(left, fiber)),
        Effect.as("left")
      ))
    const reportNow = Effect.andThen(
      Deferred.succeed(gate, undefined),
      Effect.flatMap(Deferred.await(left), Fiber.join)
    )
    return { server: yield* McpServer.make(tool, serverInfo), reportNow }
  })

  it.effect("on a line, what a fiber left behind reports is dropped", () =>
    Effect.gen(function*() {
      const { reportNow, server } = yield* outliving
      const line = yield* Line.openSession(server)
      yield* line.ask("tools/call", { name: "leave", _meta: { progressToken: 1 } })
      yield* reportNow
      assert.deepStrictEqual(progressOf(line), [])
    }))

  it.effect("over HTTP, the answer is not sent twice", () =>
    Effect.gen(function*() {
      const { reportNow, server } = yield* outliving
      const http = yield* Http.make(server)
      const params = claimed({ name: "leave" }, { progressToken: 1 })
      const exchange = yield* http.post(request(1, "tools/call", params), Http.modernHeaders("tools/call", "leave"))
      const text = exchange.text()
      yield* reportNow
      assert.strictEqual(exchange.header("content-type"), "application/json")
      assert.strictEqual(exchange.text(), text)
    }))

  it.effect("over HTTP, nothing follows the last event", () =>
    Effect.gen(function*() {
      const { reportNow, server } = yield* outliving
      const http = yield* Http.make(server, { response: "sse" })
      const headers = yield* http.initialize()
      const message = request(1, "tools/call", { name: "leave", _meta: { progressToken: 1 } })
      const exchange = yield* http.post(message, headers)
      yield* reportNow
      assert.deepStrictEqual(exchange.messages().map(({ id }) => id), [1])
    }))

  it.effect.each(["session", "stateless"] as const)(
    "a finalizer of a cancelled call reports to nobody: %s era (STD-10)",
    (era) =>
      Effect.gen(function*() {
        const started = yield* Deferred.make<void>()
        const finalized = yield* Deferred.make<void>()
        const tool = Tool.serve("wait", {}, () =>
          Deferred.succeed(started, undefined).pipe(
            Effect.andThen(Effect.never),
            Effect.onInterrupt(() =>
              Effect.andThen(Progress.report({ progress: 1 }), Deferred.succeed(finalized, undefined))
            )
          ))
        const line = yield* Line.openSession(yield* McpServer.make(tool, serverInfo))
        const params = era === "session"
          ? { name: "wait", _meta: { progressToken: 1 } }
          : claimed({ name: "wait" }, { progressToken: 1 })
        line.say(request(1, "tools/call", params))
        yield* Deferred.await(started)
        const before = line.sent.length
        line.say(cancelled(1))
        yield* Deferred.await(finalized)
        yield* line.hangUp
        assert.deepStrictEqual(line.sent.slice(before), [])
      })
  )
})
