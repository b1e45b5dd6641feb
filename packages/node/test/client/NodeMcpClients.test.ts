/** Many servers from the familiar JSON: real programs, real URLs, and entries that come to nothing. */
import { assert, describe, it } from "@effect/vitest"
import * as McpClients from "@parley/mcp/client/servers/McpClients"
import * as Tool from "@parley/mcp/contract/Tool"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeMcpClients from "../../src/NodeMcpClients.ts"
import * as NodeMcpServer from "../../src/NodeMcpServer.ts"
import { aliveIn, pidFolder } from "../support/Pids.ts"

const oldServer = join(import.meta.dirname, "old-server.mjs")
const options: McpClients.Options = { name: "test", version: "0" }

const program = (folder: string, ...args: ReadonlyArray<string>) => ({
  command: process.execPath,
  args: [oldServer, `pids=${folder}`, ...args]
})

const textOf = (clients: McpClients.Clients, name: string, args: object = {}) =>
  Effect.map(
    clients.callTool({ name, arguments: { ...args } }),
    ({ content: [block] }) => block?.type === "text" ? block.text : ""
  )

const stateOf = (clients: McpClients.Clients, name: string) =>
  Effect.map(clients.servers, (states) => states.find((state) => state.name === name))

const clientsOf = (config: unknown) =>
  Effect.map(
    Layer.build(NodeMcpClients.layer(config, options)),
    (context) => Context.get(context, McpClients.McpClients)
  )

const echo = Tool.serve("echo", { parameters: { text: Schema.String } }, ({ text }) => Effect.succeed(text))

const httpServer = Effect.map(
  Layer.build(
    McpServer.layer(echo, { name: "http", version: "1" }).pipe(
      Layer.provideMerge(NodeMcpServer.layerHttp({ port: 0, drainMillis: 50, sse: true }))
    )
  ),
  (context) => Context.get(context, NodeMcpServer.HttpAddress).url
).pipe(Effect.flatten)

/** A variable of this process, for as long as the scope. */
const setVariable = (name: string, value: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      process.env[name] = value
    }),
    () => Effect.sync(() => delete process.env[name])
  )

describe("servers from a configuration", () => {
  it.live("programs and URLs side by side; what is wrong is told by name, and harms nobody", () =>
    Effect.gen(function*() {
      const pids = yield* pidFolder
      yield* setVariable("PARLEY_TEST_KEY", "hunter2")
      const url = yield* httpServer
      const clients = yield* clientsOf({
        mcpServers: {
          files: { ...program(pids), env: { KEY: "${PARLEY_TEST_KEY}", LEVEL: "${PARLEY_TEST_NONE:-info}" } },
          web: { type: "http", url, headers: { "x-key": "${PARLEY_TEST_KEY}" } },
          older: { type: "sse", url: new URL("/sse", url).href, headers: { "x-key": "${PARLEY_TEST_KEY}" } },
          missing: { command: "no-such-program-anywhere" },
          variable: { command: "x", env: { KEY: "${PARLEY_TEST_NONE}" } },
          dead: {
            command: process.execPath,
            args: ["-e", "console.error('no key'); process.exit(3)", "${PARLEY_TEST_KEY}"]
          },
          // What is turned off may lack what it would need.
          off: { ...program(pids), env: { KEY: "${PARLEY_TEST_NONE}" }, disabled: true }
        }
      })
      assert.deepStrictEqual(
        (yield* clients.tools).map(({ name }) => name),
        ["files__environment", "web__echo", "older__echo"]
      )
      assert.strictEqual(yield* textOf(clients, "web__echo", { text: "hi" }), "hi")
      assert.strictEqual(yield* textOf(clients, "older__echo", { text: "hi" }), "hi")
      const environment = JSON.parse(yield* textOf(clients, "files__environment"))
      assert.deepInclude(environment, { KEY: "hunter2", LEVEL: "info" })
      assert.notProperty(environment, "PARLEY_TEST_KEY")
      const errors: Record<string, string> = {}
      for (const name of ["missing", "variable", "dead"]) {
        const { message } = yield* Effect.flip(clients.client(name))
        errors[name] = message
      }
      assert.include(errors.missing, "no-such-program-anywhere")
      assert.include(errors.variable, "\"variable\"")
      assert.include(errors.variable, "env.KEY")
      assert.include(errors.dead, "exit code 3")
      assert.notInclude(JSON.stringify(errors), "hunter2")
      assert.strictEqual((yield* stateOf(clients, "off"))?.status._tag, "Disabled")
      assert.lengthOf(readdirSync(pids), 1)
    }).pipe(Effect.scoped, Effect.provide(Logger.layer([]))))

  it.live("a program that is killed is started again, and the others go on (STD-13)", () =>
    Effect.gen(function*() {
      const [first, second] = [yield* pidFolder, yield* pidFolder]
      const clients = yield* clientsOf({ mcpServers: { first: program(first), second: program(second) } })
      const [pid] = readdirSync(first).map(Number)
      if (pid === undefined) return assert.fail()
      process.kill(pid, "SIGKILL")
      yield* clients.changes.pipe(
        Stream.filter(([state]) =>
          state?.status._tag === "Connected" && state.status.server.info?.version !== String(pid) &&
          state.lists.tools?.stale === false
        ),
        Stream.take(1),
        Stream.runDrain
      )
      assert.strictEqual(yield* textOf(clients, "first__echo", { text: "back" }), "back")
      assert.lengthOf(readdirSync(second), 1)
    }).pipe(Effect.scoped, Effect.provide(Logger.layer([]))))

  it.live("a file can be read again while its servers run; nothing is left of those that went", () =>
    Effect.gen(function*() {
      const [pids, configs] = [yield* pidFolder, yield* pidFolder]
      const file = join(configs, "mcp.json")
      const write = (mcpServers: object) => Effect.sync(() => writeFileSync(file, JSON.stringify({ mcpServers })))
      yield* Effect.gen(function*() {
        yield* write({ stays: program(pids), goes: program(pids, "child") })
        const context = yield* Layer.build(NodeMcpClients.layerFile(file, options))
        const clients = Context.get(context, McpClients.McpClients)
        const staying = yield* clients.client("stays")
        yield* write({ comes: program(pids), stays: program(pids) })
        yield* clients.set(yield* NodeMcpClients.load(file))
        yield* clients.client("comes")
        assert.strictEqual(yield* clients.client("stays"), staying)
        assert.lengthOf(readdirSync(pids), 4)
        assert.lengthOf(aliveIn(pids), 2)
      }).pipe(Effect.scoped)
      assert.deepStrictEqual(aliveIn(pids), [])
    }).pipe(Effect.scoped, Effect.provide(Logger.layer([]))))

  it.live("a file that is not there, or no configuration, is an error that says so", () =>
    Effect.gen(function*() {
      const configs = yield* pidFolder
      const missing = yield* Effect.flip(NodeMcpClients.load(join(configs, "none.json")))
      assert.include(missing.message, "none.json: NotFound")
      writeFileSync(join(configs, "broken.json"), "{ \"mcpServers\": { \"a\": \"s3cret\" ")
      const broken = yield* Effect.flip(NodeMcpClients.load(join(configs, "broken.json")))
      assert.strictEqual(broken.reason._tag, "InvalidConfig")
      assert.notInclude(broken.message, "s3cret")
      assert.strictEqual((yield* Effect.flip(NodeMcpClients.definitions({}))).reason._tag, "InvalidConfig")
    }).pipe(Effect.scoped))
})
