/** Policies about calls that are too many, or that fail: on virtual time. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Hash from "effect/Hash"
import * as Logger from "effect/Logger"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import type * as Catalog from "../../src/contract/Catalog.ts"
import * as CustomMethod from "../../src/contract/CustomMethod.ts"
import * as Policy from "../../src/contract/Policy.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import type * as Served from "../../src/contract/Served.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as Rpc from "../../src/jsonrpc/RpcError.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Middleware from "../../src/server/Middleware.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { cancelled, claimed, errorOf, type Received, request, serverInfo, textsOf } from "../support/Messages.ts"

type AnyServed = Served.Served<Catalog.Component, Scope.Scope>

const silently = Effect.provide(Logger.layer([]))

const serving = (served: AnyServed | ReadonlyArray<AnyServed>) =>
  Effect.flatMap(McpServer.make(served, serverInfo), (server) => Line.openSession(server))

const call = (line: Line.Line, name = "a", args = {}) => line.ask("tools/call", { name, arguments: args })

/** What is read of a tool's result: the text, and whether it is an error. */
const readOf = (answer: Received) => [textsOf(answer)[0], answer.result?.isError ?? false]

const metaOf = ({ result }: Received): unknown => result?._meta

const tool = (handler: () => Effect.Effect<string, Tool.ToolError>, name = "a") => Tool.serve(name, {}, handler)

