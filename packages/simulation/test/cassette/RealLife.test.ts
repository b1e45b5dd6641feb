/** What people do with cassettes: clients with credentials, two at once, batches, questions, somebody who gives up in the middle. */
import { assert, describe, it } from "@effect/vitest"
import type { Client } from "@parley/mcp/client/Client"
import * as McpClient from "@parley/mcp/client/McpClient"
import * as Tool from "@parley/mcp/contract/Tool"
import { v2025_11_25 } from "@parley/mcp/revision/v2025_11_25"
import * as McpServer from "@parley/mcp/server/McpServer"
import { ServerTransport } from "@parley/mcp/server/ServerTransport"
import * as McpTest from "@parley/mcp/testing/McpTest"
import * as Transcript from "@parley/mcp/testing/Transcript"
import * as WireRecorder from "@parley/mcp/testing/WireRecorder"
import { ClientTransport } from "@parley/mcp/transport/ClientTransport"
import * as DuplexClient from "@parley/mcp/transport/DuplexClient"
import * as StreamableHttpClient from "@parley/mcp/transport/StreamableHttpClient"
import * as Archive from "@parley/simulation/cassette/Archive"
import type * as Cassette from "@parley/simulation/cassette/Cassette"
import * as Recording from "@parley/simulation/cassette/Recording"
import * as Replay from "@parley/simulation/cassette/Replay"
import * as Stage from "@parley/simulation/cassette/Stage"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { library } from "../support/cassette/Library.ts"

const add = (a: number) => ({ name: "add", arguments: { a, b: 1 } })

const revisions = [v2025_11_25]

/** Adds, and waits until the client has asked for the stream that it listens on. */
const addAtLeisure = (client: Client) => Effect.tap(client.callTool(add(1)), () => Effect.sleep(500))

/** As if it were a file. */
const filed = (...parameters: Parameters<typeof Recording.fromTranscript>) =>
  Result.getOrThrow(Archive.parse(Archive.print(Recording.fromTranscript(...parameters))))

const toServer = (
  ...[cassette, options]: [Parameters<typeof Replay.toServer>[0], Parameters<typeof Stage.serve>[1]?]
) => Effect.scoped(Effect.flatMap(Stage.serve(library, options), (server) => Replay.toServer(cassette, server)))

