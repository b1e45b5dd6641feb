/** Spans and metrics after the conventions of OpenTelemetry for MCP, where somebody wants them. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Tracer from "effect/Tracer"
import * as Ask from "../../src/contract/Ask.ts"
import * as Catalog from "../../src/contract/Catalog.ts"
import * as CustomMethod from "../../src/contract/CustomMethod.ts"
import * as Progress from "../../src/contract/Progress.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as Rpc from "../../src/jsonrpc/RpcError.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Middleware from "../../src/server/Middleware.ts"
import * as Telemetry from "../../src/server/Telemetry.ts"
import * as TraceContext from "../../src/session/TraceContext.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { cancelled, initializeParams, notification, request, serverInfo } from "../support/Messages.ts"
import { attributesOf, named, parentOf, statusOf, tracing } from "../support/Tracing.ts"

const silently = Effect.provide(Logger.layer([]))

const handlers = [
  Tool.serve("ok", {}, () => Effect.as(Effect.withSpan(Effect.void, "inside"), "ok")),
  Tool.serve("fail", {}, () => Effect.fail(Tool.fail("no"))),
  Tool.serve("die", {}, () => Effect.die("hunter2")),
  Prompt.serve("p", {}, () => Effect.fail(Rpc.make(77, "a reason"))),
  Resource.serve("a://b", {}, () => Effect.succeed("b"))
]

const trace = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", sampled: true }
const traceparent = `00-${trace.traceId}-${trace.spanId}-01`

describe("a span", () => {
  it.effect("has the name, the kind and the attributes of the conventions", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const server = yield* Effect.provide(McpServer.make(handlers, serverInfo), layer)
      const http = yield* Http.make(server)
      const headers = yield* http.initialize()
      yield* http.post(request("r", "tools/call", { name: "ok" }), headers)
      const span = named(spans, "tools/call ok")
      assert.strictEqual(span.kind, "server")
      assert.strictEqual(statusOf(span), "ok")
      assert.deepStrictEqual<unknown>(attributesOf(span), {
        "mcp.method.name": "tools/call",
        "mcp.protocol.version": "2025-11-25",
        "mcp.session.id": headers["mcp-session-id"],
        "network.transport": "tcp",
        "network.protocol.name": "http",
        "gen_ai.tool.name": "ok",
        "gen_ai.operation.name": "execute_tool",
        "jsonrpc.request.id": "r"
      })
      const line = yield* Line.openSession(server)
      yield* line.ask("resources/read", { uri: "a://b" })
      assert.deepStrictEqual<unknown>(attributesOf(named(spans, "resources/read")), {
        "mcp.method.name": "resources/read",
        "mcp.protocol.version": "2025-11-25",
        "mcp.resource.uri": "a://b",
        "network.transport": "pipe",
        "jsonrpc.request.id": "1002"
      })
      yield* line.ask("prompts/get", { name: "p" })
      assert.strictEqual(named(spans, "prompts/get p").attributes.get("gen_ai.prompt.name"), "p")
      assert.isDefined(named(spans, "notifications/initialized"))
    }))

  it.effect("is made of the handshake, and of a ping before it, on a line and over HTTP", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const server = yield* Effect.provide(McpServer.make(handlers, serverInfo), layer)
      const line = yield* Line.open(server)
      yield* line.ask("ping")
      yield* line.ask("initialize", initializeParams("2025-06-18"))
      const http = yield* Http.make(server)
      yield* http.post(request(1, "initialize", { ...initializeParams("2025-03-26"), clientInfo: undefined }))
      assert.deepStrictEqual(spans.map((span) => [span.name, statusOf(span)]), [
        ["ping", "ok"],
        ["initialize", "ok"],
        ["initialize", "error"]
      ])
      assert.deepStrictEqual(
        spans.map(({ attributes }) => attributes.get("mcp.protocol.version")),
        ["2025-11-25", "2025-06-18", "2025-03-26"]
      )
      assert.strictEqual(spans.at(-1)?.attributes.get("rpc.response.status_code"), "-32602")
    }))

  const failures = [
    ["tools/call fail", "tools/call", { name: "fail" }, "tool_error", undefined],
    ["tools/call die", "tools/call", { name: "die" }, "tool_error", undefined],
    ["prompts/get p", "prompts/get", { name: "p" }, "77", "77"],
    ["tools/call", "tools/call", { name: "made up" }, "-32602", "-32602"],
    ["_OTHER", "made/up", {}, "-32601", "-32601"]
  ] as const
  it.effect.each(failures)(
    "of what fails says so: %s",
    ([name, method, params, errorType, status]) =>
      Effect.gen(function*() {
        const { layer, spans } = tracing()
        const line = yield* Line.openSession(yield* Effect.provide(McpServer.make(handlers, serverInfo), layer))
        yield* line.ask(method, params)
        const span = named(spans, name)
        assert.strictEqual(statusOf(span), "error")
        assert.strictEqual(span.attributes.get("error.type"), errorType)
        assert.strictEqual(span.attributes.get("rpc.response.status_code"), status)
      }).pipe(silently)
  )

  it.effect("of a cancelled request is ended", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const started = yield* Deferred.make<void>()
      const wait = Tool.serve("wait", {}, () => Effect.andThen(Deferred.succeed(started, undefined), Effect.never))
      const line = yield* Line.openSession(yield* Effect.provide(McpServer.make(wait, serverInfo), layer))
      line.say(request(1, "tools/call", { name: "wait" }))
      yield* Deferred.await(started)
      line.say(cancelled(1))
      yield* line.ask("ping")
      const span = named(spans, "tools/call wait")
      assert.deepStrictEqual([statusOf(span), span.attributes.get("error.type")], ["error", "cancelled"])
    }))

  it.effect("holds the spans of its handler, in a catalog and behind middleware too", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const catalog = Catalog.make("c").add(Tool.make("ok"))
      const live = catalog.layer({ tools: { ok: () => Effect.as(Effect.withSpan(Effect.void, "inside"), "ok") } })
      const middleware = [Middleware.make((message, next) => Effect.withSpan(next(message), "between"))]
      const server = McpServer.make(catalog, { ...serverInfo, middleware }).pipe(
        Effect.provide(live),
        Effect.provide(layer)
      )
      const line = yield* Line.openSession(yield* server)
      yield* line.ask("tools/call", { name: "ok" })
      const [outer, inner] = [named(spans, "tools/call ok"), named(spans, "inside")]
      const between = spans.filter(({ name }) => name === "between").at(-1)
      assert.strictEqual(parentOf(inner), between)
      assert.strictEqual(between === undefined ? undefined : parentOf(between), outer)
    }))

  it.effect("has the reference of a masked error, which the log has too", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const logs: Array<string> = []
      const logger = Logger.map(Logger.formatJson, (entry) => void logs.push(entry))
      const prompt = Prompt.serve("die", {}, () => Effect.die("hunter2"))
      const server = McpServer.make([...handlers, prompt], serverInfo).pipe(
        Effect.provide(Layer.mergeAll(layer, Logger.layer([logger])))
      )
      const line = yield* Line.openSession(yield* server)
      const told = JSON.stringify([
        yield* line.ask("tools/call", { name: "die" }),
        yield* line.ask("prompts/get", { name: "die" })
      ])
      for (const name of ["tools/call die", "prompts/get die"]) {
        const reference = String(named(spans, name).attributes.get("mcp.error.reference"))
        assert.match(reference, /^[0-9a-f]{8}$/)
        assert.include(told, reference)
      }
    }).pipe(silently))

  it.effect("is not made where nobody traces, or nobody wants it", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const plain = yield* McpServer.make(handlers, serverInfo)
      assert.isUndefined(plain.methods.observe)
      assert.isUndefined(plain.methods.intercept)
      assert.isUndefined(plain.onNotification)
      assert.isUndefined(plain.onSession)
      const off = yield* McpServer.make(handlers, serverInfo).pipe(
        Effect.provide(Layer.mergeAll(layer, Telemetry.layer({ spans: false })))
      )
      assert.isUndefined(off.methods.observe)
      const line = yield* Line.openSession(off)
      yield* line.ask("tools/call", { name: "fail" })
      assert.deepStrictEqual(spans, [])
    }))
})

describe("trace context", () => {
  it.effect("in `_meta` is the parent, and passes its decision on (TRC-01)", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const line = yield* Line.openSession(yield* Effect.provide(McpServer.make(handlers, serverInfo), layer))
      yield* line.ask("tools/call", { name: "ok", _meta: { traceparent } })
      const span = named(spans, "tools/call ok")
      assert.deepInclude(parentOf(span), trace)
      assert.strictEqual(span.traceId, trace.traceId)
      yield* line.ask("tools/call", { name: "fail", _meta: { traceparent: traceparent.replace(/01$/, "00") } })
      assert.isFalse(named(spans, "tools/call fail").sampled)
    }))

  it.effect("that is none begins a trace of its own", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const line = yield* Line.openSession(yield* Effect.provide(McpServer.make(handlers, serverInfo), layer))
      for (const wrong of ["", "x", 1, traceparent.toUpperCase(), `ff${traceparent.slice(2)}`, `${traceparent}-x`]) {
        spans.length = 0
        yield* line.ask("tools/call", { name: "ok", _meta: { traceparent: wrong } })
        assert.isUndefined(parentOf(named(spans, "tools/call ok")))
      }
    }))

  it.effect("goes with what is sent ahead of the answer, with its luggage", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const Custom = CustomMethod.notification("acme/n")
      const talk = Tool.serve("talk", {}, () =>
        Effect.gen(function*() {
          yield* Progress.report({ progress: 1 })
          yield* Effect.withSpan(CustomMethod.notify(Custom, {}), "inside")
          return "done"
        }))
      const line = yield* Line.openSession(yield* Effect.provide(McpServer.make(talk, serverInfo), layer))
      const luggage = { tracestate: "a=1", baggage: "b=2" }
      yield* line.ask("tools/call", { name: "talk", _meta: { progressToken: 1, traceparent, ...luggage } })
      const sentBy = (span: Tracer.NativeSpan) => ({
        traceparent: `00-${trace.traceId}-${span.spanId}-01`,
        ...luggage
      })
      const metaOf = (name: string): unknown => line.sent.find(({ method }) => method === name)?.params?._meta
      assert.deepStrictEqual(metaOf("notifications/progress"), sentBy(named(spans, "tools/call talk")))
      assert.deepStrictEqual(metaOf("acme/n"), sentBy(named(spans, "inside")))
    }))

  it.effect("goes with what the client is asked", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const ask = Tool.serve("ask", {}, () => Effect.as(Effect.ignore(Ask.roots), "done"))
      const line = yield* Line.open(yield* Effect.provide(McpServer.make(ask, serverInfo), layer))
      yield* line.ask("initialize", {
        protocolVersion: "2025-11-25",
        capabilities: { roots: {} },
        clientInfo: { name: "test", version: "1" }
      })
      line.say(notification("notifications/initialized"), request(1, "tools/call", { name: "ask" }))
      const question = yield* line.hear(({ method }) => method === "roots/list")
      const span = named(spans, "tools/call ask")
      assert.deepStrictEqual<unknown>(question.params?._meta, {
        traceparent: `00-${span.traceId}-${span.spanId}-01`
      })
      line.say({ jsonrpc: "2.0", id: question.id, result: { roots: [] } })
      yield* line.hear(({ id }) => id === 1)
    }))

  it.effect("takes nothing away from a question: it still has its time limit", () =>
    Effect.gen(function*() {
      const { layer } = tracing()
      const question = Ask.rootsWith({ timeout: "5 seconds" })
      const ask = Tool.serve("ask", {}, () => Effect.as(question, "done"))
      const line = yield* Line.open(yield* Effect.provide(McpServer.make(ask, serverInfo), layer))
      yield* line.ask("initialize", { ...initializeParams("2025-11-25"), capabilities: { roots: {} } })
      line.say(notification("notifications/initialized"), request("r", "tools/call", { name: "ask" }))
      yield* line.hear(({ method }) => method === "roots/list")
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* line.hear(({ id }) => id === "r")).result?.isError, true)
    }))

  it.effect("is not sent where nobody traces", () =>
    Effect.gen(function*() {
      const talk = Tool.serve("talk", {}, () => Effect.as(Progress.report({ progress: 1 }), "done"))
      const line = yield* Line.openSession(yield* McpServer.make(talk, serverInfo))
      yield* line.ask("tools/call", { name: "talk", _meta: { progressToken: 1, traceparent } })
      const progress = line.sent.find(({ method }) => method === "notifications/progress")
      assert.deepStrictEqual<unknown>(progress?.params, { progressToken: 1, progress: 1 })
    }))

  it.effect("of the transport is linked where the message names its own, and the parent elsewhere", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const server = yield* Effect.provide(McpServer.make(handlers, serverInfo), layer)
      const around = Tracer.externalSpan({ traceId: "a".repeat(32), spanId: "b".repeat(16) })
      const line = yield* Effect.provideService(Line.openSession(server), Tracer.ParentSpan, around)
      yield* line.ask("tools/call", { name: "ok", _meta: { traceparent } })
      const span = named(spans, "tools/call ok")
      assert.deepInclude(parentOf(span), trace)
      assert.deepStrictEqual(span.links.map((link) => link.span), [around])
      yield* line.ask("tools/call", { name: "fail" })
      assert.strictEqual(parentOf(named(spans, "tools/call fail")), around)
    }))

  const hex = (length: number) => Schema.String.check(Schema.isPattern(new RegExp(`^[1-9a-f][0-9a-f]{${length - 1}}$`)))
  const Trace = Schema.Struct({ traceId: hex(32), spanId: hex(16), sampled: Schema.Boolean })
  it.prop("is read as it was written", [Trace], ([trace]) => {
    assert.deepStrictEqual(TraceContext.parse({ traceparent: TraceContext.traceparent(trace) }), trace)
    return true
  })

  it.prop(
    "is none in any other text",
    [Schema.String],
    ([text]) => TraceContext.parse({ traceparent: text }) === undefined
  )

  it("of a later version is read as far as it is known", () => {
    assert.deepStrictEqual(TraceContext.parse({ traceparent: `01${traceparent.slice(2)}-more` }), trace)
    assert.isUndefined(TraceContext.parse({ traceparent: traceparent.replace(/[0-9a-f]{32}/, "0".repeat(32)) }))
    assert.isUndefined(
      TraceContext.parse({ traceparent: traceparent.replace(/-[0-9a-f]{16}-/, `-${"0".repeat(16)}-`) })
    )
  })
})

describe("metrics", () => {
  const measured = (registry: Metric.MetricRegistry) =>
    Layer.mergeAll(Telemetry.layer({ metrics: true }), Layer.succeed(Metric.MetricRegistry, registry))

  const snapshot = (registry: Metric.MetricRegistry, id: string) =>
    Metric.snapshotUnsafe(Context.make(Metric.MetricRegistry, registry)).filter((metric) => metric.id === id)

  it.effect("tell how long operations take, by method, tool and error, and never by names that clients make up", () =>
    Effect.gen(function*() {
      const registry: Metric.MetricRegistry = new Map()
      const slow = Tool.serve("slow", {}, () => Effect.as(TestClock.adjust("3 seconds"), "done"))
      const server = McpServer.make([...handlers, slow], serverInfo).pipe(Effect.provide(measured(registry)))
      const line = yield* Line.openSession(yield* server)
      yield* line.ask("tools/call", { name: "slow" })
      yield* line.ask("tools/call", { name: "fail" })
      for (const name of ["made", "up"]) yield* line.ask("tools/call", { name })
      for (const method of ["made/up", "up/made"]) yield* line.ask(method)
      const operations = snapshot(registry, "mcp.server.operation.duration").map(({ attributes, state }) => [
        attributes?.["mcp.method.name"],
        attributes?.["gen_ai.tool.name"],
        attributes?.["error.type"],
        "count" in state ? state.count : undefined,
        "sum" in state ? state.sum : undefined
      ])
      assert.deepStrictEqual<unknown>(operations, [
        ["initialize", undefined, undefined, 1, 0],
        ["notifications/initialized", undefined, undefined, 1, 0],
        ["tools/call", "slow", undefined, 1, 3],
        ["tools/call", "fail", "tool_error", 1, 0],
        ["tools/call", undefined, "-32602", 2, 0],
        ["_OTHER", undefined, "-32601", 2, 0]
      ])
    }))

  it.effect("tell how many sessions are open, and how long they were: on a line and over HTTP", () =>
    Effect.gen(function*() {
      const registry: Metric.MetricRegistry = new Map()
      const server = yield* McpServer.make(handlers, serverInfo).pipe(Effect.provide(measured(registry)))
      const active = () =>
        snapshot(registry, "mcp.server.active_sessions").map(({ state }) => "value" in state && state.value)
      const line = yield* Line.openSession(server)
      const http = yield* Http.make(server)
      const headers = yield* http.initialize("2025-06-18")
      yield* http.initialize("2025-06-18")
      assert.deepStrictEqual(active(), [3])
      yield* TestClock.adjust("20 seconds")
      yield* line.hangUp
      yield* http.start("DELETE", headers).over
      assert.deepStrictEqual(active(), [1])
      const durations = snapshot(registry, "mcp.server.session.duration").map(({ attributes, state }) => [
        attributes?.["mcp.protocol.version"],
        "count" in state ? state.count : undefined,
        "sum" in state ? state.sum : undefined
      ])
      assert.deepStrictEqual<unknown>(durations, [["2025-11-25", 1, 20], ["2025-06-18", 1, 20]])
    }))

  it.effect("are not kept where nobody asked for them", () =>
    Effect.gen(function*() {
      const registry: Metric.MetricRegistry = new Map()
      const { layer } = tracing()
      const server = McpServer.make(handlers, serverInfo).pipe(
        Effect.provide(Layer.mergeAll(layer, Layer.succeed(Metric.MetricRegistry, registry)))
      )
      const line = yield* Line.openSession(yield* server)
      yield* line.ask("tools/call", { name: "ok" })
      assert.strictEqual(registry.size, 0)
    }))
})
