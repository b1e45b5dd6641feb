/** What a recorder hears, wherever it is put: the same conversation, and nothing that is secret. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as McpClient from "../../src/client/McpClient.ts"
import { all } from "../../src/revision/Revisions.ts"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import * as McpHttp from "../../src/server/McpHttp.ts"
import { ServerTransport } from "../../src/server/ServerTransport.ts"
import * as InMemoryTransport from "../../src/testing/InMemoryTransport.ts"
import * as McpTest from "../../src/testing/McpTest.ts"
import { exchange } from "../../src/testing/recording/HttpRecording.ts"
import * as Transcript from "../../src/testing/Transcript.ts"
import * as WireRecorder from "../../src/testing/WireRecorder.ts"
import { ClientTransport } from "../../src/transport/ClientTransport.ts"
import * as InMemory from "../../src/transport/InMemory.ts"
import * as StreamableHttpClient from "../../src/transport/StreamableHttpClient.ts"
import { Server } from "./Specimen.ts"

/** The transport of a server, with a recorder on it. */
const recording = <E, R>(recorder: WireRecorder.WireRecorder, transport: Layer.Layer<ServerTransport, E, R>) =>
  Layer.provide(
    Layer.effect(
      ServerTransport,
      Effect.map(ServerTransport, (transport) => WireRecorder.serverTransport(recorder, transport))
    ),
    transport
  )

const talk = Effect.flatMap(
  McpClient.McpClient,
  (client) =>
    Effect.andThen(
      client.callTool({ name: "long" }, { onProgress: () => Effect.void }),
      client.callTool({ name: "add", arguments: { a: 1, b: 2 } })
    )
)

const options = { name: "test", version: "0" }

describe("a recorder hears the same conversation", () => {
  for (const revision of all) {
    it.effect(`on the transport of a client, of a server, and on the line, in ${revision.version}`, () =>
      Effect.gen(function*() {
        const [above, below] = [yield* WireRecorder.make(), yield* WireRecorder.make()]
        const transports = yield* Layer.build(InMemoryTransport.layer)
        const server = Layer.provide(Server, recording(below, Layer.succeedContext(transports)))
        yield* Layer.build(server)
        const transport = WireRecorder.clientTransport(above, Context.get(transports, ClientTransport))
        const { recorded } = yield* McpTest.make(Server, { revisions: [revision] }).pipe(
          Effect.tap(({ client }) => Effect.provideService(talk, McpClient.McpClient, client))
        )
        yield* talk.pipe(
          Effect.provide(McpClient.layer({ ...options, revisions: [revision] })),
          Effect.provideService(ClientTransport, transport)
        )
        const messages = Transcript.render(above.transcript())
        assert.include(messages, "→ tools/call add {\"a\":1,\"b\":2}")
        assert.strictEqual(Transcript.render(below.transcript()), messages)
        assert.strictEqual(Transcript.render(recorded()), messages)
      }))
  }

  it.effect("on an HTTP client, and on an HTTP endpoint", () =>
    Effect.gen(function*() {
      const [above, below] = [yield* WireRecorder.make(), yield* WireRecorder.make()]
      const web = McpHttp.toWebHandler(Server, { protect: (transport) => recording(below, transport) })
      yield* Effect.addFinalizer(() => Effect.promise(web.dispose))
      const http = HttpClient.make((request, _, signal) =>
        Effect.flatMap(Effect.orDie(HttpClientRequest.toWeb(request, { signal })), (asked) =>
          Effect.map(
            Effect.promise(() => web.handler(asked)),
            (response) => HttpClientResponse.fromWeb(request, response)
          ))
      )
      const transport = yield* Effect.provideService(
        StreamableHttpClient.make({
          url: "http://localhost/mcp",
          headers: { authorization: Redacted.make("Bearer secret-token"), "x-api-key": "secret-key" }
        }),
        HttpClient.HttpClient,
        WireRecorder.httpClient(above, http)
      )
      yield* talk.pipe(
        Effect.provide(McpClient.layer({ ...options, revisions: [v2025_11_25] })),
        Effect.provideService(ClientTransport, transport)
      )
      for (const { transcript } of [above, below]) {
        yield* Transcript.expect(
          transcript(),
          `→ POST /mcp {authorization: "redacted"}
          → initialize
          ← 200 {mcp-session-id: <session>}
          ← {protocolVersion: "2025-11-25", …}
          → POST /mcp {mcp-session-id: <session>}
          → notifications/initialized
          ← 202
          …
          ← 200 {content-type: "text/event-stream"}
          …
          → POST /mcp {authorization: "redacted", mcp-session-id: <session>}
          → tools/call add {a: 1, b: 2}
          …
          ← 200 {content-type: "application/json"}
          ← {content: …, …}
          …`
        )
        assert.notInclude(JSON.stringify(transcript()), "secret")
      }
    }))
})

