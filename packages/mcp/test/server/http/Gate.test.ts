/** A gate before an endpoint: it is asked about every request before anything else is, and handlers know whom it let in. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Tracer from "effect/Tracer"
import * as Tool from "../../../src/contract/Tool.ts"
import * as McpServer from "../../../src/server/McpServer.ts"
import * as Middleware from "../../../src/server/Middleware.ts"
import type { HttpPolicy } from "../../../src/session/HttpPolicy.ts"
import * as Gates from "../../support/Gates.ts"
import * as Http from "../../support/Http.ts"
import {
  claimed,
  initializeParams,
  modernVersion,
  notification,
  request,
  serverInfo,
  textsOf
} from "../../support/Messages.ts"

const holders = { a: { user: "ada", scopes: ["read", "write"] }, b: { user: "bob" }, a2: { user: "ada" } }

const endpoint = (policy: Partial<HttpPolicy> = {}) =>
  Effect.gen(function*() {
    const ran: Array<string> = []
    const mark = Tool.serve("mark", {}, () => Effect.sync(() => String(ran.push("mark"))))
    const gates = Gates.make(holders)
    const server = yield* McpServer.make([Gates.who, mark], serverInfo)
    const http = yield* Http.make({ ...server, gate: gates.gate }, policy)
    return { ...http, ...gates, ran }
  })

const call = (id: number, name = "who") => request(id, "tools/call", { name })
const modern = (id: number, name = "who") => request(id, "tools/call", claimed({ name }))
const json = { "content-type": "application/json" }
const called = Http.modernHeaders("tools/call", "who")

/** All that can be asked of an endpoint, whatever becomes of it. */
const requests: ReadonlyArray<readonly [what: string, verb: string, headers: Http.Headers, body?: object | string]> = [
  ["a handshake", "POST", json, request(0, "initialize", initializeParams("2025-11-25"))],
  ["a call in a session", "POST", json, call(1, "mark")],
  ["a notification in a session", "POST", json, notification("notifications/initialized")],
  ["an answer in a session", "POST", json, { jsonrpc: "2.0", id: 1, result: {} }],
  ["a batch", "POST", json, [call(1, "mark"), call(2, "mark")]],
  ["a stateless call", "POST", { ...json, ...Http.modernHeaders("tools/call", "mark") }, modern(1, "mark")],
  [
    "a stateless notification",
    "POST",
    { ...json, "mcp-protocol-version": modernVersion },
    notification("x", claimed())
  ],
  [
    "a discovery",
    "POST",
    { ...json, ...Http.modernHeaders("server/discover") },
    request(1, "server/discover", claimed())
  ],
  ["no JSON", "POST", json, "{"],
  ["nothing", "POST", json, ""],
  ["an Accept that cannot be met", "POST", { ...json, accept: "text/html" }, call(1, "mark")],
  ["a stream", "GET", { accept: "text/event-stream" }],
  ["the rest of a stream", "GET", { accept: "text/event-stream", "last-event-id": "get-1.1" }],
  ["the end of a session", "DELETE", {}]
]

const policies: ReadonlyArray<readonly [string, Partial<HttpPolicy>]> = [
  ["with sessions", {}],
  ["without sessions", { sessions: "stateless" }],
  ["with streams only", { response: "sse" }]
]

describe.each(policies)("a gate before an endpoint %s", (_, policy) => {
  it.effect.each(requests)(
    "refuses %s without a credential, and with a bad one, before anything is looked at (SSH-01, SSH-02, SSH-06, SSH-07)",
    ([, verb, headers, body]) =>
      Effect.gen(function*() {
        const { asked, initialize, ran, start } = yield* endpoint(policy)
        const session = yield* initialize("2025-11-25", Gates.bearer("a"))
        asked.length = 0
        for (const authorization of [undefined, "Bearer c", ""]) {
          const { header, messages, over, status } = start(verb, { ...session, ...headers, authorization }, body)
          yield* over
          assert.strictEqual(status(), 401)
          assert.strictEqual(header("www-authenticate"), Gates.challenge)
          assert.deepStrictEqual(messages().map(({ error }) => error?.message), ["Who are you?"])
        }
        assert.deepStrictEqual(asked, [verb, verb, verb])
        assert.deepStrictEqual(ran, [])
      })
  )
})

