/** A client that answers, and the server that asks: the same questions and the same outcome in either era. */
import { assert, describe, it } from "@effect/vitest"
import { McpClient } from "@parley/mcp"
import * as InMemoryTransport from "@parley/mcp/testing/InMemoryTransport"
import type { ClientTransport } from "@parley/mcp/transport/ClientTransport"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { client, program } from "../src/answers/Client.ts"
import { Server } from "../src/answers/Server.ts"
import { eras } from "./Clients.ts"
import * as Program from "./Program.ts"

const questions = [
  "answers asks: Which release of Parley?",
  "  Version: 2.0",
  "  channel: stable",
  "the model is asked, for at most 100 tokens: Announce Parley 2.0 in one sentence."
]

const announced = { project: "Parley", release: "2.0 (stable)", text: "It is out, and it is good." }

const spoken = { "sessions": "2025-11-25", "no sessions": "2026-07-28" }

describe.each(eras)("answers, with %s", (era, revisions) => {
  const over = <E>(layer: Layer.Layer<McpClient.McpClient, E, ClientTransport>) =>
    Effect.provide(Layer.merge(Server, layer).pipe(Layer.provide(InMemoryTransport.layer)), { local: true })

  it.effect("gives the server all that it asks for", () =>
    Effect.gen(function*() {
      const lines: Array<unknown> = []
      const console: Console.Console = { ...globalThis.console, log: (line: unknown) => void lines.push(line) }
      const structured = yield* program.pipe(
        over(client(revisions)),
        Effect.provideService(Console.Console, console)
      )
      assert.deepStrictEqual(structured, announced)
      assert.deepStrictEqual(lines, [`speaking ${spoken[era]}`, ...questions, JSON.stringify(announced)])
    }))

  it.effect("is no help to the server without its answers", () =>
    Effect.gen(function*() {
      const { callTool } = yield* McpClient.McpClient
      const outcome = yield* Effect.result(callTool({ name: "announce_release", arguments: {} }))
      if (era === "sessions") assert.isTrue(outcome._tag === "Success" && outcome.success.isError)
      // The server knows from the request what its client cannot do.
      else assert.strictEqual(outcome._tag === "Failure" && outcome.failure.reason._tag, "RpcError")
    }).pipe(over(McpClient.layer({ name: "test", version: "1", revisions }))))
})

describe("answers as a program", () => {
  it.live("answers a server that it has started, in both eras", () =>
    Effect.gen(function*() {
      const { code, lines, stderr } = yield* Program.finish("answers/main.ts")
      assert.deepStrictEqual(
        lines,
        ["2025-11-25", "2026-07-28"].flatMap((version) => [
          `speaking ${version}`,
          ...questions,
          JSON.stringify(announced)
        ])
      )
      assert.strictEqual(code, 0)
      assert.strictEqual(stderr, "")
    }))
})
