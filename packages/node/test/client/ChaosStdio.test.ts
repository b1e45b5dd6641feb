/**
 * Servers that are children and do what they should not: they die, fall silent, stop reading, answer twice or lie. Every
 * call ends in its time with a typed error or its right result, the next one works, and no process is left.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Client } from "@parley/mcp/client/Client"
import { v2025_11_25 } from "@parley/mcp/revision/v2025_11_25"
import { v2026_07_28 } from "@parley/mcp/revision/v2026_07_28"
import { ClientTransport } from "@parley/mcp/transport/ClientTransport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeMcpClient from "../../src/NodeMcpClient.ts"
import { content, jsonRpc, result } from "../support/Misbehaving.ts"
import { nothingLeft } from "../support/NothingLeft.ts"
import { pidFolder, pidsIn, untilGone } from "../support/Pids.ts"
import { connect, ending } from "../support/ShortLived.ts"

const program = join(import.meta.dirname, "misbehaving-server.mjs")

const closed = "ConnectionClosed, may have run"
const late = "RequestTimeout, may have run"
const invalid = "InvalidAnswer, may have run"

/** How a call ends with which the server ends, too. */
const last: { readonly [tool: string]: unknown } = {
  "exits": closed,
  "dies": closed,
  "exits in the middle": closed,
  "exits before the line ends": content,
  "closes stdout": closed
}

/** How a call ends that the server answers somehow. */
const answers: { readonly [tool: string]: unknown } = {
  "is silent": late,
  "slowly": content,
  "twice": content,
  "with a wrong id": late,
  "with its id as a string": late,
  "with an id before it": late,
  "with both": invalid,
  "with neither": invalid,
  "with wrong ids first": content,
  "after garbage": content,
  "says half a line": late,
  // The half line and this answer are one line, which is no message.
  "goes on after half a line": late
}

describe.each([v2025_11_25, v2026_07_28])("$version", (revision) => {
  const era = revision.era

  /** Lets a client do something, from its beginning to its end. Then none of its servers may run. */
  const visit = <A, E>(use: (client: Client, folder: string) => Effect.Effect<A, E, Scope.Scope>) =>
    nothingLeft(Effect.gen(function*() {
      const folder = yield* pidFolder
      const transport = NodeMcpClient.layerStdio({
        command: process.execPath,
        args: [program, folder, era],
        closeTimeout: "100 millis"
      })
      const using = Effect.flatMap(connect(transport, { revisions: [revision] }), (client) => use(client, folder))
      const value = yield* Effect.scoped(using)
      yield* untilGone(folder)
      return value
    })).pipe(Effect.provide(Logger.layer([])))

  it.live.each(Object.entries(last))(
    "a server that is lost in a call, thus: %s",
    ([name, end]) =>
      visit((client, folder) =>
        Effect.gen(function*() {
          assert.deepStrictEqual(yield* ending(client, name), end)
          assert.deepStrictEqual(yield* ending(client, "next"), content)
          assert.lengthOf(pidsIn(folder), 2)
        })
      )
  )

  it.live("a server that does not answer, or not as it should", () =>
    visit((client, folder) =>
      Effect.gen(function*() {
        for (const [name, end] of Object.entries(answers)) {
          const timeout = end === late ? { timeout: "50 millis" } as const : {}
          assert.deepStrictEqual(yield* ending(client, name, {}, timeout), end, name)
        }
        assert.deepStrictEqual(yield* ending(client, "next"), content)
        assert.lengthOf(pidsIn(folder), 1)
      })
    ))

  it.live("a server that answers in another order", () =>
    visit((client) =>
      Effect.gen(function*() {
        const texts = Array.from({ length: 8 }, (_, index) => `call ${index}`)
        const ends = yield* Effect.forEach(texts, (text) => ending(client, "in another order", { text }), {
          concurrency: 8
        })
        assert.deepStrictEqual(ends, texts.map((text) => [{ type: "text", text }]))
      })
    ))

  it.live("a server that reads no more: calls and notifications end in their time, and so does the client", () =>
    visit((client) =>
      Effect.gen(function*() {
        const timeout = { timeout: "50 millis" } as const
        assert.strictEqual(yield* ending(client, "reads no more", {}, timeout), late)
        const text = "x".repeat(1_000_000)
        const calls = Array.from({ length: 5 }, () => ending(client, "next", { text }, timeout))
        assert.deepStrictEqual(yield* Effect.all(calls, { concurrency: 5 }), calls.map(() => late))
        // There is no room for another: it was never sent.
        assert.strictEqual(yield* ending(client, "next", {}, timeout), "RequestTimeout")
      })
    ))

  it.live("a server that dies again and again during calls", () =>
    visit((client, folder) =>
      Effect.gen(function*() {
        const ends = yield* Effect.all([
          ending(client, "exits"),
          ending(client, "is silent"),
          ending(client, "is silent")
        ], { concurrency: "unbounded" })
        assert.deepStrictEqual(ends, [closed, closed, closed])
        assert.strictEqual(yield* ending(client, "dies"), closed)
        assert.deepStrictEqual(yield* ending(client, "next"), content)
        assert.lengthOf(pidsIn(folder), 3)
      })
    ))
})

it.live("a line that is cut at any byte: no answer but the whole one", () =>
  nothingLeft(Effect.gen(function*() {
    const folder = yield* pidFolder
    const file = join(folder, "0")
    const line = Buffer.from(`${jsonRpc({ id: 1, result })}\n`)
    writeFileSync(file, line)
    const sizes = Array.from({ length: line.length + 1 }, (_, size) => size)
    const script = `read request; exec head -c "$0" "$1"`
    yield* Effect.forEach(sizes, (size) =>
      Effect.scoped(Effect.gen(function*() {
        const transport = NodeMcpClient.layerStdio({ command: "sh", args: ["-c", script, String(size), file] })
        const context = yield* Layer.build(Layer.fresh(transport))
        const link = yield* Effect.provide(Effect.flatMap(ClientTransport, ({ open }) => open(() => {})), context)
        const request = { id: 1, method: "tools/call", name: "x", paramsText: "{}", revision: v2026_07_28 }
        const end = yield* Effect.match(link.request(request), {
          onSuccess: ({ message }) => message._tag,
          onFailure: ({ mayHaveRun, reason }) => `${reason._tag}${mayHaveRun ? ", may have run" : ""}`
        })
        // The end of the line is the end of the answer, too.
        assert.strictEqual(end, size < line.length - 1 ? closed : "Success", String(size))
      })), { concurrency: 4, discard: true })
  })).pipe(Effect.provide(Logger.layer([]))))
