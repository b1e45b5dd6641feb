/** Clients of child processes: well-behaved servers, and all the ways to be none. */
import { assert, describe, it } from "@effect/vitest"
import type { Client } from "@parley/mcp/client/Client"
import * as McpClient from "@parley/mcp/client/McpClient"
import type { McpClientError } from "@parley/mcp/client/McpClientError"
import { JsonRpcLimits } from "@parley/mcp/jsonrpc/Limits"
import { all } from "@parley/mcp/revision/Revisions"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeMcpClient from "../../src/NodeMcpClient.ts"

const oldServer = join(import.meta.dirname, "old-server.mjs")
const demoServer = join(import.meta.dirname, "demo-server.ts")

interface Options extends Partial<NodeMcpClient.StdioOptions> {
  readonly client?: Partial<McpClient.Options>
}

const connect = (
  args: ReadonlyArray<string>,
  { client, ...options }: Options = {}
): Effect.Effect<Client, McpClientError, Scope.Scope> =>
  Effect.provide(
    McpClient.make({ name: "test", version: "0", ...client }),
    NodeMcpClient.layerStdio({ command: process.execPath, args, ...options })
  )

/** A folder in which servers leave their process ids. */
const pidFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "parley-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

const pidsIn = (folder: string): ReadonlyArray<number> => readdirSync(folder).map(Number)

