/** The two ways to mount an endpoint elsewhere answer as one: each case runs on the web handler and on a router. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Progress from "../../src/contract/Progress.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpHttp from "../../src/server/McpHttp.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import type { HttpPolicy } from "../../src/session/HttpPolicy.ts"

const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))
const chatty = Tool.serve("chatty", {}, () => Effect.as(Progress.report({ progress: 1, total: 2 }), "done"))

type Handler = (request: Request) => Promise<Response>

/** What was interrupted, by the handlers of one server. */
const makeServer = (interrupted: Array<string>, started: () => void) => {
  const never = Tool.serve("never", {}, () =>
    Effect.suspend(() => {
      started()
      return Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted.push("never")))
    }))
  const flood = Tool.serve("flood", {}, () =>
    Effect.forEach(
      Array.from({ length: 100 }, (_, index) => index + 1),
      (progress) => Progress.report({ progress, message: "x".repeat(10_000) }),
      { discard: true }
    ).pipe(Effect.as("flooded"), Effect.onInterrupt(() => Effect.sync(() => interrupted.push("flood")))))
  return McpServer.layer([hello, chatty, never, flood], { name: "demo", version: "1.0.0" })
}

const bindings = {
  "web handler": (server: ReturnType<typeof makeServer>, policy: Partial<HttpPolicy>) =>
    McpHttp.toWebHandler(server, policy),
  router: (server: ReturnType<typeof makeServer>, policy: Partial<HttpPolicy>) => {
    const app = Layer.mergeAll(
      server.pipe(Layer.provide(McpHttp.layerRouter({ path: "/mcp", ...policy })), Layer.orDie),
      HttpRouter.add("GET", "/health", HttpServerResponse.text("ok"))
    )
    return HttpRouter.toWebHandler(app.pipe(Layer.provideMerge(HttpServer.layerServices)), { disableLogger: true })
  }
}

const commonHeaders = {
  host: "localhost",
  "content-type": "application/json",
  accept: "application/json, text/event-stream"
}

const post = (handler: Handler, message: object, more: Record<string, string> = {}, signal?: AbortSignal) =>
  Effect.promise(() =>
    handler(
      new Request("http://localhost/mcp", {
        method: "POST",
        headers: { ...commonHeaders, ...more },
        body: JSON.stringify({ jsonrpc: "2.0", ...message }),
        ...(signal === undefined ? {} : { signal })
      })
    )
  )

const textOf = (response: Response) => Effect.promise(() => response.text())

const initialize = (handler: Handler) =>
  Effect.map(
    post(handler, {
      id: 0,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } }
    }),
    (response) => response.headers.get("mcp-session-id") ?? ""
  )

