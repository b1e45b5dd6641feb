/** Streams over HTTP that outlive their connection, that keep it alive, and that hold nobody else up. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as ClientStream from "../../src/contract/ClientStream.ts"
import * as Progress from "../../src/contract/Progress.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as EventLog from "../../src/session/EventLog.ts"
import type { HttpPolicy } from "../../src/session/HttpPolicy.ts"
import * as SessionStore from "../../src/session/SessionStore.ts"
import * as Http from "../support/Http.ts"
import { claimed, notification, request, serverInfo, textsOf } from "../support/Messages.ts"

const json = { "content-type": "application/json" }

const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))

/** A server whose tool `work` does what the test says, one step after the other. */
const open = (policy: Partial<HttpPolicy> = {}) =>
  Effect.gen(function*() {
    const steps = yield* Queue.unbounded<number | "pause" | "end">()
    const done = yield* Queue.unbounded<unknown>()
    const exits: Array<string> = []
    const work = Tool.serve("work", {}, () =>
      Effect.gen(function*() {
        for (;;) {
          const step = yield* Queue.take(steps)
          if (step === "end") return "worked"
          yield* step === "pause" ? ClientStream.pause({ retryMillis: 700 }) : Progress.report({ progress: step })
          yield* Queue.offer(done, step)
        }
      }).pipe(Effect.onExit((exit) => Effect.sync(() => exits.push(exit._tag)))))
    const server = yield* McpServer.make([work, hello], serverInfo)
    const http = yield* Http.make(server, policy)
    /** Lets the tool take steps, and waits until they are taken. */
    const take = (...all: ReadonlyArray<number | "pause">) =>
      Effect.forEach(all, (step) => Effect.andThen(Queue.offer(steps, step), Queue.take(done)), { discard: true })
    const end = Queue.offer(steps, "end")
    const start = (headers: Http.Headers, id = 1) =>
      http.start(
        "POST",
        { ...json, ...headers },
        request(id, "tools/call", { name: "work", _meta: { progressToken: id } })
      )
    const get = (headers: Http.Headers, lastEventId?: string) =>
      http.start("GET", { accept: "text/event-stream", ...headers, "last-event-id": lastEventId })
    return { server, http, exits, take, end, start, get }
  })

const lastId = (exchange: Http.Exchange) => exchange.events().at(-1)?.id

/** What a stream told: progress by its number, the answer by its text. */
const told = (exchange: Http.Exchange) =>
  exchange.messages().map((message) => message.params?.progress ?? textsOf(message)[0])

const closed = (exchange: Http.Exchange) => Effect.as(exchange.over, undefined)

