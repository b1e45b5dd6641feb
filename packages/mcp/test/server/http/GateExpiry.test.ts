/** What stands open ends with the credential of its caller, in good order; what was let in goes on until it is answered. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Progress from "../../../src/contract/Progress.ts"
import * as Tool from "../../../src/contract/Tool.ts"
import * as HttpSse from "../../../src/server/http/HttpSse.ts"
import * as McpServer from "../../../src/server/McpServer.ts"
import * as HttpPolicy from "../../../src/session/HttpPolicy.ts"
import { defaultLimits, SubscriptionLimits } from "../../../src/session/SubscriptionLimits.ts"
import * as Gates from "../../support/Gates.ts"
import * as Http from "../../support/Http.ts"
import { claimed, initializeParams, notification, request, serverInfo, textsOf } from "../../support/Messages.ts"

const holders = {
  first: { user: "ada", scopes: ["read"], expiresAtMillis: 60_000 },
  second: { user: "ada", scopes: ["write"], expiresAtMillis: 90_000 },
  forever: { user: "ada" },
  endless: { user: "ada", expiresAtMillis: Number.POSITIVE_INFINITY },
  bob: { user: "bob", scopes: ["read"] }
}

const json = { "content-type": "application/json" }

const world = Effect.gen(function*() {
  const release = yield* Deferred.make<void>()
  const slow = Tool.serve(
    "slow",
    {},
    () => Effect.andThen(Progress.report({ progress: 1 }), Effect.as(Deferred.await(release), "done"))
  )
  const built = yield* Effect.provideService(
    McpServer.make([Gates.who, slow], serverInfo),
    SubscriptionLimits,
    { ...defaultLimits, peerSubscriptionsMax: 1 }
  )
  const server = { ...built, gate: Gates.make(holders).gate }
  const publish = Effect.andThen(
    server.bus.publish({ _tag: "ListChanged", kind: "tools" }),
    Effect.forEach(Array.from({ length: 20 }), () => Effect.yieldNow, { discard: true })
  )
  const http = yield* Http.make(server, { keepAliveMillis: Number.POSITIVE_INFINITY })
  return { ...http, server, release, publish }
})

type Token = keyof typeof holders

const listening = (token: Token, session: Http.Headers = {}): Http.Headers => ({
  accept: "text/event-stream",
  ...session,
  ...Gates.bearer(token)
})

const listenHeaders = (token: Token): Http.Headers => ({
  ...json,
  ...Http.modernHeaders("subscriptions/listen"),
  ...Gates.bearer(token)
})

const listen = request("l", "subscriptions/listen", claimed({ notifications: { toolsListChanged: true } }))

const methodsOf = ({ messages }: Http.Exchange) => messages().map(({ method }) => method ?? "result")

describe("a stream on which a session listens", () => {
  const opened = Effect.gen(function*() {
    const all = yield* world
    const session = yield* all.initialize("2025-11-25", Gates.bearer("first"))
    yield* all.post(notification("notifications/initialized"), session)
    return { ...all, session }
  })

  it.effect("ends to the millisecond with the credential, and tells until then", () =>
    Effect.gen(function*() {
      const { publish, session, start } = yield* opened
      const stream = start("GET", listening("first", session))
      yield* TestClock.adjust(59_999)
      yield* publish
      assert.deepStrictEqual(methodsOf(stream), ["notifications/tools/list_changed"])
      assert.isFalse(stream.isOver())
      yield* TestClock.adjust(1)
      assert.isTrue(stream.isOver())
    }))

  it.effect("is taken up again with the renewed one, and nothing is lost (HTG-10)", () =>
    Effect.gen(function*() {
      const { publish, session, start } = yield* opened
      const stream = start("GET", listening("first", session))
      yield* publish
      yield* TestClock.adjust(60_000)
      yield* publish
      const lastEventId = stream.events().at(-1)?.id
      const rest = start("GET", { ...listening("second", session), "last-event-id": lastEventId })
      yield* rest.arrived(1)
      assert.deepStrictEqual(methodsOf(rest), ["notifications/tools/list_changed"])
      yield* TestClock.adjust(29_999)
      assert.isFalse(rest.isOver())
      yield* TestClock.adjust(1)
      assert.isTrue(rest.isOver())
    }))

  it.effect("does not end with one that does not end, or when its client has left before", () =>
    Effect.gen(function*() {
      const { session, start } = yield* opened
      const streams = [start("GET", listening("forever", session)), start("GET", listening("endless", session))]
      const left = start("GET", listening("first", session))
      left.disconnect()
      yield* TestClock.adjust("2 hours")
      assert.deepStrictEqual(streams.map(({ isOver }) => isOver()), [false, false])
    }))

  it.effect("leaves the calls that were let in to be answered", () =>
    Effect.gen(function*() {
      const { release, session, start } = yield* opened
      const params = { name: "slow", _meta: { progressToken: "t" } }
      const headers = { ...session, ...json, ...Gates.bearer("first") }
      const inSession = start("POST", headers, request(1, "tools/call", params))
      const alone = start(
        "POST",
        { ...json, ...Http.modernHeaders("tools/call", "slow"), ...Gates.bearer("first") },
        request(1, "tools/call", claimed({ name: "slow" }, { progressToken: "t" }))
      )
      yield* TestClock.adjust("1 hour")
      yield* Deferred.succeed(release, undefined)
      for (const call of [inSession, alone]) {
        assert.deepStrictEqual((yield* call.over).messages().slice(1).map(textsOf), [["done"]])
      }
    }))

  it.effect.prop("is open until then, whenever it was opened", {
    openedAt: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 80_000 })),
    askedAfter: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 80_000 }))
  }, ({ askedAfter, openedAt }) =>
    Effect.gen(function*() {
      const { session, start } = yield* opened
      yield* TestClock.adjust(openedAt)
      const stream = start("GET", listening("first", session))
      yield* TestClock.adjust(askedAfter)
      assert.strictEqual(stream.isOver(), openedAt + askedAfter >= 60_000)
    }))
})

describe("subscriptions/listen", () => {
  it.effect("ends with its result when the credential ends, and makes room (SUB-06)", () =>
    Effect.gen(function*() {
      const { publish, start } = yield* world
      const stream = start("POST", listenHeaders("first"), listen)
      yield* stream.arrived(1)
      yield* publish
      yield* TestClock.adjust(59_999)
      assert.isFalse(stream.isOver())
      // One is all that a caller may have here, whichever its token.
      const second = yield* start("POST", listenHeaders("second"), listen).over
      assert.match(second.messages()[0]?.error?.message ?? "", /^More than 1 subscriptions of one client/)
      yield* TestClock.adjust(1)
      yield* stream.over
      assert.deepStrictEqual(methodsOf(stream), [
        "notifications/subscriptions/acknowledged",
        "notifications/tools/list_changed",
        "result"
      ])
      const next = start("POST", listenHeaders("second"), listen)
      yield* next.arrived(1)
      assert.deepStrictEqual(methodsOf(next), ["notifications/subscriptions/acknowledged"])
    }))

  it.effect("counts for its caller and for nobody else", () =>
    Effect.gen(function*() {
      const { start } = yield* world
      const streams = [start("POST", listenHeaders("first"), listen), start("POST", listenHeaders("bob"), listen)]
      for (const stream of streams) yield* stream.arrived(1)
      assert.deepStrictEqual(streams.flatMap(methodsOf), [
        "notifications/subscriptions/acknowledged",
        "notifications/subscriptions/acknowledged"
      ])
    }))

  it.effect("still ends when the server does, and when its client goes", () =>
    Effect.gen(function*() {
      const { server, start } = yield* world
      const left = start("POST", listenHeaders("first"), listen)
      yield* left.arrived(1)
      left.disconnect()
      const stream = start("POST", listenHeaders("first"), listen)
      yield* stream.arrived(1)
      server.standing.drain.begin()
      yield* stream.over
      assert.strictEqual(methodsOf(stream).at(-1), "result")
      yield* TestClock.adjust("1 hour")
    }))
})

describe("HTTP+SSE", () => {
  const connected = Effect.gen(function*() {
    const { server } = yield* world
    const sse = yield* HttpSse.make(server, HttpPolicy.make({ drainMillis: 0 }), "/messages")
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    const stream = Http.exchangeWith(fork, sse.onStream)("GET", "/sse", Gates.bearer("first"))
    const url = stream.events()[0]?.data ?? ""
    const post = (message: object, token?: string) =>
      Http.exchangeWith(fork, sse.onMessage)(
        "POST",
        url,
        { ...json, ...(token === undefined ? {} : Gates.bearer(token)) },
        message
      ).over
    yield* post(request(0, "initialize", initializeParams("2024-11-05")), "first")
    yield* stream.arrived(1)
    yield* post(notification("notifications/initialized"), "first")
    return { stream, post }
  })
  const call = request(1, "tools/call", { name: "who" })

  it.effect("gates each message, and takes those of the stream's caller only, with the scopes of their own token", () =>
    Effect.gen(function*() {
      const { post, stream } = yield* connected
      const statuses = [
        (yield* post(call)).status(),
        (yield* post(call, "wrong")).status(),
        (yield* post(call, "bob")).status(),
        (yield* post(call, "second")).status()
      ]
      assert.deepStrictEqual(statuses, [401, 401, 404, 202])
      yield* stream.arrived(2)
      yield* post({ ...call, id: 2 }, "first")
      yield* stream.arrived(3)
      assert.deepStrictEqual(stream.messages().slice(1).map(textsOf), [["ada write"], ["ada read"]])
    }))

  it.effect("ends with the credential of its caller", () =>
    Effect.gen(function*() {
      const { post, stream } = yield* connected
      yield* TestClock.adjust(59_999)
      assert.isFalse(stream.isOver())
      yield* TestClock.adjust(1)
      yield* stream.over
      assert.strictEqual((yield* post(call, "second")).status(), 404)
    }))

  it.effect("goes on as long as the credential that ends last of those shown", () =>
    Effect.gen(function*() {
      const { post, stream } = yield* connected
      yield* post(call, "second")
      yield* post(call, "first")
      yield* TestClock.adjust(89_999)
      assert.isFalse(stream.isOver())
      yield* TestClock.adjust(1)
      yield* stream.over
    }))
})
