/**
 * Input made to do harm, on real sockets, over every road to a server: what it is answered, that the same connection is
 * served right after it, and that a neighbour whose call was running all the while gets its answer.
 */
import { assert, describe, it } from "@effect/vitest"
import { McpServer, Resource, Tool } from "@parley/mcp"
import * as ConnectionDriver from "@parley/mcp/server/ConnectionDriver"
import { ServerTransport } from "@parley/mcp/server/ServerTransport"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"
import * as NodeMcpServer from "../../src/NodeMcpServer.ts"
import * as NodeStdio from "../../src/NodeStdio.ts"
import * as OneSocket from "../support/OneSocket.ts"

type Params = { readonly [key: string]: unknown }

interface Message {
  readonly id?: string | number
  readonly result?: {
    readonly [key: string]: unknown
    readonly content?: ReadonlyArray<{ readonly text?: string }>
  }
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** An answer; the status is that of HTTP, if it came that way. */
interface Reply extends Message {
  readonly status: number | undefined
}

/** A client with a connection of its own. */
interface Peer {
  readonly ask: (method: string, params?: Params, id?: string | number) => Effect.Effect<Reply, Error>
  /** Sends a text that need not be a message. */
  readonly say: (text: string) => Effect.Effect<Reply, Error>
}

const version = "2026-07-28"

const claim = {
  "io.modelcontextprotocol/protocolVersion": version,
  "io.modelcontextprotocol/clientCapabilities": {}
}

const initialize = {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "test", version: "1" }
}

const rpc = (method: string, params: Params = {}, id: string | number = 1): string =>
  JSON.stringify({ jsonrpc: "2.0", id, method, params })

/** A server with something to harm, at an endpoint and on lines. */
const served = Effect.gen(function*() {
  const started = yield* Deferred.make<void>()
  const gate = yield* Deferred.make<void>()
  const add = Tool.serve(
    "add",
    { parameters: { a: Schema.Number, b: Schema.Number } },
    ({ a, b }) => Effect.succeed(String(a + b))
  )
  const wait = Tool.serve(
    "wait",
    {},
    () => Deferred.succeed(started, undefined).pipe(Effect.andThen(Deferred.await(gate)), Effect.as("waited"))
  )
  const file = Resource.serveTemplate("file:///srv/{+path}", {
    params: { path: Schema.String }
  }, ({ path }) => Effect.succeed(path))
  const shop = Resource.serveTemplate("shop://{kind}/{id}{/path*}{?page,tags*}", {
    params: {
      kind: Schema.String,
      id: Schema.String,
      path: Schema.Array(Schema.String),
      page: Schema.optionalKey(Schema.String),
      tags: Schema.Array(Schema.String)
    }
  }, (params) => Effect.succeed(JSON.stringify(params)))
  const server = yield* McpServer.make([add, wait, file, shop], { name: "test", version: "1", pageSize: 1 })
  const context = yield* Layer.build(NodeMcpServer.layerHttp({ port: 0, drainMillis: 50 }))
  yield* Context.get(context, ServerTransport).serve(server)
  const url = new URL(yield* Context.get(context, NodeMcpServer.HttpAddress).url)

  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const lines = yield* Effect.acquireRelease(
    Effect.callback<Net.Server>((resume) => {
      const listening = Net.createServer((socket) => {
        const write = (text: string) => socket.write(text)
        const connection = NodeStdio.connection(socket, socket, write, server.messageLimits.messageBytesMax)
        fork(Effect.ensuring(ConnectionDriver.run(server, connection), Effect.sync(() => socket.destroy())))
      }).listen(0, "127.0.0.1", () => resume(Effect.succeed(listening)))
    }),
    (listening) => Effect.sync(() => listening.close())
  )
  return { url, lines, started, gate }
}).pipe(Effect.provide(Logger.layer([])))

type Served = Effect.Success<typeof served>

