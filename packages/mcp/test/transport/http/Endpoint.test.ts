/** What a client sends to an endpoint, where it may be sent on to, and what failures and refusals mean. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { ClientTransport } from "../../../src/transport/ClientTransport.ts"
import * as StreamableHttpClient from "../../../src/transport/StreamableHttpClient.ts"
import {
  answer,
  header,
  json,
  live,
  open,
  openSession,
  outgoing,
  reasonOf,
  resultOf,
  socketError
} from "../../support/ScriptedHttp.ts"
import { tracing } from "../../support/Tracing.ts"

const call = outgoing(v2026_07_28, "tools/call")
const inSession = outgoing(v2025_11_25, "tools/call")

describe("traces", () => {
  it.effect("have no span of HTTP, which would tell what the URL asks for", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracing()
      const { link, sent } = yield* open(() => json(answer), { url: "https://example.com/mcp?key=secret" })
      yield* Effect.provide(link.request(call), layer)
      assert.deepStrictEqual(spans, [])
      assert.lengthOf(sent, 1)
    }))
})

describe("headers", () => {
  it.effect("mirror parameters, and cannot be what the protocol says itself (XMC-05, HDR-01, HDR-06)", () =>
    Effect.gen(function*() {
      const { link, sent } = yield* open(() => json(answer), {
        headers: {
          "Mcp-Session-Id": "mine",
          "MCP-Method": "mine",
          "last-event-id": "mine",
          "x-key": Redacted.make("k")
        }
      })
      const headers = { "Mcp-Param-Region": "eu", "mcp-param-empty": "", "Mcp-Method": "a lie" }
      yield* link.request({ ...call, headers })
      assert.deepInclude(sent[0]?.headers, {
        "mcp-param-region": "eu",
        "mcp-param-empty": "",
        "mcp-method": "tools/call",
        "x-key": "k"
      })
      assert.notProperty(sent[0]?.headers, "mcp-session-id")
      assert.notProperty(sent[0]?.headers, "last-event-id")
    }))

  it.effect("mean the same in any case (HDR-09)", () =>
    Effect.gen(function*() {
      const { link, sent } = yield* open(() => {
        const body = `data: ${JSON.stringify({ jsonrpc: "2.0", ...answer })}\n\n`
        return new Response(body, { headers: { "CONTENT-TYPE": "Text/Event-Stream", "MCP-SESSION-ID": "S1" } })
      })
      yield* link.request(outgoing(v2025_11_25, "initialize"))
      yield* link.request(inSession)
      assert.strictEqual(header(sent[1], "mcp-session-id"), "S1")
    }))

  it.effect("a session id that cannot be sent back is refused (HTS-02)", () =>
    Effect.gen(function*() {
      for (const id of ["a b", "é", "x".repeat(9_000)]) {
        const { close, link, sent } = yield* open(() => json(answer, { headers: { "mcp-session-id": id } }))
        assert.strictEqual((yield* reasonOf(link.request(outgoing(v2025_11_25, "initialize"))))._tag, "InvalidAnswer")
        yield* close
        assert.lengthOf(sent, 1)
      }
    }))
})

describe("redirects", () => {
  const redirect = (status: number, location: string) => new Response(null, { status, headers: { location } })

  for (const status of [301, 302, 307, 308]) {
    it.effect(`${status} on the same origin is followed with the same request`, () =>
      Effect.gen(function*() {
        const { link, sent } = yield* open(
          ({ url }) => url.endsWith("/") ? json(answer) : redirect(status, "/mcp/"),
          { headers: { authorization: "Bearer t" } }
        )
        assert.deepStrictEqual(yield* resultOf(link, call), { ok: true })
        assert.deepStrictEqual(sent.map(({ url, verb }) => [verb, url]), [
          ["POST", "https://example.com/mcp"],
          ["POST", "https://example.com/mcp/"]
        ])
        assert.strictEqual(sent[0]?.body, sent[1]?.body)
        assert.strictEqual(header(sent[1], "authorization"), "Bearer t")
        yield* link.request(call)
        // What moved for good is not asked for at the old place again.
        assert.lengthOf(sent, status === 301 || status === 308 ? 3 : 4)
      }))
  }

  const elsewhere = [
    ["https://evil.example/mcp?token=1", "https://evil.example/mcp"],
    ["http://example.com/mcp", "http://example.com/mcp"],
    ["https://example.com:8443/mcp", "https://example.com:8443/mcp"],
    ["//evil.example/", "https://evil.example/"]
  ] as const
  for (const [location, shown] of elsewhere) {
    it.effect(`to ${location} is not followed (SUR-09)`, () =>
      Effect.gen(function*() {
        const { link, sent } = yield* open(() => redirect(307, location))
        const reason = yield* reasonOf(link.request(call))
        assert.deepInclude(reason, { _tag: "HttpStatus", status: 307, location: shown, mayHaveRun: false })
        assert.include(reason.message, shown)
        assert.lengthOf(sent, 1)
      }))
  }

  it.effect("that would change the request, or lead nowhere, or do not end, are refusals", () =>
    Effect.gen(function*() {
      const see = yield* open(() => redirect(303, "/other"))
      assert.deepInclude(yield* reasonOf(see.link.request(call)), { _tag: "HttpStatus", status: 303 })
      assert.lengthOf(see.sent, 1)
      const nowhere = yield* open(() => redirect(307, "http://["))
      assert.deepInclude(yield* reasonOf(nowhere.link.request(call)), { _tag: "HttpStatus", status: 307 })
      const round = yield* open(() => redirect(307, "/mcp"))
      assert.deepInclude(yield* reasonOf(round.link.request(call)), { _tag: "HttpStatus", status: 307 })
      assert.lengthOf(round.sent, 4)
    }))

  it.effect("that the HTTP client followed by itself to another origin give no answer", () =>
    Effect.gen(function*() {
      const followed = HttpClient.make((request) => {
        const response = json(answer)
        Object.defineProperty(response, "url", { value: "https://example.com.evil.example/mcp" })
        return Effect.succeed(HttpClientResponse.fromWeb(request, response))
      })
      const transport = yield* Effect.provideService(
        StreamableHttpClient.make({ url: "https://example.com/mcp" }),
        HttpClient.HttpClient,
        followed
      )
      const link = yield* transport.open(() => {})
      assert.strictEqual((yield* reasonOf(link.request(call)))._tag, "InvalidAnswer")
    }))

  it.effect("fetch is told not to follow any", () =>
    Effect.gen(function*() {
      const modes: Array<RequestRedirect | undefined> = []
      const fetch: typeof globalThis.fetch = (_input, init) => {
        modes.push(init?.redirect)
        return Promise.resolve(json(answer))
      }
      const layer = Layer.provide(
        StreamableHttpClient.layerFetch({ url: "https://example.com/mcp" }),
        Layer.succeed(FetchHttpClient.Fetch, fetch)
      )
      const link = yield* Effect.flatMap(ClientTransport, (transport) => transport.open(() => {})).pipe(
        Effect.provide(yield* Layer.build(layer))
      )
      yield* link.request(call)
      assert.deepStrictEqual(modes, ["manual"])
    }))
})

describe("failures", () => {
  const nested = new TypeError("fetch failed", {
    cause: Object.assign(new AggregateError([socketError("ECONNREFUSED")], ""), { code: "ECONNREFUSED" })
  })
  const unsent = [
    socketError("ECONNREFUSED"),
    socketError("ENOTFOUND"),
    socketError("ETIMEDOUT", "connect"),
    socketError("UND_ERR_CONNECT_TIMEOUT"),
    socketError("DEPTH_ZERO_SELF_SIGNED_CERT"),
    nested
  ]
  for (const error of unsent) {
    it.effect(`before anything is sent: ${error.message}`, () =>
      Effect.gen(function*() {
        const { link } = yield* open(() => error)
        assert.deepInclude(yield* reasonOf(link.request(call)), { _tag: "Unreachable", mayHaveRun: false })
      }))
  }

  const endless = new Error("round and round")
  endless.cause = endless
  for (
    const error of [socketError("ECONNRESET", "read"), socketError("EPIPE"), socketError("UND_ERR_SOCKET"), endless]
  ) {
    it.effect(`after something was sent, perhaps: ${error.message}`, () =>
      Effect.gen(function*() {
        const { link } = yield* open(() => error)
        assert.deepInclude(yield* reasonOf(link.request(call)), { _tag: "Unreachable", mayHaveRun: true })
      }))
  }

  it.effect("say what lies beneath", () =>
    Effect.gen(function*() {
      const { link } = yield* open(() => nested)
      assert.include((yield* reasonOf(link.request(call))).message, "ECONNREFUSED")
    }))

  it.effect("a URL that is none is one, before anything is sent", () =>
    Effect.gen(function*() {
      const { link } = yield* open(() => json(answer), { url: "http://[" })
      assert.deepInclude(yield* reasonOf(link.request(call)), { _tag: "Unreachable", mayHaveRun: false })
    }))
})

describe("refusals", () => {
  for (const status of [413, 431]) {
    it.effect(`${status}: too much was sent, and nothing has run (HDR-23)`, () =>
      Effect.gen(function*() {
        const { link } = yield* open(() => new Response("too large", { status }))
        const reason = yield* reasonOf(link.request(call))
        assert.deepInclude(reason, { _tag: "HttpStatus", status, body: "too large" })
        assert.isFalse(reason.mayHaveRun)
      }))
  }

  it.effect("a body that never ends does not hold a refusal up, nor the answer to a notification", () =>
    Effect.gen(function*() {
      const { link } = yield* open(() => new Response(live().response.body, { status: 400 }))
      const failing = yield* Effect.forkChild(reasonOf(link.request(call)))
      yield* TestClock.adjust("5 seconds")
      assert.isDefined(failing.pollUnsafe())
      const other = yield* open(() => live().response)
      yield* other.link.notify({ method: "notifications/cancelled", paramsText: "{}", revision: v2025_11_25 })
    }))
})

describe("400 in a session", () => {
  const rpc = (message: string, id: unknown = null) =>
    JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32000, message } })
  const cases = [
    ["Bad Request: No valid session ID provided", "SessionExpired"],
    [rpc("Bad Request: No valid session ID provided"), "SessionExpired"],
    [rpc("Bad Request: Server not initialized"), "SessionExpired"],
    [rpc("Bad Request: No valid session ID provided", "server-error"), "SessionExpired"],
    [rpc("Your session is fine, your arguments are not", 1), "answered"],
    [rpc("Bad Request: Unsupported protocol version"), "answered"],
    ["Bad Request", "HttpStatus"],
    ["", "HttpStatus"]
  ] as const
  for (const [body, expected] of cases) {
    it.effect(`with the body ${body}: ${expected} (HTS-07)`, () =>
      Effect.gen(function*() {
        const { link } = yield* openSession(() => new Response(body, { status: 400 }))
        const ended = yield* Effect.match(link.request(inSession), {
          onSuccess: () => "answered",
          onFailure: ({ mayHaveRun, reason }) => {
            assert.isFalse(mayHaveRun)
            return reason._tag
          }
        })
        assert.strictEqual(ended, expected)
      }))
  }

  it.effect("means nothing about a session where there is none", () =>
    Effect.gen(function*() {
      const { link } = yield* open(() => new Response("No valid session ID provided", { status: 400 }))
      for (const request of [call, inSession, outgoing(v2025_11_25, "initialize")]) {
        assert.strictEqual((yield* reasonOf(link.request(request)))._tag, "HttpStatus")
      }
    }))

  it.effect("ends it: nothing more is sent in it, not even its end", () =>
    Effect.gen(function*() {
      const { close, link, sent } = yield* openSession(() => new Response("", { status: 404 }))
      yield* reasonOf(link.request(inSession))
      const notification = { method: "notifications/cancelled", paramsText: "{}", revision: v2025_11_25 }
      assert.strictEqual((yield* reasonOf(link.notify(notification)))._tag, "SessionExpired")
      assert.strictEqual((yield* reasonOf(link.respond("{}", v2025_11_25)))._tag, "SessionExpired")
      assert.strictEqual((yield* reasonOf(link.request(inSession)))._tag, "SessionExpired")
      yield* close
      assert.lengthOf(sent, 1)
    }))
})

it.effect("a peer is named without its secrets, and told from others", () =>
  Effect.gen(function*() {
    const peers = yield* Effect.forEach(
      [
        "https://u:p@example.com/mcp",
        "https://example.com/mcp?key=1",
        "https://example.com/mcp?key=2",
        "/mcp",
        "/mcp?key=1"
      ],
      (url) => Effect.map(open(() => "never", { url }), ({ peer }) => peer)
    )
    assert.strictEqual(peers[0], "https://example.com/mcp")
    assert.strictEqual(peers[3], "/mcp")
    assert.strictEqual(new Set(peers).size, 5)
    assert.notInclude(peers.join(" "), "key")
  }))
