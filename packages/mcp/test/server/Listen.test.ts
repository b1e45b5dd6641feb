/** `subscriptions/listen`: what a client of the stateless era hears, on a line and over HTTP. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { MetaKey } from "../../src/schema/Meta.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import type { Bus, ServerEvent } from "../../src/session/NotificationBus.ts"
import { defaultLimits, type Limits, SubscriptionLimits } from "../../src/session/SubscriptionLimits.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import {
  cancelled,
  claimed,
  errorOf,
  type Params,
  type Received,
  request,
  serverInfo,
  textsOf
} from "../support/Messages.ts"

const tool = Tool.serve("tool", {}, () => Effect.succeed("done"))
const prompt = Prompt.serve("prompt", {}, () => Effect.succeed("prompt"))
const watched = Resource.serve("test://watched", {}, () => Effect.succeed("watched"))
const other = Resource.serve("test://other", {}, () => Effect.succeed("other"))

const everything = [tool, prompt, watched, other]

const makeServer = (limits: Partial<Limits> = {}, served: typeof everything | readonly [typeof tool] = everything) =>
  McpServer.make(served, serverInfo).pipe(Effect.provideService(SubscriptionLimits, { ...defaultLimits, ...limits }))

const tools: ServerEvent = { _tag: "ListChanged", kind: "tools" }
const prompts: ServerEvent = { _tag: "ListChanged", kind: "prompts" }
const resources: ServerEvent = { _tag: "ListChanged", kind: "resources" }
const updated = (uri: string): ServerEvent => ({ _tag: "ResourceUpdated", uri })

const listen = (id: string | number, notifications: unknown) =>
  request(id, "subscriptions/listen", claimed({ notifications }))

const acknowledgedMethod = "notifications/subscriptions/acknowledged"

const metaOf = ({ params, result }: Received) => ((params ?? result)?._meta ?? {}) as Params

const subscriptionOf = (message: Received) => metaOf(message)[MetaKey.subscriptionId]

const isOf = (id: string | number) => (message: Received) => subscriptionOf(message) === id

/** What was sent on one subscription, as one word each. */
const heard = (sent: ReadonlyArray<Received>, id: string | number) =>
  sent.filter(isOf(id)).map(({ method, params }) =>
    method === undefined ? "result" : `${method.slice("notifications/".length)}${params?.uri ?? ""}`
  )

/** Lets fibers run until nothing is left to do. */
const settle = Effect.forEach(Array.from({ length: 20 }), () => Effect.yieldNow, { discard: true })

const publish = (bus: Bus, ...events: ReadonlyArray<ServerEvent>) =>
  Effect.andThen(Effect.forEach(events, bus.publish, { discard: true }), settle)

