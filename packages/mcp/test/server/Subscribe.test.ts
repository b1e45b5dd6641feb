/** What a session on a line hears: changes of lists, and updates of resources that it subscribed to. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { sessionEra } from "../../src/revision/Revisions.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import type { Bus, ServerEvent } from "../../src/session/NotificationBus.ts"
import { defaultLimits, type Limits, SubscriptionLimits } from "../../src/session/SubscriptionLimits.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { claimed, errorOf, initializeParams, notification, request, serverInfo } from "../support/Messages.ts"

const tool = Tool.serve("tool", {}, () => Effect.succeed("done"))
const watched = Resource.serve("test://watched", {}, () => Effect.succeed("watched"))
const other = Resource.serve("test://other", {}, () => Effect.succeed("other"))

const makeServer = (limits: Partial<Limits> = {}) =>
  McpServer.make([tool, watched, other], serverInfo).pipe(
    Effect.provideService(SubscriptionLimits, { ...defaultLimits, ...limits })
  )

const tools: ServerEvent = { _tag: "ListChanged", kind: "tools" }
const updated = (uri: string): ServerEvent => ({ _tag: "ResourceUpdated", uri })

const settle = Effect.forEach(Array.from({ length: 20 }), () => Effect.yieldNow, { discard: true })

const publish = (bus: Bus, ...events: ReadonlyArray<ServerEvent>) =>
  Effect.andThen(Effect.forEach(events, bus.publish, { discard: true }), settle)

/** The notifications that were sent, as one word each. */
const heard = (line: Line.Line) =>
  line.sent.flatMap(({ method, params }) => method === undefined ? [] : [`${method}${params?.uri ?? ""}`])

const changed = "notifications/tools/list_changed"
const update = "notifications/resources/updated"

describe.each(sessionEra)("a session of $version", ({ version }) => {
  it.effect("hears of changed lists, and of what it subscribed to (RSC-04, RSC-05, RSC-06)", () =>
    Effect.gen(function*() {
      const server = yield* makeServer()
      const line = yield* Line.openSession(server, version)
      assert.deepStrictEqual((yield* line.ask("resources/subscribe", { uri: "test://watched" })).result, {})
      yield* publish(server.bus, tools, updated("test://other"), updated("test://watched"))
      assert.deepStrictEqual(heard(line), [changed, `${update}test://watched`])
      assert.deepStrictEqual((yield* line.ask("resources/unsubscribe", { uri: "test://watched" })).result, {})
      yield* publish(server.bus, updated("test://watched"))
      assert.deepStrictEqual(heard(line).length, 2)
    }))

  it.effect("is told that it may subscribe, and that lists change (RSC-01)", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* makeServer())
      const { result } = yield* line.ask("initialize", initializeParams(version))
      const capabilities = result?.capabilities as Record<string, unknown>
      assert.deepStrictEqual(capabilities.resources, { subscribe: true, listChanged: true })
      assert.deepStrictEqual(capabilities.tools, { listChanged: true })
    }))

  it.effect("cannot subscribe where there is nothing (RSC-12)", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* makeServer(), version)
      const { error } = yield* line.ask("resources/subscribe", { uri: "test://nowhere" })
      assert.deepStrictEqual([error?.code, error?.data], [-32002, { uri: "test://nowhere" }])
    }))
})

