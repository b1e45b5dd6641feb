/** HTTP+SSE, for clients of the oldest revision: a stream, a place to post to, and the same guards as elsewhere. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { McpRequest } from "../../src/contract/McpRequest.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as HttpSse from "../../src/server/http/HttpSse.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as HttpPolicy from "../../src/session/HttpPolicy.ts"
import { defaultLimits, SessionLimits } from "../../src/session/SessionLimits.ts"
import * as Http from "../support/Http.ts"
import { initializeParams, notification, request, serverInfo, textsOf } from "../support/Messages.ts"

const json = { "content-type": "application/json" }

const limits = { ...defaultLimits, sessionsMax: 2 }

const world = Effect.gen(function*() {
  const started = yield* Deferred.make<void>()
  const exits: Array<string> = []
  const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))
  const wait = Tool.serve("wait", {}, () =>
    Effect.andThen(Deferred.succeed(started, undefined), Effect.never).pipe(
      Effect.onExit((exit) => Effect.sync(() => exits.push(exit._tag)))
    ))
  const who = Tool.serve(
    "who",
    {},
    () => Effect.map(McpRequest, ({ header, sessionId }) => `${header("authorization")} ${sessionId}`)
  )
  const server = yield* Effect.provideService(McpServer.make([hello, wait, who], serverInfo), SessionLimits, limits)
  const sse = yield* HttpSse.make(server, HttpPolicy.make({ drainMillis: 0 }), "/messages")
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const onStream = Http.exchangeWith(fork, sse.onStream)
  const onMessage = Http.exchangeWith(fork, sse.onMessage)
  const get = (headers: Http.Headers = {}) => onStream("GET", "/sse", headers)
  const post = (url: string, message: object | string | undefined, headers: Http.Headers = {}) =>
    onMessage("POST", url, { ...json, ...headers }, message).over
  /** Opens a stream and shakes hands on it. */
  const connect = (headers: Http.Headers = {}) =>
    Effect.gen(function*() {
      const stream = get(headers)
      const url = stream.events()[0]?.data ?? ""
      yield* post(url, request(0, "initialize", initializeParams("2024-11-05")), headers)
      yield* stream.arrived(1)
      yield* post(url, notification("notifications/initialized"), headers)
      return { stream, url }
    })
  return { server, exits, started, onStream, onMessage, get, post, connect }
})