describe("listening on a line", () => {
  it.effect("is acknowledged first, with what is honoured, under the id of the request (SUB-02, SUB-04, SUB-05)", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* makeServer())
      const asked = {
        toolsListChanged: true,
        promptsListChanged: false,
        resourceSubscriptions: ["test://watched", "test://nowhere", "test://watched"],
        somethingNew: true
      }
      line.say(listen("mine", asked))
      const first = yield* line.hear(() => true)
      assert.strictEqual(first.method, acknowledgedMethod)
      assert.deepStrictEqual(first.params, {
        _meta: { [MetaKey.subscriptionId]: "mine" },
        notifications: { toolsListChanged: true, resourceSubscriptions: ["test://watched"] }
      })
    }))

  it.effect("leaves out what the server does not declare (SUB-04)", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* makeServer({}, [tool]))
      line.say(listen(1, { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ["test://a"] }))
      const first = yield* line.hear(isOf(1))
      assert.deepStrictEqual(first.params?.notifications, { toolsListChanged: true })
    }))

  it.effect("leaves out what the caller may not know of", () =>
    Effect.gen(function*() {
      const secret = Resource.serve("test://secret", { visible: () => false }, () => Effect.succeed("secret"))
      const server = yield* McpServer.make([watched, secret], serverInfo)
      const line = yield* Line.open(server)
      line.say(listen(1, { resourceSubscriptions: ["test://watched", "test://secret"] }))
      yield* publish(server.bus, updated("test://secret"))
      assert.deepStrictEqual(line.sent[0]?.params?.notifications, { resourceSubscriptions: ["test://watched"] })
      assert.strictEqual(line.sent.length, 1)
    }))

  it.effect("hears exactly what it asked for (SUB-01, RSC-07)", () =>
    Effect.gen(function*() {
      const server = yield* makeServer()
      const line = yield* Line.open(server)
      line.say(listen(0, { promptsListChanged: true, resourceSubscriptions: ["test://watched"] }))
      yield* publish(server.bus, tools, prompts, resources, updated("test://other"), updated("test://watched/part"))
      assert.deepStrictEqual(heard(line.sent, 0), [
        "subscriptions/acknowledged",
        "prompts/list_changed",
        "resources/updatedtest://watched/part"
      ])
      assert.strictEqual(line.sent.length, 3)
    }))

  it.effect("holds several subscriptions apart, by their ids and the types of these (SUB-05, SUB-11)", () =>
    Effect.gen(function*() {
      const server = yield* makeServer()
      const line = yield* Line.open(server)
      line.say(
        listen(1, { toolsListChanged: true }),
        listen("1", { promptsListChanged: true }),
        listen(2, { toolsListChanged: true, promptsListChanged: true })
      )
      yield* publish(server.bus, tools)
      yield* publish(server.bus, prompts)
      assert.deepStrictEqual(heard(line.sent, 1), ["subscriptions/acknowledged", "tools/list_changed"])
      assert.deepStrictEqual(heard(line.sent, "1"), ["subscriptions/acknowledged", "prompts/list_changed"])
      assert.deepStrictEqual(heard(line.sent, 2), [
        "subscriptions/acknowledged",
        "tools/list_changed",
        "prompts/list_changed"
      ])
    }))

  it.effect("hears nothing after it is cancelled, and is not answered (SUB-09, STD-10)", () =>
    Effect.gen(function*() {
      const server = yield* makeServer()
      const line = yield* Line.open(server)
      line.say(listen(1, { toolsListChanged: true }))
      yield* publish(server.bus, tools)
      yield* server.bus.publish(tools)
      line.say(cancelled(1))
      yield* publish(server.bus, tools)
      assert.deepStrictEqual(heard(line.sent, 1), ["subscriptions/acknowledged", "tools/list_changed"])
      yield* line.hangUp
      assert.strictEqual(line.sent.length, 2)
    }))

  it.effect("does not hold up other requests, nor hear of them (SUB-12)", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* makeServer())
      line.say(listen(1, { toolsListChanged: true }))
      const answer = yield* line.ask("tools/call", claimed({ name: "tool" }, { progressToken: 1 }))
      assert.deepStrictEqual(textsOf(answer), ["done"])
      assert.deepStrictEqual(heard(line.sent, 1), ["subscriptions/acknowledged"])
    }))

  const ends = ["hangUp", "stop"] as const
  it.effect.each(ends)(
    "is told of its end and answered when the line ends (%s) (SUB-06, SUB-07, SUB-08, CAN-06)",
    (end) =>
      Effect.gen(function*() {
        const line = yield* Line.open(yield* makeServer())
        line.say(listen("a", { toolsListChanged: true }))
        yield* line.hear(isOf("a"))
        yield* line[end]
        assert.deepStrictEqual(heard(line.sent, "a"), ["subscriptions/acknowledged", "cancelled", "result"])
        const [, notice, answer] = line.sent
        assert.strictEqual(notice?.params?.requestId, "a")
        assert.strictEqual(answer?.id, "a")
        assert.strictEqual(answer?.result?.resultType, "complete")
      })
  )

  it.effect("ends when the server drains, and the line goes on", () =>
    Effect.gen(function*() {
      const server = yield* makeServer()
      const line = yield* Line.open(server)
      line.say(listen(1, { toolsListChanged: true }))
      yield* line.hear(isOf(1))
      server.standing.drain.begin()
      yield* line.hear(({ id }) => id === 1)
      line.say(listen(2, { toolsListChanged: true }))
      yield* line.hear(({ id }) => id === 2)
      assert.deepStrictEqual(heard(line.sent, 2), ["subscriptions/acknowledged", "cancelled", "result"])
      assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", claimed({ name: "tool" }))), ["done"])
    }))

  const wrong = [
    [undefined],
    ["all"],
    [[]],
    [{ toolsListChanged: "yes" }],
    [{ resourceSubscriptions: "test://watched" }],
    [{ resourceSubscriptions: [1] }]
  ] as const
  it.effect.each(wrong)("is refused with the filter %j (SUC-05)", ([notifications]) =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* makeServer())
      line.say(listen(1, notifications))
      assert.strictEqual((yield* line.hear(() => true)).error?.code, -32602)
    }))

  it.effect("does not exist in the session era", () =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(yield* makeServer())
      const answer = yield* line.ask("subscriptions/listen", { notifications: {} })
      assert.strictEqual(answer.error?.code, -32601)
    }))
})

