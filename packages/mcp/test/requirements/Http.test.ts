/** What the specification demands of an HTTP endpoint: verbs, statuses, streams, and headers that must tell the truth. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Progress from "../../src/contract/Progress.ts"
import * as Tool from "../../src/contract/Tool.ts"
import { statelessEra } from "../../src/revision/Revisions.ts"
import { MetaKey } from "../../src/schema/Meta.ts"
import * as McpHttp from "../../src/server/McpHttp.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import { claimed, modernVersion, notification, request, serverInfo, textsOf } from "../support/Messages.ts"
import * as Demo from "./Demo.ts"

const json = { "content-type": "application/json" }
const eventStream = "text/event-stream"

const open = Effect.flatMap(Demo.server, (server) => Http.make(server))

const openModern = Effect.flatMap(
  McpServer.make(Demo.tools, { ...serverInfo, revisions: statelessEra }),
  (server) => Http.make(server)
)

describe("one endpoint", () => {
  it.effect.each(Demo.sessionVersions)(
    "serves POST and GET in a session: %s (HTC-01, HTG-02)",
    (version) =>
      Effect.gen(function*() {
        const http = yield* open
        const session = yield* http.initialize(version)
        const answer = yield* http.post(request(1, "tools/list"), session)
        assert.deepStrictEqual([answer.status(), answer.header("content-type")], [200, "application/json"])
        const stream = http.start("GET", { accept: eventStream, ...session })
        yield* Fiber.await(stream.fiber)
        assert.deepStrictEqual([stream.status(), stream.header("content-type")], [200, eventStream])
      })
  )

  it.effect("serves POST where there are no sessions (HTC-02)", () =>
    Effect.gen(function*() {
      const http = yield* openModern
      const answer = yield* http.post(request(1, "tools/list", claimed()), Http.modernHeaders("tools/list"))
      assert.strictEqual(answer.status(), 200)
    }))
})

describe("a session id", () => {
  it.effect("is random, and another one when all else is the same (SSH-03)", () =>
    Effect.gen(function*() {
      const idOf = Effect.scoped(Effect.flatMap(open, (http) => http.initialize()))
      const ids = yield* Effect.forEach(Array.from({ length: 20 }), () => idOf)
      assert.strictEqual(new Set(ids.map((headers) => headers["mcp-session-id"])).size, ids.length)
      for (const headers of ids) {
        // The 122 random bits of a version 4 UUID.
        assert.match(
          headers["mcp-session-id"] ?? "",
          /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
        )
      }
    }))
})

describe("what asks for no answer", () => {
  it.effect("is taken with 202 and no body (HTC-13)", () =>
    Effect.gen(function*() {
      const http = yield* open
      const session = yield* http.initialize()
      const answers = [
        yield* http.post(notification("notifications/initialized"), session),
        yield* http.post(notification("notifications/roots/list_changed"), session),
        yield* http.post({ jsonrpc: "2.0", id: 77, result: {} }, session),
        yield* http.post({ jsonrpc: "2.0", id: 77, error: { code: 1, message: "no" } }, session),
        yield* http.post(notification("notifications/cancelled", { requestId: 1 }), Http.modernHeaders("any"))
      ]
      for (const answer of answers) assert.deepStrictEqual([answer.status(), answer.text()], [202, ""])
    }))

  it.effect("is refused with the status of an error, and an error without an id (HTC-14, RPC-20)", () =>
    Effect.gen(function*() {
      const http = yield* open
      const session = yield* http.initialize()
      const answers = [
        yield* http.post(notification("notifications/initialized")),
        yield* http.post(notification("notifications/initialized"), { "mcp-session-id": "nobody" }),
        yield* http.post(notification("notifications/initialized"), { ...session, "mcp-protocol-version": "1" }),
        yield* http.post(notification("notifications/cancelled"), { "mcp-protocol-version": "2099-01-01" }),
        // Of the stateless era, a client sends no answers.
        yield* http.post({ jsonrpc: "2.0", id: 1, result: {} }, Http.modernHeaders("any"))
      ]
      for (const answer of answers) {
        assert.include([400, 404], answer.status())
        const [message] = answer.messages()
        assert.isDefined(message?.error)
        assert.notProperty(message, "id")
      }
    }))
})

/** A server whose tool tells one word through progress, waits for another that has begun, and tells once more. */
const makeTwins = Effect.gen(function*() {
  const begun = { a: yield* Deferred.make<void>(), b: yield* Deferred.make<void>() }
  const twin = Tool.serve(
    "twin",
    { parameters: { me: Schema.Literals(["a", "b"]) } },
    ({ me }) =>
      Effect.gen(function*() {
        yield* Progress.report({ progress: 1, message: me })
        yield* Deferred.succeed(begun[me], undefined)
        yield* Deferred.await(begun[me === "a" ? "b" : "a"])
        yield* Progress.report({ progress: 2, message: me })
        return me
      })
  )
  return yield* McpServer.make(twin, serverInfo)
})