describe("the stream of a call", () => {
  it.effect("begins with an event that only tells its id, where the revision has that (HTL-01)", () =>
    Effect.gen(function*() {
      const { end, http, start, take } = yield* open()
      for (const [version, primed] of [["2025-11-25", true], ["2025-06-18", false]] as const) {
        const exchange = start(yield* http.initialize(version))
        yield* take(1)
        yield* end
        yield* exchange.over
        const [first] = exchange.events()
        assert.strictEqual(first?.data === "", primed)
        const ids = exchange.events().map(({ id }) => id)
        assert.isTrue(ids.every((id) => id !== undefined && id !== ""))
        assert.strictEqual(new Set(ids).size, ids.length)
      }
    }))

  it.effect("has no ids in the stateless era, nor where the policy says so (HTM-09)", () =>
    Effect.gen(function*() {
      const stateless = yield* open()
      const call = request(1, "tools/call", claimed({ name: "work" }, { progressToken: 1 }))
      const exchange = stateless.http.start("POST", { ...json, ...Http.modernHeaders("tools/call", "work") }, call)
      yield* stateless.take(1, "pause")
      yield* stateless.end
      yield* exchange.over
      assert.deepStrictEqual(told(exchange), [1, "worked"])
      assert.notInclude(exchange.text(), "id:")
      const { end, http, start, take } = yield* open({ resumable: false })
      const other = start(yield* http.initialize())
      yield* take(1, "pause")
      yield* end
      yield* other.over
      assert.deepStrictEqual(told(other), [1, "worked"])
      assert.notInclude(other.text(), "id:")
    }))

  it.effect("is taken up where it was lost, and the call has gone on (HTL-09, HTG-10)", () =>
    Effect.gen(function*() {
      const { end, exits, get, http, start, take } = yield* open()
      const headers = yield* http.initialize()
      const exchange = start(headers)
      yield* take(1)
      const id = lastId(exchange)
      exchange.disconnect()
      yield* take(2)
      const again = get(headers, id)
      yield* again.arrived(1)
      assert.deepStrictEqual(told(again), [2])
      yield* take(3)
      yield* end
      yield* again.over
      assert.deepStrictEqual(told(again), [2, 3, "worked"])
      assert.deepStrictEqual(exits, ["Success"])
    }))

  it.effect("is there after the end of the call too, whole or in part", () =>
    Effect.gen(function*() {
      const { end, get, http, start, take } = yield* open()
      const headers = yield* http.initialize()
      const exchange = start(headers)
      yield* take(1, 2)
      yield* end
      yield* Fiber.await(exchange.fiber)
      for (const [index, expected] of [[0, [1, 2, "worked"]], [1, [2, "worked"]], [3, []]] as const) {
        const again = yield* get(headers, exchange.events()[index]?.id).over
        assert.deepStrictEqual<unknown>(told(again), expected)
      }
    }))

  it.effect("is never given to another session, nor are other streams (HTG-11)", () =>
    Effect.gen(function*() {
      const { end, get, http, start, take } = yield* open()
      const [mine, other] = [yield* http.initialize(), yield* http.initialize()]
      const [first, second] = [start(mine, 1), start(mine, 2)]
      yield* take(1, 1)
      yield* end
      yield* end
      yield* Effect.all([first.over, second.over])
      const rest = yield* get(mine, first.events()[0]?.id).over
      assert.deepStrictEqual(rest.messages().flatMap(({ id }) => id ?? []), [1])
      const refused = yield* get(other, first.events()[0]?.id).over
      assert.deepStrictEqual([refused.status(), refused.messages()[0]?.error?.code], [400, -32600])
      assert.strictEqual((yield* get(mine, "nonsense").over).status(), 400)
    }))

  it.effect("leaves a connection that is half-open for the one that comes back", () =>
    Effect.gen(function*() {
      const { end, get, http, start, take } = yield* open()
      const headers = yield* http.initialize()
      const exchange = start(headers)
      yield* take(1)
      exchange.stall(true)
      const id = lastId(exchange)
      const stuck = yield* Effect.forkChild(take(2), { startImmediately: true })
      const again = get(headers, id)
      yield* Fiber.join(stuck)
      assert.isTrue(exchange.isCut())
      yield* end
      yield* again.over
      assert.deepStrictEqual(told(again), [2, "worked"])
    }))
})

describe("a call that gives up its connection", () => {
  it.effect("says when to come back, and is found then (HTL-02, HTL-03)", () =>
    Effect.gen(function*() {
      const { end, get, http, start, take } = yield* open()
      const headers = yield* http.initialize()
      const exchange = start(headers)
      yield* take("pause")
      yield* closed(exchange)
      assert.include(exchange.text(), "retry: 700\n\n")
      assert.deepStrictEqual(exchange.messages(), [])
      const again = get(headers, lastId(exchange))
      yield* take(1, "pause", "pause")
      yield* closed(again)
      const last = get(headers, lastId(again))
      yield* end
      yield* last.over
      assert.deepStrictEqual([told(again), told(last)], [[1], ["worked"]])
    }))

  it.effect("keeps it where clients do not know to come back (HTL-07)", () =>
    Effect.gen(function*() {
      const { end, http, start, take } = yield* open()
      const exchange = start(yield* http.initialize("2025-06-18"))
      yield* take("pause", 1)
      yield* end
      yield* exchange.over
      assert.deepStrictEqual(told(exchange), [1, "worked"])
    }))

  it.effect("is made to by policy, after so long", () =>
    Effect.gen(function*() {
      const { end, get, http, start } = yield* open({ pollMillis: 30_000, retryMillis: 5 })
      const headers = yield* http.initialize()
      const exchange = start(headers)
      yield* TestClock.adjust(100_000)
      yield* closed(exchange)
      assert.include(exchange.text(), "retry: 5\n\n")
      const again = get(headers, lastId(exchange))
      yield* end
      yield* again.over
      assert.deepStrictEqual(told(again), ["worked"])
    }))
})