const httpPeer = (url: URL, headersOf: (method: string, params: Params) => OneSocket.Sent["headers"], meta: Params) =>
  Effect.map(OneSocket.make(url), (send): Peer => {
    let first: unknown
    const post = (body: string, headers: OneSocket.Sent["headers"] = {}) =>
      Effect.map(send({ body, headers }), ({ body: answer, socket, status }): Reply => {
        first ??= socket
        assert.strictEqual(socket, first, "the connection was lost")
        return { ...JSON.parse(answer) as Message, status }
      })
    return {
      ask: (method, params = {}, id) => post(rpc(method, { ...params, ...meta }, id), headersOf(method, params)),
      say: (text) => post(text, headersOf("ping", {}))
    }
  })

const overSession = ({ url }: Served) =>
  Effect.gen(function*() {
    const send = yield* OneSocket.make(url)
    const { headers } = yield* send({ body: rpc("initialize", initialize) })
    const session = { "mcp-session-id": String(headers["mcp-session-id"]) }
    return yield* httpPeer(url, () => session, {})
  })

const stateless = ({ url }: Served) =>
  httpPeer(url, (method, { name, uri }) => {
    const named = name ?? uri
    return {
      "mcp-protocol-version": version,
      "mcp-method": method,
      ...(named === undefined
        ? {}
        : { "mcp-name": `=?base64?${Buffer.from(String(named)).toString("base64")}?=` })
    }
  }, { _meta: claim })

const overLine = (meta: Params) => ({ lines }: Served): Effect.Effect<Peer, Error, Scope.Scope> =>
  Effect.gen(function*() {
    const { port } = lines.address() as Net.AddressInfo
    const socket = yield* Effect.acquireRelease(
      Effect.sync(() => Net.connect(port, "127.0.0.1")),
      (connected) => Effect.sync(() => connected.destroy())
    )
    let pending = ""
    const arrived: Array<Message> = []
    const waiting: Array<(reply: Reply) => void> = []
    const give = (): void => {
      while (arrived.length > 0 && waiting.length > 0) waiting.shift()?.({ ...arrived.shift(), status: undefined })
    }
    socket.setEncoding("utf8").on("data", (piece: string) => {
      const pieces = (pending + piece).split("\n")
      pending = pieces.pop() ?? ""
      arrived.push(...pieces.map((line) => JSON.parse(line) as Message))
      give()
    })
    // Answers are taken in the order in which they come.
    const say = (text: string) =>
      Effect.callback<Reply, Error>((resume) => {
        const lost = (): void => resume(Effect.fail(new Error("the line was lost")))
        socket.once("close", lost)
        waiting.push((reply) => {
          socket.off("close", lost)
          resume(Effect.succeed(reply))
        })
        socket.write(`${text}\n`)
        give()
      })
    const peer: Peer = { say, ask: (method, params, id) => say(rpc(method, { ...params, ...meta }, id)) }
    if (meta._meta === undefined) yield* peer.ask("initialize", initialize)
    return peer
  })

interface Road {
  readonly open: (server: Served) => Effect.Effect<Peer, Error, Scope.Scope>
  readonly isSession: boolean
  readonly isHttp: boolean
}

const roads: { readonly [name: string]: Road } = {
  "an HTTP session": { open: overSession, isSession: true, isHttp: true },
  "HTTP without a session": { open: stateless, isSession: false, isHttp: true },
  "the session of a line": { open: overLine({}), isSession: true, isHttp: false },
  "a line without a session": { open: overLine({ _meta: claim }), isSession: false, isHttp: false }
}

const refusalOf = ({ error, status }: Reply): string =>
  `${status === undefined ? "" : `${status} `}${error === undefined ? "no error" : `${error.code} ${error.message}`}`

const textOf = ({ result }: Reply) => result?.content?.[0]?.text

