/** HTTP+SSE as a client sees it: the stream, what is posted, and the way to it from Streamable HTTP. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as McpClient from "../../src/client/McpClient.ts"
import type { McpClientError } from "../../src/client/McpClientError.ts"
import { defaultLimits, JsonRpcLimits } from "../../src/jsonrpc/Limits.ts"
import { v2024_11_05 } from "../../src/revision/v2024_11_05.ts"
import { v2026_07_28 } from "../../src/revision/v2026_07_28.ts"
import { ClientTransport, type Incoming } from "../../src/transport/ClientTransport.ts"
import * as MessageStream from "../../src/transport/http/MessageStream.ts"
import * as HttpSseClient from "../../src/transport/HttpSseClient.ts"
import { turns, until } from "../support/Elapse.ts"
import * as HttpWorld from "../support/HttpWorld.ts"
import { event, live, type LiveEvents, outgoing, socketError } from "../support/ScriptedHttp.ts"

const messages = "https://example.com/messages?s="

/** A server with HTTP+SSE at the URL that the client knows. Posting there is refused with this status. */
const makeServer = (refusal = 405) => {
  const streams: Array<LiveEvents> = []
  const state: {
    /** What a stream begins with. */
    first: (index: number) => string
    open: (asked: HttpWorld.Asked) => HttpWorld.Reply | undefined
    post: (asked: HttpWorld.Asked) => HttpWorld.Reply | undefined
    answer: (asked: HttpWorld.Asked) => object | undefined
  } = {
    first: (index) => `event: endpoint\ndata: /messages?s=${index}\n\n`,
    open: () => undefined,
    post: () => undefined,
    answer: ({ id, method }) =>
      method === "initialize"
        ? {
          id,
          result: {
            protocolVersion: v2024_11_05.version,
            capabilities: { tools: {} },
            serverInfo: { name: "old", version: "1" }
          }
        }
        : method === "tools/list"
        ? { id, result: { tools: [{ name: "a", inputSchema: { type: "object" } }] } }
        : undefined
  }
  const world = HttpWorld.make((asked) => {
    if (asked.verb === "GET") {
      const other = state.open(asked)
      if (other !== undefined) return other
      const stream = live()
      streams.push(stream)
      stream.send(state.first(streams.length - 1))
      return stream.response
    }
    if (!asked.url.startsWith(messages)) return HttpWorld.status(refusal)
    const other = state.post(asked)
    if (other !== undefined) return other
    const answer = state.answer(asked)
    if (answer !== undefined) streams[Number(asked.url.slice(messages.length))]?.send(event(answer))
    return HttpWorld.status(202, "Accepted")
  })
  return { world, state, streams }
}

type Server = ReturnType<typeof makeServer>

const transportOf = ({ world }: Server, options: Partial<HttpSseClient.Options> = {}) =>
  HttpSseClient.fromClient(world.client, { url: HttpWorld.url, ...options })

const open = (server: Server, options: Partial<HttpSseClient.Options> = {}) =>
  Effect.gen(function*() {
    const received: Array<Incoming> = []
    const link = yield* transportOf(server, options).open((incoming) => void received.push(incoming))
    return { link, received }
  })

const connect = (server: Server, options: Partial<McpClient.Options> = {}) =>
  Effect.provideService(
    McpClient.make({ name: "test", version: "0", ...options }),
    ClientTransport,
    transportOf(server)
  )

const ask = (method: string, id = 1) => outgoing(v2024_11_05, method, { id })

const tagOf = ({ reason }: McpClientError): string =>
  reason._tag === "TransportError" ? reason.reason._tag : reason._tag

