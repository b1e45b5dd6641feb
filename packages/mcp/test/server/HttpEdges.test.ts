/** The edges of an HTTP endpoint: who may read a refusal, the verbs of one era only, and sessions that end badly. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as PerSession from "../../src/contract/PerSession.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { sessionEra, statelessEra } from "../../src/revision/Revisions.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as EventLog from "../../src/session/EventLog.ts"
import { defaultLimits, SessionLimits } from "../../src/session/SessionLimits.ts"
import * as SessionStore from "../../src/session/SessionStore.ts"
import * as Http from "../support/Http.ts"
import { claimed, errorOf, initializeParams, request, serverInfo } from "../support/Messages.ts"

const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))

const json = { "content-type": "application/json" }

const initialize = request(0, "initialize", initializeParams("2025-11-25"))

const corsOf = (exchange: Http.Exchange) => exchange.header("access-control-allow-origin")

const silently = Effect.provide(Logger.layer([]))

describe("a refusal", () => {
  const open = Effect.flatMap(McpServer.make(hello, serverInfo), (server) => Http.make(server))
  const origin = "http://localhost:8080"

  it.effect("can be read by a page of an admitted origin", () =>
    Effect.gen(function*() {
      const http = yield* open
      const refused = [
        yield* http.start("PUT", { origin }).over,
        yield* http.start("POST", { origin, "content-type": "text/plain" }, "{}").over,
        yield* http.start("POST", { origin, ...json }, undefined).over,
        yield* http.post("{", { origin }),
        yield* http.post(request(1, "ping"), { origin }),
        yield* http.post(request(1, "no/such", claimed()), { origin, ...Http.modernHeaders("no/such") })
      ]
      assert.deepStrictEqual(refused.map((one) => one.status()), [405, 415, 413, 400, 400, 404])
      assert.deepStrictEqual(refused.map(corsOf), refused.map(() => origin))
    }))

  const strangers = [
    [{ origin: "https://evil.net" }],
    [{ origin: "null" }],
    [{ origin, host: "evil.net" }],
    [{ origin, host: undefined }]
  ] as const
  it.effect.each(strangers)(
    "is nothing to a page that was not admitted: %j (HTC-04)",
    ([headers]) =>
      Effect.gen(function*() {
        const http = yield* open
        for (const method of ["POST", "GET", "DELETE", "OPTIONS"]) {
          const refused = yield* http.start(method, { ...json, ...headers }, initialize).over
          assert.strictEqual(refused.status(), 403)
          assert.strictEqual(refused.messages()[0]?.error?.code, -32600)
          assert.strictEqual(corsOf(refused), undefined)
        }
      })
  )
})

describe("an endpoint of the stateless era alone", () => {
  const open = Effect.flatMap(
    McpServer.make(hello, { ...serverInfo, revisions: statelessEra }),
    (server) => Http.make(server)
  )

  it.effect.each(["GET", "DELETE"])(
    "has no use for %s, whatever its headers (HTM-14 to HTM-16)",
    (method) =>
      Effect.gen(function*() {
        const http = yield* open
        for (const headers of [{}, { "mcp-session-id": "x" }, { accept: "text/event-stream", "last-event-id": "1" }]) {
          const refused = yield* http.start(method, headers).over
          assert.deepStrictEqual([refused.status(), refused.header("allow")], [405, "POST"])
        }
      })
  )

  it.effect("says what it speaks when it is asked for a session (ERA-02)", () =>
    Effect.gen(function*() {
      const refused = yield* (yield* open).post(initialize)
      assert.strictEqual(refused.status(), 400)
      assert.deepStrictEqual<unknown>(refused.messages()[0]?.error?.data, {
        supported: statelessEra.map(({ version }) => version)
      })
      assert.strictEqual(refused.header("mcp-session-id"), undefined)
    }))

  it.effect("serves a request that has a session id left over (HTM-15)", () =>
    Effect.gen(function*() {
      const headers = { ...Http.modernHeaders("tools/list"), "mcp-session-id": "old", "last-event-id": "1" }
      const answer = yield* (yield* open).post(request(1, "tools/list", claimed()), headers)
      assert.deepStrictEqual([answer.status(), answer.header("mcp-session-id")], [200, undefined])
    }))
})

describe("an endpoint of the session era alone", () => {
  it.effect("answers a stateless request with what it speaks (VER-01)", () =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* McpServer.make(hello, { ...serverInfo, revisions: sessionEra }))
      const answer = yield* http.post(request(1, "tools/list", claimed()), Http.modernHeaders("tools/list"))
      assert.strictEqual(answer.status(), 400)
      assert.strictEqual(answer.messages()[0]?.error?.code, -32022)
    }))
})

describe("the answer to initialize", () => {
  const cases = [
    ["auto", "application/json, text/event-stream", "application/json"],
    ["auto", "text/event-stream", "text/event-stream"],
    ["auto", "application/json", "application/json"],
    ["sse", "application/json, text/event-stream", "text/event-stream"],
    ["json", "application/json, text/event-stream", "application/json"]
  ] as const
  it.effect.each(cases)(
    "takes the form that policy and client agree on: %s, %s",
    ([response, accept, type]) =>
      Effect.gen(function*() {
        for (const sessions of ["stateful", "stateless"] as const) {
          const server = yield* McpServer.make(hello, serverInfo)
          const http = yield* Http.make(server, { response, sessions })
          const answer = yield* http.post(initialize, { accept, origin: "http://localhost" })
          assert.strictEqual(answer.header("content-type"), type)
          assert.strictEqual(corsOf(answer), "http://localhost")
          assert.strictEqual(answer.header("mcp-session-id") === undefined, sessions === "stateless")
          assert.deepStrictEqual(answer.messages().map(({ id, result }) => [id, result?.protocolVersion]), [
            [0, "2025-11-25"]
          ])
        }
      })
  )
})

class Held extends Context.Service<Held, string>()("test/Held") {}

const limits = { ...defaultLimits, sessionsMax: 2, sessionIdleMillis: 1_000, sweepIntervalMillis: 100 }

/** Sessions that hold something each; what happens when it is released is up to the test. */
const holding = (release: (name: string) => Effect.Effect<void>) => {
  let count = 0
  const held = Layer.effect(Held, Effect.acquireRelease(Effect.sync(() => `held ${++count}`), release))
  const hold = Tool.serve("hold", {}, () => PerSession.get(Held))
  const server = McpServer.make(hold, serverInfo).pipe(
    Effect.provideService(SessionLimits, limits),
    Effect.provide(PerSession.layer(Held, held))
  )
  return Effect.gen(function*() {
    const http = yield* Http.make(yield* server)
    const openHolding = Effect.gen(function*() {
      const headers = yield* http.initialize()
      yield* http.post(request(1, "tools/call", { name: "hold" }), headers)
      return headers
    })
    const statusOf = (headers: Http.Headers) =>
      Effect.map(http.post(request(2, "ping"), headers), (answer) => answer.status())
    return { http, openHolding, statusOf }
  })
}