const up: ReadonlyArray<string> = [
  "file:///srv/../etc/passwd",
  "file:///srv/a/../../etc/passwd",
  "file:///srv/%2e%2e/etc/passwd",
  "file:///srv/%2E%2e%2Fetc%2Fpasswd",
  "file:///srv/..%5c..%5cwindows",
  "file:///srv/a%00.txt",
  "file:///srv/%C0%AE%C0%AE/etc",
  "shop://tea/1/%2e%2e/%2e%2e"
]

const long = 60_000

const exhausting: ReadonlyArray<string> = [
  `shop://tea/7${"/a".repeat(long / 4)}?${"tags=new&".repeat(long / 20)}x`,
  `shop://${"/".repeat(long)}`,
  `shop://tea/1?${"tags=&".repeat(long / 6)}=`,
  `file:///srv/${"../".repeat(long / 3)}`,
  `file:///srv/${"%2e".repeat(long / 3)}`,
  `file:///srv/${"%".repeat(long)}`
]

const cursors: ReadonlyArray<unknown> = ["", "abc", "../../etc/passwd", "\0", "A".repeat(100_000), 7, null, { a: [] }]

const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`

describe.each(Object.entries(roads))("%s", (_, { isHttp, isSession, open }) => {
  // Headers end long before what is too long for a URI.
  const isUriInHeader = isHttp && !isSession

  /** What is expected of a request that was refused: over HTTP with its status. */
  const refused = (error: string, status: number) => isHttp ? `${isSession ? 200 : status} ${error}` : error

  /** Runs a test beside a call of a neighbour; `served` is a good request on the connection that is tested. */
  const besides = (
    test: (peer: Peer, good: Effect.Effect<void, Error>, server: Served) => Effect.Effect<void, Error>
  ) =>
    Effect.gen(function*() {
      const server = yield* served
      const neighbour = yield* open(server)
      const waiting = yield* Effect.forkChild(neighbour.ask("tools/call", { name: "wait" }))
      yield* Deferred.await(server.started)
      const peer = yield* open(server)
      const good = Effect.map(
        peer.ask("tools/call", { name: "add", arguments: { a: 1, b: 2 } }, 2),
        (answer) => assert.deepStrictEqual([answer.id, textOf(answer)], [2, "3"])
      )
      yield* test(peer, good, server)
      assert.isUndefined(waiting.pollUnsafe())
      yield* Deferred.succeed(server.gate, undefined)
      assert.strictEqual(textOf(yield* Fiber.join(waiting)), "waited")
    })

  it.live("a path that climbs finds nothing", () =>
    besides((peer, good) =>
      Effect.gen(function*() {
        const code = isSession ? -32002 : -32602
        for (const uri of up) {
          const answer = yield* peer.ask("resources/read", { uri })
          assert.strictEqual(refusalOf(answer), refused(`${code} Resource not found: ${uri}`, 200))
          yield* good
        }
        const inside = yield* peer.ask("resources/read", { uri: "file:///srv/a..b/.../c" })
        assert.deepInclude(inside.result?.contents, { uri: "file:///srv/a..b/.../c", text: "a..b/.../c" })
      })
    ))

  it.live("a URI made to keep a matcher busy does not", () =>
    besides((peer, good) =>
      Effect.gen(function*() {
        for (const uri of exhausting.map((long) => isUriInHeader ? long.slice(0, 8_000) : long)) {
          yield* peer.ask("resources/read", { uri })
          yield* good
        }
      })
    ), 4_000)

  if (!isUriInHeader) {
    it.live(
      "a URI without end is refused",
      () =>
        besides((peer, good) =>
          Effect.gen(function*() {
            const answer = yield* peer.ask("resources/read", { uri: `file:///srv/${"a".repeat(70_000)}` })
            assert.strictEqual(refusalOf(answer), refused("-32602 The URI is longer than 65536 characters", 200))
            yield* good
          })
        )
    )
  }

  it.live("a message without end is refused", () =>
    besides((peer, good) =>
      Effect.gen(function*() {
        const answer = yield* peer.say(rpc("ping", { padding: "x".repeat(5 * 1024 * 1024) }))
        assert.strictEqual(
          refusalOf(answer),
          isHttp
            ? "413 -32600 The body is larger than this server takes"
            : "-32600 The message is longer than 4194304 characters"
        )
        yield* good
      })
    ))

  it.live("nesting without end is refused, under the id of its request", () =>
    besides((peer, good) =>
      Effect.gen(function*() {
        for (const levels of [200, 100_000]) {
          const deep = rpc("tools/call", { name: "add", arguments: { a: "HERE" } }, "deep")
          const answer = yield* peer.say(deep.replace("\"HERE\"", nested(levels)))
          assert.strictEqual(refusalOf(answer), `${isHttp ? "400 " : ""}-32600 Nested deeper than 128 levels`)
          assert.strictEqual(answer.id, "deep")
          yield* good
        }
        const bare = yield* peer.say(nested(100_000))
        assert.strictEqual(refusalOf(bare), `${isHttp ? "400 " : ""}-32600 Nested deeper than 128 levels`)
        yield* good
      })
    ))

  it.live("a cursor that was never given out is unknown", () =>
    besides((peer, good) =>
      Effect.gen(function*() {
        const page = yield* peer.ask("tools/list")
        const given = page.result?.nextCursor
        assert.isString(given)
        for (const method of ["tools/list", "resources/list", "resources/templates/list"]) {
          // What was given out for tools is good there, and for nothing else.
          for (const cursor of method === "tools/list" ? cursors : [...cursors, given]) {
            const answer = yield* peer.ask(method, { cursor })
            assert.strictEqual(refusalOf(answer), refused("-32602 Unknown cursor", 200), `${method} ${String(cursor)}`)
            yield* good
          }
        }
        const next = yield* peer.ask("tools/list", { cursor: given })
        assert.strictEqual(refusalOf(next), refused("no error", 200))
      })
    ))
})