describe("HTTP+SSE", () => {
  it.effect("messages are posted to where the first event says, answers come on the stream (SSE-01 to SSE-04)", () =>
    Effect.gen(function*() {
      const server = makeServer()
      const client = yield* connect(server)
      assert.strictEqual(client.server.revision, v2024_11_05)
      assert.lengthOf(yield* client.listTools, 1)
      assert.deepStrictEqual(
        server.world.asked.map(({ method, url, verb }) => [verb, url, method]),
        [
          ["GET", HttpWorld.url, undefined],
          ["POST", `${messages}0`, "initialize"],
          ["POST", `${messages}0`, "notifications/initialized"],
          ["POST", `${messages}0`, "tools/list"]
        ]
      )
      assert.strictEqual(server.world.asked[0]?.headers.accept, "text/event-stream")
    }))

  it.effect("headers of the user go with everything", () =>
    Effect.gen(function*() {
      const server = makeServer()
      const { link } = yield* open(server, { headers: { authorization: Redacted.make("Bearer t") } })
      yield* link.request(ask("tools/list"))
      assert.deepStrictEqual(server.world.asked.map(({ headers }) => headers.authorization), ["Bearer t", "Bearer t"])
    }))

  it.effect("what the server says unasked is handed over in order, also what came with the first event", () =>
    Effect.gen(function*() {
      const server = makeServer()
      const early = event({ method: "a" })
      server.state.first = () => `: hello\n\nevent: endpoint\ndata: ${messages}0\n\n${early}event: other\ndata: {}\n\n`
      const { link, received } = yield* open(server)
      server.streams[0]?.send(`${event({ method: "b" })}event: message\n${event({ id: 7, method: "ping" })}`)
      yield* link.request(ask("tools/list"))
      assert.deepStrictEqual(received.map(({ method }) => method), ["a", "b", "ping"])
    }))

  it.effect("a request whose answer comes before it is taken has its answer; a later refusal changes nothing", () =>
    Effect.gen(function*() {
      const server = makeServer()
      server.state.post = (asked) => {
        server.streams[0]?.send(event(server.state.answer(asked) ?? {}))
        return Effect.delay(Effect.succeed(HttpWorld.status(500)), "1 second")
      }
      const { link } = yield* open(server)
      const { message } = yield* link.request(ask("tools/list"))
      assert.strictEqual(message._tag, "Success")
      yield* TestClock.adjust("1 second")
    }))

  it.effect("slow requests do not hold others up; what precedes a request arrives before it (INI-05)", () =>
    Effect.gen(function*() {
      const server = makeServer()
      const done: Array<string> = []
      server.state.post = (asked) =>
        asked.method === "slow"
          ? Effect.never
          : asked.method === "note"
          ? Effect.delay(
            Effect.sync(() => {
              done.push("note")
              return HttpWorld.status(202)
            }),
            "1 second"
          )
          : (done.push(asked.method ?? ""), undefined)
      const { link } = yield* open(server)
      yield* Effect.forkChild(link.request(ask("slow", 1)), { startImmediately: true })
      yield* link.request(ask("tools/list", 2))
      const noting = yield* Effect.forkChild(
        link.notify({ method: "note", paramsText: undefined, revision: v2024_11_05 }),
        { startImmediately: true }
      )
      const next = Effect.andThen(link.room ?? Effect.void, link.request(ask("tools/list", 3)))
      const asking = yield* Effect.forkChild(next, { startImmediately: true })
      yield* until(asking)
      yield* until(noting)
      assert.deepStrictEqual(done, ["tools/list", "note", "tools/list"])
    }))
})