/** Whether a process runs. One that has ended but waits for `init` to take note of it does not. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !existsSync("/proc/self/stat") || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"))
  } catch {
    return false
  }
}

const textOf = (client: Client, name: string, text: string) =>
  Effect.map(
    client.callTool({ name, arguments: { text } }),
    ({ content: [block] }) => block?.type === "text" ? block.text : undefined
  )

describe("our own server over stdio", () => {
  for (const revision of all) {
    it.live(`speaks ${revision.version}, stray lines on stdout notwithstanding`, () =>
      Effect.gen(function*() {
        const client = yield* connect(["--conditions=@parley/source", demoServer], {
          client: { revisions: [revision] }
        })
        assert.strictEqual(client.server.revision, revision)
        assert.strictEqual(
          yield* textOf(client, "echo", "héllo"),
          "\"héllo\""
        )
        const texts = Array.from({ length: 50 }, (_, index) => "x".repeat(index * 1000))
        const echoed = yield* Effect.forEach(texts, (text) => textOf(client, "echo", text), { concurrency: 50 })
        assert.deepStrictEqual(echoed, texts.map((text) => JSON.stringify(text)))
      }))
  }
})

describe("old servers over stdio", () => {
  it.live("an old server is found out, banner or not", () =>
    Effect.gen(function*() {
      const client = yield* connect([oldServer, "banner"])
      assert.strictEqual(client.server.revision.version, "2025-06-18")
      assert.lengthOf(yield* client.listTools, 1)
    }))

  it.live("one that exits on the probe is started again", () =>
    Effect.gen(function*() {
      const folder = yield* pidFolder
      const client = yield* connect([oldServer, "exits-on-probe", `pids=${folder}`])
      assert.strictEqual(client.server.revision.version, "2025-06-18")
      const pids = pidsIn(folder)
      assert.lengthOf(pids, 2)
      assert.deepStrictEqual(pids.filter(isAlive), [Number(client.server.info?.version)])
    }))

  it.live("one that exits later fails what is in flight", () =>
    Effect.gen(function*() {
      const client = yield* connect([oldServer])
      const { reason } = yield* Effect.flip(client.callTool({ name: "exit" }))
      assert.strictEqual(reason._tag === "TransportError" ? reason.reason._tag : "", "ConnectionClosed")
      yield* client.closed
    }))

  it.live("a program that does not exist is an error that names it", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(connect([], { command: "no-such-program-anywhere" }))
      assert.strictEqual(reason._tag === "TransportError" ? reason.reason._tag : "", "Unreachable")
      assert.include(reason.message, "no-such-program-anywhere")
    }))

  it.live("a line beyond the limit fails the call that waits for it, and nothing else", () =>
    Effect.gen(function*() {
      const client = yield* connect([oldServer])
      const { reason } = yield* Effect.flip(textOf(client, "echo", "x".repeat(5_000)))
      assert.strictEqual(reason._tag === "TransportError" ? reason.reason._tag : "", "MessageTooLarge")
      assert.strictEqual(yield* textOf(client, "echo", "y"), "y")
    }).pipe(
      Effect.provideService(JsonRpcLimits, { messageBytesMax: 4_000, nestingDepthMax: 32, batchItemsMax: 1 })
    ))
})

describe("the environment of a child (STD-16)", () => {
  it.live("is what programs need and what was asked for, no more", () =>
    Effect.gen(function*() {
      process.env.PARLEY_TEST_SECRET = "hunter2"
      const client = yield* connect([oldServer], { env: { OWN: "1" } })
      const environment = JSON.parse((yield* textOf(client, "environment", "")) ?? "{}") as Record<string, string>
      assert.strictEqual(environment.PATH, process.env.PATH)
      assert.strictEqual(environment.OWN, "1")
      assert.notProperty(environment, "PARLEY_TEST_SECRET")
      delete process.env.PARLEY_TEST_SECRET
    }))

  it("leaves shell functions out", () =>
    assert.deepStrictEqual(NodeMcpClient.safeEnvironment({ PATH: "/bin", HOME: "() { evil; }", OTHER: "x" }), {
      PATH: "/bin"
    }))
})

describe("stderr (STD-04)", () => {
  it.live("goes to the debug log", () =>
    Effect.gen(function*() {
      const lines: Array<unknown> = []
      const collect = Logger.make(({ message }) => void lines.push(message))
      yield* Effect.scoped(connect([oldServer])).pipe(
        Effect.provide(Logger.layer([collect])),
        Effect.provideService(References.MinimumLogLevel, "Debug")
      )
      assert.include(JSON.stringify(lines), "starting")
    }))
})

describe("the end of a child (INI-20, STD-11)", () => {
  const endings = [
    ["leaves when stdin is closed", []],
    ["leaves on SIGTERM", ["stays"]],
    ["leaves on SIGKILL", ["stubborn"]],
    ["does not even read", ["deaf", "stays"]],
    ["has children of its own", ["child"]],
    ["has children of its own, and is stubborn", ["child", "stubborn"]]
  ] as const
  for (const [name, manners] of endings) {
    it.live(`nothing is left of one that ${name}`, () =>
      Effect.gen(function*() {
        const folder = yield* pidFolder
        const args = [oldServer, ...manners, `pids=${folder}`]
        const options: Options = {
          closeTimeout: "100 millis",
          client: { probeTimeout: "300 millis", timeout: "300 millis" }
        }
        yield* Effect.exit(Effect.scoped(connect(args, options)))
        const pids = pidsIn(folder)
        assert.isNotEmpty(pids)
        assert.deepStrictEqual(pids.filter(isAlive), [])
      }))
  }

  it.live("nothing is left of connections that were interrupted, whenever that was", () =>
    Effect.gen(function*() {
      const folder = yield* pidFolder
      for (let turn = 0; turn < 10; turn++) {
        const args = [oldServer, `pids=${folder}`, ...(turn % 4 === 3 ? ["child"] : [])]
        const connecting = yield* Effect.forkChild(
          Effect.scoped(Effect.andThen(connect(args, { closeTimeout: "50 millis" }), Effect.never)),
          { startImmediately: true }
        )
        // Turns of the event loop, more each time: some are interrupted while they start, some when they are done.
        yield* Effect.repeat(Effect.yieldNow, { times: turn * 300 })
        yield* Fiber.interrupt(connecting)
      }
      assert.deepStrictEqual(pidsIn(folder).filter(isAlive), [])
    }))
})