describe("the bounds on listening", () => {
  it.effect("hold for the URIs of a request", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* makeServer({ urisMax: 1 }))
      line.say(listen(1, { resourceSubscriptions: ["test://watched", "test://other"] }))
      const refused = yield* line.hear(() => true)
      assert.strictEqual(errorOf(refused), "-32602 \"resourceSubscriptions\" has more than 1 URIs")
    }))

  it.effect("hold for one peer, until one of its subscriptions ends; another peer has its own", () =>
    Effect.gen(function*() {
      const server = yield* makeServer({ peerSubscriptionsMax: 1 })
      const [line, second] = [yield* Line.open(server), yield* Line.open(server)]
      line.say(listen(1, {}), listen(2, {}))
      assert.strictEqual(
        errorOf(yield* line.hear(({ id }) => id === 2)),
        "-32603 More than 1 subscriptions of one client"
      )
      second.say(listen(1, {}))
      yield* second.hear(isOf(1))
      line.say(cancelled(1))
      yield* settle
      line.say(listen(3, {}))
      assert.strictEqual((yield* line.hear(isOf(3))).method, acknowledgedMethod)
    }))

  it.effect("hold for the server as a whole", () =>
    Effect.gen(function*() {
      const server = yield* makeServer({ subscriptionsMax: 1 })
      const [line, second] = [yield* Line.open(server), yield* Line.open(server)]
      line.say(listen(1, {}))
      second.say(listen(1, {}))
      assert.strictEqual(
        errorOf(yield* second.hear(({ id }) => id === 1)),
        "-32603 More than 1 subscriptions on this server"
      )
      yield* line.hangUp
      second.say(listen(2, {}))
      assert.strictEqual((yield* second.hear(isOf(2))).method, acknowledgedMethod)
    }))
})

describe("a slow consumer", () => {
  /** A line that takes the acknowledgment, and then nothing until it is released. */
  const openSlow = (limits: Partial<Limits>) =>
    Effect.gen(function*() {
      const server = yield* makeServer(limits)
      const released = yield* Deferred.make<void>()
      const line = yield* Line.open(server, { drained: Deferred.await(released) })
      line.say(
        listen(1, { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ["test://watched"] })
      )
      yield* line.hear(isOf(1))
      return { bus: server.bus, line, release: Deferred.succeed(released, undefined) }
    })

  it.effect("hears of everything once, however often it happened meanwhile", () =>
    Effect.gen(function*() {
      const { bus, line, release } = yield* openSlow({ pendingMax: 2 })
      for (let i = 0; i < 100; i++) {
        yield* publish(bus, tools, prompts, updated("test://watched"), updated(`test://watched/${i}`))
      }
      assert.strictEqual(line.sent.length, 1)
      yield* release
      yield* settle
      assert.deepStrictEqual(heard(line.sent, 1), [
        "subscriptions/acknowledged",
        "tools/list_changed",
        "prompts/list_changed",
        "resources/updatedtest://watched"
      ])
    }))

  it.effect("has its subscription ended where that is the policy, and is told so (SUB-06)", () =>
    Effect.gen(function*() {
      const { bus, line, release } = yield* openSlow({ pendingMax: 2, slowConsumer: "close" })
      yield* publish(bus, tools, prompts, tools)
      yield* publish(bus, updated("test://watched"))
      yield* release
      yield* line.hear(({ id }) => id === 1)
      assert.deepStrictEqual(heard(line.sent, 1), ["subscriptions/acknowledged", "cancelled", "result"])
    }))
})

