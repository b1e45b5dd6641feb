/** Children and those who start them: no process outlives its host, whoever stands between and however the host ends. */
import * as NodeChildProcessSpawner from "@effect/platform-node/NodeChildProcessSpawner"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert, describe, it } from "@effect/vitest"
import type { Client } from "@parley/mcp/client/Client"
import * as McpClient from "@parley/mcp/client/McpClient"
import type { McpClientError } from "@parley/mcp/client/McpClientError"
import { v2025_11_25 } from "@parley/mcp/revision/v2025_11_25"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { join } from "node:path"
import * as NodeChild from "../../src/NodeChild.ts"
import * as NodeMcpClient from "../../src/NodeMcpClient.ts"
import { pidFolder, pidsIn, untilGone } from "../support/Pids.ts"

const oldServer = join(import.meta.dirname, "old-server.mjs")
const host = join(import.meta.dirname, "host.ts")

const connect = (
  options: NodeMcpClient.StdioOptions,
  client: Partial<McpClient.Options> = {}
): Effect.Effect<Client, McpClientError, Scope.Scope> =>
  Effect.provide(McpClient.make({ name: "test", version: "0", ...client }), NodeMcpClient.layerStdio(options))

type Launch = (args: ReadonlyArray<string>) => ReadonlyArray<string>

const directly: Launch = (args) => [process.execPath, oldServer, ...args]

/** Not the last command, so that the shell stays between, as a launcher does, and passes no signal on. */
const behindShell: Launch = (args) => ["sh", "-c", `"$0" "$@"; true`, process.execPath, oldServer, ...args]

const hostOf = (manner: string, server: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, ["--conditions=@parley/source", host, manner, ...server])),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

const exit = (child: ChildProcessWithoutNullStreams) =>
  Effect.callback<number | null>((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.succeed(child.exitCode))
    child.once("exit", (code) => resume(Effect.succeed(code)))
  })

const connected = (child: ChildProcessWithoutNullStreams) =>
  Effect.callback<void>((resume) => {
    child.stdout.once("data", () => resume(Effect.void))
  })

const started = (folder: string) =>
  Effect.sync(() => pidsIn(folder).length).pipe(
    Effect.tap(() => Effect.sleep("10 millis")),
    Effect.repeat({ until: (count) => count > 0 })
  )

const kill = (signal: NodeJS.Signals) => (child: ChildProcessWithoutNullStreams) =>
  Effect.sync(() => child.kill(signal))
const itself = () => Effect.void

describe.concurrent("a server (INI-20, STD-11)", () => {
  const ends = [
    ["is interrupted", "waits", behindShell, ["child", "stubborn"], kill("SIGINT"), 130],
    ["is told to end", "waits", directly, ["child", "stubborn"], kill("SIGTERM"), 130],
    ["exits without closing its scopes", "exits", behindShell, ["child", "stubborn"], itself, 0],
    ["breaks", "breaks", directly, ["child", "stubborn"], itself, 1],
    ["is killed", "waits", directly, [], kill("SIGKILL"), null],
    ["is killed, with a shell between", "waits", behindShell, [], kill("SIGKILL"), null]
  ] as const
  it.live.each(ends)(
    "is gone soon after its host %s",
    ([, manner, launch, manners, end, code]) =>
      Effect.gen(function*() {
        const folder = yield* pidFolder
        const child = yield* hostOf(manner, launch([`pids=${folder}`, ...manners]))
        yield* connected(child)
        yield* end(child)
        assert.strictEqual(yield* exit(child), code)
        assert.isNotEmpty(pidsIn(folder))
        yield* untilGone(folder)
      })
  )

  it.live("is gone soon after its host was told to end while it was connecting", () =>
    Effect.gen(function*() {
      const folder = yield* pidFolder
      const child = yield* hostOf("waits", behindShell([`pids=${folder}`, "deaf", "stubborn", "child"]))
      yield* started(folder)
      child.kill("SIGTERM")
      yield* exit(child)
      yield* untilGone(folder)
    }))
})

describe("many children", () => {
  it.live("are no leak, and nothing of them is left on the process", () =>
    Effect.gen(function*() {
      const count = () => [process.listenerCount("exit"), process.getMaxListeners()] as const
      const before = count()
      const all = Effect.forEach(Array.from({ length: 20 }), () => NodeChild.connect({ command: "cat" }), {
        concurrency: "unbounded"
      })
      const [listeners, allowed] = yield* Effect.scoped(Effect.map(all, count)).pipe(
        Effect.provide(NodeChildProcessSpawner.layer),
        Effect.provide(Layer.merge(NodeFileSystem.layer, NodePath.layer))
      )
      assert.strictEqual(listeners, before[0] + 20)
      assert.isAtLeast(allowed, listeners)
      assert.deepStrictEqual(count(), before)
    }))
})

describe("the line of a child", () => {
  it.live("ends with the child, though a descendant holds it open; how it ended is told", () =>
    Effect.gen(function*() {
      const folder = yield* pidFolder
      const warnings: Array<unknown> = []
      const collect = Logger.make(({ logLevel, message }) => {
        if (logLevel === "Warn") warnings.push(message)
      })
      const error = yield* connect({
        command: "sh",
        // The descendant has the stdout of its parent, and would have it for long.
        args: [
          "-c",
          `sleep 1000 & echo $! > ${folder}/pid; touch ${folder}/$!; rm ${folder}/pid; echo oops >&2; exit 0`
        ]
      }, { revisions: [v2025_11_25] }).pipe(Effect.scoped, Effect.flip, Effect.provide(Logger.layer([collect])))
      assert.include(error.message, "its program ended with exit code 0")
      assert.include(JSON.stringify(warnings), "oops")
      yield* untilGone(folder)
    }))

  it.live("what is no message on it is warned of once, the rest goes to the debug log (STD-02)", () =>
    Effect.gen(function*() {
      const warnings: Array<ReadonlyArray<unknown>> = []
      const collect = Logger.make(({ logLevel, message }) => {
        if (logLevel === "Warn" && Array.isArray(message)) warnings.push(message)
      })
      const script = `console.log("Welcome"); console.log("to the server"); import(${JSON.stringify(oldServer)})`
      const options = { command: process.execPath, args: ["-e", script, Redacted.make("hunter2")] }
      yield* Effect.gen(function*() {
        const client = yield* connect(options)
        assert.strictEqual(client.server.revision.version, "2025-06-18")
      }).pipe(Effect.scoped, Effect.provide(Logger.layer([collect])))
      assert.lengthOf(warnings, 1)
      assert.include(String(warnings[0]?.[0]), "<redacted>")
      assert.notInclude(String(warnings[0]), "hunter2")
      assert.strictEqual(warnings[0]?.[1], "Welcome")
    }))
})
