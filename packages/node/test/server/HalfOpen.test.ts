/**
 * Clients that hold a connection and do not do their part, on real sockets: they read nothing, send half a request, or
 * send nothing at all. The neighbour is served, nothing piles up, and none of them keeps the server from ending.
 */
import { assert, describe, it } from "@effect/vitest"
import { McpServer, Progress, Resource, Tool } from "@parley/mcp"
import * as Registry from "@parley/mcp/contract/Registry"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Net from "node:net"
import * as NodeMcpServer from "../../src/NodeMcpServer.ts"
import * as OneSocket from "../support/OneSocket.ts"

const version = "2026-07-28"

const meta = {
  "io.modelcontextprotocol/protocolVersion": version,
  "io.modelcontextprotocol/clientCapabilities": {}
}

const initialize = { protocolVersion: "2024-11-05", capabilities: {}, clientInfo: { name: "test", version: "1" } }

/** A URI so long that few updates fill what the system buffers for a socket. */
const uri = `notes://${"x".repeat(100_000)}`

const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))
const flood = Tool.serve("flood", {}, () =>
  Effect.forEach(
    Array.from({ length: 1_000 }, (_, index) => index + 1),
    (progress) => Progress.report({ progress, message: "x".repeat(20_000) }),
    { discard: true }
  ).pipe(Effect.as("flooded")))
const notes = Resource.serve(uri, { name: "notes" }, () => Effect.succeed("text"))

const open = (options: NodeMcpServer.HttpOptions = {}) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const Server = McpServer.layer([hello, flood, notes], { name: "test", version: "1" }).pipe(
      Layer.provideMerge(NodeMcpServer.layerHttp({ port: 0, drainMillis: 50, ...options }))
    )
    const context = yield* Layer.buildWithScope(Server, scope)
    const url = new URL(yield* Context.get(context, NodeMcpServer.HttpAddress).url)
    const close = Scope.close(scope, Exit.void)
    yield* Effect.addFinalizer(() => close)
    const send = yield* OneSocket.make(url)
    /** A client whose requests are answered, whatever others do. */
    const neighbour = Effect.map(
      send({
        headers: { "mcp-protocol-version": version, "mcp-method": "tools/call", "mcp-name": "hello" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "hello", _meta: meta } })
      }),
      ({ body }): unknown => JSON.parse(body).result.content[0].text
    )
    return { context, url, close, neighbour }
  })

