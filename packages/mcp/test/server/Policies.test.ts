/** Policies hold for every call, on virtual time: what they refuse, models and clients can read. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Catalog from "../../src/contract/Catalog.ts"
import * as Policy from "../../src/contract/Policy.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Registry from "../../src/contract/Registry.ts"
import * as Resource from "../../src/contract/Resource.ts"
import type * as Served from "../../src/contract/Served.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as Rpc from "../../src/jsonrpc/RpcError.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import { SessionId } from "../../src/session/SessionId.ts"
import * as Line from "../support/Line.ts"
import { cancelled, errorOf, type Received, request, serverInfo, textsOf } from "../support/Messages.ts"

type AnyServed = Served.Served<Catalog.Component, Scope.Scope>

const silently = Effect.provide(Logger.layer([]))

const serving = (served: AnyServed | ReadonlyArray<AnyServed>) =>
  Effect.flatMap(McpServer.make(served, serverInfo), (server) => Line.openSession(server))

const call = (line: Line.Line, name = "a", args = {}) => line.ask("tools/call", { name, arguments: args })

/** What is read of a tool's result: the text, and whether it is an error. */
const readOf = (answer: Received) => [textsOf(answer)[0], answer.result?.isError ?? false]

const metaOf = ({ result }: Received): unknown => result?._meta

const tool = (handler: () => Effect.Effect<string, Tool.ToolError>, name = "a") => Tool.serve(name, {}, handler)

/** A handler that waits for a signal, and tells how many are inside. */
const gated = Effect.gen(function*() {
  const gate = yield* Deferred.make<void>()
  const state = { inside: 0, most: 0, calls: 0 }
  const handler = () =>
    Effect.suspend(() => {
      state.calls += 1
      state.inside += 1
      state.most = Math.max(state.most, state.inside)
      return Effect.as(Deferred.await(gate), "done")
    }).pipe(Effect.ensuring(Effect.sync(() => void (state.inside -= 1))))
  return { gate, state, handler }
})