describe("a message that cannot be posted", () => {
  const rows: ReadonlyArray<readonly [string, () => HttpWorld.Reply, string, boolean]> = [
    ["404", () => HttpWorld.status(404), "SessionExpired", false],
    ["400 about the session", () => HttpWorld.status(400, "No transport found for sessionId"), "SessionExpired", false],
    ["400", () => HttpWorld.status(400), "HttpStatus", false],
    ["401", () => HttpWorld.status(401), "HttpStatus", false],
    ["500", () => HttpWorld.status(500), "HttpStatus", true],
    ["a refused connection", () => socketError("ECONNREFUSED", "connect"), "Unreachable", false],
    ["a reset connection", () => socketError("ECONNRESET"), "Unreachable", true]
  ]
  for (const [name, reply, tag, mayHaveRun] of rows) {
    it.effect(`fails its request and no other: ${name}`, () =>
      Effect.gen(function*() {
        const server = makeServer()
        server.state.post = ({ method }) => method === "bad" ? reply() : undefined
        const { link } = yield* open(server)
        const error = yield* Effect.flip(link.request(ask("bad")))
        assert.strictEqual(error.reason._tag, tag)
        assert.strictEqual(error.mayHaveRun, mayHaveRun)
        assert.strictEqual((yield* link.request(ask("tools/list", 2))).message._tag, "Success")
      }))
  }

  it.effect("is posted again where nobody waits for its answer, and it certainly did not arrive; a refusal stands", () =>
    Effect.gen(function*() {
      const server = makeServer()
      const posted: Array<string> = []
      // The server would tell nothing of what happens until it has heard of the handshake's end.
      const refused = socketError("ECONNREFUSED", "connect")
      const replies = [refused, refused]
      server.state.post = ({ method = "" }) => {
        posted.push(method)
        if (method === "refused") return HttpWorld.status(500)
        return method === "notifications/initialized" ? replies.shift() : undefined
      }
      const client = yield* connect(server)
      yield* until(yield* Effect.forkChild(client.listTools))
      const note = "notifications/initialized"
      assert.deepStrictEqual(posted, ["initialize", note, note, note, "tools/list"])
      const { link } = yield* open(server)
      yield* link.notify({ method: "refused", paramsText: undefined, revision: v2024_11_05 })
      yield* until(
        yield* Effect.forkChild(Effect.andThen(link.room ?? Effect.void, link.request(ask("tools/list", 2))))
      )
      assert.deepStrictEqual(posted.slice(5), ["refused", "tools/list"])
    }))

  it.effect("ends the stream when it may not have arrived: the server would not know what this side takes for said", () =>
    Effect.gen(function*() {
      const server = makeServer()
      server.state.post = ({ method }) => method === "note" ? socketError("ECONNRESET") : undefined
      const { link } = yield* open(server)
      yield* link.notify({ method: "note", paramsText: undefined, revision: v2024_11_05 })
      const closing = yield* Effect.forkChild(link.closed, { startImmediately: true })
      yield* until(closing)
      assert.strictEqual((yield* Effect.flip(link.request(ask("tools/list")))).reason._tag, "ConnectionClosed")
    }))

  it.effect("a session that is gone is opened anew, and the call goes on", () =>
    Effect.gen(function*() {
      const server = makeServer()
      const client = yield* connect(server)
      server.state.post = ({ url }) => url.endsWith("=0") ? HttpWorld.status(404) : undefined
      assert.lengthOf(yield* client.listTools, 1)
      assert.lengthOf(server.streams, 2)
      assert.isTrue(server.streams[0]?.isLeft())
      assert.strictEqual(server.world.count("initialize"), 2)
    }))
})

