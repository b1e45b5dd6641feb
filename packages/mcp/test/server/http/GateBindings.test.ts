/** A gate before a server that is mounted elsewhere: each case runs on the web handler and on a router. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as McpHttp from "../../../src/server/McpHttp.ts"
import * as McpServer from "../../../src/server/McpServer.ts"
import * as McpSse from "../../../src/server/McpSse.ts"
import * as Gates from "../../support/Gates.ts"
import * as Http from "../../support/Http.ts"
import { claimed, initializeParams, request, serverInfo } from "../../support/Messages.ts"

const gates = Gates.make({ a: { user: "ada" } })

const Server = McpServer.layer(Gates.who, serverInfo)

const bindings = {
  "web handler": () => McpHttp.toWebHandler(Server, { protect: (transport) => Layer.provide(transport, gates.layer) }),
  router: () => {
    const Mcp = Server.pipe(Layer.provide(McpHttp.layerRouter()), Layer.provide(gates.layer), Layer.orDie)
    const App = Layer.provideMerge(McpSse.layerRouter({ path: "/sse" }), Mcp)
    return HttpRouter.toWebHandler(Layer.provideMerge(App, HttpServer.layerServices), { disableLogger: true })
  }
}

const json = { host: "localhost", "content-type": "application/json" }

/** Answers for whoever shows nothing, on a handler that ends with the test. */
const handlerOf = (binding: () => McpHttp.WebServer) =>
  Effect.map(
    Effect.acquireRelease(Effect.sync(binding), ({ dispose }) => Effect.promise(() => dispose())),
    (web) => (path: string, init: RequestInit = {}) =>
      Effect.promise(() =>
        web.handler(new Request(`http://localhost${path}`, { ...init, headers: { ...json, ...init.headers } }))
      )
  )

const post = (message: object, headers: object = {}): RequestInit => ({
  method: "POST",
  body: JSON.stringify(message),
  headers: { ...headers }
})

const initialize = post(request(0, "initialize", initializeParams("2025-11-25")))
const call = request(1, "tools/call", claimed({ name: "who" }))
const called = Http.modernHeaders("tools/call", "who")

const textOf = (response: Response) => Effect.promise(() => response.text())

describe.each(Object.entries(bindings))("a gate before a %s", (_, binding) => {
  it.live("refuses every verb of both eras, and lets in whom it knows (SSH-01, SSH-06)", () =>
    Effect.gen(function*() {
      const ask = yield* handlerOf(binding)
      const listening = { headers: { accept: "text/event-stream" } }
      for (const init of [initialize, post(call, called), listening, { method: "DELETE" }]) {
        const refused = yield* ask("/mcp", init)
        assert.strictEqual(refused.status, 401)
        assert.strictEqual(refused.headers.get("www-authenticate"), Gates.challenge)
      }
      const answer = yield* ask("/mcp", post(call, { ...called, ...Gates.bearer("a") }))
      assert.include(yield* textOf(answer), "\"text\":\"ada \"")
    }))

  it.live("serves what says how to get in to everybody, beside the endpoint", () =>
    Effect.gen(function*() {
      const ask = yield* handlerOf(binding)
      for (const method of ["GET", "OPTIONS"]) {
        const about = yield* ask("/.well-known/about?x=1", { method, headers: { origin: "https://any.example" } })
        assert.strictEqual(about.status, 200)
        assert.strictEqual(about.headers.get("access-control-allow-origin"), "*")
        assert.strictEqual(yield* textOf(about), `about, by ${method}`)
      }
      assert.strictEqual((yield* ask("/.well-known/about", { method: "HEAD" })).status, 200)
      assert.notStrictEqual((yield* ask("/.well-known/about/else")).status, 200)
    }))
})

describe("a gate before a router", () => {
  it.live("stands before HTTP+SSE on it too, without being asked for there", () =>
    Effect.gen(function*() {
      const ask = yield* handlerOf(bindings.router)
      const stream = yield* ask("/sse")
      assert.strictEqual(stream.status, 401)
      assert.strictEqual((yield* ask("/messages?sessionId=x", initialize)).status, 401)
      const opened = yield* ask("/sse", { headers: Gates.bearer("a") })
      assert.strictEqual(opened.headers.get("content-type"), "text/event-stream")
      yield* Effect.promise(() => opened.body?.cancel() ?? Promise.resolve())
    }))
})

describe("a web handler without a gate", () => {
  it.live("is the endpoint at any path", () =>
    Effect.gen(function*() {
      const ask = yield* handlerOf(() => McpHttp.toWebHandler(Server))
      for (const path of ["/", "/mcp", "/.well-known/about"]) {
        assert.include(yield* textOf(yield* ask(path, post(call, called))), "nobody no badge")
      }
    }))
})