describe("a session whose services break as they are released", () => {
  /** Takes down what was released, and breaks at the first. */
  const breaking = () => {
    const released: Array<string> = []
    const open = holding((name) => {
      released.push(name)
      return name === "held 1" ? Effect.die("broken") : Effect.void
    })
    return { open, released }
  }

  it.effect("does not keep the others from expiring, now and later", () =>
    Effect.gen(function*() {
      const { open, released } = breaking()
      const { openHolding, statusOf } = yield* open
      const first = [yield* openHolding, yield* openHolding]
      yield* TestClock.adjust(2_000)
      assert.deepStrictEqual(released, ["held 1", "held 2"])
      const later = yield* openHolding
      yield* TestClock.adjust(2_000)
      assert.deepStrictEqual(released, ["held 1", "held 2", "held 3"])
      for (const headers of [...first, later]) assert.strictEqual(yield* statusOf(headers), 404)
    }).pipe(silently))

  it.effect("makes room for another all the same", () =>
    Effect.gen(function*() {
      const { openHolding, statusOf } = yield* breaking().open
      yield* openHolding
      yield* openHolding
      assert.strictEqual(yield* statusOf(yield* openHolding), 200)
    }).pipe(silently))

  it.effect("is ended by DELETE all the same", () =>
    Effect.gen(function*() {
      const { http, openHolding } = yield* breaking().open
      const deleted = yield* http.start("DELETE", yield* openHolding).over
      assert.strictEqual(deleted.status(), 204)
    }).pipe(silently))

  it.effect("does not keep the others from ending with the endpoint", () =>
    Effect.gen(function*() {
      const { open, released } = breaking()
      const scope = yield* Scope.make()
      const { openHolding } = yield* Scope.provide(open, scope)
      yield* openHolding
      yield* openHolding
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(released, ["held 1", "held 2"])
    }).pipe(silently))

  it.effect("is logged", () =>
    Effect.gen(function*() {
      const logs: Array<string> = []
      const logger = Logger.map(Logger.formatJson, (entry) => void logs.push(entry))
      yield* Effect.gen(function*() {
        const { http, openHolding } = yield* breaking().open
        yield* http.start("DELETE", yield* openHolding).over
      }).pipe(Effect.provide(Logger.layer([logger])))
      assert.strictEqual(logs.length, 1)
      assert.include(logs[0], "broken")
    }))
})