describe("a connection on which nothing happens", () => {
  it.effect("is kept alive: that of a call in either era, and that of a listener (HTM-07, HTL-14)", () =>
    Effect.gen(function*() {
      const { end, get, http, start } = yield* open()
      const headers = yield* http.initialize()
      const stateless = { ...json, ...Http.modernHeaders("tools/call", "work") }
      const listener = get(headers)
      const calls = [start(headers), http.start("POST", stateless, request(2, "tools/call", claimed({ name: "work" })))]
      yield* Fiber.await(listener.fiber)
      assert.deepStrictEqual(calls.map((call) => call.status()), [undefined, undefined])
      yield* TestClock.adjust(70_000)
      for (const exchange of [listener, ...calls]) {
        assert.isAtLeast(exchange.text().split(": keep-alive\n\n").length, 3)
      }
      yield* end
      yield* end
      yield* Effect.forEach(calls, (call) => call.over)
      assert.deepStrictEqual(calls.map(told), [["worked"], ["worked"]])
    }))

  it.effect("stays plain JSON where only that may be sent", () =>
    Effect.gen(function*() {
      const { end, http, start } = yield* open()
      const exchange = start({ ...(yield* http.initialize()), accept: "application/json" })
      yield* TestClock.adjust(70_000)
      yield* end
      yield* exchange.over
      assert.strictEqual(exchange.header("content-type"), "application/json")
    }))

  it.effect("is cut when its reader takes nothing for too long, and that ends nobody else's", () =>
    Effect.gen(function*() {
      const { get, http } = yield* open({ stalledMillis: 45_000 })
      const [slow, quick] = [get(yield* http.initialize()), get(yield* http.initialize())]
      yield* Effect.all([Fiber.await(slow.fiber), Fiber.await(quick.fiber)])
      slow.stall(true)
      yield* TestClock.adjust(120_000)
      assert.deepStrictEqual([slow.isCut(), quick.isCut()], [true, false])
    }))
})

describe("the rest of a stream whose call is over", () => {
  /** A call that has ended, and a log that lets the test stop the reader before it is asked. */
  const opened = Effect.gen(function*() {
    const log = yield* EventLog.makeMemory
    const late: EventLog.Log = { ...log, after: (...args) => Effect.andThen(Effect.yieldNow, log.after(...args)) }
    const { end, get, http, start, take } = yield* Effect.provideService(open(), EventLog.EventLog, late)
    const headers = yield* http.initialize()
    const exchange = start(headers)
    yield* take(1, 2, 3)
    yield* end
    yield* exchange.over
    const rest = get(headers, exchange.events()[0]?.id)
    rest.stall(true)
    return rest
  })

  it.effect("is cut when its reader takes nothing for too long", () =>
    Effect.gen(function*() {
      const rest = yield* opened
      yield* TestClock.adjust(120_000)
      assert.isTrue(rest.isCut())
      assert.isDefined(rest.fiber.pollUnsafe())
    }))

  it.effect("goes to a reader who takes it slowly", () =>
    Effect.gen(function*() {
      const rest = yield* opened
      for (let count = 1; count <= 4; count++) {
        yield* TestClock.adjust(45_000)
        assert.deepStrictEqual(told(rest), [1, 2, 3, "worked"].slice(0, count))
        rest.sip()
        yield* Effect.yieldNow
      }
      yield* rest.over
      assert.isFalse(rest.isCut())
    }))
})