describe("rateLimit", () => {
  const store = Effect.provide(RateLimiter.layerStoreMemory)
  const ok = () => Effect.succeed("ok")

  it.effect("refuses what exceeds it, says for how long, and serves again after that", () =>
    Effect.gen(function*() {
      const limited = Policy.apply(tool(ok), Policy.rateLimit({ limit: 2, window: "10 seconds" }))
      const line = yield* Effect.flatMap(McpServer.make(limited, serverInfo), Line.openSession)
      assert.deepStrictEqual(readOf(yield* call(line)), ["ok", false])
      assert.deepStrictEqual(readOf(yield* call(line)), ["ok", false])
      const refused = yield* call(line)
      assert.deepStrictEqual(readOf(refused), ["Rate limit exceeded; try again in 10 seconds", true])
      assert.deepStrictEqual<unknown>(metaOf(refused), {
        "dev.parley/policy": "rateLimit",
        "dev.parley/retryAfterMillis": 10_000
      })
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(readOf(yield* call(line)), ["ok", false])
    }).pipe(store))

  it.effect("is a protocol error for what is no tool, on a custom method too", () =>
    Effect.gen(function*() {
      const search = CustomMethod.serve("acme/search", {}, () => Effect.void)
      const options = {
        ...serverInfo,
        methods: [search],
        policies: [Policy.rateLimit({ limit: 1, window: "1 minute", key: "component" })]
      }
      const prompt = Prompt.serve("p", {}, () => Effect.succeed("hi"))
      const line = yield* Line.openSession(yield* McpServer.make(prompt, options))
      for (const [method, params] of [["prompts/get", { name: "p" }], ["acme/search", {}]] as const) {
        assert.isDefined((yield* line.ask(method, params)).result)
        const refused = yield* line.ask(method, params)
        assert.strictEqual(errorOf(refused), "429 Rate limit exceeded; try again in 60 seconds")
        assert.strictEqual(Reflect.get(refused.error?.data as object, "dev.parley/retryAfterMillis"), 60_000)
      }
    }).pipe(store))

  it.effect("may let calls wait in place of refusing them", () =>
    Effect.gen(function*() {
      const policy = Policy.rateLimit({ limit: 1, window: "10 seconds", onExceeded: "delay" })
      const server = yield* McpServer.make(Policy.apply(tool(ok), policy), serverInfo)
      const line = yield* Line.openSession(server)
      yield* call(line)
      const second = yield* Effect.forkChild(call(line), { startImmediately: true })
      yield* TestClock.adjust("9 seconds")
      assert.isUndefined(second.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(readOf(yield* Fiber.join(second)), ["ok", false])
    }).pipe(store))

  const keys = [
    // whose calls are counted together: [first caller, same again, other session, other credential, other tool]
    ["server", [true, false, false, false, false]],
    ["component", [true, false, false, false, true]],
    ["session", [true, false, true, true, false]],
    ["principal", [true, false, false, true, false]],
    [({ name }: Policy.Call) => name, [true, false, false, false, true]]
  ] as const
  it.effect.each(keys)("counts by %s", ([key, expected]) =>
    Effect.gen(function*() {
      const policy = Policy.rateLimit({ limit: 1, window: "1 minute", key })
      const tools = [Policy.apply(tool(ok, "a"), policy), Policy.apply(tool(ok, "b"), policy)]
      const middleware = [Middleware.principal(({ header }) => Effect.succeed(header("authorization")))]
      const http = yield* Http.make(yield* McpServer.make(tools, { ...serverInfo, middleware }))
      const [one, two] = [{ authorization: "Bearer 1" }, { authorization: "Bearer 2" }]
      const first = yield* http.initialize("2025-11-25", one)
      const sessions = [
        first,
        first,
        yield* http.initialize("2025-11-25", one),
        yield* http.initialize("2025-11-25", two),
        first
      ]
      const served = yield* Effect.forEach(sessions, (headers, index) =>
        Effect.map(
          http.post(request(index, "tools/call", { name: index === 4 ? "b" : "a" }), headers),
          (exchange) => exchange.messages()[0]?.result?.isError !== true
        ))
      assert.deepStrictEqual(served, [...expected])
    }).pipe(store))

  it.effect("puts no credential into the store", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const spying: RateLimiter.RateLimiterStore["Service"] = {
        ...(yield* RateLimiter.RateLimiterStore),
        fixedWindow: ({ key }) => Effect.sync(() => [seen.push(key), 1] as const)
      }
      const limited = Policy.apply(tool(ok), Policy.rateLimit({ limit: 5, window: "1 minute" }))
      const server = McpServer.make(limited, serverInfo)
      const http = yield* Http.make(yield* Effect.provideService(server, RateLimiter.RateLimiterStore, spying))
      const headers = { ...Http.modernHeaders("tools/call", "a"), authorization: "Bearer hunter2" }
      yield* http.post(request(1, "tools/call", claimed({ name: "a" })), headers)
      // SHA-256 of "Bearer hunter2"
      const hash = "c13e77fb8a8c93fb73db8c9b9eb69ef51b0327739600ace6d49708d1af73a532"
      assert.deepStrictEqual(seen, [`parley/5/60000/credential:${hash}`])
    }).pipe(store))

  it.effect("counts callers apart whose credentials share a hash of 32 bits", () =>
    Effect.gen(function*() {
      const credentials = ["Bearer 8t", "Bearer fj"] as const
      assert.strictEqual(Hash.string(credentials[0]), Hash.string(credentials[1]))
      const limited = Policy.apply(tool(ok), Policy.rateLimit({ limit: 1, window: "1 minute" }))
      const http = yield* Http.make(yield* McpServer.make(limited, serverInfo))
      const isRefused = (authorization: string) =>
        Effect.map(
          http.post(request(1, "tools/call", claimed({ name: "a" })), {
            ...Http.modernHeaders("tools/call", "a"),
            authorization
          }),
          (exchange) => exchange.messages()[0]?.result?.isError === true
        )
      const twice = [...credentials, ...credentials]
      assert.deepStrictEqual(yield* Effect.forEach(twice, isRefused), [false, false, true, true])
    }).pipe(store))

  const failing = [["allow", "ok"], ["refuse", "Calls cannot be counted at the moment; try again later"]] as const
  it.effect.each(failing)("when its store cannot be reached: %s", ([onStoreError, text]) =>
    Effect.gen(function*() {
      const down = Effect.fail(
        new RateLimiter.RateLimiterError({ reason: new RateLimiter.RateLimitStoreError({ message: "down" }) })
      )
      const broken: RateLimiter.RateLimiterStore["Service"] = {
        ...(yield* RateLimiter.RateLimiterStore),
        fixedWindow: () => down
      }
      const policy = Policy.rateLimit({ limit: 1, window: "1 minute", onStoreError })
      const server = McpServer.make(Policy.apply(tool(ok), policy), serverInfo)
      const line = yield* Line.openSession(
        yield* Effect.provideService(server, RateLimiter.RateLimiterStore, broken)
      )
      assert.deepStrictEqual(textsOf(yield* call(line)), [text])
    }).pipe(store, silently))
})