describe("timeout", () => {
  it.effect("interrupts a tool, runs its finalizers, and tells the model", () =>
    Effect.gen(function*() {
      let finalized = false
      const slow = tool(() => Effect.onInterrupt(Effect.never, () => Effect.sync(() => void (finalized = true))))
      const line = yield* serving(Policy.apply(slow, Policy.timeout("5 seconds")))
      const answer = yield* Effect.forkChild(call(line), { startImmediately: true })
      yield* TestClock.adjust("5 seconds")
      const result = yield* Fiber.join(answer)
      assert.deepStrictEqual(readOf(result), ["\"a\" took longer than 5s", true])
      assert.deepStrictEqual<unknown>(metaOf(result), { "dev.parley/policy": "timeout" })
      assert.isTrue(finalized)
    }))

  it.effect("is a protocol error for resources and prompts", () =>
    Effect.gen(function*() {
      const policy = Policy.timeout("1 second")
      const line = yield* serving([
        Policy.apply(Resource.serve("a://b", {}, () => Effect.never), policy),
        Policy.apply(Prompt.serve("p", {}, () => Effect.never), policy)
      ])
      const read = yield* Effect.forkChild(line.ask("resources/read", { uri: "a://b" }), { startImmediately: true })
      const get = yield* Effect.forkChild(line.ask("prompts/get", { name: "p" }), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      const answer = yield* Fiber.join(read)
      assert.strictEqual(errorOf(answer), "504 \"a://b\" took longer than 1s")
      assert.deepStrictEqual<unknown>(answer.error?.data, { "dev.parley/policy": "timeout" })
      assert.strictEqual(errorOf(yield* Fiber.join(get)), "504 \"p\" took longer than 1s")
    }))

  it.effect("lets through what is in time", () =>
    Effect.gen(function*() {
      const line = yield* serving(Policy.apply(tool(() => Effect.succeed("quick")), Policy.timeout("1 second")))
      assert.deepStrictEqual(readOf(yield* call(line)), ["quick", false])
    }))
})

describe("concurrency", () => {
  it.effect("runs so many, lets so many wait, and refuses the next", () =>
    Effect.gen(function*() {
      const { gate, handler, state } = yield* gated
      const line = yield* serving(Policy.apply(tool(handler), Policy.concurrency(2, { waitingMax: 1 })))
      const calls = yield* Effect.forEach(
        [1, 2, 3, 4],
        () => Effect.forkChild(call(line), { startImmediately: true })
      )
      yield* line.ask("ping")
      assert.strictEqual(state.inside, 2)
      yield* Deferred.succeed(gate, undefined)
      const answers = yield* Effect.forEach(calls, Fiber.join)
      assert.deepStrictEqual(answers.map(readOf), [
        ["done", false],
        ["done", false],
        ["done", false],
        ["Too many calls of \"a\" are under way; try again later", true]
      ])
      assert.deepStrictEqual<unknown>(metaOf(answers[3] ?? assert.fail()), { "dev.parley/policy": "concurrency" })
      assert.deepStrictEqual([state.most, state.inside, state.calls], [2, 0, 3])
    }))

  it.effect("gives the place of a cancelled call to the next", () =>
    Effect.gen(function*() {
      const { gate, handler, state } = yield* gated
      const line = yield* serving(Policy.apply(tool(handler), Policy.concurrency(1, { waitingMax: 1 })))
      line.say(request(1, "tools/call", { name: "a" }), request(2, "tools/call", { name: "a" }))
      line.say(cancelled(2), cancelled(1))
      yield* line.ask("ping")
      const last = yield* Effect.forkChild(call(line), { startImmediately: true })
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(readOf(yield* Fiber.join(last)), ["done", false])
      assert.strictEqual(state.inside, 0)
    }))

  it.effect("is shared by all that one value is applied to, and by nothing else", () =>
    Effect.gen(function*() {
      const { gate, handler, state } = yield* gated
      const shared = Policy.concurrency(1)
      const line = yield* serving([
        Policy.apply(tool(handler, "a"), shared),
        Policy.apply(tool(handler, "b"), shared),
        Policy.apply(tool(handler, "c"), Policy.concurrency(1))
      ])
      const names = ["a", "b", "c"]
      const calls = yield* Effect.forEach(
        names,
        (name) => Effect.forkChild(call(line, name), { startImmediately: true })
      )
      yield* line.ask("ping")
      assert.strictEqual(state.inside, 2)
      yield* Deferred.succeed(gate, undefined)
      yield* Effect.forEach(calls, Fiber.join)
      assert.strictEqual(state.most, 2)
    }))

  it.effect("of two servers is not shared", () =>
    Effect.gen(function*() {
      const { gate, handler, state } = yield* gated
      const served = Policy.apply(tool(handler), Policy.concurrency(1))
      const lines = [yield* serving(served), yield* serving(served)]
      const calls = yield* Effect.forEach(lines, (line) => Effect.forkChild(call(line), { startImmediately: true }))
      yield* Effect.forEach(lines, (line) => line.ask("ping"))
      assert.strictEqual(state.inside, 2)
      yield* Deferred.succeed(gate, undefined)
      yield* Effect.forEach(calls, Fiber.join)
    }))

  const Load = Schema.Struct({
    running: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5 })),
    waitingMax: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 })),
    calls: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 }))
  })
  it.effect.prop("never exceeds its bounds, and refuses no call that fits", [Load], ([load]) =>
    Effect.gen(function*() {
      const { gate, handler, state } = yield* gated
      const policy = Policy.concurrency(load.running, { waitingMax: load.waitingMax })
      const line = yield* serving(Policy.apply(tool(handler), policy))
      const calls = yield* Effect.forEach(
        Array.from({ length: load.calls }),
        () => Effect.forkChild(call(line), { startImmediately: true })
      )
      yield* line.ask("ping")
      yield* Deferred.succeed(gate, undefined)
      const answers = yield* Effect.forEach(calls, Fiber.join)
      const served = Math.min(load.calls, load.running + load.waitingMax)
      assert.strictEqual(answers.filter(({ result }) => result?.isError !== true).length, served)
      assert.strictEqual(state.most, Math.min(load.calls, load.running))
      return true
    }).pipe(Effect.scoped))
})

