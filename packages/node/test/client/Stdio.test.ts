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
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import * as NodeChild from "../../src/NodeChild.ts"
import * as NodeMcpClient from "../../src/NodeMcpClient.ts"
import { aliveIn, pidFolder, pidsIn } from "../support/Pids.ts"

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
      assert.lengthOf(pidsIn(folder), 2)
      assert.deepStrictEqual(aliveIn(folder), [Number(client.server.info?.version)])
    }))

  it.live("one that exits later fails what is in flight, and is started again", () =>
    Effect.gen(function*() {
      const client = yield* connect([oldServer])
      const first = client.server.info?.version
      const { reason } = yield* Effect.flip(client.callTool({ name: "exit" }))
      assert.strictEqual(reason._tag === "TransportError" ? reason.reason._tag : "", "ConnectionClosed")
      assert.lengthOf(yield* client.listTools, 1)
      assert.notStrictEqual(client.server.info?.version, first)
    }))

  it.live("a program that does not exist is an error that names it", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(connect([], { command: "no-such-program-anywhere" }))
      assert.strictEqual(reason._tag === "TransportError" ? reason.reason._tag : "", "Unreachable")
      assert.include(reason.message, "no-such-program-anywhere")
    }))

  it.live.each(
    [
      ["has no name", { command: "" }, "ERR_INVALID_ARG_VALUE"],
      ["is in a folder that is none", { command: join(oldServer, "x") }, "ENOTDIR"],
      ["is to start in a folder that is none", { cwd: oldServer }, "ENOTDIR"],
      ["gets more arguments than the system takes", { args: [Redacted.make("hunter2 ".repeat(1_000_000))] }, "E2BIG"]
    ] as const
  )("a program that %s is an error, and no defect", ([, options, code]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(connect([], options))
      assert.strictEqual(error.reason._tag === "TransportError" ? error.reason.reason._tag : "", "Unreachable")
      assert.include(error.message, code)
      assert.notInclude(error.message, "hunter2")
      assert.isFalse(error.mayHaveRun)
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

describe("the name of a child", () => {
  it("tells those apart that look alike, and shows no secret", () => {
    const options = ["s3cret", "other"].flatMap((secret) => [
      { command: "x", args: ["--key", Redacted.make(secret)] },
      { command: "x", args: ["--key", "a"], env: { KEY: secret } }
    ])
    const names = options.map(NodeChild.peerOf)
    assert.strictEqual(new Set(names).size, 4)
    assert.notInclude(names.join(), "s3cret")
    assert.deepStrictEqual(names, options.map(NodeChild.peerOf))
    assert.strictEqual(NodeChild.peerOf({ command: "x", args: ["y"], cwd: "z" }), `x y (in ${resolve("z")})`)
    // What a program was started in is a part of what it is: `x .` is another server elsewhere.
    assert.strictEqual(NodeChild.peerOf({ command: "x", args: ["."] }), `x . (in ${resolve(".")})`)
  })
})

describe("the environment of a child (STD-16)", () => {
  it.live("is what programs need and what was asked for, no more", () =>
    Effect.gen(function*() {
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          process.env.PARLEY_TEST_SECRET = "hunter2"
        }),
        () => Effect.sync(() => delete process.env.PARLEY_TEST_SECRET)
      )
      const client = yield* connect([oldServer], { env: { OWN: "1" } })
      const environment = JSON.parse((yield* textOf(client, "environment", "")) ?? "{}") as Record<string, string>
      assert.strictEqual(environment.PATH, process.env.PATH)
      assert.strictEqual(environment.OWN, "1")
      assert.notProperty(environment, "PARLEY_TEST_SECRET")
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
        assert.isNotEmpty(pidsIn(folder))
        assert.deepStrictEqual(aliveIn(folder), [])
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
      assert.deepStrictEqual(aliveIn(folder), [])
    }))

  it.live("one that is in the middle of a long answer can still leave by itself", () =>
    Effect.gen(function*() {
      const folder = yield* pidFolder
      yield* Effect.gen(function*() {
        const client = yield* connect([oldServer, `pids=${folder}`])
        const begun = Stream.runHead(client.customNotifications)
        const heard = yield* Effect.forkChild(begun, { startImmediately: true })
        yield* Effect.forkScoped(client.callTool({ name: "flood" }))
        yield* Fiber.join(heard)
      }).pipe(Effect.scoped, Effect.provide(Logger.layer([])))
      assert.isTrue(existsSync(join(folder, "left")))
    }))
})