describe("a gate", () => {
  it.effect("is not asked about preflights, foreign hosts, foreign pages, other verbs and other content", () =>
    Effect.gen(function*() {
      const { asked, start } = yield* endpoint()
      const origin = "http://localhost:1234"
      const cases: ReadonlyArray<readonly [string, Http.Headers, number]> = [
        ["OPTIONS", { origin }, 204],
        ["POST", { ...json, host: "evil.example" }, 403],
        ["GET", { origin: "https://evil.example" }, 403],
        ["PUT", {}, 405],
        ["HEAD", {}, 405],
        ["POST", { "content-type": "text/plain" }, 415]
      ]
      for (const [verb, headers, status] of cases) {
        assert.strictEqual((yield* start(verb, headers, "").over).status(), status)
      }
      assert.deepStrictEqual(asked, [])
    }))

  it.effect("refuses so that the page that called may read why", () =>
    Effect.gen(function*() {
      const { post } = yield* endpoint()
      const refused = yield* post(call(1), { origin: "http://localhost:1234" })
      assert.strictEqual(refused.status(), 401)
      assert.strictEqual(refused.header("access-control-allow-origin"), "http://localhost:1234")
      assert.include(refused.header("access-control-expose-headers") ?? "", "www-authenticate")
    }))

  it.effect("that breaks lets nobody in", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make(Gates.who, serverInfo)
      const gate = { admit: () => Effect.die("the key store is gone"), routes: [] }
      const { post } = yield* Http.make({ ...server, gate })
      const answer = yield* post(modern(1), called)
      assert.strictEqual(answer.status(), 500)
      assert.match(answer.messages()[0]?.error?.message ?? "", /^Internal error \(reference/)
    }).pipe(Effect.provide(Logger.layer([]))))

  it.effect("may let somebody in whom it does not know", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make(Gates.who, serverInfo)
      const { post } = yield* Http.make({ ...server, gate: { admit: () => Effect.undefined, routes: [] } })
      assert.deepStrictEqual((yield* post(modern(1), called)).messages().map(textsOf), [["nobody no badge"]])
    }))
})

describe("who was let in", () => {
  const told = (policy: Partial<HttpPolicy>) =>
    Effect.gen(function*() {
      const { initialize, post } = yield* endpoint(policy)
      const session = yield* initialize("2025-03-26", Gates.bearer("a"))
      const inSession = yield* post(call(1), session)
      const inBatch = yield* post([call(2), call(3)], session)
      const alone = yield* post(modern(4), { ...called, ...Gates.bearer("b") })
      // A batch is one event, where it is a stream.
      return [inSession, inBatch, alone].flatMap(({ messages }) => messages().flat().map(textsOf))
    })

  it.effect.each(policies)(
    "is known to handlers, with what else the gate has found out, %s",
    ([, policy]) =>
      Effect.gen(function*() {
        const ada = ["ada read+write"]
        assert.deepStrictEqual(yield* told(policy), [ada, ada, ada, ["bob "]])
      })
  )

  it.effect("is nobody where there is no gate, whatever the credential", () =>
    Effect.gen(function*() {
      const { post } = yield* Http.make(yield* McpServer.make(Gates.who, serverInfo))
      const answer = yield* post(modern(1), { ...called, ...Gates.bearer("a") })
      assert.deepStrictEqual(answer.messages().map(textsOf), [["nobody no badge"]])
    }))

  it.effect("is known to middleware, from the handshake on, and to handlers behind them and under a tracer", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const watch = Middleware.make((message, next) =>
        Effect.flatMap(Effect.serviceOption(Gates.Badge), (badge) => {
          seen.push(`${message.method} ${message.principal} ${badge._tag}`)
          return next(message)
        })
      )
      class Flag extends Context.Service<Flag, string>()("test/Flag") {}
      const flag = Middleware.service(Flag)(() => Effect.succeed("up"))
      const tracer = Tracer.make({ span: (options) => new Tracer.NativeSpan(options) })
      const server = yield* Effect.provideService(
        McpServer.make(Gates.who, { ...serverInfo, middleware: [watch, flag] }),
        Tracer.Tracer,
        tracer
      )
      const { initialize, post } = yield* Http.make({ ...server, gate: Gates.make(holders).gate })
      const session = yield* initialize("2025-11-25", Gates.bearer("a"))
      yield* post(notification("notifications/initialized"), session)
      const inSession = yield* post(call(1), session)
      const alone = yield* post(modern(2), { ...called, ...Gates.bearer("b") })
      assert.deepStrictEqual([inSession, alone].flatMap(({ messages }) => messages().map(textsOf)), [
        ["ada read+write"],
        ["bob "]
      ])
      assert.deepStrictEqual(seen, [
        "initialize ada Some",
        "notifications/initialized ada Some",
        "tools/call ada Some",
        "tools/call bob Some"
      ])
    }))

  it.effect("keeps its session with another token, and handlers see the scopes of the one at hand (SSH-05)", () =>
    Effect.gen(function*() {
      const { initialize, post, start } = yield* endpoint()
      const session = yield* initialize("2025-11-25", Gates.bearer("a"))
      const renewed = { ...session, ...Gates.bearer("a2") }
      assert.deepStrictEqual((yield* post(call(1), renewed)).messages().map(textsOf), [["ada "]])
      assert.strictEqual(start("GET", { ...renewed, accept: "text/event-stream" }).status(), 200)
      assert.strictEqual((yield* start("DELETE", renewed).over).status(), 204)
    }))
})