describe("a cassette", () => {
  it.effect("of a client with credentials is played with others, and knows when they change", () =>
    Effect.gen(function*() {
      const { connect } = yield* McpTest.host(library, { way: "http" })
      const recorder = yield* WireRecorder.make()
      const headers = { authorization: "Bearer the-credential" }
      yield* Effect.scoped(Effect.flatMap(
        connect({ recorder, headers, revisions }),
        ({ client }) => addAtLeisure(client)
      ))
      const cassette = filed(recorder.transcript(), { title: "With credentials", front: { over: "http" } })
      assert.notInclude(Archive.print(cassette), "the-credential")
      yield* toServer(cassette, { way: "http" })
      const played = Replay.toClient(cassette, ({ httpClient }) =>
        Effect.scoped(Effect.gen(function*() {
          const transport = yield* Effect.provideService(
            StreamableHttpClient.make({
              url: "http://localhost/mcp",
              headers: { authorization: "Bearer another-one" }
            }),
            HttpClient.HttpClient,
            httpClient
          )
          const made = McpClient.make({ name: "test", version: "0", revisions })
          return yield* Effect.flatMap(Effect.provideService(made, ClientTransport, transport), addAtLeisure)
        })))
      assert.deepStrictEqual((yield* played).value.structuredContent, { sum: 2 })
    }).pipe(Effect.scoped, Stage.onVirtualTime))

  it.effect("is of one client, whoever else was there", () =>
    Effect.gen(function*() {
      const { connect } = yield* McpTest.host(library)
      const names = ["ann", "bob"]
      const recorders = yield* Effect.forEach(names, (client) => WireRecorder.make({ client }))
      const clients = yield* Effect.forEach(recorders, (recorder) => connect({ recorder, revisions }))
      yield* Effect.forEach(clients, ({ client }, index) => client.callTool(add(index)), { concurrency: 2 })
      const all = recorders.flatMap(({ transcript }) => transcript())
      const cassette = filed(Transcript.of(all, "bob"), { title: "Bob" })
      assert.notInclude(Archive.print(cassette), "\"a\":0")
      yield* toServer(cassette)
    }).pipe(Effect.scoped, Stage.onVirtualTime))

  describe("of a server that takes its time", () => {
    const slow = Tool.serve("slow", {}, () => Effect.as(Effect.sleep(90_000), "Slow"))
    const server = McpServer.layer(slow, { name: "slow", version: "1" })
    const recording = Effect.gen(function*() {
      const { client, recorded } = yield* McpTest.make(server, { revisions })
      yield* client.callTool({ name: "slow" }, { timeout: "2 minutes" })
      return filed(recorded(), { title: "Slow" })
    })
    const cassette = Stage.onVirtualTime(Effect.scoped(recording))
    const playing = (cassette: Cassette.Cassette, options?: Replay.Options) =>
      Stage.onVirtualTime(Effect.scoped(
        Effect.flatMap(Stage.serve(server), (end) => Replay.toServer(cassette, end, options))
      ))

    it.effect("gives it as long as it took, in an update as well", () =>
      Effect.gen(function*() {
        const recorded = yield* cassette
        assert.include(Archive.print(recorded), "… 90000 ms")
        yield* playing(recorded)
        assert.strictEqual(Archive.print(yield* playing(recorded, { update: true })), Archive.print(recorded))
      }))

    it.effect("is played on virtual time where the same server was built for real time, too", () =>
      Effect.gen(function*() {
        const transport = Layer.succeed(ServerTransport, { serve: () => Effect.void })
        yield* Effect.provide(Effect.flatMap(cassette, playing), Layer.provide(server, transport))
      }))
  })

  it.effect("that is at its end says of a client what more it wanted", () =>
    Effect.gen(function*() {
      const { client, recorded } = yield* McpTest.make(library, { revisions })
      yield* client.callTool(add(1))
      const cassette = filed(recorded(), { title: "Once" })
      const twice = Replay.toClient(cassette, ({ connection }) =>
        McpClient.make({ name: "test", version: "0", revisions }).pipe(
          Effect.flatMap((client) =>
            Effect.andThen(client.callTool(add(1)), client.callTool(add(2)))
          ),
          Effect.provideService(ClientTransport, DuplexClient.make(Effect.succeed(connection))),
          Effect.scoped
        ))
      const exit = yield* Effect.exit(twice)
      assert.match(String(exit), /was not answered/u)
      assert.match(String(exit), /ReplayError[^]*tools\/call/u)
    }).pipe(Effect.scoped, Stage.onVirtualTime))

  it.effect("of HTTP is played to a client although its front does not say what it is", () =>
    Effect.gen(function*() {
      const recorder = yield* WireRecorder.make()
      const { connect } = yield* McpTest.host(library, { way: "http" })
      yield* Effect.scoped(Effect.flatMap(connect({ recorder, revisions }), ({ client }) => addAtLeisure(client)))
      const cassette = filed(recorder.transcript(), { title: "No front" })
      yield* Replay.toClient(cassette, ({ httpClient }) =>
        Effect.scoped(Effect.gen(function*() {
          const transport = yield* Effect.provideService(
            StreamableHttpClient.make({ url: "http://localhost/mcp" }),
            HttpClient.HttpClient,
            httpClient
          )
          const made = McpClient.make({ name: "test", version: "0", revisions })
          yield* Effect.flatMap(Effect.provideService(made, ClientTransport, transport), addAtLeisure)
        })))
    }).pipe(Effect.scoped, Stage.onVirtualTime))

  it.effect("of a batch is played to a server, with other ids", () =>
    Effect.gen(function*() {
      const cassette = Result.getOrThrow(Archive.parse([
        "---",
        "varies: ids",
        "---",
        "→ {\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-03-26\",",
        "    \"capabilities\":{},\"clientInfo\":{\"name\":\"<who>\",\"version\":\"1\"}}}",
        "← {\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{\"protocolVersion\":\"2025-03-26\",\"capabilities\":{\"logging\":{},\"completions\":{},",
        "    \"tools\":{\"listChanged\":true},\"resources\":{\"subscribe\":true,\"listChanged\":true},",
        "    \"prompts\":{\"listChanged\":true}},\"serverInfo\":{\"name\":\"library\",\"version\":\"1.0.0\"}}}",
        "→ [{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"},",
        "   {\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"ping\"},{\"jsonrpc\":\"2.0\",\"id\":\"y\",\"method\":\"ping\"}]",
        "← [{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{}},{\"jsonrpc\":\"2.0\",\"id\":\"y\",\"result\":{}}]",
        ""
      ].join("\n")))
      yield* toServer(cassette)
    }).pipe(Stage.onVirtualTime))

  it.effect("that is given up in the middle leaves nobody waiting", () =>
    Effect.gen(function*() {
      const recorder = yield* WireRecorder.make()
      yield* Effect.scoped(Effect.flatMap(
        McpTest.make(library, { recorder, revisions }),
        ({ client }) => client.callTool(add(1))
      ))
      const cassette = filed(recorder.transcript(), { title: "Given up" })
      const gaveUp = yield* Effect.exit(Effect.timeout(
        Replay.toClient(cassette, ({ connection }) =>
          Effect.andThen(
            Effect.scoped(Effect.provideService(
              McpClient.make({ name: "test", version: "0", revisions }),
              ClientTransport,
              DuplexClient.make(Effect.succeed(connection))
            )),
            Effect.never
          )),
        "10 seconds"
      ))
      assert.strictEqual(gaveUp._tag, "Failure")
      // A program that ends too early is told what was still to be said.
      const early = yield* Effect.flip(Replay.toClient(cassette, () => Effect.void))
      assert.include(String(early), "this was not said")
    }).pipe(Stage.onVirtualTime))

  it.effect("that fails says why the client failed, where that was the reason", () =>
    Effect.gen(function*() {
      const recorder = yield* WireRecorder.make()
      yield* Effect.scoped(Effect.flatMap(
        McpTest.make(library, { recorder, revisions }),
        ({ client }) => client.callTool(add(1))
      ))
      const cassette = filed(recorder.transcript(), { title: "Failing" })
      const error = yield* Effect.flip(Replay.toClient(cassette, () => Effect.fail("I would rather not")))
      assert.include(String(error), "I would rather not")
    }).pipe(Stage.onVirtualTime))
})