describe("a session on a line", () => {
  it.effect("hears nothing before its client is initialized", () =>
    Effect.gen(function*() {
      const server = yield* makeServer()
      const line = yield* Line.open(server)
      yield* publish(server.bus, tools)
      yield* line.ask("initialize", initializeParams("2025-11-25"))
      yield* line.ask("resources/subscribe", { uri: "test://watched" })
      yield* publish(server.bus, tools, updated("test://watched"))
      assert.deepStrictEqual(heard(line), [])
      line.say(notification("notifications/initialized"), notification("notifications/initialized"))
      yield* publish(server.bus, tools)
      assert.deepStrictEqual(heard(line), [changed])
    }))

  it.effect("hears that a component came, and that it went, as a client that listens does (RSC-04, CAC-08)", () =>
    Effect.gen(function*() {
      const server = yield* makeServer()
      const [line, modern] = [yield* Line.openSession(server), yield* Line.open(server)]
      modern.say(request(1, "subscriptions/listen", claimed({ notifications: { toolsListChanged: true } })))
      const extra = Tool.serve("extra", {}, () => Effect.succeed("extra"))
      yield* Effect.scoped(Effect.gen(function*() {
        yield* server.registry.add(extra, yield* Effect.context<never>())
        yield* settle
        assert.deepStrictEqual(heard(line), [changed])
      }))
      yield* settle
      assert.deepStrictEqual(heard(line), [changed, changed])
      assert.deepStrictEqual(heard(modern), ["notifications/subscriptions/acknowledged", changed, changed])
    }))

  it.effect("hears nothing of the other sessions' subscriptions", () =>
    Effect.gen(function*() {
      const server = yield* makeServer()
      const [mine, theirs] = [yield* Line.openSession(server), yield* Line.openSession(server)]
      yield* mine.ask("resources/subscribe", { uri: "test://watched" })
      yield* theirs.ask("resources/subscribe", { uri: "test://other" })
      yield* publish(server.bus, updated("test://watched"))
      assert.deepStrictEqual([heard(mine), heard(theirs)], [[`${update}test://watched`], []])
    }))

  it.effect("is not disturbed by a client of the stateless era on its line, which hears nothing unasked", () =>
    Effect.gen(function*() {
      const server = yield* makeServer()
      const line = yield* Line.open(server)
      yield* line.ask("tools/call", claimed({ name: "tool" }))
      yield* publish(server.bus, tools)
      assert.deepStrictEqual(heard(line), [])
    }))

  it.effect("may subscribe and unsubscribe again; unsubscribing is never an error", () =>
    Effect.gen(function*() {
      const server = yield* makeServer()
      const line = yield* Line.openSession(server)
      for (const method of ["resources/unsubscribe", "resources/subscribe", "resources/subscribe"]) {
        assert.deepStrictEqual((yield* line.ask(method, { uri: "test://watched" })).result, {})
      }
      yield* publish(server.bus, updated("test://watched"))
      assert.deepStrictEqual(heard(line), [`${update}test://watched`])
      yield* line.ask("resources/unsubscribe", { uri: "test://watched" })
      yield* publish(server.bus, updated("test://watched"))
      assert.strictEqual(heard(line).length, 1)
    }))

  it.effect("is refused a subscription without a URI, and one too many", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* makeServer({ urisMax: 1 }))
      assert.strictEqual((yield* line.ask("resources/subscribe", {})).error?.code, -32602)
      assert.strictEqual((yield* line.ask("resources/unsubscribe", { uri: 1 })).error?.code, -32602)
      yield* line.ask("resources/subscribe", { uri: "test://watched" })
      assert.strictEqual(
        errorOf(yield* line.ask("resources/subscribe", { uri: "test://other" })),
        "-32603 More than 1 resources subscribed to in this session"
      )
    }))

  const policies = ["coalesce", "close"] as const
  it.effect.each(policies)(
    "hears of everything once when it is slow, with the policy %s",
    (slowConsumer) =>
      Effect.gen(function*() {
        const server = yield* makeServer({ pendingMax: 1, slowConsumer })
        const released = yield* Deferred.make<void>()
        const line = yield* Line.open(server, { drained: Deferred.await(released) })
        line.say(
          request(1, "initialize", initializeParams("2025-11-25")),
          notification("notifications/initialized"),
          request(2, "resources/subscribe", { uri: "test://watched" })
        )
        yield* publish(server.bus, tools)
        for (let i = 0; i < 100; i++) yield* publish(server.bus, updated(`test://watched/${i}`), tools)
        assert.deepStrictEqual(heard(line), [changed])
        yield* Deferred.succeed(released, undefined)
        yield* settle
        assert.deepStrictEqual(heard(line), [changed, `${update}test://watched`, changed])
      })
  )

  it.effect("hears nothing more once the line has ended", () =>
    Effect.gen(function*() {
      const server = yield* makeServer()
      const line = yield* Line.openSession(server)
      yield* line.hangUp
      const before = line.sent.length
      yield* publish(server.bus, tools)
      assert.strictEqual(line.sent.length, before)
    }))
})

describe("subscribing over HTTP", () => {
  it.effect("succeeds in a session (RSC-06)", () =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* makeServer())
      const headers = yield* http.initialize()
      for (const method of ["resources/subscribe", "resources/unsubscribe"]) {
        const exchange = yield* http.post(request(1, method, { uri: "test://watched" }), headers)
        assert.deepStrictEqual(exchange.messages()[0]?.result, {})
      }
    }))

  it.effect("is refused where no sessions are kept", () =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* makeServer(), { sessions: "stateless" })
      const exchange = yield* http.post(request(1, "resources/subscribe", { uri: "test://watched" }))
      assert.strictEqual(
        errorOf(exchange.messages()[0]!),
        "-32600 Subscribing needs a session, and none is kept here"
      )
    }))
})