describe("a stream", () => {
  it.effect.each(["session", "stateless"] as const)(
    "carries what belongs to its own request, and ends with the answer: %s era (HTM-03, HTG-06, HTG-07, PRG-05)",
    (era) =>
      Effect.gen(function*() {
        const http = yield* Http.make(yield* makeTwins)
        const session = era === "session" ? yield* http.initialize() : {}
        const listening = era === "session" ? http.start("GET", { accept: eventStream, ...session }) : undefined
        const start = (id: number, me: string) => {
          const params = { name: "twin", arguments: { me }, _meta: { progressToken: `token ${me}` } }
          return era === "session"
            ? http.start("POST", { ...json, ...session }, request(id, "tools/call", params))
            : http.start(
              "POST",
              { ...json, ...Http.modernHeaders("tools/call", "twin") },
              request(id, "tools/call", claimed(params, params._meta))
            )
        }
        for (const [me, exchange] of [["a", start(1, "a")], ["b", start(2, "b")]] as const) {
          yield* exchange.over
          assert.strictEqual(exchange.header("content-type"), eventStream)
          const messages = exchange.messages()
          assert.deepStrictEqual(
            messages.slice(0, -1).map(({ method, params }) => [method, params]),
            [1, 2].map((
              progress
            ) => ["notifications/progress", { progressToken: `token ${me}`, progress, message: me }])
          )
          assert.deepStrictEqual(textsOf(messages.at(-1) ?? assert.fail("no answer")), [me])
        }
        assert.deepStrictEqual(listening?.messages() ?? [], [])
      })
  )

  it.effect("of GET carries no answers (HTG-04)", () =>
    Effect.gen(function*() {
      const http = yield* open
      const session = yield* http.initialize()
      const stream = http.start("GET", { accept: eventStream, ...session })
      yield* Fiber.await(stream.fiber)
      for (const [method, params] of [["tools/list", {}], ["tools/call", { name: "nothing" }], ["ping", {}]] as const) {
        assert.strictEqual((yield* http.post(request(1, method, params), session)).messages().length, 1)
      }
      assert.deepStrictEqual(stream.messages(), [])
    }))

  it.effect("has ids of events that no other stream of the session has (HTG-08)", () =>
    Effect.gen(function*() {
      const http = yield* Effect.flatMap(Demo.server, (server) => Http.make(server, { response: "sse" }))
      const session = yield* http.initialize()
      const params = { name: "tell", arguments: { word: "a" }, _meta: { progressToken: 1 } }
      const exchanges = [
        yield* http.post(request(1, "tools/call", params), session),
        yield* http.post(request(2, "tools/call", params), session),
        yield* http.post(request(3, "tools/list"), session)
      ]
      const ids = exchanges.flatMap((exchange) => exchange.events().map(({ id }) => id))
      assert.isAbove(ids.length, exchanges.length)
      assert.notInclude(ids, undefined)
      assert.strictEqual(new Set(ids).size, ids.length)
    }))

  it.effect("without a session has no ids, and is not resumed (HTM-09)", () =>
    Effect.gen(function*() {
      const http = yield* open
      const params = claimed({ name: "tell", arguments: { word: "a" } }, { progressToken: 1 })
      const headers = { ...Http.modernHeaders("tools/call", "tell"), "last-event-id": "1" }
      const answer = yield* http.post(request(1, "tools/call", params), headers)
      assert.strictEqual(answer.header("content-type"), eventStream)
      assert.notMatch(answer.text(), /^id:/m)
      const resumed = yield* http.start("GET", { accept: eventStream, "last-event-id": "1" }).over
      assert.notStrictEqual(resumed.status(), 200)
    }))

  it.effect("of logs is that of the request that asked for them (LOG-03)", () =>
    Effect.gen(function*() {
      const http = yield* open
      const session = yield* http.initialize()
      const stream = http.start("GET", { accept: eventStream, ...session })
      yield* Fiber.await(stream.fiber)
      const params = claimed({ name: "tell", arguments: { word: "a" } }, { [MetaKey.logLevel]: "debug" })
      const headers = Http.modernHeaders("tools/call", "tell")
      const [asked, silent] = [
        yield* http.post(request(1, "tools/call", params), headers),
        yield* http.post(request(2, "tools/call", claimed({ name: "tell", arguments: { word: "b" } })), headers)
      ]
      const methods = (exchange: Http.Exchange) => exchange.messages().map(({ method }) => method)
      assert.deepStrictEqual(methods(asked), ["notifications/message", undefined])
      assert.deepStrictEqual(methods(silent), [undefined])
      assert.deepStrictEqual(stream.messages(), [])
    }))
})