describe("what happens on the server", () => {
  const listening = (policy: Partial<HttpPolicy> = {}) =>
    Effect.gen(function*() {
      const world = yield* open(policy)
      const headers = yield* world.http.initialize()
      yield* world.http.post(notification("notifications/initialized"), headers)
      const changed = world.server.bus.publish({ _tag: "ListChanged", kind: "tools" })
      return { ...world, headers, changed }
    })

  it.effect("is told on one stream of a session only, to all sessions (HTG-06, HTG-07)", () =>
    Effect.gen(function*() {
      const { changed, get, headers, http } = yield* listening()
      const other = yield* http.initialize()
      yield* http.post(notification("notifications/initialized"), other)
      const streams = [get(headers), get(headers), get(other)]
      yield* Effect.forEach(streams, (stream) => Fiber.await(stream.fiber))
      yield* changed
      yield* Effect.all([streams[1]?.arrived(1) ?? Effect.void, streams[2]?.arrived(1) ?? Effect.void])
      assert.deepStrictEqual(
        streams.map((stream) => stream.messages().map(({ method }) => method)),
        [[], ["notifications/tools/list_changed"], ["notifications/tools/list_changed"]]
      )
    }))

  it.effect("is told later, and once, when nobody listens or the listener is slow", () =>
    Effect.gen(function*() {
      const { changed, get, headers } = yield* listening()
      yield* Effect.andThen(changed, changed)
      const stream = get(headers)
      yield* stream.arrived(1)
      stream.stall(true)
      for (const _ of Array.from({ length: 50 })) yield* changed
      yield* Effect.yieldNow
      stream.stall(false)
      yield* Effect.forEach(Array.from({ length: 20 }), () => Effect.yieldNow)
      assert.isAtMost(stream.messages().length, 3)
      assert.isAtLeast(stream.messages().length, 2)
    }))

  it.effect("is told again to a client that lost the stream (HTG-10)", () =>
    Effect.gen(function*() {
      const { changed, get, headers } = yield* listening()
      const stream = get(headers)
      yield* Fiber.await(stream.fiber)
      const id = lastId(stream)
      yield* changed
      yield* stream.arrived(1)
      stream.disconnect()
      const again = get(headers, id)
      yield* again.arrived(1)
      yield* changed
      yield* again.arrived(2)
      assert.deepStrictEqual(again.messages().map(({ id }) => id), [undefined, undefined])
    }))

  it.effect("is told on a bounded number of streams, of which the oldest makes room", () =>
    Effect.gen(function*() {
      const { get, headers } = yield* listening()
      const streams = yield* Effect.forEach(Array.from({ length: 9 }), () =>
        Effect.sync(() => get(headers)).pipe(Effect.tap((stream) => Fiber.await(stream.fiber))))
      assert.deepStrictEqual(
        streams.map((stream) =>
          stream.isOver()
        ),
        [true, ...Array(8).fill(false)]
      )
    }))
})

describe("an endpoint that ends", () => {
  it.effect("lets calls end, refuses new ones with 503, and ends listeners at once", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { end, get, http, start } = yield* Scope.provide(open({ drainMillis: 10_000 }), scope)
      const headers = yield* http.initialize()
      const [call, listener] = [start(headers), get(headers)]
      yield* Fiber.await(listener.fiber)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      assert.isTrue(listener.isOver())
      const refused = yield* http.post(request(5, "ping"), headers)
      assert.deepStrictEqual([refused.status(), refused.messages()[0]?.error?.code], [503, -32603])
      assert.strictEqual((yield* get(headers).over).status(), 503)
      yield* end
      yield* call.over
      yield* Fiber.join(closing)
      assert.deepStrictEqual(told(call), ["worked"])
    }))

  it.effect("answers what stands open in the stateless era (SUB-06)", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { http } = yield* Scope.provide(open({ drainMillis: 10_000 }), scope)
      const listen = http.start(
        "POST",
        { ...json, ...Http.modernHeaders("subscriptions/listen") },
        request(7, "subscriptions/listen", claimed({ notifications: { toolsListChanged: true } }))
      )
      yield* listen.arrived(1)
      yield* TestClock.adjust(40_000)
      assert.include(listen.text(), ": keep-alive")
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(
        listen.messages().map(({ id, method }) => method ?? id),
        ["notifications/subscriptions/acknowledged", 7]
      )
      assert.isTrue(listen.isOver())
    }))

  it.effect("waits no longer than the policy says", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { exits, http, start } = yield* Scope.provide(open({ drainMillis: 10_000 }), scope)
      const call = start(yield* http.initialize())
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* TestClock.adjust(9_000)
      assert.deepStrictEqual(exits, [])
      yield* TestClock.adjust(2_000)
      yield* Fiber.join(closing)
      yield* call.over
      assert.deepStrictEqual(exits, ["Failure"])
    }))
})

describe("a session that makes room before it is stored", () => {
  it.effect("leaves nothing in the store", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const begun = yield* Deferred.make<void>()
      const records = new Set<string>()
      const store = SessionStore.SessionStore.of({
        put: ({ id }) =>
          Deferred.succeed(begun, undefined).pipe(
            Effect.andThen(Deferred.await(gate)),
            Effect.andThen(Effect.sync(() => void records.add(id)))
          ),
        get: () => Effect.undefined,
        remove: (id) => Effect.sync(() => records.delete(id))
      })
      const server = yield* McpServer.make(hello, serverInfo)
      const scope = yield* Scope.make()
      const http = yield* Http.makeOver(server, store).pipe(Scope.provide(scope))
      const opening = yield* Effect.forkChild(http.initialize(), { startImmediately: true })
      yield* Deferred.await(begun)
      yield* Scope.close(scope, Exit.void)
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(opening)
      assert.strictEqual(records.size, 0)
    }))
})
