/** JSON or a stream: what decides the form of an answer, and what a policy without sessions makes of old clients. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Progress from "../../src/contract/Progress.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import type { HttpPolicy } from "../../src/session/HttpPolicy.ts"
import * as Http from "../support/Http.ts"
import { claimed, errorOf, initializeParams, modernVersion, notification } from "../support/Messages.ts"
import { request, serverInfo, textsOf } from "../support/Messages.ts"

const quiet = Tool.serve("quiet", {}, () => Effect.succeed("done"))
const chatty = Tool.serve("chatty", {}, () => Effect.as(Progress.report({ progress: 1 }), "done"))

const server = McpServer.make([quiet, chatty], serverInfo)

const open = (policy: Partial<HttpPolicy> = {}) => Effect.flatMap(server, (server) => Http.make(server, policy))

type Era = "session" | "stateless"

const eras: ReadonlyArray<Era> = ["session", "stateless"]

const call = (http: Http.Endpoint, era: Era, name: string, headers: Http.Headers = {}) =>
  Effect.gen(function*() {
    return era === "session"
      ? yield* http.post(
        request(1, "tools/call", { name, _meta: { progressToken: 1 } }),
        { ...(yield* http.initialize()), ...headers }
      )
      : yield* http.post(
        request(1, "tools/call", claimed({ name }, { progressToken: 1 })),
        { ...Http.modernHeaders("tools/call", name), ...headers }
      )
  })

const json = "application/json"
const eventStream = "text/event-stream"

/** The form of an answer, and what came before it. */
const formOf = (exchange: Http.Exchange) => ({
  status: exchange.status(),
  type: exchange.header("content-type"),
  messages: exchange.messages().map((message) => message.method ?? textsOf(message)[0])
})

const asJson = { status: 200, type: json, messages: ["done"] }
const asStream = { status: 200, type: eventStream, messages: ["done"] }
const asLongStream = { status: 200, type: eventStream, messages: ["notifications/progress", "done"] }

describe.each(eras)("an answer in the %s era", (era) => {
  const decisions = [
    { response: "auto", name: "quiet", expected: asJson },
    { response: "auto", name: "chatty", expected: asLongStream },
    { response: "json", name: "quiet", expected: asJson },
    { response: "json", name: "chatty", expected: asJson },
    { response: "sse", name: "quiet", expected: asStream },
    { response: "sse", name: "chatty", expected: asLongStream }
  ] as const
  it.effect.each(decisions)(
    "to a $name call under the policy $response (HTC-15)",
    ({ expected, name, response }) =>
      Effect.gen(function*() {
        const http = yield* open({ response })
        assert.deepStrictEqual(formOf(yield* call(http, era, name)), expected)
      })
  )

  const accepts = [
    { accept: undefined, quiet: asJson, chatty: asLongStream },
    { accept: "*/*", quiet: asJson, chatty: asLongStream },
    { accept: "application/json, text/event-stream", quiet: asJson, chatty: asLongStream },
    { accept: "text/event-stream;q=0.5,Application/JSON; charset=utf-8", quiet: asJson, chatty: asLongStream },
    { accept: "application/*, text/*", quiet: asJson, chatty: asLongStream },
    { accept: "application/json", quiet: asJson, chatty: asJson },
    { accept: "text/event-stream", quiet: asStream, chatty: asLongStream }
  ] as const
  it.effect.each(accepts)("to a client that accepts $accept", ({ accept, chatty, quiet }) =>
    Effect.gen(function*() {
      const http = yield* open()
      assert.deepStrictEqual(formOf(yield* call(http, era, "quiet", { accept })), quiet)
      assert.deepStrictEqual(formOf(yield* call(http, era, "chatty", { accept })), chatty)
    }))

  it.effect.each(["text/html", "application/xml, image/*", "", "json"])(
    "to a client that accepts only '%s'",
    (accept) =>
      Effect.gen(function*() {
        const exchange = yield* call(yield* open(), era, "quiet", { accept })
        assert.strictEqual(exchange.status(), 406)
        assert.strictEqual(exchange.messages()[0]?.error?.code, -32600)
      })
  )

  it.effect("names the origin that may read it, as JSON and as a stream", () =>
    Effect.gen(function*() {
      const http = yield* open()
      const origin = "http://localhost:8080"
      for (const name of ["quiet", "chatty"]) {
        const exchange = yield* call(http, era, name, { origin })
        assert.strictEqual(exchange.header("access-control-allow-origin"), origin)
      }
    }))
})

describe("a stream", () => {
  it.effect("is neither cached nor buffered on its way", () =>
    Effect.gen(function*() {
      const exchange = yield* call(yield* open(), "stateless", "chatty")
      assert.include(exchange.header("cache-control"), "no-cache")
      assert.strictEqual(exchange.header("x-accel-buffering"), "no")
    }))
})

describe("an endpoint without sessions", () => {
  const openStateless = open({ sessions: "stateless" })

  it.effect("answers initialize without a session id", () =>
    Effect.gen(function*() {
      const http = yield* openStateless
      const exchange = yield* http.post(request(0, "initialize", initializeParams("2025-06-18")))
      assert.strictEqual(exchange.status(), 200)
      assert.strictEqual(exchange.header("mcp-session-id"), undefined)
      assert.strictEqual(exchange.messages()[0]?.result?.protocolVersion, "2025-06-18")
      const initialized = yield* http.post(notification("notifications/initialized"))
      assert.deepStrictEqual([initialized.status(), initialized.text()], [202, ""])
    }))

  const versions = [[undefined], ["2024-11-05"], ["2025-03-26"], ["2025-06-18"], ["2025-11-25"]] as const
  it.effect.each(versions)(
    "serves calls that stand alone, of version %s (HTV-03)",
    ([version]) =>
      Effect.gen(function*() {
        const http = yield* openStateless
        const headers = { "mcp-protocol-version": version }
        const call = (name: string) =>
          http.post(request(1, "tools/call", { name, _meta: { progressToken: 1 } }), headers)
        assert.deepStrictEqual(formOf(yield* call("quiet")), asJson)
        assert.deepStrictEqual(formOf(yield* call("chatty")), asLongStream)
      })
  )

  it.effect("refuses a version that it does not know (HTV-04)", () =>
    Effect.gen(function*() {
      const http = yield* openStateless
      for (const version of ["1999-01-01", "", "latest", modernVersion]) {
        const exchange = yield* http.post(request(1, "ping"), { "mcp-protocol-version": version })
        assert.strictEqual(exchange.status(), 400, version)
        assert.notStrictEqual(errorOf(exchange.messages()[0] ?? assert.fail("no error")), "none")
      }
    }))

  it.effect("has no stream to hold open (HTG-02)", () =>
    Effect.gen(function*() {
      const http = yield* openStateless
      const exchange = yield* http.start("GET", { accept: eventStream }).over
      assert.deepStrictEqual([exchange.status(), exchange.header("allow")], [405, "POST"])
      assert.strictEqual(exchange.messages()[0]?.error?.code, -32600)
    }))

  it.effect("has no session to end, and none to answer in", () =>
    Effect.gen(function*() {
      const http = yield* openStateless
      assert.strictEqual((yield* http.start("DELETE", {}).over).status(), 405)
      const answer = yield* http.post({ jsonrpc: "2.0", id: 1, result: {} })
      assert.strictEqual(answer.status(), 400)
    }))

  it.effect("serves the stateless era as ever", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(formOf(yield* call(yield* openStateless, "stateless", "chatty")), asLongStream)
    }))
})