describe("an id that is in use", () => {
  it.live("is refused in an HTTP session, and the call that has it goes on", () =>
    Effect.gen(function*() {
      const server = yield* served
      const send = yield* OneSocket.make(server.url)
      const { headers } = yield* send({ body: rpc("initialize", initialize) })
      const session = { "mcp-session-id": String(headers["mcp-session-id"]) }
      const first = yield* httpPeer(server.url, () => session, {})
      const second = yield* httpPeer(server.url, () => session, {})
      const waiting = yield* Effect.forkChild(first.ask("tools/call", { name: "wait" }, 7))
      yield* Deferred.await(server.started)
      const refused = yield* second.ask("tools/call", { name: "add", arguments: { a: 1, b: 2 } }, 7)
      assert.strictEqual(refusalOf(refused), "400 -32600 A request with this id is in progress")
      // A text is another id than a number, and another session has ids of its own.
      const others = [yield* second.ask("ping", {}, "7"), yield* (yield* overSession(server)).ask("ping", {}, 7)]
      assert.deepStrictEqual(others.map(refusalOf), ["200 no error", "200 no error"])
      yield* Deferred.succeed(server.gate, undefined)
      assert.strictEqual(textOf(yield* Fiber.join(waiting)), "waited")
      assert.strictEqual(refusalOf(yield* second.ask("ping", {}, 7)), "200 no error")
    }))

  it.live("is nobody's in HTTP without a session", () =>
    Effect.gen(function*() {
      const server = yield* served
      const [first, second] = [yield* stateless(server), yield* stateless(server)]
      const waiting = yield* Effect.forkChild(first.ask("tools/call", { name: "wait" }, 7))
      yield* Deferred.await(server.started)
      const answer = yield* second.ask("tools/call", { name: "add", arguments: { a: 1, b: 2 } }, 7)
      assert.deepStrictEqual([answer.id, textOf(answer)], [7, "3"])
      yield* Deferred.succeed(server.gate, undefined)
      assert.deepInclude(yield* Fiber.join(waiting), { id: 7, status: 200 })
    }))

  it.live.each([["with", {}], ["without", { _meta: claim }]] as const)(
    "is refused on a line %s a session, and the call that has it goes on",
    ([, meta]) =>
      Effect.gen(function*() {
        const server = yield* served
        const peer = yield* overLine(meta)(server)
        const neighbour = yield* overLine(meta)(server)
        const ends = yield* Effect.forkChild(peer.ask("tools/call", { name: "wait" }, 7), { startImmediately: true })
        yield* Deferred.await(server.started)
        // Answers are taken as they come: the refusal is there before the call has ended.
        const again = yield* Effect.forkChild(peer.ask("tools/call", { name: "wait" }, 7), { startImmediately: true })
        const refused = yield* Fiber.join(ends)
        // Under the id, it would be the answer to the call that has it.
        assert.deepStrictEqual(
          [refused.id, refusalOf(refused)],
          [undefined, "-32600 A request with this id is in progress"]
        )
        assert.strictEqual(
          refusalOf(yield* neighbour.ask("ping", {}, 7)),
          "_meta" in meta ? "-32601 Method not found: ping" : "no error"
        )
        yield* Deferred.succeed(server.gate, undefined)
        assert.strictEqual(textOf(yield* Fiber.join(again)), "waited")
        const free = yield* peer.ask("tools/call", { name: "wait" }, 7)
        assert.strictEqual(textOf(free), "waited")
      })
  )
})

