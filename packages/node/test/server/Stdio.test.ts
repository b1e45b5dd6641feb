/** A server over stdio as a real process: what it answers to bad lines, what its stdout holds, and how it ends. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { join } from "node:path"

interface Message {
  readonly id?: number
  readonly result?: { readonly content?: ReadonlyArray<{ readonly text: string }> }
  readonly error?: { readonly code: number; readonly message: string }
}

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Program {
  readonly child: ChildProcessWithoutNullStreams
  readonly write: (...lines: ReadonlyArray<string | object>) => void
  /** Waits for the next message. */
  readonly next: Effect.Effect<Message>
  readonly ended: Effect.Effect<Ended>
}

const noisyServer = join(import.meta.dirname, "noisy-server.ts")

const watch = (child: ChildProcessWithoutNullStreams): Program => {
  let stdout = ""
  let stderr = ""
  let taken = 0
  let onLine = (): void => {}
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    stdout += piece
    onLine()
  })
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    stderr += piece
  })
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }))
  })
  return {
    child,
    write: (...lines) => {
      for (const line of lines) child.stdin.write(`${typeof line === "string" ? line : JSON.stringify(line)}\n`)
    },
    next: Effect.callback<Message>((resume) => {
      onLine = () => {
        const lines = stdout.split("\n").slice(0, -1)
        const line = lines[taken]
        if (line === undefined) return
        taken += 1
        onLine = () => {}
        resume(Effect.succeed(JSON.parse(line) as Message))
      }
      onLine()
    }),
    ended: Effect.promise(() => ended)
  }
}

const start: Effect.Effect<Program, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, ["--conditions=@parley/source", noisyServer])),
    (child) => Effect.sync(() => void child.kill("SIGKILL"))
  ),
  watch
)

const request = (id: number, method: string, params?: object) => ({ jsonrpc: "2.0", id, method, params })

const call = (id: number, name: string, args = {}) => request(id, "tools/call", { name, arguments: args })

const opened = Effect.gen(function*() {
  const program = yield* start
  program.write(
    request(0, "initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "test", version: "1" }
    }),
    { jsonrpc: "2.0", method: "notifications/initialized" }
  )
  assert.strictEqual((yield* program.next).id, 0)
  return program
})

const textOf = (message: Message) => message.result?.content?.[0]?.text

const meta = {
  "io.modelcontextprotocol/protocolVersion": "1999-01-01",
  "io.modelcontextprotocol/clientCapabilities": {}
}

const badLines: { readonly [what: string]: readonly [line: string | object, code: number, message: string] } = {
  "malformed JSON": ["{\"jsonrpc\":", -32700, "The message is not valid JSON"],
  "no object": ["42", -32600, "A message must be a JSON object"],
  "a method of the wrong type": [
    { jsonrpc: "2.0", id: 1, method: 7 },
    -32600,
    "\"method\" must be a string"
  ],
  "an unknown method": [request(1, "no/such"), -32601, "Method not found: no/such"],
  "an unknown tool": [call(1, "nothing"), -32602, "Unknown tool: nothing"],
  "an oversized line": [
    call(1, "echo", { text: "x".repeat(4 * 1024 * 1024) }),
    -32600,
    "The message is longer than 4194304 characters"
  ],
  "an unsupported version": [
    request(1, "tools/list", { _meta: meta }),
    -32022,
    "Unsupported protocol version: 1999-01-01"
  ],
  "half a _meta": [
    request(1, "tools/list", { _meta: { "io.modelcontextprotocol/clientCapabilities": {} } }),
    -32602,
    "_meta lacks \"io.modelcontextprotocol/protocolVersion\""
  ],
  "a second initialize": [
    request(1, "initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "test", version: "1" }
    }),
    -32600,
    "The session is initialized already"
  ]
}

describe("a server over stdio", () => {
  it.live("answers bad lines, and serves the good ones around them", () =>
    Effect.gen(function*() {
      const program = yield* opened
      for (const [what, [line, code, message]] of Object.entries(badLines)) {
        program.write(line, call(2, "echo", { text: what }))
        assert.deepStrictEqual((yield* program.next).error, {
          code,
          message,
          ...(code === -32022
            ? {
              data: {
                supported: ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"],
                requested: "1999-01-01"
              }
            }
            : {})
        }, what)
        assert.strictEqual(textOf(yield* program.next), what)
      }
    }))

  it.live("keeps stdout for the protocol, whoever else writes there (STD-02)", () =>
    Effect.gen(function*() {
      const program = yield* opened
      program.write(call(1, "noisy"))
      assert.strictEqual(textOf(yield* program.next), "quiet")
      program.child.stdin.end()
      const { stderr, stdout } = yield* program.ended
      for (const line of stdout.trimEnd().split("\n")) assert.strictEqual(JSON.parse(line).jsonrpc, "2.0")
      for (
        const by of [
          "by Effect.log",
          "by Console.log",
          "by console.log",
          "by process.stdout",
          "while layers are built"
        ]
      ) {
        assert.include(stderr, by)
      }
    }))

  it.live("ends with code 0 at the end of stdin, after a call that was running has answered", () =>
    Effect.gen(function*() {
      const program = yield* opened
      program.write(call(1, "slow"))
      program.child.stdin.end()
      assert.strictEqual(textOf(yield* program.next), "at last")
      assert.strictEqual((yield* program.ended).code, 0)
    }))

  it.live("interrupts a call that does not end, and still ends with code 0", () =>
    Effect.gen(function*() {
      const program = yield* opened
      program.write(call(1, "never"), call(2, "echo", { text: "it runs" }))
      assert.strictEqual(textOf(yield* program.next), "it runs")
      program.child.stdin.end()
      const { code, stderr, stdout } = yield* program.ended
      assert.strictEqual(code, 0)
      assert.include(stderr, "never was interrupted")
      assert.notInclude(stdout, "\"id\":1,")
    }))

  it.live("ends when it is told to by a signal, and runs finalizers", () =>
    Effect.gen(function*() {
      const program = yield* opened
      program.write(call(1, "never"), call(2, "echo", { text: "it runs" }))
      assert.strictEqual(textOf(yield* program.next), "it runs")
      program.child.kill("SIGTERM")
      const { code, stderr } = yield* program.ended
      assert.strictEqual(code, 130)
      assert.include(stderr, "never was interrupted")
    }))

  it.live("loses nothing when the reader is slow and answers are large", () =>
    Effect.gen(function*() {
      const program = yield* opened
      const text = "y".repeat(300_000)
      program.child.stdout.pause()
      program.write(...Array.from({ length: 20 }, (_, index) => call(index + 1, "echo", { text })))
      yield* Effect.yieldNow
      program.child.stdout.resume()
      for (let id = 1; id <= 20; id++) {
        const answer = yield* program.next
        assert.strictEqual(answer.id, id)
        assert.strictEqual(textOf(answer)?.length, text.length)
      }
    }))
})
