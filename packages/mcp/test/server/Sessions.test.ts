/** How long the sessions of an HTTP endpoint live, how many there are, and who finds them. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as PerSession from "../../src/contract/PerSession.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import { defaultLimits, type Limits, SessionLimits } from "../../src/session/SessionLimits.ts"
import * as Http from "../support/Http.ts"
import { errorOf, initializeParams, request, serverInfo, textsOf } from "../support/Messages.ts"

/** What the sessions of a test hold: one entry each, added when it is first used and taken out when it is released. */
class Held extends Context.Service<Held, { readonly number: number }>()("test/Held") {}

interface World {
  readonly http: Http.Endpoint
  /** How many services of sessions there are. */
  readonly held: () => number
  /** What a released service waits for. */
  readonly release: { wait: Effect.Effect<void> }
  readonly started: Deferred.Deferred<void>
  readonly finish: Effect.Effect<boolean>
}

const limits: Limits = { ...defaultLimits, sessionsMax: 2, sessionIdleMillis: 1_000, sweepIntervalMillis: 100 }

const open = (changes: Partial<Limits> = {}) =>
  Effect.gen(function*() {
    let built = 0
    let held = 0
    const release: World["release"] = { wait: Effect.void }
    const started = yield* Deferred.make<void>()
    const finished = yield* Deferred.make<void>()
    const hold = PerSession.layer(
      Held,
      Layer.effect(
        Held,
        Effect.acquireRelease(
          Effect.sync(() => {
            held++
            return { number: ++built }
          }),
          () => Effect.andThen(Effect.suspend(() => release.wait), Effect.sync(() => held--))
        )
      )
    )
    const touch = Tool.serve("touch", {}, () => Effect.map(PerSession.get(Held), ({ number }) => `${number}`))
    const work = Tool.serve("work", {}, () =>
      Deferred.succeed(started, undefined).pipe(Effect.andThen(Deferred.await(finished)), Effect.as("worked")))
    const server = yield* McpServer.make([touch, work], serverInfo).pipe(
      Effect.provideService(SessionLimits, { ...limits, ...changes }),
      Effect.provide(hold)
    )
    const http = yield* Http.make(server)
    const world: World = {
      http,
      held: () =>
        held,
      release,
      started,
      finish: Deferred.succeed(finished, undefined)
    }
    return world
  })

const json = { "content-type": "application/json" }

const call = (name: string) => request(1, "tools/call", { name })

const ping = ({ http }: World, headers: Http.Headers) =>
  Effect.map(http.post(request(1, "ping"), headers), (exchange) => exchange.status())

const initialize = request(0, "initialize", initializeParams("2025-11-25"))

/** A call of the session that runs until the world says `finish`. */
const occupy = (world: World, headers: Http.Headers) =>
  Effect.suspend(() => {
    const exchange = world.http.start("POST", { ...json, ...headers }, call("work"))
    return Effect.as(Deferred.await(world.started), exchange)
  })

