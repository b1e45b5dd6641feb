/** The rounds of a request that asks, as policies see them, and how long its questions may be held up. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Ask from "../../src/contract/Ask.ts"
import * as ClientStream from "../../src/contract/ClientStream.ts"
import * as Policy from "../../src/contract/Policy.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import { errorOf, type Params, request, serverInfo, textsOf } from "../support/Messages.ts"
import * as Rounds from "../support/Rounds.ts"

const askName = Ask.form({ name: Schema.String }, "Name?")
const askColor = Ask.form({ color: Schema.String }, "Color?")

const answer = Rounds.byMessage({
  "Name?": Rounds.accept({ name: "Ada" }),
  "Color?": Rounds.accept({ color: "red" })
})

/** Asks twice. */
const profile = Tool.serve("profile", {}, () =>
  Effect.gen(function*() {
    const { name } = yield* askName
    return `${name} ${(yield* askColor).color}`
  }))

const call = (http: Http.Endpoint) => (params: Params) => Rounds.send(http, "tools/call", params)

const converse = (http: Http.Endpoint, name: string) => Rounds.converse(call(http), { name }, answer)

const silently = Effect.provide(Logger.layer([]))

const limiting = (rounds: "each" | "first" | undefined) =>
  Effect.gen(function*() {
    const policy = Policy.rateLimit({ limit: 2, window: "1 minute", ...(rounds === undefined ? {} : { rounds }) })
    return yield* Http.make(yield* McpServer.make(Policy.apply(profile, policy), serverInfo))
  }).pipe(Effect.provide(RateLimiter.layerStoreMemory))

describe("a request of several rounds", () => {
  it.effect("is recorded round by round, and a round that asks is no interruption", () =>
    Effect.gen(function*() {
      const records: Array<readonly [string, number]> = []
      const audit = Policy.audit(({ outcome, round }) => Effect.sync(() => records.push([outcome, round])))
      // What stands inside of a timeout runs in a fiber of its own.
      const audited = Policy.apply(profile, Policy.compose(audit, Policy.timeout("1 minute"), audit))
      const http = yield* Http.make(yield* McpServer.make(audited, serverInfo))
      const { last } = yield* converse(http, "profile")
      assert.deepStrictEqual(textsOf(last), ["Ada red"])
      assert.deepStrictEqual(records, [
        ["question", 0],
        ["question", 0],
        ["question", 1],
        ["question", 1],
        ["success", 2],
        ["success", 2]
      ])
    }))

  it.effect.each([undefined, "each"] as const)(
    "counts with each of them, because a state can come twice: %s",
    (rounds) =>
      Effect.gen(function*() {
        const { last, rounds: asked } = yield* converse(yield* limiting(rounds), "profile")
        assert.strictEqual(asked.length, 2)
        assert.match(String(textsOf(last)[0]), /^Rate limit exceeded/)
      })
  )

  it.effect("counts once where the author says so", () =>
    Effect.gen(function*() {
      const http = yield* limiting("first")
      assert.deepStrictEqual(textsOf((yield* converse(http, "profile")).last), ["Ada red"])
      assert.deepStrictEqual(textsOf((yield* converse(http, "profile")).last), ["Ada red"])
      const third = yield* call(http)({ name: "profile" })
      assert.match(String(textsOf(third)[0]), /^Rate limit exceeded/)
    }))
})

describe("a handler that asks in another order when it runs again", () => {
  it.effect("gets each answer to its own question, and is asked nothing twice", () =>
    Effect.gen(function*() {
      let runs = 0
      const tool = Tool.serve("moody", {}, () =>
        Effect.suspend(() => {
          const nameFirst = runs++ % 2 === 0
          const both = nameFirst
            ? Effect.map(Effect.all([askName, askColor]), ([{ name }, { color }]) => `${name} ${color}`)
            : Effect.map(Effect.all([askColor, askName]), ([{ color }, { name }]) => `${name} ${color}`)
          return both
        }))
      const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
      const { last, rounds } = yield* converse(http, "moody")
      assert.strictEqual(rounds.length, 2)
      assert.deepStrictEqual(textsOf(last), ["Ada red"])
    }))
})

describe("a user who declines", () => {
  const asks = (onAsk: () => void) =>
    Tool.serve("asks", {}, () => Effect.as(Effect.andThen(Effect.sync(onAsk), askName), "done"))

  const decline = (http: Http.Endpoint) => Rounds.converse(call(http), { name: "asks" }, () => ({ action: "decline" }))

  it.effect("is not asked again by a policy that retries", () =>
    Effect.gen(function*() {
      const guarded = Policy.apply(asks(() => undefined), Policy.retry(Schedule.recurs(2)))
      const http = yield* Http.make(yield* McpServer.make(guarded, serverInfo))
      const { last, rounds } = yield* decline(http)
      assert.strictEqual(rounds.length, 1)
      assert.deepStrictEqual(textsOf(last), ["The user declined"])
    }))

  it.effect("opens no circuit", () =>
    Effect.gen(function*() {
      let asked = 0
      const guarded = Policy.apply(asks(() => asked++), Policy.circuitBreaker({ trip: 1 }))
      const http = yield* Http.make(yield* McpServer.make(guarded, serverInfo))
      yield* decline(http)
      assert.deepStrictEqual(textsOf((yield* decline(http)).last), ["The user declined"])
      assert.strictEqual(asked, 4)
    }))
})