describe("the stream", () => {
  for (const end of ["end", "cut"] as const) {
    it.effect(`what waits fails when it is lost (${end}), and it is opened again`, () =>
      Effect.gen(function*() {
        const server = makeServer()
        const client = yield* connect(server)
        const lost = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "a" })), { startImmediately: true })
        const list = yield* Effect.forkChild(Effect.andThen(turns, client.listTools), { startImmediately: true })
        yield* turns
        server.streams[0]?.[end]()
        const error = yield* until(lost)
        assert.strictEqual(tagOf(error), "ConnectionClosed")
        assert.isTrue(error.mayHaveRun)
        assert.lengthOf(yield* until(list), 1)
        assert.lengthOf(server.streams, 2)
      }))
  }

  it.effect("is let go with the link, and what is being posted too", () =>
    Effect.gen(function*() {
      const server = makeServer()
      server.state.post = () => Effect.never
      const scope = yield* Scope.make()
      const { link } = yield* Scope.provide(open(server), scope)
      const asking = yield* Effect.forkChild(Effect.flip(link.request(ask("x"))), { startImmediately: true })
      const note = { method: "note", paramsText: undefined, revision: v2024_11_05 }
      const noting = yield* Effect.forkChild(link.notify(note), { startImmediately: true })
      yield* turns
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* Fiber.join(asking)).reason._tag, "ConnectionClosed")
      yield* Fiber.await(noting)
      assert.isTrue(server.streams[0]?.isLeft())
      assert.strictEqual((yield* Effect.flip(link.request(ask("y")))).reason._tag, "ConnectionClosed")
    }))

  it.effect("a message that is too long is told to who waits for it; one without an end ends the stream", () =>
    Effect.gen(function*() {
      const server = makeServer()
      const { answer } = server.state
      server.state.answer = (asked) =>
        asked.method === "tools/list" ? answer(asked) : { id: asked.id, result: { text: "x".repeat(2_000) } }
      const { link } = yield* open(server)
      assert.strictEqual((yield* Effect.flip(link.request(ask("whole")))).reason._tag, "MessageTooLarge")
      assert.strictEqual((yield* link.request(ask("tools/list", 2))).message._tag, "Success")
      const asking = yield* Effect.forkChild(Effect.flip(link.request(ask("in pieces", 3))), { startImmediately: true })
      server.state.answer = () => undefined
      server.streams[0]?.send(`data: ${"x".repeat(900)}`)
      server.streams[0]?.send("x".repeat(900))
      assert.strictEqual((yield* Fiber.join(asking)).reason._tag, "MessageTooLarge")
      yield* link.closed
    }).pipe(Effect.provideService(JsonRpcLimits, { ...defaultLimits, messageBytesMax: 1_000 })))

  const beginnings: ReadonlyArray<readonly [string, (server: Server) => void, string]> = [
    ["does not begin with an endpoint", (server) => {
      server.state.first = () => event({ method: "hello" })
    }, "InvalidAnswer"],
    ["names an endpoint on another origin", (server) => {
      server.state.first = () => "event: endpoint\ndata: https://evil.example/messages\n\n"
    }, "InvalidAnswer"],
    ["names an endpoint on another host by a path that only looks like one", (server) => {
      server.state.first = () => "event: endpoint\ndata: //evil.example/messages\n\n"
    }, "InvalidAnswer"],
    ["is none", (server) => {
      server.state.open = () => new Response("{}", { headers: { "content-type": "application/json" } })
    }, "InvalidAnswer"],
    ["is refused", (server) => {
      server.state.open = () => HttpWorld.status(401)
    }, "HttpStatus"],
    ["ends at once", (server) => {
      server.state.open = () => {
        const stream = live()
        stream.end()
        return stream.response
      }
    }, "InvalidAnswer"],
    ["says nothing", (server) => {
      server.state.first = () => ": wait\n\n"
    }, "Unreachable"],
    ["is never answered", (server) => {
      server.state.open = () => Effect.never
    }, "Unreachable"]
  ]
  for (const [name, arrange, tag] of beginnings) {
    it.effect(`one that ${name} is an error, and is let go`, () =>
      Effect.gen(function*() {
        const server = makeServer()
        arrange(server)
        const opening = yield* Effect.forkChild(Effect.flip(Effect.scoped(open(server))))
        const error = yield* until(opening, 1_000)
        assert.strictEqual(error.reason._tag, tag)
        assert.strictEqual(server.world.asked.length, 1)
        for (const stream of server.streams) assert.isTrue(stream.isLeft())
      }))
  }

  it.effect.prop(
    "may be split anywhere",
    { cuts: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))) },
    ({ cuts }) =>
      Effect.gen(function*() {
        const server = makeServer()
        const text = `event: endpoint\r\ndata: /messages?s=0\r\n\r\n${event({ method: "a" })}${event({ method: "é" })}`
        server.state.open = () => {
          const stream = live()
          server.streams.push(stream)
          let at = 0
          for (const cut of cuts) {
            stream.send(text.slice(at, at + cut))
            at += cut
          }
          stream.send(text.slice(at))
          return stream.response
        }
        const { link, received } = yield* open(server)
        yield* link.request(ask("tools/list"))
        assert.deepStrictEqual(received.map(({ method }) => method), ["a", "é"])
      })
  )
})

