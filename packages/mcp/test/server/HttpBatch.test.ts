/** Batches over HTTP: in the one revision that has them, and in no other. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as CustomMethod from "../../src/contract/CustomMethod.ts"
import * as Progress from "../../src/contract/Progress.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { sessionEra } from "../../src/revision/Revisions.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import type { HttpPolicy } from "../../src/session/HttpPolicy.ts"
import * as Http from "../support/Http.ts"
import { cancelled, errorOf, initializeParams, notification, request, serverInfo } from "../support/Messages.ts"
import { textsOf } from "../support/Messages.ts"

const version = "2025-03-26"

const open = (policy: Partial<HttpPolicy> = {}) =>
  Effect.gen(function*() {
    const started = yield* Deferred.make<void>()
    const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))
    const chatty = Tool.serve("chatty", {}, () => Effect.as(Progress.report({ progress: 1 }), "done"))
    const wait = Tool.serve("wait", {}, () => Effect.andThen(Deferred.succeed(started, undefined), Effect.never))
    const http = yield* Http.make(yield* McpServer.make([hello, chatty, wait], serverInfo), policy)
    return { http, started, headers: yield* http.initialize(version) }
  })

const call = (id: number, name = "hello") => request(id, "tools/call", { name, _meta: { progressToken: id } })

/** Each message of an answer by its id, and what it says. */
const told = (exchange: Http.Exchange) =>
  exchange.messages().flat().map((message) => [
    message.id ?? message.method,
    message.error === undefined ? textsOf(message)[0] : errorOf(message)
  ])

describe("a batch over HTTP", () => {
  it.effect("is answered in one array, in the order of its requests (BAT-01)", () =>
    Effect.gen(function*() {
      const { headers, http } = yield* open()
      const answer = yield* http.post(
        [call(2), notification("notifications/initialized"), call(1), request(3, "no/such")],
        headers
      )
      assert.strictEqual(answer.header("content-type"), "application/json")
      assert.isTrue(answer.text().startsWith("["))
      assert.deepStrictEqual(told(answer), [[2, "Hello!"], [1, "Hello!"], [3, "-32601 Method not found: no/such"]])
    }))

  it.effect("becomes a stream when one of its calls sends something ahead", () =>
    Effect.gen(function*() {
      const { headers, http } = yield* open()
      const answer = yield* http.post([call(1), call(2, "chatty")], headers)
      assert.strictEqual(answer.header("content-type"), "text/event-stream")
      assert.deepStrictEqual(told(answer), [["notifications/progress", undefined], [1, "Hello!"], [2, "done"]])
    }))

  it.effect("of notifications and answers alone is 202, and an empty one 400", () =>
    Effect.gen(function*() {
      const { headers, http } = yield* open()
      const accepted = yield* http.post(
        [notification("notifications/initialized"), { jsonrpc: "2.0", id: 9, result: {} }],
        headers
      )
      assert.deepStrictEqual([accepted.status(), accepted.text()], [202, ""])
      assert.strictEqual((yield* http.post("[]", headers)).status(), 400)
    }))

  it.effect("holds messages that are each judged alone", () =>
    Effect.gen(function*() {
      const { headers, http } = yield* open()
      const answer = yield* http.post(
        [
          call(1),
          call(1),
          { jsonrpc: "1.0", id: 2, method: "ping" },
          7,
          request(4, "initialize", initializeParams(version))
        ],
        headers
      )
      assert.deepStrictEqual(told(answer).map(([id]) => id), [1, 1, 2, 4])
      assert.deepStrictEqual(answer.messages().flat().map(({ error }) => error?.code), [
        undefined,
        -32600,
        -32600,
        -32600
      ])
    }))

  it.effect("goes on when one of its calls is cancelled", () =>
    Effect.gen(function*() {
      const { headers, http, started } = yield* open()
      const exchange = http.start("POST", { "content-type": "application/json", ...headers }, [
        call(1, "wait"),
        call(2)
      ])
      yield* Deferred.await(started)
      yield* http.post(cancelled(1), headers)
      yield* exchange.over
      assert.deepStrictEqual(told(exchange), [[2, "Hello!"]])
    }))

  it.effect("is served without sessions too, where the policy is to have none", () =>
    Effect.gen(function*() {
      const { http } = yield* open({ sessions: "stateless" })
      const answer = yield* http.post([call(1), call(2)], { "mcp-protocol-version": version })
      assert.deepStrictEqual(told(answer), [[1, "Hello!"], [2, "Hello!"]])
    }))

  const others = sessionEra.filter(({ batches }) => !batches).map((revision) => [revision.version] as const)
  it.effect.each(others)("is refused in %s (BAT-02)", ([version]) =>
    Effect.gen(function*() {
      const { http } = yield* open()
      const refused = yield* http.post([call(1)], yield* http.initialize(version))
      assert.strictEqual(refused.status(), 400)
      assert.deepStrictEqual(refused.messages().map(errorOf), ["-32600 Batches are not served here"])
    }))

  it.effect("has its custom notifications heard where no sessions are kept", () =>
    Effect.gen(function*() {
      const heard = yield* Queue.unbounded<string>()
      const changed = CustomMethod.onNotification(
        CustomMethod.notification("notifications/acme/changed"),
        () => Queue.offer(heard, "changed").pipe(Effect.asVoid)
      )
      const http = yield* Http.make(yield* McpServer.make([], { ...serverInfo, methods: [changed] }), {
        sessions: "stateless"
      })
      const accepted = yield* http.post([notification("notifications/acme/changed")])
      assert.strictEqual(accepted.status(), 202)
      assert.strictEqual(yield* Queue.take(heard), "changed")
    }))
})