describe("what HTTP itself makes too large", () => {
  it.live("a body whose length is not said is refused when it has gone too far", () =>
    Effect.gen(function*() {
      const { url } = yield* served
      const send = yield* OneSocket.make(url)
      const opened = yield* send({ body: rpc("initialize", initialize) })
      const refused = yield* send({ body: "x".repeat(8 * 1024 * 1024), chunked: true })
      assert.strictEqual(refused.status, 413)
      assert.include(refused.body, "\"The body is larger than this server takes\"")
      const good = yield* send({
        body: rpc("ping"),
        headers: { "mcp-session-id": String(opened.headers["mcp-session-id"]) }
      })
      assert.deepStrictEqual([good.status, good.socket === opened.socket], [200, true])
    }))

  it.live("headers that go too far end their own connection only", () =>
    Effect.gen(function*() {
      const server = yield* served
      const neighbour = yield* overSession(server)
      const send = yield* OneSocket.make(server.url)
      const refused = yield* send({ body: rpc("ping"), headers: { "mcp-name": "x".repeat(20_000) } })
      assert.strictEqual(refused.status, 431)
      assert.strictEqual(refusalOf(yield* neighbour.ask("ping")), "200 no error")
    }))

  const busy: ReadonlyArray<readonly [name: string, value: string, status: number]> = [
    ["accept", `${"text/html;q=0.1,".repeat(900)}*`, 406],
    ["content-type", `application/json${" ".repeat(14_000)}x`, 415],
    ["origin", `http://${"a.".repeat(7_000)}/`, 403],
    ["mcp-session-id", "x".repeat(14_000), 404],
    ["mcp-protocol-version", "2".repeat(14_000), 400],
    ["mcp-name", `=?base64?${"=".repeat(14_000)}?=`, 200]
  ]
  it.live.each(busy)(
    "a header %s made to keep a reader busy does not",
    ([name, value, status]) =>
      Effect.gen(function*() {
        const { url } = yield* served
        const send = yield* OneSocket.make(url)
        const opened = yield* send({ body: rpc("initialize", initialize) })
        const session = { "mcp-session-id": String(opened.headers["mcp-session-id"]) }
        const bad = yield* send({ body: rpc("ping"), headers: { ...session, [name]: value } })
        assert.strictEqual(bad.status, status)
        assert.strictEqual(JSON.parse(bad.body).jsonrpc, "2.0")
        const good = yield* send({ body: rpc("ping"), headers: session })
        assert.deepStrictEqual([good.status, good.socket === opened.socket], [200, true])
      }),
    2_000
  )
})