describe("where messages may go", () => {
  it.prop(
    "never to another origin",
    {
      data: Schema.String,
      host: Schema.Literals(["", "https:", "//evil.example", "/\\evil.example", "\\\\evil.example"])
    },
    ({ data, host }) => {
      for (const base of [HttpWorld.url, "/sse"]) {
        const url = MessageStream.messagesUrl(`${host}${data}`, base)
        if (url !== undefined) assert.strictEqual(new URL(url, "https://example.com").origin, "https://example.com")
      }
    }
  )
  it("relative to the stream, or absolute on its origin", () => {
    assert.strictEqual(MessageStream.messagesUrl("/m?s=1", "https://a.b/x/sse"), "https://a.b/m?s=1")
    assert.strictEqual(MessageStream.messagesUrl("m", "https://a.b/x/sse"), "https://a.b/x/m")
    assert.strictEqual(MessageStream.messagesUrl("https://a.b/m", "https://a.b/sse"), "https://a.b/m")
    assert.strictEqual(MessageStream.messagesUrl("/m", "/sse"), "/m")
    assert.isUndefined(MessageStream.messagesUrl("http://a.b/m", "https://a.b/sse"))
  })
})

describe("from Streamable HTTP to HTTP+SSE (ERA-11, SSE-08)", () => {
  for (const status of [400, 404, 405]) {
    it.effect(`${status} to initialize leads to the event stream`, () =>
      Effect.gen(function*() {
        const server = makeServer(status)
        const client = yield* HttpWorld.connect(server.world)
        assert.lengthOf(yield* client.listTools, 1)
        assert.strictEqual(client.server.revision, v2024_11_05)
        assert.isTrue(client.prior.isOlder)
        assert.deepStrictEqual(server.world.methods(), [
          "server/discover",
          "initialize",
          "GET",
          "initialize",
          "notifications/initialized",
          "tools/list"
        ])
      }))
  }

  for (const status of [401, 403, 408, 413, 429, 500, 503]) {
    it.effect(`${status} does not`, () =>
      Effect.gen(function*() {
        const server = makeServer(status)
        const { reason } = yield* Effect.flip(HttpWorld.connect(server.world))
        assert.deepInclude(reason._tag === "TransportError" ? reason.reason : {}, { _tag: "HttpStatus", status })
        assert.deepStrictEqual(server.world.methods(), ["server/discover"])
      }))
  }

  it.effect("without an event stream there, the refusal is what is heard; a closed door there is heard too", () =>
    Effect.gen(function*() {
      for (const [get, heard] of [[404, 405], [405, 405], [401, 401], [503, 503]] as const) {
        const server = makeServer(405)
        server.state.open = () => HttpWorld.status(get)
        const { reason } = yield* Effect.flip(HttpWorld.connect(server.world))
        assert.strictEqual(
          reason._tag === "TransportError" && reason.reason._tag === "HttpStatus" ? reason.reason.status : 0,
          heard
        )
      }
    }))

  it.effect("a client of the stateless era alone does not go there", () =>
    Effect.gen(function*() {
      const server = makeServer()
      yield* Effect.flip(HttpWorld.connect(server.world, { revisions: [v2026_07_28] }))
      assert.deepStrictEqual(server.world.methods(), ["server/discover"])
    }))

  it.effect("the way is remembered when the stream is lost, and for the next client", () =>
    Effect.gen(function*() {
      const server = makeServer()
      const client = yield* HttpWorld.connect(server.world)
      const before = server.world.asked.length
      server.streams[0]?.end()
      yield* turns
      yield* client.listTools
      const next = yield* HttpWorld.connect(server.world, { prior: client.prior })
      yield* next.listTools
      const again = ["GET", "initialize", "notifications/initialized", "tools/list"]
      assert.deepStrictEqual(server.world.methods().slice(before), [...again, ...again])
    }))
})