describe("a session whose services take their time to be released", () => {
  it.effect("is still released in full when the request that ends it is interrupted", () =>
    Effect.gen(function*() {
      const begun = yield* Deferred.make<void>()
      const gate = yield* Deferred.make<void>()
      const released: Array<string> = []
      const { http, openHolding } = yield* holding((name) =>
        Deferred.succeed(begun, undefined).pipe(
          Effect.andThen(Deferred.await(gate)),
          Effect.andThen(Effect.sync(() => void released.push(name)))
        )
      )
      const deleting = http.start("DELETE", yield* openHolding)
      yield* Deferred.await(begun)
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(deleting.fiber), { startImmediately: true })
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(interrupting)
      assert.deepStrictEqual(released, ["held 1"])
    }))

  it.effect("is interrupted together with its calls, and these release what they hold first", () =>
    Effect.gen(function*() {
      const order: Array<string> = []
      const started = yield* Deferred.make<void>()
      const held = Layer.effect(
        Held,
        Effect.acquireRelease(Effect.succeed("held"), () => Effect.sync(() => order.push("session")))
      )
      const wait = Tool.serve("wait", {}, () =>
        PerSession.get(Held).pipe(
          Effect.andThen(Deferred.succeed(started, undefined)),
          Effect.andThen(Effect.never),
          Effect.onInterrupt(() => Effect.sync(() => order.push("call")))
        ))
      const server = yield* Effect.provide(McpServer.make(wait, serverInfo), PerSession.layer(Held, held))
      const http = yield* Http.make(server)
      const headers = yield* http.initialize()
      http.start("POST", { ...json, ...headers }, request(1, "tools/call", { name: "wait" }))
      yield* Deferred.await(started)
      yield* http.start("DELETE", headers).over
      assert.deepStrictEqual(order, ["call", "session"])
    }))
})

describe("a request id", () => {
  it.effect("is one of its session, not of the endpoint", () =>
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const wait = Tool.serve("wait", {}, () => Effect.andThen(Deferred.succeed(started, undefined), Effect.never))
      const http = yield* Http.make(yield* McpServer.make([wait, hello], serverInfo))
      const [mine, other] = [yield* http.initialize(), yield* http.initialize()]
      http.start("POST", { ...json, ...mine }, request(1, "tools/call", { name: "wait" }))
      yield* Deferred.await(started)
      const call = request(1, "tools/call", { name: "hello" })
      const [taken, free] = [yield* http.post(call, mine), yield* http.post(call, other)]
      assert.deepStrictEqual(
        [taken.status(), ...taken.messages().map(errorOf)],
        [400, "-32600 A request with this id is in progress"]
      )
      assert.strictEqual(free.status(), 200)
    }))
})

describe("a store that breaks", () => {
  const broken = Effect.die("hunter2")

  const assertMasked = (refused: Http.Exchange) => {
    const [message] = refused.messages()
    assert.match(message === undefined ? "" : errorOf(message), /^-32603 Internal error \(reference [0-9a-f]{8}\)$/)
    assert.notInclude(refused.text(), "hunter2")
  }

  it.effect("is a masked error to who wants a session", () =>
    Effect.gen(function*() {
      const store = SessionStore.SessionStore.of({
        put: () => broken,
        get: () => Effect.undefined,
        remove: () => Effect.succeed(false)
      })
      const http = yield* Http.makeOver(yield* McpServer.make(hello, serverInfo), store)
      const refused = yield* http.post(initialize)
      assert.strictEqual(refused.status(), 500)
      assertMasked(refused)
    }).pipe(silently))

  it.effect("is a masked error to who wants the rest of a stream, and does not wait for it", () =>
    Effect.gen(function*() {
      const log = { ...yield* EventLog.makeMemory, after: () => broken }
      const server = yield* McpServer.make(hello, serverInfo)
      const http = yield* Effect.provideService(Http.make(server), EventLog.EventLog, log)
      const headers = yield* http.initialize()
      const refused = yield* http.start("GET", { ...headers, "last-event-id": "post1-0" }).over
      assert.strictEqual(refused.status(), 500)
      assertMasked(refused)
    }).pipe(silently))
})