describe("retry", () => {
  class Flaky extends Schema.TaggedError<Flaky>()("Flaky", { attempt: Schema.Int }) {}

  const flaky = (outcomes: ReadonlyArray<Effect.Effect<string, Flaky | Tool.ToolError | Rpc.RpcError>>) => {
    const state = { attempts: 0, released: [] as Array<number> }
    const served = Tool.serve("a", { failure: Flaky }, () =>
      Effect.gen(function*() {
        const attempt = state.attempts++
        yield* Effect.addFinalizer(() => Effect.sync(() => void state.released.push(attempt)))
        return yield* outcomes[Math.min(attempt, outcomes.length - 1)] ?? Effect.succeed("none")
      }))
    return { state, served }
  }

  const thrice = Schedule.recurs(2)
  const fail = Effect.suspend(() => Effect.fail(new Flaky({ attempt: 1 })))

  it.effect("tries again as the schedule says, each time in a scope of its own", () =>
    Effect.gen(function*() {
      const { served, state } = flaky([fail, fail, Effect.succeed("ok")])
      const line = yield* serving(Policy.apply(served, Policy.retry(Schedule.spaced("1 second"))))
      const answer = yield* Effect.forkChild(call(line), { startImmediately: true })
      assert.deepStrictEqual([state.attempts, state.released], [1, [0]])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([state.attempts, state.released], [2, [0, 1]])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(readOf(yield* Fiber.join(answer)), ["ok", false])
      assert.deepStrictEqual(state.released, [0, 1, 2])
    }))

  it.effect("gives up with the last failure, as it was declared", () =>
    Effect.gen(function*() {
      const { served, state } = flaky([fail])
      const line = yield* serving(Policy.apply(served, Policy.retry(thrice)))
      const { result } = yield* call(line)
      assert.deepStrictEqual<unknown>(result?._meta, { [Tool.failureKey]: { _tag: "Flaky", attempt: 1 } })
      assert.strictEqual(state.attempts, 3)
    }))

  const answers = [
    ["a failure for the model", Effect.fail(Tool.fail("no"))],
    ["a protocol error", Effect.fail(Rpc.invalidParams("no"))],
    ["a defect", Effect.die("no")]
  ] as const
  it.effect.each(answers)("does not try %s again", ([, effect]) =>
    Effect.gen(function*() {
      const { served, state } = flaky([effect])
      const line = yield* serving(Policy.apply(served, Policy.retry(thrice)))
      yield* call(line)
      assert.strictEqual(state.attempts, 1)
    }).pipe(silently))

  it.effect("tries again what it is told to", () =>
    Effect.gen(function*() {
      const { served, state } = flaky([Effect.fail(Tool.fail("busy")), fail])
      const isBusy = (error: unknown) => error instanceof Tool.ToolError && error.message === "busy"
      const line = yield* serving(Policy.apply(served, Policy.retry(thrice, { while: isBusy })))
      yield* call(line)
      assert.strictEqual(state.attempts, 2)
    }))

  it.effect("around a timeout limits each attempt, inside of one all of them", () =>
    Effect.gen(function*() {
      const { served, state } = flaky([Effect.never, Effect.never, Effect.succeed("ok")])
      const policy = Policy.compose(
        Policy.timeout("10 seconds"),
        Policy.retry(Schedule.forever),
        Policy.timeout("1 second")
      )
      const line = yield* serving(Policy.apply(served, policy))
      const answer = yield* Effect.forkChild(call(line), { startImmediately: true })
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(readOf(yield* Fiber.join(answer)), ["ok", false])
      state.attempts = 0
      const hopeless = flaky([Effect.never])
      const second = yield* serving(Policy.apply(hopeless.served, policy))
      const refused = yield* Effect.forkChild(call(second), { startImmediately: true })
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(readOf(yield* Fiber.join(refused)), ["\"a\" took longer than 10s", true])
    }))
})

