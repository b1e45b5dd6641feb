/** What handlers log reaches clients that asked for it, and tells them nothing that is none of their business. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Catalog from "../../src/contract/Catalog.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { LoggingLevel } from "../../src/schema/LoggingLevel.ts"
import { MetaKey } from "../../src/schema/Meta.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { claimed, request, serverInfo, textsOf } from "../support/Messages.ts"

class Odd extends Schema.TaggedError<Odd>()("Odd", { secret: Schema.String }) {}

const logging = (effect: Effect.Effect<void>) => Tool.serve("log", {}, () => Effect.as(effect, "done"))

const silently = Effect.provide(Logger.layer([]))

/** Every level of Effect, the least severe first. */
const shout = Effect.gen(function*() {
  yield* Effect.logTrace("trace")
  yield* Effect.logDebug("debug")
  yield* Effect.logInfo("info")
  yield* Effect.logWarning("warn")
  yield* Effect.logError("error")
  yield* Effect.logFatal("fatal")
}).pipe(Effect.provideService(References.MinimumLogLevel, "Trace"))

const messagesOf = (line: Line.Line) => line.sent.filter(({ method }) => method === "notifications/message")

const said = (line: Line.Line) =>
  messagesOf(line).map(({ params }) => [params?.level, Reflect.get(Object(params?.data), "message")])

const all = [
  ["debug", "trace"],
  ["debug", "debug"],
  ["info", "info"],
  ["warning", "warn"],
  ["error", "error"],
  ["critical", "fatal"]
] as const

const passing = (level: LoggingLevel) =>
  all.filter(([said]) => LoggingLevel.literals.indexOf(said) >= LoggingLevel.literals.indexOf(level))

/** What the client hears of an effect, when it asks for everything. */
const heard = (effect: Effect.Effect<void>) =>
  Effect.gen(function*() {
    const line = yield* Line.open(yield* McpServer.make(logging(effect), serverInfo))
    const answer = yield* line.ask("tools/call", claimed({ name: "log" }, { [MetaKey.logLevel]: "debug" }))
    assert.deepStrictEqual(textsOf(answer), ["done"])
    return messagesOf(line).map(({ params }) => params)
  }).pipe(silently)

describe("Effect.log in a handler", () => {
  it.effect.each(LoggingLevel.literals)(
    "reaches a session from the level on that it asked for: %s (LOG-06)",
    (level) =>
      Effect.gen(function*() {
        const line = yield* Line.openSession(yield* McpServer.make(logging(shout), serverInfo))
        yield* line.ask("logging/setLevel", { level })
        yield* line.ask("tools/call", { name: "log" })
        assert.deepStrictEqual<unknown>(said(line), passing(level))
      }).pipe(silently)
  )

  it.effect.each(LoggingLevel.literals)(
    "reaches a stateless request from its level on: %s (LOG-02, LOG-03)",
    (level) =>
      Effect.gen(function*() {
        const line = yield* Line.open(yield* McpServer.make(logging(shout), serverInfo))
        yield* line.ask("tools/call", claimed({ name: "log" }, { [MetaKey.logLevel]: level }))
        assert.deepStrictEqual<unknown>(said(line), passing(level))
      }).pipe(silently)
  )

  it.effect("reaches nobody who has not asked, and leaves a plain JSON answer plain", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make(logging(shout), serverInfo)
      const line = yield* Line.openSession(server)
      yield* line.ask("tools/call", { name: "log" })
      yield* line.ask("tools/call", claimed({ name: "log" }))
      assert.deepStrictEqual(said(line), [])
      const http = yield* Http.make(server)
      const exchange = yield* http.post(request(1, "tools/call", { name: "log" }), yield* http.initialize())
      assert.strictEqual(exchange.header("content-type"), "application/json")
    }).pipe(silently))

  it.effect("comes before the answer, on its stream", () =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* McpServer.make(logging(Effect.log("one")), serverInfo))
      const message = request(1, "tools/call", claimed({ name: "log" }, { [MetaKey.logLevel]: "info" }))
      const exchange = yield* http.post(message, Http.modernHeaders("tools/call", "log"))
      assert.deepStrictEqual(exchange.messages().map(({ id, method }) => method ?? id), ["notifications/message", 1])
    }).pipe(silently))

  it.effect("goes to the server's own loggers as it always did", () =>
    Effect.gen(function*() {
      const own: Array<unknown> = []
      const logger = Logger.make(({ message }) => void own.push(message))
      const server = McpServer.make(logging(shout), serverInfo).pipe(Effect.provide(Logger.layer([logger])))
      const line = yield* Line.openSession(yield* server)
      yield* line.ask("tools/call", { name: "log" })
      yield* line.ask("logging/setLevel", { level: "error" })
      yield* line.ask("tools/call", { name: "log" })
      assert.strictEqual(own.length, 12)
      assert.strictEqual(messagesOf(line).length, 2)
    }))

  it.effect("obeys the minimum level of the server", () =>
    Effect.gen(function*() {
      const quiet = Effect.provideService(shout, References.MinimumLogLevel, "Error")
      const inner = Effect.gen(function*() {
        yield* Effect.logInfo("no")
        yield* Effect.logError("yes")
      }).pipe(Effect.provideService(References.MinimumLogLevel, "Error"))
      assert.strictEqual((yield* heard(quiet)).length, 6)
      assert.deepStrictEqual((yield* heard(inner)).map((params) => params?.level), ["error"])
    }))

  it.effect("can be kept from clients altogether", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* McpServer.make(logging(shout), { ...serverInfo, clientLogs: false }))
      yield* line.ask("logging/setLevel", { level: "debug" })
      yield* line.ask("tools/call", { name: "log" })
      assert.deepStrictEqual(said(line), [])
    }).pipe(silently))

  it.effect("works in handlers of a catalog, and in fibers of theirs", () =>
    Effect.gen(function*() {
      const catalog = Catalog.make("c").add(Tool.make("log"))
      const live = catalog.layer({
        tools: {
          log: () => Effect.as(Effect.all([Effect.log("a"), Effect.log("b")], { concurrency: 2 }), "done")
        }
      })
      const line = yield* Line.openSession(yield* Effect.provide(McpServer.make(catalog, serverInfo), live))
      yield* line.ask("logging/setLevel", { level: "debug" })
      yield* line.ask("tools/call", { name: "log" })
      assert.deepStrictEqual<unknown>(said(line), [["info", "a"], ["info", "b"]])
    }).pipe(silently))

  it.effect("of a fiber that outlives its call is dropped", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const logged = yield* Deferred.make<void>()
      const late = Effect.andThen(Deferred.await(gate), Effect.log("late")).pipe(
        Effect.andThen(Deferred.succeed(logged, undefined)),
        Effect.forkDetach,
        Effect.asVoid
      )
      const line = yield* Line.openSession(yield* McpServer.make(logging(late), serverInfo))
      yield* line.ask("logging/setLevel", { level: "debug" })
      yield* line.ask("tools/call", { name: "log" })
      yield* Deferred.succeed(gate, undefined)
      yield* Deferred.await(logged)
      assert.deepStrictEqual(said(line), [])
    }).pipe(silently))
})