const stateless = (name: string) => ({
  headers: { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": name },
  message: {
    id: 1,
    method: "tools/call",
    params: {
      name,
      _meta: {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {}
      }
    }
  }
})

for (const [name, bind] of Object.entries(bindings)) {
  describe(`an endpoint as a ${name}`, () => {
    const withHandler = <A>(
      use: (handler: Handler, interrupted: Array<string>, started: Promise<void>) => Effect.Effect<A>,
      policy: Partial<HttpPolicy> = {}
    ) =>
      Effect.suspend(() => {
        const interrupted: Array<string> = []
        const { promise, resolve } = Promise.withResolvers<void>()
        const { dispose, handler } = bind(makeServer(interrupted, resolve), policy)
        return Effect.ensuring(
          use((request) => handler(request), interrupted, promise),
          Effect.promise(() => dispose())
        )
      })

    it.live("opens a session and serves a call in it", () =>
      withHandler((handler) =>
        Effect.gen(function*() {
          const session = yield* initialize(handler)
          const call = { id: 1, method: "tools/call", params: { name: "hello" } }
          const response = yield* post(handler, call, { "mcp-session-id": session })
          assert.strictEqual(response.status, 200)
          assert.strictEqual(response.headers.get("content-type"), "application/json")
          assert.deepStrictEqual(JSON.parse(yield* textOf(response)), {
            jsonrpc: "2.0",
            id: 1,
            result: { content: [{ type: "text", text: "Hello!" }] }
          })
        })
      ))

    it.live("turns the answer into a stream at the first notification", () =>
      withHandler((handler) =>
        Effect.gen(function*() {
          const session = yield* initialize(handler)
          const call = { id: 1, method: "tools/call", params: { name: "chatty", _meta: { progressToken: "t" } } }
          const response = yield* post(handler, call, { "mcp-session-id": session })
          assert.strictEqual(response.headers.get("content-type"), "text/event-stream")
          const messages = (yield* textOf(response)).split("\n").filter((line) => line.startsWith("data: "))
            .map((line) => JSON.parse(line.slice("data: ".length)) as { method?: string; id?: number })
          assert.deepStrictEqual(messages.map(({ id, method }) => method ?? id), ["notifications/progress", 1])
        })
      ))

    it.live("answers a stateless request, with the server's name in it", () =>
      withHandler((handler) =>
        Effect.gen(function*() {
          const { headers, message } = stateless("hello")
          const response = yield* post(handler, message, headers)
          assert.deepStrictEqual(JSON.parse(yield* textOf(response)).result, {
            resultType: "complete",
            content: [{ type: "text", text: "Hello!" }],
            _meta: { "io.modelcontextprotocol/serverInfo": { name: "demo", version: "1.0.0" } }
          })
        })
      ))

    it.live("cancels a stateless call when the caller goes away, and leaves nobody waiting", () =>
      withHandler((handler, interrupted, started) =>
        Effect.gen(function*() {
          const { headers, message } = stateless("never")
          const caller = new AbortController()
          const answered = handler(
            new Request("http://localhost/mcp", {
              method: "POST",
              headers: { ...commonHeaders, ...headers },
              body: JSON.stringify({ jsonrpc: "2.0", ...message }),
              signal: caller.signal
            })
          )
          yield* Effect.promise(() => started)
          caller.abort()
          yield* Effect.yieldNow.pipe(Effect.repeat({ until: () => interrupted.length > 0 }))
          assert.deepStrictEqual(interrupted, ["never"])
          assert.strictEqual((yield* Effect.promise(() => answered)).status, 499)
        })
      ))

    it.live("interrupts a stateless call that goes on as the server ends", () =>
      Effect.gen(function*() {
        const ended: Array<string> = []
        yield* withHandler((handler, interrupted, started) =>
          Effect.gen(function*() {
            const { headers, message } = stateless("never")
            yield* Effect.forkDetach(post(handler, message, headers))
            yield* Effect.promise(() => started)
            return interrupted
          }), { drainMillis: 10 }).pipe(Effect.tap((interrupted) => Effect.sync(() => ended.push(...interrupted))))
        assert.deepStrictEqual(ended, ["never"])
      }))

    it.live("cuts a reader who takes nothing for too long, and cancels the call", () =>
      withHandler((handler, interrupted) =>
        Effect.gen(function*() {
          const { headers, message } = stateless("flood")
          const params = { ...message.params, _meta: { ...message.params._meta, progressToken: 1 } }
          // The answer is there, and nobody reads it.
          yield* post(handler, { ...message, params }, headers)
          yield* Effect.sleep(5).pipe(Effect.repeat({ until: () => interrupted.length > 0 }))
          assert.deepStrictEqual(interrupted, ["flood"])
        }), { keepAliveMillis: 20, stalledMillis: 40 }))

    it.live("refuses a foreign host with a JSON-RPC error", () =>
      withHandler((handler) =>
        Effect.gen(function*() {
          const response = yield* post(handler, { id: 1, method: "ping" }, { host: "evil.example.com" })
          assert.strictEqual(response.status, 403)
          assert.strictEqual(JSON.parse(yield* textOf(response)).error.code, -32600)
        })
      ))

    it.live("refuses a body beyond the limit", () =>
      withHandler((handler) =>
        Effect.gen(function*() {
          const padding = "x".repeat(4 * 1024 * 1024)
          const response = yield* post(handler, { id: 1, method: "ping", params: { padding } })
          assert.strictEqual(response.status, 413)
        })
      ))
  })
}
