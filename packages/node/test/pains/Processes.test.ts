/** Servers as processes: none outlives its host, whatever happened; none spoils its line, and none goes down with a peer. */
import { assert, describe, it } from "@effect/vitest"
import { McpServer, Tool } from "@parley/mcp"
import * as ConnectionDriver from "@parley/mcp/server/ConnectionDriver"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import * as Net from "node:net"
import { join } from "node:path"
import { PassThrough } from "node:stream"
import * as NodeMcpServer from "../../src/NodeMcpServer.ts"
import * as NodeStdio from "../../src/NodeStdio.ts"

const program = join(import.meta.dirname, "stubborn-server.ts")

const message = (id: number, method: string, params: object = {}) =>
  `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`

const initialize = message(0, "initialize", {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "test", version: "1" }
})

const echo = (id: number, text: string) => message(id, "tools/call", { name: "echo", arguments: { text } })

/** Waits until the server has said a text. */
const said = (child: ChildProcessWithoutNullStreams, text: string) =>
  Effect.callback<void>((resume) => {
    let out = ""
    const onData = (piece: string): void => {
      out += piece
      if (out.includes(text)) {
        child.stdout.off("data", onData)
        resume(Effect.void)
      }
    }
    child.stdout.setEncoding("utf8").on("data", onData)
  })

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const start = (command: string, args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(command, args)
      // Writing to one that is gone is part of the tests.
      child.stdin.on("error", () => undefined)
      return child
    }),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

const node = ["--conditions=@parley/source", program]

const hosts: {
  readonly [how: string]: Effect.Effect<ChildProcessWithoutNullStreams, never, Scope.Scope>
} = {
  directly: start(process.execPath, node),
  // Not the last command, so that the shell stays between, as a launcher does, and passes no signal on.
  "behind a shell": start("sh", ["-c", `"$0" "$@"; true`, process.execPath, ...node])
}

const ends: { readonly [what: string]: (child: ChildProcessWithoutNullStreams) => void } = {
  "its stdin ends": (child) => child.stdin.end(),
  "nobody reads what it says": (child) => {
    child.stdout.destroy()
    child.stdin.write(echo(9, "x".repeat(1_000_000)))
  },
  "nobody reads its log, and its stdin ends": (child) => {
    child.stderr.destroy()
    child.stdin.write(message(9, "tools/call", { name: "loud" }))
    child.stdin.end()
  },
  "its host is killed": (child) => child.kill("SIGKILL")
}

describe.concurrent.each(Object.entries(hosts))("a server that was started %s", (host, started) => {
  it.live.each(Object.entries(ends))(
    "is gone soon after %s, though a call hangs and a timer runs",
    ([what, end]) =>
      Effect.gen(function*() {
        const child = yield* started
        child.stdin.write(initialize)
        child.stdin.write(message(1, "tools/call", { name: "pid" }))
        child.stdin.write(message(2, "tools/call", { name: "hang" }))
        let out = ""
        child.stdout.setEncoding("utf8").on("data", (piece: string) => {
          out += piece
        })
        yield* said(child, "pid:")
        const pid = Number(/pid:(\d+)/.exec(out)?.[1])
        assert.isTrue(exists(pid))
        const code = Effect.callback<number | null>((resume) => {
          child.once("exit", (status) => resume(Effect.succeed(status)))
        })
        const exited = yield* Effect.forkChild(code, { startImmediately: true })
        end(child)
        yield* Effect.repeat(Effect.andThen(Effect.sleep("20 millis"), Effect.sync(() => exists(pid))), {
          until: (alive) => !alive
        }).pipe(Effect.timeout("10 seconds"))
        if (host === "directly" && what === "its stdin ends") assert.strictEqual(yield* Fiber.join(exited), 0)
      }).pipe(Effect.scoped),
    20_000
  )
})

const text = Tool.serve("text", { parameters: { text: Schema.String } }, ({ text }) => Effect.succeed(text))

describe("a line in pieces", () => {
  it.live("is put together again, byte by byte, with what Windows adds to it", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make(text, { name: "test", version: "1" })
      const [input, output] = [new PassThrough(), new PassThrough()]
      const line = NodeStdio.connection(input, output, (text) => output.write(text), 1_000_000)
      const running = yield* Effect.forkChild(ConnectionDriver.run(server, line), { startImmediately: true })
      const said = "h\u00e9llo \u{1f642} \u2028 w\u00f6rld"
      const call = message(1, "tools/call", { name: "text", arguments: { text: said } })
      // A byte order mark, carriage returns and empty lines.
      const sent = Buffer.from(`\ufeff${initialize}\n\r\n  \n${call}`.replaceAll("\n", "\r\n"))
      for (const byte of sent) {
        input.write(Buffer.of(byte))
        yield* Effect.yieldNow
      }
      input.end()
      yield* Fiber.join(running)
      const answers = String(output.read()).trimEnd().split("\n").map((line) => JSON.parse(line))
      assert.deepStrictEqual(answers.map(({ id }) => id), [0, 1])
      assert.strictEqual(answers[1].result.content[0].text, said)
    }))
})

describe("connections that break", () => {
  const breaking: { readonly [how: string]: string } = {
    "in the middle of a head": "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-ty",
    "in the middle of a body":
      "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"jsonrpc\":",
    "in the middle of a call":
      `POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${initialize.length}\r\n\r\n${initialize}`,
    "having said what is not HTTP": "\u0016\u0003\u0001\u0002\0\u0001\0\u0001",
    "having said nothing": ""
  }
  it.live.each(Object.entries(breaking))(
    "%s take nobody along, a hundred of them",
    ([, sent]) =>
      Effect.gen(function*() {
        const unhandled: Array<unknown> = []
        const note = (reason: unknown): void => void unhandled.push(reason)
        yield* Effect.acquireRelease(
          Effect.sync(() => process.on("unhandledRejection", note).on("uncaughtException", note)),
          () => Effect.sync(() => process.off("unhandledRejection", note).off("uncaughtException", note))
        )
        const context = yield* Layer.build(
          McpServer.layer(text, { name: "test", version: "1" }).pipe(
            Layer.provideMerge(NodeMcpServer.layerHttp({ port: 0, drainMillis: 50 }))
          )
        )
        const url = new URL(yield* Context.get(context, NodeMcpServer.HttpAddress).url)
        const visit = Effect.callback<void>((resume) => {
          const socket = Net.connect(Number(url.port), url.hostname, () => {
            socket.write(sent, () => socket.resetAndDestroy())
          })
          socket.on("error", () => undefined).on("close", () => resume(Effect.void))
        })
        yield* Effect.forEach(Array.from({ length: 100 }), () => visit, { concurrency: 10, discard: true })
        const alive = yield* Effect.promise(() =>
          fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: initialize })
        )
        assert.strictEqual(alive.status, 200)
        yield* Effect.promise(() => alive.text())
        assert.deepStrictEqual(unhandled, [])
      }).pipe(Effect.provide(Logger.layer([])))
  )
})
