/** A real process, spoken to over its pipes: what is recorded of it is what the corpus has, and plays like it. */
import { assert, describe, it } from "@effect/vitest"
import * as McpClient from "@parley/mcp/client/McpClient"
import * as WireRecorder from "@parley/mcp/testing/WireRecorder"
import { ClientTransport } from "@parley/mcp/transport/ClientTransport"
import * as NodeMcpClient from "@parley/node/NodeMcpClient"
import * as Recording from "@parley/simulation/cassette/Recording"
import * as Replay from "@parley/simulation/cassette/Replay"
import * as Stage from "@parley/simulation/cassette/Stage"
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import * as Corpus from "../support/cassette/Corpus.ts"

const program = fileURLToPath(new URL("../support/cassette/library-process.ts", import.meta.url))

const Child = NodeMcpClient.layerStdio({
  command: process.execPath,
  args: ["--conditions=@parley/source", program]
})

const recorded = (entry: Corpus.Entry) =>
  Effect.gen(function*() {
    const recorder = yield* WireRecorder.make()
    const transport = WireRecorder.clientTransport(recorder, yield* ClientTransport)
    yield* Effect.scoped(Effect.gen(function*() {
      const made = McpClient.make({ name: "reader", version: "1.0.0", revisions: Corpus.revisionsOf(entry.revision) })
      yield* entry.story.act(yield* Effect.provideService(made, ClientTransport, transport))
    }))
    return Recording.fromTranscript(recorder.transcript(), {
      title: "A process",
      front: { over: "line" },
      // How long a process takes to start is no part of what it says.
      waitMillisMin: Number.POSITIVE_INFINITY
    })
  }).pipe(Effect.provide(Child))

describe("a process over stdio", () => {
  for (const entry of Corpus.entries.filter(({ name }) => name.endsWith("/tools"))) {
    it.live(`says what the corpus has: ${entry.name}`, () =>
      Effect.gen(function*() {
        const cassette = yield* recorded(entry)
        assert.deepStrictEqual(Corpus.revised(entry, cassette), Corpus.read(entry))
        yield* Effect.scoped(
          Effect.flatMap(Corpus.serve(entry), (server) => Replay.toServer(cassette, server))
        ).pipe(Stage.onVirtualTime)
        yield* Stage.onVirtualTime(Replay.toClient(cassette, Corpus.act(entry)))
      }))
  }
})
