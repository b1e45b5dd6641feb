/** A gate before a server on real sockets: every verb of every endpoint, streams that end with their credential. */
import { assert, describe, it } from "@effect/vitest"
import { McpServer, RpcError, Tool } from "@parley/mcp"
import { McpRequest } from "@parley/mcp/contract/McpRequest"
import { HttpGate } from "@parley/mcp/server/http/HttpGate"
import * as HttpAdmission from "@parley/mcp/session/HttpAdmission"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readUntil } from "../../../mcp/test/support/Reading.ts"
import * as NodeMcpServer from "../../src/NodeMcpServer.ts"

const challenge = "Bearer resource_metadata=\"http://localhost/.well-known/about\""

/** Tokens are names of users; that of `brief` ends after so many milliseconds. */
const briefMillis = 300

const users: ReadonlySet<string> = new Set(["ada", "bob", "brief"])

const gate: HttpGate["Service"] = {
  admit: ({ header }) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const [user = "", issue] = header("authorization")?.slice("Bearer ".length).split("-") ?? []
      if (!users.has(user)) {
        const refusal = HttpAdmission.refuse(401, RpcError.invalidRequest("Who are you?"))
        return Effect.fail({ ...refusal, headers: { "www-authenticate": challenge } })
      }
      const expiresAtMillis = user === "brief" && issue === undefined ? now + briefMillis : undefined
      return Effect.succeed({ principal: user, services: Context.empty(), expiresAtMillis })
    }),
  routes: [{
    path: "/.well-known/about",
    handler: (exchange) => Effect.sync(() => exchange.respond(200, { "content-type": "text/plain" }, exchange.method))
  }]
}

const who = Tool.serve("who", {}, () => Effect.map(McpRequest, ({ principal }) => `I am ${principal}`))
const forbidden = Tool.serve("forbidden", {}, () =>
  Effect.fail(
    new RpcError.RpcError({
      code: -32600,
      message: "More is needed",
      http: { status: 403, headers: { "www-authenticate": "Bearer error=\"insufficient_scope\"" } }
    })
  ))

const Server = McpServer.layer([who, forbidden], { name: "test", version: "1" }).pipe(
  Layer.provideMerge(NodeMcpServer.layerHttp({ port: 0, sse: true, drainMillis: 0 })),
  Layer.provide(Layer.succeed(HttpGate, gate))
)

const served = Effect.gen(function*() {
  const context = yield* Layer.build(Server)
  const url = yield* Effect.provideContext(
    Effect.flatMap(NodeMcpServer.HttpAddress, (address) => address.url),
    context
  )
  return (path: string, init: RequestInit = {}) => Effect.promise(() => fetch(new URL(path, url), init))
})

type Ask = Effect.Success<typeof served>

const json = { "content-type": "application/json", accept: "application/json, text/event-stream" }
const stream = { accept: "text/event-stream" }

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

const post = (message: object, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { ...json, ...headers },
  body: JSON.stringify({ jsonrpc: "2.0", ...message })
})

const initialize = (version: string) => ({
  id: 0,
  method: "initialize",
  params: { protocolVersion: version, capabilities: {}, clientInfo: { name: "test", version: "1" } }
})

const call = (name: string) => ({ id: 1, method: "tools/call", params: { name } })

const claim = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {}
}

const modern = (method: string, params: object, headers: Record<string, string>): RequestInit =>
  post({ id: "m", method, params: { ...params, _meta: claim } }, {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...headers
  })

const modernCall = (name: string, headers: Record<string, string> = {}) =>
  modern("tools/call", { name }, { "mcp-name": name, ...headers })

const textOf = (response: Response) => Effect.promise(() => response.text())

const sessionOf = (ask: Ask, token: string) =>
  Effect.gen(function*() {
    const opened = yield* ask("/mcp", post(initialize("2025-11-25"), bearer(token)))
    yield* textOf(opened)
    return { "mcp-session-id": opened.headers.get("mcp-session-id") ?? assert.fail("no session") }
  })

