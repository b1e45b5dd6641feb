/** Streams on real sockets: lost and taken up again, drained, read slowly; and HTTP+SSE beside the endpoint. */
import { assert, describe, it } from "@effect/vitest"
import { ClientStream, McpServer, Progress, Tool } from "@parley/mcp"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as Http from "node:http"
import * as NodeMcpServer from "../../src/NodeMcpServer.ts"

const common = { "content-type": "application/json", accept: "application/json, text/event-stream" }

type Headers = Readonly<Record<string, string>>

const rpc = (message: object) => JSON.stringify({ jsonrpc: "2.0", ...message })

const initialize = {
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } }
}

const call = { id: 1, method: "tools/call", params: { name: "work", _meta: { progressToken: 1 } } }

const fetching = (url: string, headers: Headers, message?: object) =>
  Effect.promise((signal) =>
    fetch(url, {
      signal,
      method: message === undefined ? "GET" : "POST",
      headers: { ...common, ...headers },
      ...(message === undefined ? {} : { body: rpc(message) })
    })
  )

const text = (response: Response) => Effect.promise(() => response.text())

/** Reads until there is a text, and leaves the rest where it is. */
const readUntil = (reader: ReadableStreamDefaultReader<Uint8Array>, wanted: string) =>
  Effect.promise(() => {
    const decoder = new TextDecoder()
    const more = (got: string): Promise<string> =>
      got.includes(wanted)
        ? Promise.resolve(got)
        : reader.read().then(({ done, value }) => done ? got : more(got + decoder.decode(value, { stream: true })))
    return more("")
  })

const readerOf = (response: Response) => response.body?.getReader() ?? assert.fail("no body")

/** The ids of the events in a text. */
const idsOf = (body: string) => Array.from(body.matchAll(/^id: (.+)$/gm), ([, id]) => id ?? "")

const open = (options: NodeMcpServer.HttpOptions = {}) =>
  Effect.gen(function*() {
    const steps = yield* Queue.unbounded<number | "pause" | "end">()
    const exits = yield* Queue.unbounded<string>()
    const started = yield* Deferred.make<void>()
    const work = Tool.serve("work", {}, () =>
      Effect.gen(function*() {
        yield* Deferred.succeed(started, undefined)
        for (;;) {
          const step = yield* Queue.take(steps)
          if (step === "end") return "worked"
          yield* step === "pause" ? ClientStream.pause({ retryMillis: 5 }) : Progress.report({ progress: step })
        }
      }).pipe(Effect.onExit(({ _tag }) => Queue.offer(exits, _tag))))
    const flood = Tool.serve("flood", {}, () =>
      Effect.forEach(
        Array.from({ length: 1_000 }, (_, index) => index + 1),
        (progress) => Progress.report({ progress, message: "x".repeat(10_000) }),
        { discard: true }
      ).pipe(Effect.as("flooded"), Effect.onExit(({ _tag }) => Queue.offer(exits, _tag))))
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
    const context = yield* Layer.buildWithScope(
      McpServer.layer([work, flood], { name: "test", version: "1" }).pipe(
        Layer.provideMerge(NodeMcpServer.layerHttp({ port: 0, drainMillis: 50, ...options }))
      ),
      scope
    )
    const url = yield* Effect.flatMap(NodeMcpServer.HttpAddress, (address) => address.url).pipe(
      Effect.provideContext(context)
    )
    const opened = yield* fetching(url, {}, initialize)
    yield* text(opened)
    const session: Headers = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" }
    return { url, session, started, scope, exits, step: (step: number | "pause" | "end") => Queue.offer(steps, step) }
  })