describe("an idle session", () => {
  it.effect("ends when its time is over, and its services with it", () =>
    Effect.gen(function*() {
      const world = yield* open()
      const headers = yield* world.http.initialize()
      yield* world.http.post(call("touch"), headers)
      assert.strictEqual(world.held(), 1)
      yield* TestClock.adjust(900)
      assert.strictEqual(world.held(), 1)
      yield* TestClock.adjust(200)
      assert.strictEqual(world.held(), 0)
      assert.strictEqual(yield* ping(world, headers), 404)
    }))

  it.effect("begins to be idle anew with each request", () =>
    Effect.gen(function*() {
      const world = yield* open()
      const headers = yield* world.http.initialize()
      for (const _ of [1, 2, 3, 4]) {
        yield* TestClock.adjust(900)
        assert.strictEqual(yield* ping(world, headers), 200)
      }
    }))

  it.effect("is not one that works: its time begins with the end of the work", () =>
    Effect.gen(function*() {
      const world = yield* open()
      const headers = yield* world.http.initialize()
      const exchange = yield* occupy(world, headers)
      yield* TestClock.adjust(10_000)
      assert.isFalse(exchange.isOver())
      yield* world.finish
      yield* exchange.over
      yield* TestClock.adjust(900)
      assert.strictEqual(yield* ping(world, headers), 200)
      assert.deepStrictEqual(exchange.messages().map(textsOf), [["worked"]])
    }))

  it.effect("is not one that holds a stream open: its time begins with the end of the stream", () =>
    Effect.gen(function*() {
      const world = yield* open()
      const headers = yield* world.http.initialize()
      const stream = world.http.start("GET", headers)
      yield* Fiber.await(stream.fiber)
      yield* TestClock.adjust(10_000)
      assert.isFalse(stream.isOver())
      stream.disconnect()
      yield* TestClock.adjust(900)
      assert.strictEqual(yield* ping(world, headers), 200)
      yield* TestClock.adjust(1_100)
      assert.strictEqual(yield* ping(world, headers), 404)
    }))
})

describe("a session too many", () => {
  it.effect("takes the place of the one idle longest", () =>
    Effect.gen(function*() {
      const world = yield* open()
      const [first, second] = [yield* world.http.initialize(), yield* world.http.initialize()]
      yield* TestClock.adjust(10)
      yield* ping(world, first)
      const third = yield* world.http.initialize()
      const statuses = yield* Effect.forEach([first, second, third], (headers) => ping(world, headers))
      assert.deepStrictEqual(statuses, [200, 404, 200])
    }))

  it.effect("leaves those alone that work", () =>
    Effect.gen(function*() {
      const world = yield* open()
      const busy = yield* world.http.initialize()
      const exchange = yield* occupy(world, busy)
      const idle = yield* world.http.initialize()
      const next = yield* world.http.initialize()
      yield* world.finish
      yield* exchange.over
      assert.deepStrictEqual(exchange.messages().map(textsOf), [["worked"]])
      const statuses = yield* Effect.forEach([busy, idle, next], (headers) => ping(world, headers))
      assert.deepStrictEqual(statuses, [200, 404, 200])
    }))

  it.effect("is refused with 503 when all are at work, and let in afterwards", () =>
    Effect.gen(function*() {
      const world = yield* open({ sessionsMax: 1 })
      const exchange = yield* occupy(world, yield* world.http.initialize())
      const refused = yield* world.http.post(initialize)
      assert.strictEqual(refused.status(), 503)
      assert.strictEqual(refused.header("mcp-session-id"), undefined)
      assert.deepStrictEqual(refused.messages().map(errorOf), ["-32603 Too many sessions"])
      yield* world.finish
      yield* exchange.over
      assert.strictEqual((yield* world.http.post(initialize)).status(), 200)
    }))

  it.effect("does not exceed the bound while the one that makes room takes its time to go", () =>
    Effect.gen(function*() {
      const world = yield* open({ sessionsMax: 1 })
      yield* world.http.post(call("touch"), yield* world.http.initialize())
      const gone = yield* Deferred.make<void>()
      world.release.wait = Deferred.await(gone)
      const attempts = [1, 2].map(() => world.http.start("POST", json, initialize))
      yield* Effect.yieldNow
      yield* Deferred.succeed(gone, undefined)
      const opened = yield* Effect.forEach(attempts, (attempt) => attempt.over)
      const statuses = yield* Effect.forEach(
        opened,
        (exchange) => ping(world, { "mcp-session-id": exchange.header("mcp-session-id") })
      )
      assert.strictEqual(statuses.filter((status) => status === 200).length, 1)
    }))
})

