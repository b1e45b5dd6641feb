/** What a client writes to the stdin of a server: messages, one a line, and nothing else, whatever it is provoked to. */
import { assert, describe, it } from "@effect/vitest"
import * as McpClient from "@parley/mcp/client/McpClient"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeMcpClient from "../../src/NodeMcpClient.ts"

const server = join(import.meta.dirname, "recording-server.mjs")

interface Heard {
  readonly jsonrpc?: unknown
  readonly id?: unknown
  readonly method?: unknown
  readonly result?: unknown
  readonly error?: unknown
}

/** Lines that came to the server, all of them whole. */
const linesIn = (file: string): ReadonlyArray<string> => {
  const text = readFileSync(file, "utf8")
  assert.isTrue(text.endsWith("\n"))
  return text.slice(0, -1).split("\n")
}

const provoked = (era: string) =>
  Effect.gen(function*() {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "parley-"))),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
    )
    const file = join(folder, "heard")
    yield* Effect.gen(function*() {
      const client = yield* McpClient.make({ name: "test", version: "0" })
      yield* client.callTool({ name: "x", arguments: { text: "a\nb\r\n\u2028\u{1f642}" } })
      yield* Effect.flip(client.callTool({ name: "hang" }, { timeout: "50 millis" }))
      yield* Effect.exit(client.listTools)
      yield* client.callTool({ name: "x" })
    }).pipe(
      Effect.provide(NodeMcpClient.layerStdio({ command: process.execPath, args: [server, file, era] })),
      Effect.scoped
    )
    return linesIn(file).map((line): Heard => JSON.parse(line))
  }).pipe(Effect.scoped, Effect.provide(Logger.layer([])))

describe("what comes to the stdin of a server", () => {
  it.live.each(["session", "stateless"])(
    "is messages and nothing else, in the %s era (STD-01, STD-03)",
    (era) =>
      Effect.gen(function*() {
        const heard = yield* provoked(era)
        for (const message of heard) {
          assert.strictEqual(message.jsonrpc, "2.0")
          const kinds = [message.method, message.result, message.error].filter((member) => member !== undefined)
          assert.lengthOf(kinds, 1)
        }
        assert.includeMembers(heard.map(({ method }) => method), ["tools/call", "notifications/cancelled"])
      })
  )

  it.live("is no answer in the stateless era, though the server asks (STD-05)", () =>
    Effect.gen(function*() {
      const heard = yield* provoked("stateless")
      assert.deepStrictEqual(heard.filter(({ method }) => method === undefined), [])
    }))

  it.live("is an answer in a session, to each thing that the server asks", () =>
    Effect.gen(function*() {
      const heard = yield* provoked("session")
      const answered = heard.filter(({ method }) => method === undefined).map(({ id }) => id)
      // Three questions before each of three calls.
      assert.sameMembers(answered, ["a", "b", "c", "a", "b", "c", "a", "b", "c"])
    }))
})
