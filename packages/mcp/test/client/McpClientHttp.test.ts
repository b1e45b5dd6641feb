/** A whole client over HTTP: what the era changes about finding out, giving up and hanging up. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as McpClient from "../../src/client/McpClient.ts"
import type { Params } from "../../src/jsonrpc/Message.ts"
import * as Revisions from "../../src/revision/Revisions.ts"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../src/revision/v2026_07_28.ts"
import * as StreamableHttpClient from "../../src/transport/StreamableHttpClient.ts"
import { Demo, type Exchange, overHttp } from "./Demo.ts"
import { type Heard, opening } from "./ScriptedPeer.ts"

const never = "never"

type Headers = { readonly [name: string]: string }

type Respond = (message: Heard, verb: string, headers: Headers) => Response | typeof never

const messageOf = ({ body }: HttpClientRequest): Heard =>
  body._tag === "Uint8Array" ? JSON.parse(new TextDecoder().decode(body.body)) as Heard : {}

const json = (body: object | null, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(body === null ? null : JSON.stringify({ jsonrpc: "2.0", ...body }), {
    status,
    headers: { "content-type": "application/json", ...headers }
  })

/** A client of an HTTP server that answers as told. */
const connect = (respond: Respond, options: Partial<McpClient.Options> = {}) => {
  const heard: Array<string> = []
  const aborted: Array<string> = []
  const client = HttpClient.make((request, _url, signal) =>
    Effect.suspend(() => {
      const message = messageOf(request)
      const what = message.method ?? request.method
      heard.push(what)
      const response = respond(message, request.method, request.headers)
      if (response !== never) return Effect.succeed(HttpClientResponse.fromWeb(request, response))
      signal.addEventListener("abort", () => aborted.push(what))
      return Effect.never
    })
  )
  const transport = Layer.provide(
    StreamableHttpClient.layer({ url: "https://example.com/mcp" }),
    Layer.succeed(HttpClient.HttpClient, client)
  )
  return {
    heard,
    aborted,
    client: Effect.provide(McpClient.make({ name: "test", version: "0", ...options }), transport)
  }
}

/** A server of one revision; `more` answers what its opening does not. */
const serverOf = (revision: typeof v2025_11_25, more: Respond, session = "s"): Respond => (message, verb, headers) => {
  const reply = opening(revision)[message.method ?? ""]
  if (reply !== undefined && typeof reply === "object") {
    return json({ id: message.id, ...reply }, 200, revision.era === "session" ? { "mcp-session-id": session } : {})
  }
  if (message.method === "server/discover") return new Response("Bad Request", { status: 400 })
  return message.method?.startsWith("notifications/") || verb === "DELETE"
    ? new Response(null, { status: 202 })
    : more(message, verb, headers)
}

describe("finding out over HTTP", () => {
  it.effect("400 without an error leads to initialize, without claims in headers or body", () =>
    Effect.gen(function*() {
      const bodies: Array<Params | undefined> = []
      const { client, heard } = connect((message, verb, headers) => {
        if (message.method === "initialize") bodies.push(message.params)
        return serverOf(v2025_11_25, () => json(null, 404))(message, verb, headers)
      })
      assert.strictEqual((yield* client).server.revision, v2025_11_25)
      assert.deepStrictEqual(heard, ["server/discover", "initialize", "notifications/initialized"])
      assert.notProperty(bodies[0], "_meta")
    }))

  for (const status of [401, 403, 500, 503]) {
    it.effect(`${status} ends it: no initialize`, () =>
      Effect.gen(function*() {
        const { client, heard } = connect(() => new Response("no", { status }))
        const { reason } = yield* Effect.flip(client)
        assert.deepInclude(reason._tag === "TransportError" ? reason.reason : {}, { _tag: "HttpStatus", status })
        assert.deepStrictEqual(heard, ["server/discover"])
      }))
  }

  it.effect("silence ends it after the time limit of requests, not of probes", () =>
    Effect.gen(function*() {
      const { client, heard } = connect(() => never, { timeout: "20 seconds", probeTimeout: "1 seconds" })
      const connecting = yield* Effect.forkChild(Effect.flip(client))
      yield* TestClock.adjust("19 seconds")
      assert.isUndefined(connecting.pollUnsafe())
      yield* TestClock.adjust("1 seconds")
      const { reason } = yield* Fiber.join(connecting)
      assert.deepInclude(reason, { _tag: "RequestTimeout", method: "server/discover", timeoutMillis: 20_000 })
      assert.deepStrictEqual(heard, ["server/discover"])
    }))
})