describe("a step that holds up a question", () => {
  const stuck = (seen: { ended: number }) =>
    Tool.serve("stuck", {}, () =>
      Effect.gen(function*() {
        const answered = yield* Deferred.make<void>()
        const asking = Effect.andThen(askName, Deferred.succeed(answered, undefined))
        const waiting = Effect.ensuring(Deferred.await(answered), Effect.sync(() => void seen.ended++))
        yield* Effect.all([asking, Ask.once("wait", waiting, Schema.Void)], { concurrency: "unbounded" })
        return "done"
      }))

  const start = (http: Http.Endpoint, name: string) =>
    Effect.forkChild(call(http)({ name }), { startImmediately: true })

  it.effect("for too long fails the request, and is ended", () =>
    Effect.gen(function*() {
      const seen = { ended: 0 }
      const http = yield* Http.make(yield* McpServer.make(stuck(seen), serverInfo))
      const asked = yield* start(http, "stuck")
      yield* TestClock.adjust("59 seconds")
      assert.isUndefined(asked.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.match(errorOf(yield* Fiber.join(asked)), /^-32603 A question of this request .* 60000 ms$/)
      assert.strictEqual(seen.ended, 1)
    }).pipe(silently))

  it.effect("may take its time while there is no question", () =>
    Effect.gen(function*() {
      const tool = Tool.serve("patient", {}, () =>
        Effect.andThen(
          Ask.once("work", Effect.sleep("5 minutes"), Schema.Void),
          Effect.map(askName, ({ name }) => name)
        ))
      const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
      const asked = yield* start(http, "patient")
      yield* TestClock.adjust("5 minutes")
      const first = yield* Fiber.join(asked)
      assert.deepStrictEqual(
        textsOf(yield* call(http)(Rounds.nextParams({ name: "patient" }, first, answer))),
        ["Ada"]
      )
    }))

  it.effect("holds up no question that was taken back", () =>
    Effect.gen(function*() {
      const tool = Tool.serve("back", {}, () =>
        Effect.as(
          Effect.all([
            Effect.raceFirst(Effect.asVoid(askName), Effect.sleep("30 seconds")),
            Ask.once("work", Effect.sleep("3 minutes"), Schema.Void)
          ], { concurrency: "unbounded" }),
          "done"
        ))
      const http = yield* Http.make(yield* McpServer.make(tool, serverInfo))
      const asked = yield* start(http, "back")
      yield* TestClock.adjust("3 minutes")
      assert.deepStrictEqual(textsOf(yield* Fiber.join(asked)), ["done"])
    }))
})

describe("a question over HTTP, in a session", () => {
  const post = (http: Http.Endpoint, headers: Http.Headers) =>
    http.start(
      "POST",
      { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
      request(1, "tools/call", { name: "asks" })
    )

  const initialize = (http: Http.Endpoint) =>
    Effect.map(
      http.post(request(0, "initialize", {
        protocolVersion: "2025-11-25",
        capabilities: { elicitation: {} },
        clientInfo: { name: "c", version: "1" }
      })),
      (exchange) => ({ "mcp-session-id": exchange.header("mcp-session-id") })
    )

  it.effect("does not keep the session of a client that is gone", () =>
    Effect.gen(function*() {
      let ended = false
      const asks = Tool.serve("asks", {}, () =>
        Effect.ensuring(
          Effect.as(askName, "done"),
          Effect.sync(() => void (ended = true))
        ))
      const http = yield* Http.make(yield* McpServer.make(asks, serverInfo))
      const headers = yield* initialize(http)
      const exchange = post(http, headers)
      yield* exchange.arrived(1)
      exchange.disconnect()
      yield* TestClock.adjust("10 minutes")
      assert.isTrue(ended)
      yield* TestClock.adjust("11 minutes")
      assert.strictEqual((yield* http.post(request(2, "ping"), headers)).status(), 404)
    }))

  it.effect("may take longer where its author says so", () =>
    Effect.gen(function*() {
      let ended = false
      const asks = Tool.serve("asks", {}, () =>
        Ask.form({ name: Schema.String }, "Name?", { timeout: "1 hour" }).pipe(
          Effect.as("done"),
          Effect.ensuring(Effect.sync(() => void (ended = true)))
        ))
      const http = yield* Http.make(yield* McpServer.make(asks, serverInfo))
      const exchange = post(http, yield* initialize(http))
      yield* exchange.arrived(1)
      yield* TestClock.adjust("59 minutes")
      assert.isFalse(ended)
      yield* TestClock.adjust("1 minute")
      assert.isTrue(ended)
    }))

  it.effect("is found by a client that has given its connection up before", () =>
    Effect.gen(function*() {
      const asks = Tool.serve("asks", {}, () =>
        Effect.gen(function*() {
          yield* ClientStream.pause()
          return (yield* askName).name
        }))
      const http = yield* Http.make(yield* McpServer.make(asks, serverInfo))
      const headers = yield* initialize(http)
      const paused = yield* post(http, headers).over
      const lastEventId = paused.events().at(-1)?.id
      const resumed = http.start("GET", { accept: "text/event-stream", "last-event-id": lastEventId, ...headers })
      yield* resumed.arrived(1)
      const question = resumed.messages()[0]
      assert.strictEqual(question?.method, "elicitation/create")
      yield* http.post({ jsonrpc: "2.0", id: question?.id, result: Rounds.accept({ name: "Ada" }) }, headers)
      yield* resumed.over
      assert.deepStrictEqual(textsOf(resumed.messages()[1] ?? assert.fail("no answer")), ["Ada"])
    }))
})