describe("a recorder on HTTP", () => {
  const answering = (recorder: WireRecorder.WireRecorder, respond: () => Response) =>
    WireRecorder.httpClient(
      recorder,
      HttpClient.make((request) => Effect.sync(() => HttpClientResponse.fromWeb(request, respond())))
    )

  const events = (...parts: ReadonlyArray<string>) =>
    new Response(parts.join(""), { headers: { "content-type": "text/event-stream" } })

  it.effect("writes down each event, with its id, once", () =>
    Effect.gen(function*() {
      const recorder = yield* WireRecorder.make()
      const client = answering(recorder, () =>
        events(
          "id: 1\ndata:\n\n",
          "id: 2\ndata: {\"a\":\ndata: 1}\n\n",
          ": comment\n\n",
          "event: endpoint\ndata: /m\n\n"
        ))
      const { stream } = yield* client.get("http://localhost/")
      yield* Stream.runDrain(stream)
      assert.deepStrictEqual(
        recorder.transcript().slice(2).map((entry) => entry._tag === "Said" ? [entry.eventId, entry.text] : entry.note),
        [["1", undefined], ["2", "{\"a\":\n1}"], "the event \"endpoint\": /m", "the response ended"]
      )
    }))

  it.effect("has nothing to say of a body that there is none of", () =>
    Effect.gen(function*() {
      const recorder = yield* WireRecorder.make()
      const client = answering(recorder, () => new Response(null, { status: 202 }))
      const { stream } = yield* client.get("http://localhost/")
      yield* Effect.ignore(Stream.runDrain(stream))
      const { text } = yield* client.get("http://localhost/")
      yield* Effect.ignore(text)
      assert.deepStrictEqual(recorder.transcript().map(({ _tag }) => _tag), ["Said", "Said", "Said", "Said"])
    }))

  it.effect("notes what broke, and when", () =>
    Effect.gen(function*() {
      const recorder = yield* WireRecorder.make()
      const broken = () =>
        new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("reset")) })
      const client = answering(recorder, () => new Response(broken()))
      yield* TestClock.adjust("5 millis")
      const { text } = yield* client.get("http://localhost/")
      yield* Effect.ignore(text)
      const { stream } = yield* client.get("http://localhost/")
      yield* Effect.ignore(Stream.runDrain(stream))
      assert.deepStrictEqual(
        recorder.transcript().map((entry) => [entry.atMillis, entry.over, entry._tag === "Said" ? "said" : entry.note]),
        [
          [5, "exchange-1", "said"],
          [5, "exchange-1", "said"],
          [5, "exchange-1", "the response broke off"],
          [5, "exchange-2", "said"],
          [5, "exchange-2", "said"],
          [5, "exchange-2", "the response broke off"]
        ]
      )
    }))

  it.effect("leaves bodies as they are, whichever way they are read", () =>
    Effect.gen(function*() {
      const recorder = yield* WireRecorder.make()
      const client = answering(recorder, () => Response.json({ a: 1 }))
      const response = client.get("http://localhost/")
      assert.strictEqual(yield* Effect.flatMap(response, ({ text }) => text), "{\"a\":1}")
      assert.deepStrictEqual(yield* Effect.flatMap(response, ({ json }) => json), { a: 1 })
      const streamed = yield* Effect.flatMap(response, ({ stream }) => Stream.mkString(Stream.decodeText(stream)))
      assert.strictEqual(streamed, "{\"a\":1}")
      const bytes = yield* Effect.flatMap(response, ({ arrayBuffer }) => arrayBuffer)
      assert.strictEqual(new TextDecoder().decode(bytes), "{\"a\":1}")
      // Read twice, it was said once.
      yield* Effect.flatMap(response, ({ json, text }) => Effect.andThen(text, json))
      const texts = recorder.transcript().flatMap((entry) => entry._tag === "Said" && entry.text ? [entry.text] : [])
      assert.deepStrictEqual(texts, Array.from({ length: 5 }, () => "{\"a\":1}"))
    }))

  it.effect("writes down a body as it was, whatever becomes of it", () =>
    Effect.gen(function*() {
      const recorder = yield* WireRecorder.make()
      const body = "{ \"big\": 12345678901234567890, \"a\": 1 }"
      const client = answering(recorder, () => new Response(body))
      yield* Effect.flatMap(client.get("http://localhost/"), ({ json }) => json)
      assert.include(JSON.stringify(recorder.transcript()), JSON.stringify(body))
    }))
})