describe("a gate before a server on a socket", () => {
  it.live("refuses whom it does not know, on every endpoint, with every verb, of both eras (SSH-01, SSH-06)", () =>
    Effect.gen(function*() {
      const ask = yield* served
      const session = yield* sessionOf(ask, "ada")
      const cases: ReadonlyArray<readonly [string, RequestInit]> = [
        ["/mcp", post(initialize("2025-11-25"))],
        ["/mcp", post(call("who"), session)],
        ["/mcp", modernCall("who")],
        ["/mcp", modernCall("who", bearer("mallory"))],
        ["/mcp", { headers: { ...stream, ...session } }],
        ["/mcp", { method: "DELETE", headers: session }],
        ["/sse", { headers: stream }],
        ["/messages?sessionId=x", post(initialize("2024-11-05"))]
      ]
      for (const [path, init] of cases) {
        const refused = yield* ask(path, init)
        assert.strictEqual(refused.status, 401, `${init.method ?? "GET"} ${path}`)
        assert.strictEqual(refused.headers.get("www-authenticate"), challenge)
        yield* textOf(refused)
      }
    }))

  it.live("lets in whom it knows, and gives no session to anybody else", () =>
    Effect.gen(function*() {
      const ask = yield* served
      const session = yield* sessionOf(ask, "ada")
      const own = yield* ask("/mcp", post(call("who"), { ...session, ...bearer("ada-2") }))
      assert.include(yield* textOf(own), "I am ada")
      assert.include(yield* textOf(yield* ask("/mcp", modernCall("who", bearer("bob")))), "I am bob")
      const foreign = { ...session, ...bearer("bob") }
      for (const init of [post(call("who"), foreign), { headers: { ...stream, ...foreign } }]) {
        const refused = yield* ask("/mcp", init)
        assert.strictEqual(refused.status, 404)
        assert.notInclude(yield* textOf(refused), "ada")
      }
      assert.strictEqual((yield* ask("/mcp", { method: "DELETE", headers: foreign })).status, 404)
      assert.strictEqual(
        (yield* ask("/mcp", { method: "DELETE", headers: { ...session, ...bearer("ada") } })).status,
        204
      )
    }))

  it.live("answers its own paths to everybody", () =>
    Effect.gen(function*() {
      const ask = yield* served
      for (const method of ["GET", "OPTIONS"]) {
        const about = yield* ask("/.well-known/about?x", { method })
        assert.deepStrictEqual([about.status, yield* textOf(about)], [200, method])
      }
      const head = yield* ask("/.well-known/about", { method: "HEAD" })
      assert.deepStrictEqual([head.status, yield* textOf(head)], [200, ""])
      assert.strictEqual((yield* ask("/.well-known/about/else")).status, 404)
    }))

  it.live("shows what a refusal of a handler is over HTTP", () =>
    Effect.gen(function*() {
      const ask = yield* served
      const session = yield* sessionOf(ask, "ada")
      for (
        const init of [
          post(call("forbidden"), { ...session, ...bearer("ada") }),
          modernCall("forbidden", bearer("ada"))
        ]
      ) {
        const refused = yield* ask("/mcp", init)
        assert.strictEqual(refused.status, 403)
        assert.strictEqual(refused.headers.get("www-authenticate"), "Bearer error=\"insufficient_scope\"")
        assert.include(yield* textOf(refused), "More is needed")
      }
    }))

  it.live("ends what stands open with the credential: a listen request with its result (SUB-06)", () =>
    Effect.gen(function*() {
      const ask = yield* served
      const session = yield* sessionOf(ask, "brief")
      const listening = yield* ask("/mcp", { headers: { ...stream, ...session, ...bearer("brief") } })
      const listen = yield* ask(
        "/mcp",
        modern("subscriptions/listen", { notifications: { toolsListChanged: true } }, bearer("brief"))
      )
      const old = yield* ask("/sse", { headers: { ...stream, ...bearer("brief") } })
      assert.deepStrictEqual([listening, listen, old].map(({ status }) => status), [200, 200, 200])
      // Each ends by itself.
      yield* textOf(listening)
      assert.match(yield* textOf(listen), /acknowledged[^]*"result":/)
      yield* textOf(old)
    }))
})

describe("HTTP+SSE behind a gate on a socket", () => {
  it.live("takes the messages of the stream's caller only", () =>
    Effect.gen(function*() {
      const ask = yield* served
      const opened = yield* ask("/sse", { headers: { ...stream, ...bearer("ada") } })
      const reader = opened.body?.getReader() ?? assert.fail("no body")
      const uri = /^data: (.+)$/m.exec(yield* readUntil(reader, "\n\n"))?.[1] ?? assert.fail("no endpoint")
      const say = (message: object, token: string) =>
        Effect.map(ask(uri, post(message, bearer(token))), ({ status }) => status)
      assert.strictEqual(yield* say(initialize("2024-11-05"), "bob"), 404)
      assert.strictEqual(yield* say(initialize("2024-11-05"), "ada"), 202)
      yield* readUntil(reader, "protocolVersion")
      assert.strictEqual(yield* say({ method: "notifications/initialized" }, "ada"), 202)
      assert.strictEqual(yield* say(call("who"), "bob"), 404)
      assert.strictEqual(yield* say(call("who"), "ada-2"), 202)
      assert.include(yield* readUntil(reader, "I am"), "I am ada")
      yield* Effect.promise(() => reader.cancel())
    }))
})