it.effect("a server that never takes the word that its session is settled ends it, in the time of a request", () =>
  Effect.gen(function*() {
    const behaved = serverOf(v2025_11_25, () => never)
    const { aborted, client } = connect(
      (message, verb, headers) => message.method === "initialize" ? behaved(message, verb, headers) : never,
      { revisions: [v2025_11_25], timeout: "2 seconds" }
    )
    const connecting = yield* Effect.forkChild(Effect.flip(Effect.scoped(client)), { startImmediately: true })
    yield* TestClock.adjust("2 seconds")
    assert.deepStrictEqual(aborted, ["notifications/initialized"])
    // The session is ended as well, in the time that this may take.
    yield* TestClock.adjust("5 seconds")
    const { reason } = yield* Fiber.join(connecting)
    assert.deepInclude(reason, { _tag: "RequestTimeout", method: "notifications/initialized", timeoutMillis: 2_000 })
  }))

describe("giving up over HTTP", () => {
  const timeOut = (revision: typeof v2025_11_25) =>
    Effect.gen(function*() {
      const server = connect(serverOf(revision, () => never))
      const client = yield* server.client
      const calling = yield* Effect.forkChild(Effect.flip(client.callTool({ name: "slow" })))
      yield* TestClock.adjust("60 seconds")
      const { reason } = yield* Fiber.join(calling)
      assert.strictEqual(reason._tag, "RequestTimeout")
      return server
    })

  it.effect("in a session a notification says so (HTL-10)", () =>
    Effect.gen(function*() {
      const { aborted, heard } = yield* timeOut(v2025_11_25)
      // This server begins no stream of the session either, which is asked for again meanwhile.
      const ofCalls = (messages: ReadonlyArray<string>) => messages.filter((message) => message !== "GET")
      assert.deepStrictEqual(ofCalls(aborted), ["tools/call"])
      assert.deepStrictEqual(ofCalls(heard).slice(-2), ["tools/call", "notifications/cancelled"])
    }))

  it.effect("without one, closing the exchange does (CAN-07)", () =>
    Effect.gen(function*() {
      const { aborted, heard } = yield* timeOut(v2026_07_28)
      assert.deepStrictEqual(aborted, ["tools/call"])
      assert.strictEqual(heard.at(-1), "tools/call")
    }))
})

describe("a session over HTTP", () => {
  it.effect("that the server forgot fails with a reason of its own (HTS-07)", () =>
    Effect.gen(function*() {
      const { client } = connect(serverOf(v2025_11_25, () => new Response(null, { status: 404 })))
      const { reason } = yield* Effect.flip((yield* client).callTool({ name: "x" }))
      assert.strictEqual(reason._tag === "TransportError" ? reason.reason._tag : "", "SessionExpired")
    }))

  it.effect("a ping inside the answer's stream is answered by a POST", () =>
    Effect.gen(function*() {
      const answers: Array<unknown> = []
      const { client } = connect((message, verb, headers) => {
        if (message.method === undefined && verb === "POST") answers.push([message.id, message.result])
        return message.method === undefined && verb === "POST"
          ? new Response(null, { status: 202 })
          : serverOf(v2025_11_25, ({ id }) => {
            const data = [
              { jsonrpc: "2.0", id: "p", method: "ping" },
              { jsonrpc: "2.0", id, result: { content: [] } }
            ]
            const body = data.map((one) => `data: ${JSON.stringify(one)}\n\n`).join("")
            return new Response(body, { headers: { "content-type": "text/event-stream" } })
          })(message, verb, headers)
      })
      yield* (yield* client).callTool({ name: "x" })
      yield* Effect.yieldNow
      assert.deepStrictEqual(answers, [["p", {}]])
    }))
})