describe("a session", () => {
  it.effect("is not found any more once DELETE has ended it (HTS-06)", () =>
    Effect.gen(function*() {
      const world = yield* open()
      const headers = yield* world.http.initialize()
      yield* world.http.post(call("touch"), headers)
      const stream = world.http.start("GET", headers)
      const deleted = yield* world.http.start("DELETE", headers).over
      assert.strictEqual(deleted.status(), 204)
      assert.isTrue(stream.isOver())
      assert.strictEqual(world.held(), 0)
      assert.strictEqual(yield* ping(world, headers), 404)
      assert.strictEqual((yield* world.http.start("DELETE", headers).over).status(), 404)
      assert.strictEqual((yield* world.http.start("GET", headers).over).status(), 404)
    }))

  it.effect("takes its running calls along when DELETE ends it", () =>
    Effect.gen(function*() {
      const world = yield* open()
      const headers = yield* world.http.initialize()
      const exchange = yield* occupy(world, headers)
      yield* world.http.start("DELETE", headers).over
      yield* exchange.over
      assert.deepStrictEqual([exchange.status(), exchange.text()], [202, ""])
    }))

  it.effect("is found by the credential that opened it, and by no other (SSH-02)", () =>
    Effect.gen(function*() {
      const world = yield* open()
      const mine = yield* world.http.initialize("2025-11-25", { authorization: "Bearer mine" })
      for (const authorization of ["Bearer other", "", undefined, "bearer mine"]) {
        assert.strictEqual(yield* ping(world, { ...mine, authorization }), 404)
        const deleted = yield* world.http.start("DELETE", { ...mine, authorization }).over
        assert.strictEqual(deleted.status(), 404)
      }
      assert.strictEqual(yield* ping(world, mine), 200)
      const anonymous = yield* world.http.initialize()
      assert.strictEqual(yield* ping(world, { ...anonymous, authorization: "Bearer mine" }), 404)
    }))

  it.effect("is asked for: 400 without its id (HTS-05), 404 with an id that nobody has", () =>
    Effect.gen(function*() {
      const world = yield* open()
      assert.strictEqual(yield* ping(world, {}), 400)
      for (const id of ["unknown", "", "__proto__", "constructor"]) {
        assert.strictEqual(yield* ping(world, { "mcp-session-id": id }), 404)
      }
    }))

  it.effect("has an id of its own, in visible ASCII (HTS-01, HTS-02)", () =>
    Effect.gen(function*() {
      const world = yield* open({ sessionsMax: 100 })
      const all = yield* Effect.forEach(Array.from({ length: 100 }), () => world.http.initialize())
      const ids = all.map((headers) => headers["mcp-session-id"] ?? "")
      assert.strictEqual(new Set(ids).size, 100)
      for (const id of ids) assert.match(id, /^[\x21-\x7e]{16,}$/)
    }))

  it.effect("ends with the endpoint", () =>
    Effect.gen(function*() {
      const world = yield* Effect.scoped(
        Effect.tap(
          open(),
          (world) => Effect.flatMap(world.http.initialize(), (it) => world.http.post(call("touch"), it))
        )
      )
      assert.strictEqual(world.held(), 0)
    }))
})

describe("ten thousand sessions", () => {
  it.effect("leave nothing behind when they have expired", () =>
    Effect.gen(function*() {
      const count = 10_000
      const world = yield* open({ sessionsMax: count })
      const all = yield* Effect.forEach(
        Array.from({ length: count }),
        () => Effect.tap(world.http.initialize(), (headers) => world.http.post(call("touch"), headers))
      )
      assert.strictEqual(world.held(), count)
      yield* TestClock.adjust(1_100)
      // Ending so many takes more turns of the event loop than the clock waits for.
      yield* Effect.repeat(Effect.yieldNow, { until: () => world.held() === 0, times: 10_000 })
      assert.strictEqual(world.held(), 0)
      const found = yield* Effect.forEach(all, (headers) => ping(world, headers))
      assert.isTrue(found.every((status) => status === 404))
    }), 60_000)
})