describe("a stream over node:http", () => {
  it.live("is taken up by a client that lost it (HTL-09, HTG-10)", () =>
    Effect.gen(function*() {
      const { exits, session, step, url } = yield* open()
      yield* step(1)
      const first = yield* fetching(url, session, call)
      const reader = readerOf(first)
      const got = yield* readUntil(reader, "\"progress\":1")
      yield* Effect.promise(() => reader.cancel())
      yield* step(2)
      const rest = yield* fetching(url, { ...session, "last-event-id": idsOf(got).at(-1) ?? "" })
      yield* step("end")
      const body = yield* text(rest)
      assert.notInclude(body, "\"progress\":1")
      assert.include(body, "\"progress\":2")
      assert.include(body, "worked")
      assert.strictEqual(yield* Queue.take(exits), "Success")
    }))

  it.live("is given up before the answer, and found again (HTL-02, HTL-03)", () =>
    Effect.gen(function*() {
      const { session, step, url } = yield* open()
      yield* step("pause")
      const body = yield* text(yield* fetching(url, session, call))
      assert.match(body, /^id: \S+\ndata:\n\nretry: 5\n\n$/)
      yield* step("end")
      const rest = yield* text(yield* fetching(url, { ...session, "last-event-id": idsOf(body)[0] ?? "" }))
      assert.include(rest, "worked")
    }))

  it.live("holds up its own call and no other when it is read slowly, and is cut in the end", () =>
    Effect.gen(function*() {
      const { exits, session, step, url } = yield* open({ keepAliveMillis: 50, stalledMillis: 200 })
      const flooding = { id: 7, method: "tools/call", params: { name: "flood", _meta: { progressToken: 7 } } }
      const request = yield* Effect.acquireRelease(
        Effect.callback<Http.IncomingMessage>((resume) => {
          const outgoing = Http.request(url, { method: "POST", headers: { ...common, ...session } }, (response) => {
            // It is never read.
            response.pause()
            response.on("error", () => undefined)
            resume(Effect.succeed(response))
          })
          outgoing.on("error", () => undefined)
          outgoing.end(rpc(flooding))
        }),
        (response) => Effect.sync(() => response.destroy())
      )
      assert.strictEqual(request.statusCode, 200)
      yield* step("end")
      const other = yield* text(yield* fetching(url, session, call))
      assert.include(other, "worked")
      assert.strictEqual(yield* Queue.take(exits), "Success")
      // Once the slow one is cut, its call goes on to its end: disconnecting is not cancelling.
      assert.strictEqual(yield* Queue.take(exits), "Success")
    }))

  it.live("ends in good order with the server: what runs may end, what is new is refused", () =>
    Effect.gen(function*() {
      const { scope, session, started, step, url } = yield* open({ drainMillis: 10_000 })
      const running = yield* Effect.forkChild(Effect.flatMap(fetching(url, session, call), text))
      const listener = yield* fetching(url, session)
      yield* Deferred.await(started)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* text(listener)
      const refused = yield* fetching(url, session, { id: 2, method: "ping" })
      assert.deepStrictEqual([refused.status, refused.headers.get("retry-after")], [503, "1"])
      yield* text(refused)
      yield* step("end")
      assert.include(yield* Fiber.join(running), "worked")
      yield* Fiber.join(closing)
    }))
})

describe("HTTP+SSE beside the endpoint", () => {
  it.live("serves a client of the oldest revision (SSE-07)", () =>
    Effect.gen(function*() {
      const { url } = yield* open({ sse: { path: "/old", messagesPath: "/old/messages" } })
      const reader = readerOf(yield* fetching(new URL("/old", url).href, {}))
      const endpoint = /^data: (.+)$/m.exec(yield* readUntil(reader, "\n\n"))?.[1] ?? ""
      assert.isTrue(endpoint.startsWith("/old/messages?sessionId="))
      const messages = new URL(endpoint, url).href
      const params = { ...initialize.params, protocolVersion: "2024-11-05" }
      const accepted = yield* fetching(messages, {}, { ...initialize, params })
      assert.deepStrictEqual([accepted.status, yield* text(accepted)], [202, ""])
      assert.include(yield* readUntil(reader, "\n\n"), "\"protocolVersion\":\"2024-11-05\"")
      const foreign = yield* fetching(messages, { origin: "http://evil.net" }, { id: 1, method: "ping" })
      assert.strictEqual(foreign.status, 403)
      yield* Effect.promise(() => reader.cancel())
    }))

  it.live("is not there unless it is asked for", () =>
    Effect.gen(function*() {
      const { url } = yield* open()
      assert.strictEqual((yield* fetching(new URL("/sse", url).href, {})).status, 404)
    }))
})