describe("circuitBreaker", () => {
  const failing = Effect.gen(function*() {
    const state = { calls: 0, outcome: Effect.die("broken") as Effect.Effect<string, Tool.ToolError> }
    const handler = () =>
      Effect.suspend(() => {
        state.calls += 1
        return state.outcome
      })
    return { state, handler }
  })

  it.effect("leaves alone what keeps failing, tries again after a while, and closes when that goes well", () =>
    Effect.gen(function*() {
      const { handler, state } = yield* failing
      const policy = Policy.circuitBreaker({ trip: 2, openFor: "30 seconds" })
      const line = yield* serving(Policy.apply(tool(handler), policy))
      yield* call(line)
      yield* call(line)
      const refused = yield* call(line)
      assert.deepStrictEqual(readOf(refused), ["\"a\" is out of order at the moment; try again later", true])
      assert.deepStrictEqual<unknown>(metaOf(refused), {
        "dev.parley/policy": "circuitBreaker",
        "dev.parley/retryAfterMillis": 30_000
      })
      assert.strictEqual(state.calls, 2)
      yield* TestClock.adjust("30 seconds")
      yield* call(line)
      yield* call(line)
      assert.strictEqual(state.calls, 3)
      state.outcome = Effect.succeed("well")
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(readOf(yield* call(line)), ["well", false])
      assert.deepStrictEqual(readOf(yield* call(line)), ["well", false])
    }).pipe(silently))

  it.effect("does not count answers for the model, nor interruptions", () =>
    Effect.gen(function*() {
      const { handler, state } = yield* failing
      const line = yield* serving(Policy.apply(tool(handler), Policy.circuitBreaker({ trip: 1 })))
      state.outcome = Effect.fail(Tool.fail("no such file"))
      yield* call(line)
      state.outcome = Effect.never
      line.say(request(1, "tools/call", { name: "a" }))
      line.say(cancelled(1))
      yield* line.ask("ping")
      state.outcome = Effect.interrupt
      yield* call(line)
      state.outcome = Effect.succeed("well")
      assert.deepStrictEqual(readOf(yield* call(line)), ["well", false])
    }).pipe(silently))

  it.effect("counts timeouts inside of it, and keeps components apart", () =>
    Effect.gen(function*() {
      const policy = Policy.compose(Policy.circuitBreaker({ trip: 1 }), Policy.timeout("1 second"))
      const line = yield* serving([
        Policy.apply(tool(() => Effect.never, "a"), policy),
        Policy.apply(tool(() => Effect.succeed("well"), "b"), policy)
      ])
      const slow = yield* Effect.forkChild(call(line, "a"), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(slow)
      assert.deepStrictEqual(readOf(yield* call(line, "a")), [
        "\"a\" is out of order at the moment; try again later",
        true
      ])
      assert.deepStrictEqual(readOf(yield* call(line, "b")), ["well", false])
    }))

  it.effect("is 503 for what is no tool", () =>
    Effect.gen(function*() {
      const prompt = Prompt.serve("p", {}, () => Effect.die("broken"))
      const line = yield* serving(Policy.apply(prompt, Policy.circuitBreaker({ trip: 1 })))
      yield* line.ask("prompts/get", { name: "p" })
      assert.match(errorOf(yield* line.ask("prompts/get", { name: "p" })), /^503 /)
    }).pipe(silently))
})