/** A server whose session is `s1` until it is forgotten, and then another; `streams` answers its GETs by session. */
const forgetful = (streams: (sessionId: string | undefined, count: number) => Response | typeof never) => {
  const state = { sessions: 0, gets: 0 }
  const respond: Respond = (message, verb, headers) => {
    if (verb === "GET") return streams(headers["mcp-session-id"], ++state.gets)
    if (message.method === "initialize") state.sessions++
    const more: Respond = ({ id }) => json({ id, result: { content: [] } })
    return serverOf(v2025_11_25, more, `s${state.sessions}`)(message, verb, headers)
  }
  return { state, respond }
}

const eventsOf = (...messages: ReadonlyArray<object>): Response =>
  new Response(messages.map((one) => `data: ${JSON.stringify({ jsonrpc: "2.0", ...one })}\n\n`).join(""), {
    headers: { "content-type": "text/event-stream" }
  })

describe("what a session's server says unasked", () => {
  it.effect("is heard again, in a new session, after the old one is gone (HTG-01, HTS-07)", () =>
    Effect.gen(function*() {
      const changed = { method: "notifications/tools/list_changed" }
      const { respond, state } = forgetful((sessionId, count) =>
        count === 1
          ? eventsOf(changed)
          : sessionId === "s1"
          ? new Response("{}", { status: 404 })
          : count === 3
          ? eventsOf(changed, changed)
          : never
      )
      const client = yield* connect(respond).client
      const listening = yield* client.notifications.pipe(
        Stream.take(3),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      yield* TestClock.adjust("1 minutes")
      assert.lengthOf(yield* Fiber.join(listening), 3)
      assert.strictEqual(state.sessions, 2)
      yield* client.callTool({ name: "x" })
      assert.strictEqual(state.sessions, 2)
    }))

  it.effect("is not asked for again where there is no such stream, and the session stays (HTG-02)", () =>
    Effect.gen(function*() {
      for (const status of [404, 405]) {
        const { respond, state } = forgetful(() => new Response("Session not found", { status }))
        const client = yield* connect(respond).client
        yield* TestClock.adjust("1 hours")
        yield* client.callTool({ name: "x" })
        assert.deepStrictEqual(state, { sessions: 1, gets: 1 })
      }
    }))
})

describe("against our own server", () => {
  it.effect("a session is opened, used and ended; headers say which (HTS-04, HTS-08, HTV-01)", () =>
    Effect.gen(function*() {
      const seen: Array<Exchange> = []
      yield* Effect.provide(
        Effect.flatMap(McpClient.of(Demo), (demo) => demo.tools.add({ a: 1, b: 2 })),
        overHttp(Revisions.sessionEra, {}, seen)
      )
      const session = seen[1]?.response.get("mcp-session-id")
      assert.isString(session)
      assert.deepStrictEqual(
        seen.slice(2).map((
          { method, request }
        ) => [method, request.get("mcp-session-id"), request.get("mcp-protocol-version")]),
        [["POST", session, v2025_11_25.version], ["POST", session, v2025_11_25.version], [
          "DELETE",
          session,
          v2025_11_25.version
        ]]
      )
      assert.isTrue(seen.slice(1).every(({ status }) => status >= 200 && status < 300))
    }))

  it.effect("progress is among the notifications too", () =>
    Effect.gen(function*() {
      const demo = yield* McpClient.of(Demo)
      const listening = yield* demo.client.notifications.pipe(
        Stream.take(2),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      yield* demo.tools.count({ to: 2 }, { onProgress: () => Effect.void })
      const notifications = yield* Fiber.join(listening)
      assert.deepStrictEqual(notifications.map(({ method }) => method), [
        "notifications/progress",
        "notifications/progress"
      ])
    }).pipe(Effect.provide(overHttp())))
})