describe("responseSize", () => {
  const outputs = [
    ["text", "äöü€😀", 3 * 2 + 3 + 4],
    ["content", [{ type: "text", text: "€" }] as const, JSON.stringify([{ type: "text", text: "€" }]).length + 2]
  ] as const
  it.effect.each(outputs)("counts the bytes of %s", ([, output, bytes]) =>
    Effect.gen(function*() {
      const give = (bytesMax: number) =>
        Effect.flatMap(
          serving(Policy.apply(Tool.serve("a", {}, () => Effect.succeed(output)), Policy.responseSize(bytesMax))),
          (line) => call(line)
        )
      assert.isUndefined((yield* give(bytes)).result?.isError)
      assert.deepStrictEqual(readOf(yield* give(bytes - 1)), [
        `The result of "a" has ${bytes} bytes, and no more than ${bytes - 1} may be sent`,
        true
      ])
    }))

  it.effect("is a protocol error for a resource", () =>
    Effect.gen(function*() {
      const big = Resource.serve("a://b", {}, () => Effect.succeed(new Uint8Array(300)))
      const line = yield* serving(Policy.apply(big, Policy.responseSize(399)))
      assert.strictEqual(
        errorOf(yield* line.ask("resources/read", { uri: "a://b" })),
        "-32603 The result of \"a://b\" has 400 bytes, and no more than 399 may be sent"
      )
    }))

  it.effect.prop("counts text as it is written in UTF-8", [Schema.String], ([text]) =>
    Effect.gen(function*() {
      const bytes = new TextEncoder().encode(text).length
      const served = Policy.apply(tool(() => Effect.succeed(text)), Policy.responseSize(bytes - 1))
      const answer = yield* call(yield* serving(served))
      assert.deepStrictEqual(readOf(answer), [
        `The result of "a" has ${bytes} bytes, and no more than ${bytes - 1} may be sent`,
        true
      ])
      return true
    }).pipe(Effect.scoped))
})

describe("audit", () => {
  const recording = () => {
    const records: Array<Policy.AuditRecord> = []
    return { records, sink: (record: Policy.AuditRecord) => Effect.sync(() => void records.push(record)) }
  }

  type Ending = readonly [Policy.AuditOutcome, string | undefined, Effect.Effect<string, Tool.ToolError | Rpc.RpcError>]
  const endings: ReadonlyArray<Ending> = [
    ["success", undefined, Effect.succeed("secret")],
    ["failure", "ToolError", Effect.fail(Tool.fail("secret"))],
    ["failure", "RpcError", Effect.fail(Rpc.invalidParams("secret"))],
    ["defect", "Error", Effect.die(new Error("secret"))],
    ["interruption", undefined, Effect.interrupt]
  ]
  it.effect.each(endings)(
    "records %s (%s), and neither arguments nor texts",
    ([outcome, error, effect]) =>
      Effect.gen(function*() {
        const { records, sink } = recording()
        const served = Tool.serve(
          "a",
          { parameters: { x: Schema.String } },
          () => Effect.andThen(Effect.sleep("2 seconds"), effect)
        )
        const line = yield* serving(Policy.apply(served, Policy.audit(sink)))
        const answer = yield* Effect.forkChild(call(line, "a", { x: "secret" }), { startImmediately: true })
        yield* TestClock.adjust("2 seconds")
        const { id } = yield* Fiber.join(answer)
        assert.deepStrictEqual<unknown>(records, [{
          principal: undefined,
          sessionId: "s1",
          clientInfo: { name: "test", version: "1" },
          protocolVersion: "2025-11-25",
          requestId: id,
          round: 0,
          method: "tools/call",
          kind: "tools",
          name: "a",
          outcome,
          error,
          startedAtMillis: 0,
          durationMillis: 2000
        }])
        assert.notInclude(JSON.stringify(records), "secret")
      }).pipe(Effect.provideService(SessionId, () => "s1"), silently)
  )

  it.effect("records arguments when it is asked to, and what inner policies refuse", () =>
    Effect.gen(function*() {
      const { records, sink } = recording()
      const served = Tool.serve("a", { parameters: { x: Schema.String } }, () => Effect.succeed("too long"))
      const policy = Policy.compose(Policy.audit(sink, { arguments: true }), Policy.responseSize(1))
      yield* call(yield* serving(Policy.apply(served, policy)), "a", { x: "1" })
      const [record] = records
      assert.deepStrictEqual<unknown>(
        [record?.outcome, record?.error, record?.arguments],
        ["refusal", "responseSize", { x: "1" }]
      )
    }))

  it.effect("harms no call when its sink breaks, and may use services of the server", () =>
    Effect.gen(function*() {
      class Sink extends Context.Service<Sink, { readonly names: Array<string> }>()("test/Sink") {}
      const names: Array<string> = []
      const policy = Policy.audit(({ name }) =>
        Effect.andThen(Effect.map(Sink, (sink) => sink.names.push(name)), Effect.die("full"))
      )
      const server = McpServer.make(Policy.apply(tool(() => Effect.succeed("ok")), policy), serverInfo)
      const line = yield* Line.openSession(yield* Effect.provideService(server, Sink, { names }))
      assert.deepStrictEqual(readOf(yield* call(line)), ["ok", false])
      assert.deepStrictEqual(names, ["a"])
    }).pipe(silently))
})