describe("listening over HTTP", () => {
  const headers = { "content-type": "application/json", ...Http.modernHeaders("subscriptions/listen") }

  it.effect("holds an event stream open, and hears on it (SUB-03, SUB-10)", () =>
    Effect.gen(function*() {
      const server = yield* makeServer()
      const http = yield* Http.make(server)
      const exchange = http.start("POST", headers, listen(7, { toolsListChanged: true }))
      yield* exchange.arrived(1)
      assert.strictEqual(exchange.header("content-type"), "text/event-stream")
      yield* publish(server.bus, tools, prompts)
      assert.deepStrictEqual(heard(exchange.messages(), 7), ["subscriptions/acknowledged", "tools/list_changed"])
      assert.isFalse(exchange.isOver())
    }))

  it.effect("is answered and closed when the server drains, without a cancellation (SUB-06, SUB-07, SUB-13)", () =>
    Effect.gen(function*() {
      const server = yield* makeServer()
      const http = yield* Http.make(server)
      const exchange = http.start("POST", headers, listen(7, { toolsListChanged: true }))
      yield* exchange.arrived(1)
      server.standing.drain.begin()
      yield* exchange.over
      assert.deepStrictEqual(heard(exchange.messages(), 7), ["subscriptions/acknowledged", "result"])
      assert.strictEqual(exchange.messages()[1]?.id, 7)
    }))

  it.effect("ends when the client goes away (SUC-04), and its place is free again", () =>
    Effect.gen(function*() {
      const server = yield* makeServer({ subscriptionsMax: 1 })
      const http = yield* Http.make(server)
      const first = http.start("POST", headers, listen(1, { toolsListChanged: true }))
      yield* first.arrived(1)
      first.disconnect()
      yield* Fiber.await(first.fiber)
      const second = http.start("POST", headers, listen(1, {}))
      yield* second.arrived(1)
      assert.strictEqual(second.messages()[0]?.method, acknowledgedMethod)
    }))

  it.effect("counts the subscriptions of the bearer of a credential", () =>
    Effect.gen(function*() {
      const server = yield* makeServer({ peerSubscriptionsMax: 1 })
      const http = yield* Http.make(server)
      const start = (authorization?: string) => http.start("POST", { ...headers, authorization }, listen(1, {}))
      const [mine, more, theirs, nobody, nobodyElse] = [start("me"), start("me"), start("them"), start(), start()]
      yield* more.over
      assert.strictEqual(errorOf(more.messages()[0]!), "-32603 More than 1 subscriptions of one client")
      for (const exchange of [mine, theirs, nobody, nobodyElse]) yield* exchange.arrived(1)
    }))

  it.effect("is refused where only JSON may be answered (SUB-10)", () =>
    Effect.gen(function*() {
      const server = yield* makeServer()
      const byPolicy = yield* Http.make(server, { response: "json" })
      const answer = yield* byPolicy.post(listen(1, {}), headers)
      assert.strictEqual(answer.status(), 400)
      assert.strictEqual(answer.messages()[0]?.error?.code, -32600)
      const byClient = yield* Http.make(server)
      const refused = yield* byClient.post(listen(1, {}), { ...headers, accept: "application/json" })
      assert.strictEqual(refused.messages()[0]?.error?.code, -32600)
    }))
})