describe("HTTP+SSE", () => {
  it.effect("tells where to post first, and answers on the stream (SSE-01, SSE-02, SSE-04)", () =>
    Effect.gen(function*() {
      const { connect, post } = yield* world
      const { stream, url } = yield* connect()
      assert.match(stream.text(), /^event: endpoint\ndata: \/messages\?sessionId=[\w-]+\n\n/)
      assert.strictEqual(stream.messages()[0]?.result?.protocolVersion, "2024-11-05")
      const accepted = yield* post(url, request(1, "tools/call", { name: "hello" }))
      assert.deepStrictEqual([accepted.status(), accepted.text()], [202, ""])
      yield* stream.arrived(2)
      assert.deepStrictEqual(stream.messages().slice(1).map(textsOf), [["Hello!"]])
    }))

  it.effect("has sessions that can be told apart, and the headers that each stream was opened with", () =>
    Effect.gen(function*() {
      const { connect, post } = yield* world
      const told = yield* Effect.forEach(["a", "b"], (name) =>
        Effect.gen(function*() {
          const headers = { authorization: name }
          const { stream, url } = yield* connect(headers)
          yield* post(url, request(1, "tools/call", { name: "who" }), headers)
          yield* stream.arrived(2)
          return stream.messages().slice(1).flatMap(textsOf).map(String)[0]?.split(" ") ?? []
        }))
      assert.deepStrictEqual(told.map(([header]) => header), ["a", "b"])
      assert.notStrictEqual(told[0]?.[1], told[1]?.[1])
    }))

  it.effect("tells what happens on the server to a slow reader without piling it up", () =>
    Effect.gen(function*() {
      const { connect, server } = yield* world
      const { stream } = yield* connect()
      stream.stall(true)
      for (const _ of Array.from({ length: 100 })) {
        yield* server.bus.publish({ _tag: "ListChanged", kind: "tools" })
        yield* Effect.yieldNow
      }
      stream.stall(false)
      yield* stream.arrived(2)
      yield* Effect.forEach(Array.from({ length: 20 }), () => Effect.yieldNow)
      assert.isAtMost(stream.messages().length, 4)
    }))

  it.effect("admits whom the policy admits, with the verbs that there are (HTC-03)", () =>
    Effect.gen(function*() {
      const { connect, get, onMessage, onStream, post } = yield* world
      assert.strictEqual((yield* get({ origin: "http://evil.net" }).over).status(), 403)
      assert.strictEqual((yield* get({ host: "evil.net" }).over).status(), 403)
      assert.strictEqual((yield* get({ accept: "application/json" }).over).status(), 406)
      assert.strictEqual((yield* onStream("POST", "/sse", json, {}).over).header("allow"), "GET")
      assert.strictEqual((yield* onMessage("GET", "/messages", {}).over).header("allow"), "POST")
      assert.strictEqual((yield* onMessage("OPTIONS", "/messages", { origin: "http://localhost" }).over).status(), 204)
      const { url } = yield* connect()
      assert.strictEqual((yield* post(url, "{}", { origin: "http://evil.net" })).status(), 403)
      assert.strictEqual((yield* post(url, "{}", { "content-type": "text/plain" })).status(), 415)
      assert.strictEqual((yield* post(url, undefined)).status(), 413)
      assert.strictEqual((yield* post("/messages", "{}")).status(), 400)
      assert.strictEqual((yield* post("/messages?sessionId=nobody", "{}")).status(), 404)
    }))

  it.effect("gives a session to nobody with another credential", () =>
    Effect.gen(function*() {
      const { connect, post } = yield* world
      const mine = { authorization: "Bearer mine" }
      const { url } = yield* connect(mine)
      const ping = request(1, "ping")
      assert.strictEqual((yield* post(url, ping, { authorization: "Bearer other" })).status(), 404)
      assert.strictEqual((yield* post(url, ping)).status(), 404)
      assert.strictEqual((yield* post(url, ping, mine)).status(), 202)
    }))

  it.effect("serves no more than so many, and has room again when one is gone", () =>
    Effect.gen(function*() {
      const { connect, get } = yield* world
      const first = yield* connect()
      yield* connect()
      assert.strictEqual((yield* get().over).status(), 503)
      first.stream.disconnect()
      yield* TestClock.adjust(2_000)
      assert.strictEqual((yield* connect()).stream.status(), 200)
    }))

  it.effect("lasts as long as the client holds the stream, though nothing is posted for hours", () =>
    Effect.gen(function*() {
      const { connect, exits, post, server, started } = yield* world
      const { stream, url } = yield* connect()
      yield* post(url, request(1, "tools/call", { name: "wait" }))
      yield* Deferred.await(started)
      yield* TestClock.adjust("3 hours")
      assert.deepStrictEqual([stream.isOver(), exits], [false, []])
      assert.include(stream.text(), ": keep-alive")
      yield* server.bus.publish({ _tag: "ListChanged", kind: "tools" })
      yield* stream.arrived(2)
      stream.disconnect()
      yield* TestClock.adjust(2_000)
      assert.deepStrictEqual(exits, ["Failure"])
      assert.strictEqual((yield* post(url, request(2, "ping"))).status(), 404)
    }))

  it.effect("is cut when its client takes nothing for too long", () =>
    Effect.gen(function*() {
      const { connect, server } = yield* world
      const { stream } = yield* connect()
      stream.stall(true)
      yield* server.bus.publish({ _tag: "ListChanged", kind: "tools" })
      yield* TestClock.adjust(120_000)
      assert.isTrue(stream.isCut())
    }))

  it.effect("is cut as the endpoint ends, when its client takes nothing", () =>
    Effect.gen(function*() {
      const stream = yield* Effect.scoped(Effect.gen(function*() {
        const { connect, post } = yield* world
        const { stream, url } = yield* connect()
        stream.stall(true)
        for (const id of [1, 2, 3]) yield* post(url, request(id, "ping"))
        return stream
      }))
      yield* Fiber.await(stream.fiber)
      assert.isTrue(stream.isCut())
    }))
})