/** A connection, and how much of what the server sends it has read. */
const connect = (url: URL) =>
  Effect.acquireRelease(
    Effect.callback<Net.Socket>((resume) => {
      const socket = Net.connect(Number(url.port), url.hostname, () => resume(Effect.succeed(socket)))
      socket.on("error", () => undefined)
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

const write = (socket: Net.Socket, text: string) =>
  Effect.callback<void>((resume) => void socket.write(text, () => resume(Effect.void)))

const head = (url: URL, method: string, path: string, more: ReadonlyArray<string>) =>
  [`${method} ${path} HTTP/1.1`, `host: ${url.host}`, "content-type: application/json", ...more, "", ""].join("\r\n")

const post = (url: URL, path: string, message: object, more: ReadonlyArray<string> = []) => {
  const body = JSON.stringify({ jsonrpc: "2.0", ...message })
  return head(url, "POST", path, [
    "accept: application/json, text/event-stream",
    `content-length: ${Buffer.byteLength(body)}`,
    ...more
  ]) + body
}

const modern = (
  url: URL,
  method: string,
  { _meta, ...params }: { readonly [key: string]: unknown },
  more: ReadonlyArray<string> = []
) =>
  post(url, url.pathname, { id: 9, method, params: { ...params, _meta: { ...meta, ...Object(_meta) } } }, [
    `mcp-protocol-version: ${version}`,
    `mcp-method: ${method}`,
    ...more
  ])

/** Reads until there is a text, and stops reading then. */
const readUntil = (socket: Net.Socket, wanted: string) =>
  Effect.callback<string>((resume) => {
    let got = ""
    const onData = (chunk: Buffer): void => {
      got += chunk.toString("utf8")
      if (!got.includes(wanted)) return
      socket.off("data", onData)
      socket.pause()
      resume(Effect.succeed(got))
    }
    socket.on("data", onData)
    socket.resume()
  })

/** How many bytes are still to be read, up to the end. */
const restOf = (socket: Net.Socket) =>
  Effect.callback<number>((resume) => {
    let bytes = 0
    socket.on("data", (chunk: Buffer) => {
      bytes += chunk.length
    })
    socket.on("close", () => resume(Effect.succeed(bytes)))
    socket.resume()
  })

const updates = (context: Context.Context<Registry.Registry>, count: number) =>
  Effect.forEach(
    Array.from({ length: count }),
    () => Effect.andThen(Context.get(context, Registry.Registry).resourceUpdated(uri), Effect.yieldNow),
    { discard: true }
  )

const silently = Effect.provide(Logger.layer([]))

describe("a client that reads nothing", () => {
  it.live("of what it listens to is told in the end what counts, and holds up nobody", () =>
    Effect.gen(function*() {
      const { close, context, neighbour, url } = yield* open()
      const slow = yield* connect(url)
      yield* write(slow, modern(url, "subscriptions/listen", { notifications: { resourceSubscriptions: [uri] } }))
      yield* readUntil(slow, "notifications/subscriptions/acknowledged")
      yield* updates(context, 1_000)
      assert.strictEqual(yield* neighbour, "Hello!")
      const rest = yield* Effect.forkChild(restOf(slow), { startImmediately: true })
      yield* close
      // A thousand updates are 100 MB; the system's buffers take a few of them, and the rest is one.
      const bytes = yield* Fiber.join(rest)
      assert.isAbove(bytes, 100_000)
      assert.isBelow(bytes, 20_000_000)
    }).pipe(silently))

  it.live("of what it listens to is cut in the end", () =>
    Effect.gen(function*() {
      const { context, neighbour, url } = yield* open({ keepAliveMillis: 20, stalledMillis: 60 })
      const slow = yield* connect(url)
      yield* write(slow, modern(url, "subscriptions/listen", { notifications: { resourceSubscriptions: [uri] } }))
      yield* readUntil(slow, "notifications/subscriptions/acknowledged")
      yield* updates(context, 1_000)
      // The socket says that it was cut only when something is written to it.
      const cut = Effect.callback<void>((resume) => void slow.on("close", () => resume(Effect.void)))
      const poked = Effect.repeat(Effect.andThen(write(slow, "\r\n"), Effect.sleep(10)), {
        until: () => slow.destroyed
      })
      yield* Effect.raceFirst(cut, poked)
      assert.strictEqual(yield* neighbour, "Hello!")
    }).pipe(silently))

  for (const sse of [false, true]) {
    it.live(`of an answer does not keep the server from ending, over ${sse ? "HTTP+SSE" : "Streamable HTTP"}`, () =>
      Effect.gen(function*() {
        const { close, neighbour, url } = yield* open({ sse: true })
        const slow = yield* connect(url)
        const params = { name: "flood", _meta: { progressToken: 1 } }
        if (sse) {
          yield* write(slow, head(url, "GET", "/sse", ["accept: text/event-stream"]))
          const path = /^data: (.+)$/m.exec(yield* readUntil(slow, "data: "))?.[1] ?? ""
          const poster = yield* connect(url)
          yield* write(poster, post(url, path, { id: 0, method: "initialize", params: { ...initialize } }))
          yield* readUntil(slow, "protocolVersion")
          yield* write(poster, post(url, path, { method: "notifications/initialized" }))
          for (const id of [1, 2]) yield* write(poster, post(url, path, { id, method: "tools/call", params }))
        } else {
          yield* write(slow, modern(url, "tools/call", params, ["mcp-name: flood"]))
        }
        yield* readUntil(slow, "notifications/progress")
        assert.strictEqual(yield* neighbour, "Hello!")
        const ended = yield* Effect.timeoutOption(close, 5_000)
        assert.isTrue(Option.isSome(ended))
      }).pipe(silently))
  }
})

describe("a client that sends", () => {
  const half = (url: URL) => modern(url, "tools/call", { name: "hello" }, ["mcp-name: hello"]).slice(0, -20)

  it.effect("half a request holds up nobody, and is not waited for in the end", () =>
    Effect.gen(function*() {
      const { close, neighbour, url } = yield* open({ drainMillis: 10_000 })
      for (const cut of [20, 200]) {
        const slow = yield* connect(url)
        yield* write(slow, half(url).slice(0, -cut))
      }
      assert.strictEqual(yield* neighbour, "Hello!")
      // Time stands still: whoever waits for it waits for ever.
      yield* close
    }).pipe(silently))

  it.live("half a request and goes away without a word leaves nothing behind", () =>
    Effect.gen(function*() {
      const { neighbour, url } = yield* open()
      const slow = yield* connect(url)
      yield* write(slow, half(url))
      slow.resetAndDestroy()
      assert.strictEqual(yield* neighbour, "Hello!")
    }).pipe(silently))

  it.effect("nothing at all is not waited for in the end", () =>
    Effect.gen(function*() {
      const { close, neighbour, url } = yield* open()
      yield* connect(url)
      assert.strictEqual(yield* neighbour, "Hello!")
      // Time stands still: whoever waits for it waits for ever.
      yield* close
    }).pipe(silently))
})