describe("the data of a message", () => {
  it.effect("has the message, annotations and spans, under the name of the server (LOG-08)", () =>
    Effect.gen(function*() {
      const effect = Effect.andThen(TestClock.adjust("5 millis"), Effect.log("hello", { a: 1 })).pipe(
        Effect.annotateLogs({ user: "u1", nested: { b: [2] } }),
        Effect.withLogSpan("work")
      )
      assert.deepStrictEqual<unknown>(yield* heard(effect), [{
        level: "info",
        logger: "server",
        data: {
          message: ["hello", { a: 1 }],
          annotations: { user: "u1", nested: { b: [2] } },
          spans: { work: 5 }
        }
      }])
    }))

  it.effect("is under the name that an annotation gives", () =>
    Effect.gen(function*() {
      const effect = Effect.annotateLogs(Effect.log("hello"), { logger: "db" })
      assert.deepStrictEqual<unknown>(yield* heard(effect), [
        { level: "info", logger: "db", data: { message: "hello" } }
      ])
    }))

  const secret = "hunter2"
  const secrets = [
    ["what is redacted", Effect.log(Redacted.make(secret), { deep: [Redacted.make(secret)] })],
    ["a redacted annotation", Effect.annotateLogs(Effect.log("a"), { key: Redacted.make(secret) })],
    ["the cause of a defect", Effect.logError("a", Cause.die(new Error(secret)))],
    ["the cause of a failure", Effect.logError("a", Cause.fail(secret))],
    ["an error", Effect.log(new Error(secret), { cause: new Error(secret) })],
    ["a tagged error", Effect.log(new Odd({ secret }))],
    ["an annotation that is an error", Effect.annotateLogs(Effect.log("a"), { error: new Odd({ secret }) })]
  ] as const
  it.effect.each(secrets)("does not tell %s (LOG-10, LOG-12)", ([, effect]) =>
    Effect.gen(function*() {
      const messages = yield* heard(effect)
      assert.strictEqual(messages.length, 1)
      assert.notInclude(JSON.stringify(messages), secret)
    }))

  it.effect("says that there was a cause, and the names of errors", () =>
    Effect.gen(function*() {
      const effect = Effect.logError("a", new Odd({ secret }), Cause.die("b"))
      assert.deepStrictEqual<unknown>(yield* heard(effect), [
        { level: "error", logger: "server", data: { message: ["a", "Odd"], cause: ["Die"] } }
      ])
    }))

  const circular: { self?: unknown } = {}
  circular.self = circular
  const odd = [[1n, "1"], [undefined, null], [() => 1, "() => 1"], [circular, "[not JSON]"]] as const
  it.effect.each(odd)("is JSON, whatever was logged", ([value, expected]) =>
    Effect.gen(function*() {
      const [message] = yield* heard(Effect.log(value))
      assert.deepStrictEqual<unknown>(message?.data, { message: expected })
    }))

  it.effect.prop("is what was logged, where that is JSON", [Schema.Json], ([value]) =>
    Effect.gen(function*() {
      const [message] = yield* heard(Effect.log([value]))
      // Compared as text: what JSON cannot tell apart, as -0 and 0, is the same.
      return JSON.stringify(message?.data) === JSON.stringify({ message: [value] })
    }))
})

describe("a client that does not keep up", () => {
  it.effect("misses messages, and slows nobody down (LOG-07)", () =>
    Effect.gen(function*() {
      const blocked = yield* Deferred.make<void>()
      const flood = Effect.forEach(Array.from({ length: 10_000 }), () => Effect.log("more"), { discard: true })
      const server = yield* McpServer.make(logging(flood), serverInfo)
      const line = yield* Line.open(server, { drained: Deferred.await(blocked) })
      const answer = yield* line.ask("tools/call", claimed({ name: "log" }, { [MetaKey.logLevel]: "info" }))
      assert.deepStrictEqual(textsOf(answer), ["done"])
      assert.strictEqual(messagesOf(line).length, 256)
      yield* Deferred.succeed(blocked, undefined)
    }).pipe(silently))
})
