import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ClientLog from "../../src/contract/ClientLog.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { LoggingLevel } from "../../src/schema/LoggingLevel.ts"
import { MetaKey } from "../../src/schema/Meta.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { claimed, errorOf, request, serverInfo, textsOf } from "../support/Messages.ts"

const levels = LoggingLevel.literals

/** Logs once at each level. */
const shout = Tool.serve(
  "shout",
  {},
  () => Effect.forEach(levels, (level) => ClientLog.log(level, { said: level }, "shouter"), { discard: true })
)

const server = McpServer.make(shout, serverInfo)

const heard = (line: Line.Line) =>
  line.sent.filter(({ method }) => method === "notifications/message").map(({ params }) => params?.level)

describe("a session", () => {
  it.effect("hears from info on, unless it has asked for something else", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* server)
      yield* line.ask("tools/call", { name: "shout" })
      assert.deepStrictEqual<unknown>(heard(line), levels.slice(1))
    }))

  it.effect.each(levels)(
    "that asked for %s hears that and what is more severe (LOG-06)",
    (level) =>
      Effect.gen(function*() {
        const line = yield* Line.openSession(yield* server)
        assert.deepStrictEqual((yield* line.ask("logging/setLevel", { level })).result, {})
        yield* line.ask("tools/call", { name: "shout" })
        assert.deepStrictEqual<unknown>(heard(line), levels.slice(levels.indexOf(level)))
      })
  )

  it.effect("may not ask for a level that does not exist (LOG-05)", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* server)
      for (const level of ["loud", "INFO", "constructor", 1, null, undefined]) {
        assert.strictEqual(errorOf(yield* line.ask("logging/setLevel", { level })), "-32602 Unknown log level")
      }
    }))

  it.effect("has its level to itself", () =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* server)
      const [first, second] = [yield* http.initialize(), yield* http.initialize()]
      yield* http.post(request(1, "logging/setLevel", { level: "emergency" }), first)
      const count = (headers: Http.Headers) =>
        Effect.map(http.post(request(2, "tools/call", { name: "shout" }), headers), (one) => one.messages().length - 1)
      assert.deepStrictEqual([yield* count(first), yield* count(second)], [1, 7])
    }))
})

describe("a request of the stateless era", () => {
  it.effect("hears nothing that it has not asked for (LOG-02)", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* server)
      yield* line.ask("logging/setLevel", { level: "debug" })
      yield* line.ask("tools/call", claimed({ name: "shout" }))
      assert.deepStrictEqual(heard(line), [])
    }))

  it.effect.each(levels)(
    "that asks for %s hears that and what is more severe (SDK-12)",
    (level) =>
      Effect.gen(function*() {
        const line = yield* Line.open(yield* server)
        yield* line.ask("tools/call", claimed({ name: "shout" }, { [MetaKey.logLevel]: level }))
        assert.deepStrictEqual<unknown>(heard(line), levels.slice(levels.indexOf(level)))
      })
  )

  it.effect("may not ask for a level that does not exist (LOG-04)", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* server)
      for (const level of ["loud", "toString", 1, null]) {
        const answer = yield* line.ask("tools/call", claimed({ name: "shout" }, { [MetaKey.logLevel]: level }))
        assert.strictEqual(errorOf(answer), `-32602 _meta has an unknown "${MetaKey.logLevel}"`)
      }
    }))
})

describe("a message", () => {
  const said = (effect: ReturnType<typeof ClientLog.info>) =>
    Effect.gen(function*() {
      const tool = Tool.serve("say", {}, () => Effect.as(effect, "done"))
      const line = yield* Line.openSession(yield* McpServer.make(tool, serverInfo))
      yield* line.ask("logging/setLevel", { level: "debug" })
      assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", { name: "say" })), ["done"])
      return line.sent.find(({ method }) => method === "notifications/message")?.params
    })

  it.effect("names its level and its logger", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* said(ClientLog.debug("a")), { level: "debug", data: "a" })
      assert.deepStrictEqual(yield* said(ClientLog.info(0, "l")), { level: "info", data: 0, logger: "l" })
      assert.deepStrictEqual(yield* said(ClientLog.warning(null)), { level: "warning", data: null })
      assert.deepStrictEqual(yield* said(ClientLog.error({ a: [1] })), { level: "error", data: { a: [1] } })
    }))

  const circular: { self?: unknown } = {}
  circular.self = circular
  const odd = [[1n], [undefined], [() => 1], [Symbol("s")], [circular]] as const
  it.effect.each(odd)("is text where its data is no JSON, and the call goes on", ([data]) =>
    Effect.gen(function*() {
      const params = yield* said(ClientLog.info(data))
      assert.strictEqual(typeof params?.data, "string")
    }))
})
