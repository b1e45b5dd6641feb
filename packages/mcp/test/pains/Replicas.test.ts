/** What happens to sessions where a server is started again, is one of many, or is asked by clients that want none. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Ask from "../../src/contract/Ask.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as SessionStore from "../../src/session/SessionStore.ts"
import * as StateKeys from "../../src/session/StateKeys.ts"
import * as Http from "../support/Http.ts"
import * as Messages from "../support/Messages.ts"
import * as Rounds from "../support/Rounds.ts"

const tool = (name: string) => Tool.serve(name, {}, () => Effect.succeed(name))

describe("a server that was started again", () => {
  const forgotten = { "mcp-session-id": "of-before", "mcp-protocol-version": "2025-11-25" }
  const requests: ReadonlyArray<readonly [what: string, method: string, headers: Http.Headers, body?: object]> = [
    ["a call", "POST", {}, Messages.request(1, "tools/call", { name: "a" })],
    ["a ping", "POST", {}, Messages.request(1, "ping")],
    ["a notification", "POST", {}, Messages.notification("notifications/initialized")],
    ["an answer", "POST", {}, { jsonrpc: "2.0", id: 1, result: {} }],
    ["a batch", "POST", {}, [Messages.request(1, "ping")]],
    ["a stream", "GET", { accept: "text/event-stream" }],
    ["a stream to be taken up", "GET", { accept: "text/event-stream", "last-event-id": "post1-1" }],
    ["an end", "DELETE", {}]
  ]
  it.effect.each(requests)(
    "says 404, with a JSON-RPC error, to %s of a session that it does not know: the client can begin anew",
    ([, method, headers, body]) =>
      Effect.gen(function*() {
        const http = yield* Http.make(yield* McpServer.make(tool("a"), Messages.serverInfo))
        const all = { "content-type": "application/json", ...forgotten, ...headers }
        const refused = yield* http.start(method, all, body).over
        assert.strictEqual(refused.status(), 404)
        const message = refused.messages()[0] ?? assert.fail("no body")
        assert.strictEqual(Messages.errorOf(message), "-32600 Session not found")
        // A client that carries its lost session along opens another.
        const begin = Messages.request(0, "initialize", Messages.initializeParams("2025-11-25"))
        const session = {
          ...forgotten,
          "mcp-session-id": (yield* http.post(begin, forgotten)).header("mcp-session-id")
        }
        assert.notStrictEqual(session["mcp-session-id"], forgotten["mcp-session-id"])
        const called = yield* http.post(Messages.request(1, "tools/call", { name: "a" }), session)
        assert.deepStrictEqual(called.messages().map(Messages.textsOf), [["a"]])
      })
  )
})

describe("a client that needs no session", () => {
  it.effect("leaves none behind, however often it asks what there is", () =>
    Effect.gen(function*() {
      let puts = 0
      const memory = yield* Effect.provide(SessionStore.SessionStore, SessionStore.layerMemory)
      const store = { ...memory, put: (...args: Parameters<typeof memory.put>) => (puts++, memory.put(...args)) }
      const http = yield* Http.makeOver(yield* McpServer.make(tool("a"), Messages.serverInfo), store)
      for (const method of ["server/discover", "tools/list"]) {
        for (let time = 0; time < 100; time++) {
          const { status } = yield* http.post(
            Messages.request(time, method, Messages.claimed()),
            Http.modernHeaders(method)
          )
          assert.strictEqual(status(), 200)
        }
      }
      assert.strictEqual(puts, 0)
      yield* http.initialize()
      assert.strictEqual(puts, 1)
    }))
})

describe("replicas that share nothing but keys", () => {
  const key = Redacted.make("b".repeat(42) + "A")
  const side: Array<string> = []
  const deploy = Tool.serve("deploy", { parameters: { app: Schema.String } }, ({ app }) =>
    Effect.gen(function*() {
      yield* Ask.once("build", Effect.sync(() => side.push(app)), Schema.Number)
      const { sure } = yield* Ask.form({ sure: Schema.Boolean }, `Deploy ${app}?`)
      const { when } = yield* Ask.form({ when: Schema.String }, "When?")
      return `${app} ${sure} ${when}`
    }))
  const replica = Effect.flatMap(
    McpServer.make([deploy, tool("b"), tool("c")], { ...Messages.serverInfo, pageSize: 1 }),
    (server) => Http.make(server, { sessions: "stateless" })
  ).pipe(Effect.provide(StateKeys.layer([key])))

  it.effect("serve a client whose every request comes to another of them, in both eras", () =>
    Effect.gen(function*() {
      const replicas = yield* Effect.all([replica, replica, replica, replica])
      let turn = 0
      const next = () => replicas[turn++ % replicas.length] ?? assert.fail("no replica")
      for (let round = 0; round < 20; round++) {
        for (const version of ["2024-11-05", "2025-06-18", "2025-11-25"]) {
          yield* next().initialize(version)
          const headers = { "mcp-protocol-version": version }
          const names: Array<unknown> = []
          let cursor: unknown
          do {
            const params = cursor === undefined ? {} : { cursor }
            const page = yield* next().post(Messages.request(1, "tools/list", params), headers)
            const result = page.messages()[0]?.result ?? assert.fail(page.text())
            names.push(...(result.tools as ReadonlyArray<Messages.Params>).map(({ name }) => name))
            cursor = result.nextCursor
          } while (cursor !== undefined)
          assert.deepStrictEqual(names, ["deploy", "b", "c"])
          const called = yield* next().post(Messages.request(2, "tools/call", { name: "b" }), headers)
          assert.deepStrictEqual(called.messages().map(Messages.textsOf), [["b"]])
        }
        const params = { name: "deploy", arguments: { app: `app${round}` } }
        const { last, rounds } = yield* Rounds.converse(
          (params) => Rounds.send(next(), "tools/call", params),
          params,
          Rounds.byMessage({
            [`Deploy app${round}?`]: Rounds.accept({ sure: true }),
            "When?": Rounds.accept({ when: "now" })
          })
        )
        assert.deepStrictEqual([Messages.textsOf(last), rounds.length], [[`app${round} true now`], 2])
      }
      // What was done on one replica is not done again on the next.
      assert.deepStrictEqual(side, Array.from({ length: 20 }, (_, round) => `app${round}`))
    }))
})

describe("a verb that is of no use", () => {
  const modes: ReadonlyArray<
    readonly [mode: string, sessions: "stateful" | "stateless", verb: string, status: number]
  > = [
    ["with sessions", "stateful", "GET", 400],
    ["with sessions", "stateful", "DELETE", 400],
    ["with sessions", "stateful", "PUT", 405],
    ["with sessions", "stateful", "HEAD", 405],
    ["without sessions", "stateless", "GET", 405],
    ["without sessions", "stateless", "DELETE", 405],
    ["without sessions", "stateless", "PATCH", 405]
  ]
  it.effect.each(modes)(
    "is answered at once, and not held open: %s, %s %s",
    ([, sessions, verb, status]) =>
      Effect.gen(function*() {
        const http = yield* Http.make(yield* McpServer.make(tool("a"), Messages.serverInfo), { sessions })
        for (const accept of ["text/event-stream", "application/json, text/event-stream", "*/*", undefined]) {
          const exchange = http.start(verb, { accept })
          yield* Effect.yieldNow
          assert.isTrue(exchange.isOver())
          assert.strictEqual(exchange.status(), status)
          if (status === 405) assert.include(exchange.header("allow"), "POST")
          assert.strictEqual(exchange.messages()[0]?.error?.code, -32600)
        }
      })
  )
})
