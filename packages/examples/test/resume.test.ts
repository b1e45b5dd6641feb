/** Calls whose client goes away: they go on where it can come back, and end where it cannot. */
import { assert, describe, it } from "@effect/vitest"
import { McpServer } from "@parley/mcp"
import * as InMemoryTransport from "@parley/mcp/testing/InMemoryTransport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import * as Http from "../../mcp/test/support/Http.ts"
import * as Messages from "../../mcp/test/support/Messages.ts"
import { Server } from "../src/resume/Server.ts"
import * as Program from "./Program.ts"
import * as Rpc from "./Rpc.ts"

const json = { "content-type": "application/json", accept: "application/json, text/event-stream" }

/** Copying takes a second a page. */
const copyBook = (pages: number) => ({
  name: "copy_book",
  arguments: { pages, millisPerPage: 1_000 },
  _meta: { progressToken: "p" }
})

/** Runs a test against a server of its own, with what the server logs. */
const withServer = <A, E, R>(test: (http: Http.Endpoint, logged: ReadonlyArray<unknown>) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const logged: Array<unknown> = []
    const Log = Logger.layer([Logger.make(({ message }) => void logged.push(...[message].flat()))])
    return Effect.gen(function*() {
      return yield* test(yield* Http.make(yield* McpServer.McpServer), logged)
    }).pipe(
      Effect.scoped,
      Effect.provide(Layer.provide(Server, InMemoryTransport.layer), { local: true }),
      Effect.provide(Log)
    )
  })

/** What a stream told: pages by their number, the answer by its text. */
const told = (exchange: Http.Exchange) =>
  exchange.messages().map((message) => message.params?.["progress"] ?? Messages.textsOf(message)[0])

describe("resume, in a session", () => {
  it.effect("a client that lost the connection takes the call up where it was", () =>
    withServer((http) =>
      Effect.gen(function*() {
        const session = yield* http.initialize()
        const lost = http.start("POST", { ...json, ...session }, Messages.request(1, "tools/call", copyBook(4)))
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual(told(lost), [1, 2])
        const heardLast = lost.events().at(-1)?.id
        lost.disconnect()
        yield* TestClock.adjust("1 second")
        const again = http.start("GET", { accept: "text/event-stream", ...session, "last-event-id": heardLast })
        yield* TestClock.adjust("1 second")
        yield* again.over
        assert.deepStrictEqual(told(again), [3, 4, "{\"pages\":4}"])
      })
    ))

  it.effect("nobody holds a connection while the glue dries", () =>
    withServer((http) =>
      Effect.gen(function*() {
        const session = yield* http.initialize()
        const bind = { name: "bind_book", arguments: { dryMillis: 60_000 } }
        const first = http.start("POST", { ...json, ...session }, Messages.request(1, "tools/call", bind))
        yield* first.over
        assert.deepStrictEqual(told(first), [])
        assert.include(first.text(), "retry: 60000")
        yield* TestClock.adjust("1 minute")
        const lastId = first.events().at(-1)?.id
        const again = http.start("GET", { accept: "text/event-stream", ...session, "last-event-id": lastId })
        yield* again.over
        assert.deepStrictEqual(told(again), ["The book is bound"])
      })
    ))
})

describe("resume, without sessions", () => {
  it.effect("a client that goes away has cancelled its call", () =>
    withServer((http, logged) =>
      Effect.gen(function*() {
        const headers = { ...json, ...Http.modernHeaders("tools/call", "copy_book") }
        const { _meta, ...params } = copyBook(4)
        const lost = http.start("POST", headers, Messages.request(1, "tools/call", Messages.claimed(params, _meta)))
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual(told(lost), [1, 2])
        assert.notInclude(logged, "The pen is put down")
        lost.disconnect()
        yield* TestClock.adjust("10 seconds")
        assert.include(logged, "The pen is put down")
        assert.deepStrictEqual(told(lost), [1, 2])
      })
    ))
})

/** Posts a call, and hangs up on the first event with something in it; gives the id of that event. */
const hangUpEarly = (url: string, message: object, headers: Record<string, string>) =>
  Effect.tryPromise(async () => {
    const hangUp = new AbortController()
    const response = await fetch(url, {
      method: "POST",
      headers: { ...json, "mcp-protocol-version": "2025-11-25", ...headers },
      body: JSON.stringify({ jsonrpc: "2.0", ...message }),
      signal: hangUp.signal
    })
    let text = ""
    for await (const chunk of response.body ?? []) {
      text += new TextDecoder().decode(chunk)
      if (/^data: \{.+\n\n/m.test(text)) break
    }
    hangUp.abort()
    return /^id: (\S+)\n(?:.+\n)*data: \{/m.exec(text)?.[1] ?? assert.fail(text)
  })

describe("resume as a program", () => {
  it.live("takes a client back that has hung up", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* Program.listen("resume/main.ts")
      const session = yield* Rpc.open(url)
      const call = Rpc.call("copy_book", { pages: 3, millisPerPage: 20 })
      const heardLast = yield* hangUpEarly(url, call, session)
      const { messages } = yield* Rpc.request(url, {
        headers: { accept: "text/event-stream", ...session, "last-event-id": heardLast }
      })
      assert.deepStrictEqual(
        messages.map(({ params, result }) => params?.["progress"] ?? result?.["structuredContent"]),
        [
          2,
          3,
          { pages: 3 }
        ]
      )
      assert.strictEqual((yield* stop("SIGTERM")).code, 130)
    }).pipe(Effect.scoped))
})