describe("a policy", () => {
  const noting = (log: Array<string>, name: string) =>
    Policy.make(Effect.succeed((call, effect) => {
      log.push(`${name}(${call.kind}/${call.name})`)
      return effect
    }))

  it.effect("is applied from the server inwards, the last one applied outermost", () =>
    Effect.gen(function*() {
      const log: Array<string> = []
      const catalog = Catalog.make("c").add(Policy.apply(Tool.make("a"), noting(log, "tool")), Tool.make("b"))
      const guarded = Policy.apply(Policy.apply(catalog, noting(log, "inner")), noting(log, "outer"))
      const live = guarded.layer({ tools: { a: () => Effect.succeed("a"), b: () => Effect.succeed("b") } })
      const options = { ...serverInfo, policies: [noting(log, "server")] }
      const line = yield* Line.openSession(yield* Effect.provide(McpServer.make(guarded, options), live))
      yield* call(line, "a")
      yield* call(line, "b")
      assert.deepStrictEqual(log, [
        ...["server", "outer", "inner", "tool"].map((name) => `${name}(tools/a)`),
        ...["server", "outer", "inner"].map((name) => `${name}(tools/b)`)
      ])
    }))

  it.effect("is built once for a server, and holds for what is added while it runs", () =>
    Effect.gen(function*() {
      let built = 0
      const log: Array<string> = []
      const policy = Policy.make(Effect.sync(() => {
        built += 1
        return ({ name }, effect) => Effect.andThen(Effect.sync(() => log.push(name)), effect)
      }))
      const server = yield* McpServer.make(tool(() => Effect.succeed("a")), { ...serverInfo, policies: [policy] })
      const scope = yield* Scope.make()
      yield* Registry.add(Policy.apply(tool(() => Effect.succeed("b"), "b"), policy)).pipe(
        Effect.provideService(Registry.Registry, server.registry),
        Effect.provideService(Scope.Scope, scope)
      )
      const line = yield* Line.openSession(server)
      yield* call(line, "a")
      yield* call(line, "b")
      assert.deepStrictEqual(log, ["a", "b", "b"])
      assert.strictEqual(built, 1)
    }))

  it.effect("runs after arguments were decoded, and not where they are wrong", () =>
    Effect.gen(function*() {
      const seen: Array<unknown> = []
      const served = Tool.serve("a", { parameters: { n: Schema.FiniteFromString } }, ({ n }) => Effect.succeed(`${n}`))
      const policy = Policy.make(Effect.succeed(({ args }, effect) => {
        seen.push(args)
        return effect
      }))
      const line = yield* serving(Policy.apply(served, policy))
      yield* call(line, "a", { n: "1" })
      assert.isTrue((yield* call(line, "a", { n: 1 })).result?.isError)
      assert.deepStrictEqual<unknown>(seen, [{ n: 1 }])
    }))

  it.effect("sees failures as the handler had them, and may recover from them", () =>
    Effect.gen(function*() {
      const recovering = Policy.make(Effect.succeed((_, effect) =>
        Effect.map(Effect.result(effect), (result) => Result.isFailure(result) ? "recovered" : result.success)
      ))
      const line = yield* serving(Policy.apply(
        tool(() =>
          Effect.fail(Tool.fail("no"))
        ),
        recovering
      ))
      assert.deepStrictEqual(readOf(yield* call(line)), ["recovered", false])
    }))
})