describe("an error over HTTP", () => {
  it.effect("of a method that is not there is 404 in the stateless era (HTM-17)", () =>
    Effect.gen(function*() {
      const http = yield* open
      for (const method of ["no/such", "ping", "logging/setLevel", "toString"]) {
        const answer = yield* http.post(request(1, method, claimed()), Http.modernHeaders(method))
        assert.deepStrictEqual([answer.status(), answer.messages()[0]?.error?.code], [404, -32601], method)
      }
    }))
})

describe("headers", () => {
  const call = request(1, "tools/call", claimed({ name: "echo", arguments: { text: "a" } }))
  const truth = Http.modernHeaders("tools/call", "echo")

  const lies = [
    { "mcp-protocol-version": "2025-11-25" },
    { "mcp-protocol-version": "2099-01-01" },
    { "mcp-protocol-version": undefined },
    { "mcp-protocol-version": "" },
    { "mcp-method": "tools/list" },
    { "mcp-method": "Tools/Call" },
    { "mcp-method": undefined },
    { "mcp-method": "" },
    { "mcp-name": "add" },
    { "mcp-name": "Echo" },
    { "mcp-name": undefined },
    { "mcp-name": "=?base64?!?=" },
    { "mcp-name": "=?base64?YWRk?=" }
  ] as const

  it.effect.each(lies)(
    "that lie, or are missing, are refused: %j (HDR-03, HDR-05, HDR-10 to HDR-12, TRN-06, ERR-05, ERR-13)",
    (lie) =>
      Effect.gen(function*() {
        for (const http of [yield* open, yield* openModern]) {
          const refused = yield* http.post(call, { ...truth, ...lie })
          assert.strictEqual(refused.status(), 400)
          assert.deepStrictEqual(refused.messages().map(({ error, id }) => [error?.code, id]), [[-32020, 1]])
        }
      })
  )

  it.effect("that say the same in other words are taken (HDR-13, HDR-24)", () =>
    Effect.gen(function*() {
      const http = yield* open
      for (
        const more of [{}, { "mcp-name": "=?base64?ZWNobw==?=" }, {
          "mcp-name": " echo\t",
          "mcp-method": " tools/call"
        }]
      ) {
        assert.strictEqual((yield* http.post(call, { ...truth, ...more })).status(), 200)
      }
    }))

  it.effect("of a session in a version that is not known are refused (HTV-04)", () =>
    Effect.gen(function*() {
      const http = yield* open
      const session = yield* http.initialize()
      for (const version of ["1999-01-01", "", "latest", modernVersion]) {
        const refused = yield* http.post(request(1, "ping"), { ...session, "mcp-protocol-version": version })
        assert.strictEqual(refused.status(), 400, version)
      }
    }))

  it.live("have names in any case, and values in one (HDR-09, HDR-24)", () =>
    Effect.gen(function*() {
      const { dispose, handler } = McpHttp.toWebHandler(McpServer.layer(Demo.tools, serverInfo))
      const post = (method: string) =>
        Effect.promise(() =>
          handler(
            new Request("http://localhost/mcp", {
              method: "POST",
              headers: {
                HOST: "localhost",
                "CONTENT-TYPE": "application/json",
                "MCP-PROTOCOL-VERSION": modernVersion,
                "mCP-mETHOD": method,
                "Mcp-NAME": "echo"
              },
              body: JSON.stringify(call)
            })
          )
        )
      assert.strictEqual((yield* post("tools/call")).status, 200)
      assert.strictEqual((yield* post("TOOLS/CALL")).status, 400)
      yield* Effect.promise(() => dispose())
    }))
})