describe("a recorder on an exchange", () => {
  it.effect("writes down one answer, and one end", () =>
    Effect.gen(function*() {
      const recorder = yield* WireRecorder.make()
      const written: Array<string> = []
      const callbacks: Array<() => void> = []
      const heard = exchange(recorder, {
        method: "POST",
        url: "/mcp",
        body: "{}",
        header: (name) => name === "authorization" ? "Bearer the-credential" : undefined,
        respond: (status) => void written.push(`respond ${status}`),
        stream: (status) => {
          written.push(`stream ${status}`)
          return {
            write: (text) => Effect.sync(() => void written.push(text)),
            offer: () => false,
            end: () => void written.push("end"),
            abort: () => void written.push("abort")
          }
        },
        onClose: (callback) => void callbacks.push(callback)
      })
      heard.onClose(() => written.push("gone 1"))
      heard.onClose(() => written.push("gone 2"))
      const stream = heard.stream(200, { "content-type": "text/event-stream" })
      yield* stream.write("id: 1\ndata: {\"who\":\"the-credential\"}\n\n")
      assert.isFalse(stream.offer("data: {}\n\n"))
      stream.end()
      stream.abort()
      heard.respond(500, {}, "too late")
      for (const callback of callbacks) callback()
      // Whatever is done is done, and what of it came to anything is written down.
      assert.strictEqual(written.length, 7)
      assert.deepStrictEqual(
        recorder.transcript().map((entry) => entry._tag === "Noted" ? entry.note : entry.text ?? entry.eventId),
        ["{}", undefined, "{\"who\":\"redacted\"}", "the response ended", "the client went away"]
      )
    }))
})

describe("a recorder on an exchange that is answered with a whole stream", () => {
  it.effect("writes down its events", () =>
    Effect.gen(function*() {
      const recorder = yield* WireRecorder.make()
      const sent: Array<string> = []
      const { respond } = exchange(recorder, {
        method: "POST",
        url: "/mcp",
        body: "{}",
        header: () => undefined,
        respond: (_, __, body) => void sent.push(body),
        stream: () => assert.fail("nothing is streamed"),
        onClose: () => undefined
      })
      const body = "id: 1\ndata: \n\n: a comment\n\nid: 2\ndata: {\"n\":1}\n\n"
      respond(200, { "content-type": "text/event-stream" }, body)
      assert.deepStrictEqual(sent, [body])
      assert.deepStrictEqual(
        recorder.transcript().slice(1).map((entry) =>
          entry._tag === "Noted" ? entry.note : [entry.head !== undefined, entry.eventId, entry.text]
        ),
        [[true, undefined, undefined], [false, "1", undefined], [false, "2", "{\"n\":1}"], "the response ended"]
      )
    }))
})

