/** Spans and metrics of a client after the conventions of OpenTelemetry for MCP, and the trace that servers hear of. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Tracer from "effect/Tracer"
import * as Elicitation from "../../src/client/answering/Elicitation.ts"
import * as ResponseCache from "../../src/client/cache/ResponseCache.ts"
import * as McpClient from "../../src/client/McpClient.ts"
import * as Middleware from "../../src/client/Middleware.ts"
import * as Telemetry from "../../src/client/Telemetry.ts"
import type { Params } from "../../src/jsonrpc/Message.ts"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../src/revision/v2026_07_28.ts"
import * as TraceContext from "../../src/session/TraceContext.ts"
import { attributesOf, named, parentOf, statusOf, tracing } from "../support/Tracing.ts"
import { overHttp, tools } from "./cache/Keeping.ts"
import { Demo, inMemory } from "./Demo.ts"
import { connect, make, opening, type Reply, type Script, type ScriptedPeer, sent } from "./ScriptedPeer.ts"

const silently = Effect.provide(Logger.layer([]))

const text: Reply = { result: { resultType: "complete", content: [] } }

const script: Script = {
  "tools/call": ({ name }) =>
    name === "fail"
      ? { result: { resultType: "complete", content: [], isError: true } }
      : name === "wait"
      ? "silence"
      : text,
  "prompts/get": { error: { code: 77, message: "a reason" } },
  "resources/read": ({ uri }) => ({
    result: { resultType: "complete", ttlMs: 0, cacheScope: "private", contents: [{ uri, text: "" }] }
  }),
  "tools/list": tools(["a"])
}

const scripted = (more: Script = {}, revision = v2026_07_28) => make({ ...opening(revision), ...script, ...more })

const connected = Effect.fnUntraced(function*(peer: ScriptedPeer, options: Partial<McpClient.Options> = {}) {
  const { layer, spans } = tracing()
  return { spans, client: yield* Effect.provide(connect(peer, options), layer) }
})

const metaOf = (peer: ScriptedPeer, method: string, index = 0): Params => {
  const meta = sent(peer, method)[index]?.params?._meta
  return (meta ?? {}) as Params
}

describe("a span", () => {
  it.effect("has the name, the kind and the attributes of the conventions", () =>
    Effect.gen(function*() {
      const peer = scripted()
      const { client, spans } = yield* connected(overHttp(peer, "https://example.com:8443/mcp?key=hunter2"))
      yield* client.callTool({ name: "ok" })
      const span = named(spans, "tools/call ok")
      assert.strictEqual(span.kind, "client")
      assert.strictEqual(statusOf(span), "ok")
      assert.deepStrictEqual(attributesOf(span), {
        "mcp.method.name": "tools/call",
        "mcp.protocol.version": "2026-07-28",
        "network.transport": "tcp",
        "network.protocol.name": "http",
        "server.address": "example.com",
        "server.port": "8443",
        "gen_ai.tool.name": "ok",
        "gen_ai.operation.name": "execute_tool",
        "jsonrpc.request.id": String(sent(peer, "tools/call")[0]?.id)
      })
      const line = yield* connected(scripted({}, v2025_11_25))
      yield* line.client.readResource("a://b")
      assert.deepStrictEqual(attributesOf(named(line.spans, "resources/read")), {
        "mcp.method.name": "resources/read",
        "mcp.protocol.version": "2025-11-25",
        "network.transport": "pipe",
        "mcp.resource.uri": "a://b",
        "jsonrpc.request.id": "3"
      })
    }))

  it.effect.each(
    [
      ["tools/call fail", "tools/call", { name: "fail" }, "tool_error", undefined],
      ["prompts/get p", "prompts/get", { name: "p" }, "77", "77"],
      ["made/up", "made/up", {}, "-32601", "-32601"],
      ["ping", "ping", {}, "Unavailable", undefined],
      ["tools/call wait", "tools/call", { name: "wait" }, "RequestTimeout", undefined]
    ] as const
  )("of what fails says so: %s", ([name, method, params, errorType, status]) =>
    Effect.gen(function*() {
      const { client, spans } = yield* connected(scripted())
      const calling = yield* Effect.forkChild(Effect.exit(client.request(method, params)), { startImmediately: true })
      yield* TestClock.adjust("60 seconds")
      yield* Fiber.join(calling)
      const span = named(spans, name)
      assert.strictEqual(statusOf(span), "error")
      assert.strictEqual(span.attributes.get("error.type"), errorType)
      assert.strictEqual(span.attributes.get("rpc.response.status_code"), status)
    }))

  it.effect("of a call whose connection is lost says in a word why", () =>
    Effect.gen(function*() {
      const { client, spans } = yield* connected(scripted({ "tools/call": "hang up" }))
      yield* Effect.flip(client.callTool({ name: "x" }))
      assert.strictEqual(named(spans, "tools/call x").attributes.get("error.type"), "ConnectionClosed")
    }))

  it.effect("of an interrupted call is ended", () =>
    Effect.gen(function*() {
      const { client, spans } = yield* connected(scripted())
      const calling = yield* Effect.forkChild(client.callTool({ name: "wait" }), { startImmediately: true })
      yield* Effect.yieldNow
      yield* Fiber.interrupt(calling)
      const span = named(spans, "tools/call wait")
      assert.deepStrictEqual([statusOf(span), span.attributes.get("error.type")], ["error", "cancelled"])
    }))

  it.effect("belongs to the span of its caller, or to that of a middleware, not to that of the client's making", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const middleware = [Middleware.make((call, next) => Effect.withSpan(next(call), "between"))]
      const plain = yield* connect(scripted()).pipe(Effect.withSpan("making"), Effect.provide(layer))
      yield* plain.callTool({ name: "root" })
      assert.isUndefined(parentOf(named(spans, "tools/call root")))
      const client = yield* connect(scripted(), { middleware }).pipe(Effect.withSpan("making"), Effect.provide(layer))
      yield* client.callTool({ name: "first" })
      assert.isUndefined(parentOf(named(spans, "between")))
      spans.length = 0
      yield* client.callTool({ name: "ok" }).pipe(Effect.withSpan("outside"), Effect.provide(layer))
      const [inner, between] = [named(spans, "tools/call ok"), named(spans, "between")]
      assert.strictEqual(parentOf(inner), between)
      assert.strictEqual(parentOf(between), named(spans, "outside"))
    }))

  it.effect("is made of each round, and not of what the cache answers", () =>
    Effect.gen(function*() {
      const peer = scripted({
        "tools/call": ({ inputResponses }) =>
          inputResponses === undefined
            ? {
              result: {
                resultType: "input_required",
                inputRequests: {
                  q: {
                    method: "elicitation/create",
                    params: { mode: "form", message: "?", requestedSchema: { type: "object", properties: {} } }
                  }
                }
              }
            }
            : text
      })
      const answers = Elicitation.layer({ form: () => Effect.succeed(Elicitation.accept({})) })
      const { client, spans } = yield* Effect.provide(
        connected(peer),
        Layer.mergeAll(answers, ResponseCache.layerMemory)
      )
      yield* client.callTool({ name: "x" })
      assert.deepStrictEqual(spans.map(({ kind, name }) => `${kind} ${name}`), [
        "client tools/call x",
        "server elicitation/create",
        "client tools/call x"
      ])
      assert.deepStrictEqual(spans.map(statusOf), ["ok", "ok", "ok"])
      spans.length = 0
      yield* client.listTools
      yield* client.listTools
      assert.deepStrictEqual(spans.map(({ name }) => name), ["tools/list"])
    }))

  it.effect("is not made where nobody traces, or nobody wants it", () =>
    Effect.gen(function*() {
      const next = () => Effect.void
      const parties = { peer: "", server: () => assert.fail("nobody asks") }
      assert.strictEqual(Telemetry.toSend(Context.empty(), parties, next), next)
      assert.strictEqual(Middleware.toSend([], Context.empty(), parties.server, next), next)
      const { layer, spans } = tracing()
      const peer = scripted()
      const client = yield* Effect.provide(connect(peer), Layer.mergeAll(layer, Telemetry.layer({ spans: false })))
      yield* client.callTool({ name: "ok" })
      assert.deepStrictEqual(spans, [])
      assert.notProperty(metaOf(peer, "tools/call"), "traceparent")
    }))
})

describe("trace context", () => {
  const trace = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", sampled: true }
  const traceparent = `00-${trace.traceId}-${trace.spanId}-01`

  for (const revision of [v2025_11_25, v2026_07_28]) {
    it.effect(`goes with each call, in ${revision.version} (KEY-08, TRC-01, TRC-03)`, () =>
      Effect.gen(function*() {
        const peer = scripted({}, revision)
        const { client, spans } = yield* connected(peer)
        yield* client.callTool({ name: "ok" }, { meta: { "example.com/a": 1 } })
        const span = named(spans, "tools/call ok")
        const { traceparent, ...others } = metaOf(peer, "tools/call")
        assert.strictEqual(traceparent, `00-${span.traceId}-${span.spanId}-01`)
        assert.isDefined(TraceContext.parse({ traceparent }))
        assert.deepStrictEqual(Object.keys(others).filter((key) => !key.includes("/")), [])
        assert.strictEqual(others["example.com/a"], 1)
      }))
  }

  it.effect.prop(
    "passes on whether the trace is sampled (TRC-01)",
    [Schema.Boolean],
    ([sampled]) =>
      Effect.gen(function*() {
        const peer = scripted()
        const { client } = yield* connected(peer)
        const around = Tracer.externalSpan({ ...trace, sampled })
        yield* Effect.provideService(client.callTool({ name: "ok" }), Tracer.ParentSpan, around)
        const { sampled: told, traceId } = TraceContext.parse(metaOf(peer, "tools/call")) ?? {}
        assert.deepStrictEqual({ told, traceId }, { told: sampled, traceId: trace.traceId })
      }),
    { arbitrary: { runs: 4 } }
  )

  it.effect("of the caller's own choice stays, with what travels along (TRC-01, TRC-02)", () =>
    Effect.gen(function*() {
      const peer = scripted()
      const { client } = yield* connected(peer)
      const own = { traceparent, tracestate: "a=1", baggage: "b=2" }
      yield* client.callTool({ name: "ok" }, { meta: own })
      yield* client.request("tools/call", { name: "ok", _meta: own })
      assert.deepInclude(metaOf(peer, "tools/call"), own)
      assert.deepInclude(metaOf(peer, "tools/call", 1), own)
    }))

  it.effect("of a question is the parent of its answer; a question without one begins a trace", () =>
    Effect.gen(function*() {
      const params = { message: "?", requestedSchema: { type: "object", properties: {} } }
      const peer = scripted({
        "tools/call": (_, __, peer) => {
          peer.send({ id: "q", method: "elicitation/create", params: { ...params, _meta: { traceparent } } })
          peer.send({ id: "r", method: "elicitation/create", params })
          return text
        }
      }, v2025_11_25)
      const answers = Elicitation.layer({
        form: () => Effect.as(Effect.withSpan(Effect.void, "inside"), Elicitation.accept({}))
      })
      const { client, spans } = yield* connected(peer).pipe(Effect.withSpan("making"), Effect.provide(answers))
      yield* client.callTool({ name: "x" })
      yield* Effect.repeat(Effect.yieldNow, { times: 10 })
      const [first, second] = spans.filter(({ name }) => name === "elicitation/create")
      assert.strictEqual(first?.kind, "server")
      assert.deepInclude(first === undefined ? undefined : parentOf(first), trace)
      assert.isUndefined(second === undefined ? "missing" : parentOf(second))
      assert.strictEqual(parentOf(named(spans, "inside")), first)
    }))

  it.effect("ties what our client and our server do into one trace", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      yield* Effect.flatMap(McpClient.of(Demo), (demo) => demo.tools.add({ a: 1, b: 2 })).pipe(
        Effect.provide(Layer.provide(inMemory(), layer))
      )
      const [client, server] = ["client", "server"].map((kind) =>
        spans.find((span) => span.kind === kind && span.name === "tools/call add")
      )
      assert.strictEqual(server?.traceId, client?.traceId)
      assert.strictEqual(server === undefined ? undefined : parentOf(server)?.spanId, client?.spanId)
    }))
})

describe("metrics", () => {
  const measured = Effect.fnUntraced(function*(peer: ScriptedPeer) {
    const registry: Metric.MetricRegistry = new Map()
    const read = (name: string) =>
      Effect.map(
        Effect.provideService(Metric.snapshot, Metric.MetricRegistry, registry),
        (all) => all.filter(({ id }) => id === name)
      )
    const client = yield* connect(peer).pipe(
      Effect.provide(Telemetry.layer({ metrics: true })),
      Effect.provideService(Metric.MetricRegistry, registry)
    )
    return { client, read }
  })

  it.effect("say how long operations took, and how they ended", () =>
    Effect.gen(function*() {
      const { client, read } = yield* measured(scripted())
      yield* client.callTool({ name: "ok" })
      yield* Effect.flip(client.getPrompt({ name: "p" }))
      const waiting = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "wait" })), {
        startImmediately: true
      })
      yield* TestClock.adjust("60 seconds")
      yield* Fiber.join(waiting)
      const histograms = yield* read("mcp.client.operation.duration")
      const states = histograms.map(({ attributes, state }) => ({
        attributes,
        state: state as { readonly sum: number }
      }))
      const find = (name: string) =>
        states.find(({ attributes }) => Object.values(attributes ?? {}).includes(name)) ?? assert.fail(name)
      assert.deepInclude(find("ok").attributes, {
        "mcp.method.name": "tools/call",
        "gen_ai.tool.name": "ok",
        "mcp.protocol.version": "2026-07-28",
        "network.transport": "pipe"
      })
      assert.notProperty(find("ok").attributes, "error.type")
      assert.deepInclude(find("p").attributes, { "error.type": "77", "rpc.response.status_code": "77" })
      assert.deepInclude(find("wait").attributes, { "error.type": "RequestTimeout" })
      assert.strictEqual(find("wait").state.sum, 60)
      assert.notProperty(find("ok").attributes, "jsonrpc.request.id")
    }).pipe(silently))

  it.effect("are of so many names at most, whatever is made up", () =>
    Effect.gen(function*() {
      const { client, read } = yield* measured(scripted())
      for (let index = 0; index < 1_200; index++) yield* client.callTool({ name: `made up ${index}` })
      assert.isAtMost((yield* read("mcp.client.operation.duration")).length, 1_001)
    }))

  it.effect("are of so many codes at most, whatever the server makes up", () =>
    Effect.gen(function*() {
      let code = 0
      const peer = scripted({ "prompts/get": () => ({ error: { code: ++code, message: "no" } }) })
      const { client, read } = yield* measured(peer)
      for (let index = 0; index < 300; index++) yield* Effect.flip(client.getPrompt({ name: "p" }))
      const histograms = yield* read("mcp.client.operation.duration")
      assert.isAtMost(histograms.length, 101)
      const others = histograms.find(({ attributes }) => Object.values(attributes ?? {}).includes("_OTHER"))
      assert.deepInclude(others?.attributes, { "error.type": "_OTHER", "rpc.response.status_code": "_OTHER" })
    }))

  it.effect("say how long connections lasted", () =>
    Effect.gen(function*() {
      const registry: Metric.MetricRegistry = new Map()
      yield* Effect.gen(function*() {
        const client = yield* connect(scripted({ "tools/call": "hang up" }))
        yield* Effect.yieldNow
        yield* TestClock.adjust("20 seconds")
        yield* Effect.flip(client.callTool({ name: "x" }))
        yield* client.listTools
        yield* Effect.repeat(Effect.yieldNow, { times: 10 })
        yield* TestClock.adjust("5 seconds")
      }).pipe(
        Effect.scoped,
        Effect.provide(Telemetry.layer({ metrics: true })),
        Effect.provideService(Metric.MetricRegistry, registry)
      )
      const all = yield* Effect.provideService(Metric.snapshot, Metric.MetricRegistry, registry)
      const [session] = all.filter(({ id }) => id === "mcp.client.session.duration")
      assert.deepInclude(session?.state, { count: 2, min: 5, max: 20 })
      assert.deepInclude(session?.attributes, { "mcp.protocol.version": "2026-07-28", "network.transport": "pipe" })
    }))
})