describe("a recorder keeps no credential", () => {
  const talking = (
    recorder: WireRecorder.WireRecorder,
    answer: (headers: { readonly [name: string]: string }) => string
  ) =>
    WireRecorder.httpClient(
      recorder,
      HttpClient.make((request) =>
        Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(answer(request.headers))))
      )
    )

  it.effect("of a URL", () =>
    Effect.gen(function*() {
      const recorder = yield* WireRecorder.make()
      const client = talking(recorder, () => "")
      yield* client.get("https://ada:user-secret@example.com/mcp?access_token=query-secret&page=2")
      yield* client.get("https://example.com/mcp", { urlParams: { token: "param-secret", page: "3" } })
      const heads = Transcript.render(recorder.transcript(), { heads: true })
      assert.notInclude(heads, "-secret")
      assert.include(heads, "page=2")
      assert.include(heads, "page=3")
    }))

  it.effect("that somebody repeats in a message, and tells one from another", () =>
    Effect.gen(function*() {
      const recorder = yield* WireRecorder.make()
      const client = talking(recorder, ({ authorization = "" }) => `{"shown":"${authorization.slice(7)}"}`)
      for (const token of ["first-credential", "other-credential", "first-credential"]) {
        const { text } = yield* client.get("http://localhost/", { headers: { authorization: `Bearer ${token}` } })
        // Whoever reads it has what was sent.
        assert.include(yield* text, token)
      }
      assert.notInclude(JSON.stringify(recorder.transcript()), "credential")
      const texts = recorder.transcript().flatMap((entry) => entry._tag === "Said" && entry.text ? [entry.text] : [])
      assert.deepStrictEqual(texts, [
        "{\"shown\":\"redacted\"}",
        "{\"shown\":\"redacted-2\"}",
        "{\"shown\":\"redacted\"}"
      ])
    }))

  it.effect("but does not take a short one for a word", () =>
    Effect.gen(function*() {
      const recorder = yield* WireRecorder.make()
      const client = talking(recorder, () => "{\"says\":\"test\"}")
      const { json } = yield* client.get("http://localhost/", { headers: { authorization: "Bearer test" } })
      yield* json
      assert.include(JSON.stringify(recorder.transcript()), JSON.stringify("{\"says\":\"test\"}"))
      assert.notInclude(Transcript.render(recorder.transcript(), { heads: true }), "Bearer")
    }))
})

describe("a recorder on a line", () => {
  it.effect.prop("hears every text of both ends, in order, and changes none", {
    texts: Schema.Array(Schema.Struct({ isClient: Schema.Boolean, text: Schema.String }))
  }, ({ texts }) =>
    Effect.gen(function*() {
      const recorder = yield* WireRecorder.make({ client: "ann", server: "box" })
      const pair = yield* InMemory.makePair
      const client = WireRecorder.connection(recorder, pair.client)
      const heard: Array<string> = []
      yield* Effect.forkScoped(client.listen((one) => one._tag === "Line" && heard.push(`c ${one.text}`)), {
        startImmediately: true
      })
      yield* Effect.forkScoped(pair.server.listen((one) => one._tag === "Line" && heard.push(`s ${one.text}`)), {
        startImmediately: true
      })
      for (const { isClient, text } of texts) (isClient ? client : pair.server).send(text)
      yield* pair.close
      yield* Effect.yieldNow
      assert.deepStrictEqual(heard, texts.map(({ isClient, text }) => `${isClient ? "s" : "c"} ${text}`))
      assert.deepStrictEqual(
        recorder.transcript().flatMap((entry) => entry._tag === "Said" ? [[entry.from, entry.to, entry.text]] : []),
        texts.map(({ isClient, text }) => isClient ? ["ann", "box", text] : ["box", "ann", text])
      )
      assert.deepStrictEqual(
        recorder.transcript().flatMap((entry) => entry._tag === "Noted" ? [entry.note] : []),
        ["the line was closed"]
      )
    }))
})
