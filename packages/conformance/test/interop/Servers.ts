/**
 * Servers that nobody here wrote, as layers of a client that is connected to them: started as child processes on stdio,
 * or as processes on a port that the system picks. And the tests that all of them have in common.
 */
import { assert } from "@effect/vitest"
import type { Vitest } from "@effect/vitest"
import { McpClient } from "@parley/mcp"
import type { McpClientError } from "@parley/mcp/client/McpClientError"
import type { CallToolResult } from "@parley/mcp/schema/Tool"
import { NodeMcpClient } from "@parley/node"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { mkdtemp, realpath, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import { type FixtureServer, nodeArguments, type StartOptions, startServer } from "../../src/suite/FixtureServer.ts"

/** A program that serves; `program` is relative to the folder `packages`. */
export interface Foreign {
  readonly program: string
  readonly args?: ReadonlyArray<string>
  readonly env?: { readonly [name: string]: string }
  /** The folder that a child process starts in. */
  readonly cwd?: string
}

/** The program of an installed package. */
export const installed = (name: string): string => `../node_modules/${name}/dist/index.js`

const clientInfo = { name: "interop", version: "0.1.0" }

/** A client of our own. However long a busy machine takes to start a server, it is not an old one. */
export const clientWith = (options: Partial<McpClient.Options>) =>
  McpClient.layer({ ...clientInfo, timeout: "15 seconds", probeTimeout: "15 seconds", ...options })

/** The client as it is without options. */
export const client = clientWith({})

/** The server as a child process of the client. Some do not leave when their stdin is closed, and are not waited for. */
export const overStdio = ({ args = [], program, ...options }: Foreign) =>
  NodeMcpClient.layerStdio({
    command: process.execPath,
    args: [...nodeArguments(program), ...args],
    ...options,
    closeTimeout: "200 millis"
  })

/** A folder for the server to work in, gone afterwards. */
export class Folder extends Context.Service<Folder, string>()("interop/Folder") {
  static readonly layer = Layer.effect(
    Folder,
    Effect.acquireRelease(
      // The real path, because servers look behind links.
      Effect.promise(async () => realpath(await mkdtemp(Path.join(tmpdir(), "interop-")))),
      (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
    )
  )
}

const announce = ["--import", Path.join(import.meta.dirname, "..", "..", "src", "foreign", "announce.ts")]

/** Starts the server on a port of its own; it tells which by itself, or is made to. */
const start = (
  { args = [], env = {}, program }: Foreign,
  options: StartOptions = {}
): Promise<FixtureServer> =>
  startServer(program, args, {
    env: { ...NodeMcpClient.safeEnvironment(process.env), ...env },
    nodeArgs: announce,
    ...options
  })

/** The server on a port, until the end of the scope. */
export const started = (foreign: Foreign, port = 0) =>
  Effect.acquireRelease(Effect.promise(() => start(foreign, { port })), ({ kill }) => Effect.promise(kill))

/** The process of a server that is reached over HTTP. */
export class Process extends Context.Service<Process, FixtureServer>()("interop/Process") {
  static readonly layer = (foreign: Foreign) => Layer.effect(Process, started(foreign))
}

/** The server behind the path of a URL. */
export const overHttp = (foreign: Foreign, path = "/mcp") =>
  Layer.unwrap(Effect.map(Process, ({ url }) => NodeMcpClient.layerHttp({ url: new URL(path, url).href }))).pipe(
    Layer.provideMerge(Process.layer(foreign))
  )

/** How long starting a server, or two, may take on a machine that is busy otherwise. */
export const startMillisMax = 20_000

/** Real time, and room for a machine that is busy otherwise. */
export const live = { excludeTestServices: true, timeout: "20 seconds" } as const

/** Listens until something was told of once more than at the start, which `change` sees to. */
export const hears = <A, E, E2>(
  stream: Stream.Stream<A, E>,
  isStart: (a: A) => boolean,
  change: Effect.Effect<unknown, E2, McpClient.McpClient>
) =>
  stream.pipe(
    Stream.tap((a) => isStart(a) ? change : Effect.void),
    Stream.filter((a) => !isStart(a)),
    Stream.take(1),
    Stream.runCollect
  )

/** Whoever is told that a call was lost is told that it may have run. */
export const isLost = Effect.fnUntraced(function*(call: Effect.Effect<unknown, McpClientError>) {
  const error = yield* Effect.flip(call)
  assert.strictEqual(error.reason._tag, "TransportError", error.message)
  assert.isTrue(error.mayHaveRun)
})

/** A call of a tool, and what is to come of it. */
export interface Trial {
  readonly arguments?: { readonly [name: string]: unknown }
  readonly check: (result: CallToolResult) => void
}

/** Trials by the name of the tool. */
export type Trials = { readonly [tool: string]: Trial }

/** The text in a result. */
export const textOf = ({ content }: CallToolResult): string =>
  content.map((block) => block.type === "text" ? block.text : "").join("")

/** A result that is no failure, and has a text. */
export const saying = (text: string | RegExp) => (result: CallToolResult): void => {
  assert.notStrictEqual(result.isError, true, textOf(result))
  if (typeof text === "string") assert.include(textOf(result), text)
  else assert.match(textOf(result), text)
}

/** A result that says that the tool failed. */
export const failing = (text: RegExp) => (result: CallToolResult): void => {
  assert.strictEqual(result.isError, true)
  assert.match(textOf(result), text)
}

/** A result with structured content. */
export const giving = (structured: unknown) => (result: CallToolResult): void => {
  assert.notStrictEqual(result.isError, true, textOf(result))
  assert.deepStrictEqual(result.structuredContent, structured)
}

/**
 * Tries every tool: those that are listed are those that are tried, so that a new one is noticed. Tools that need more
 * than a call are tried `elsewhere`.
 */
export const tryTools = (
  it: Vitest.MethodsNonLive<McpClient.McpClient>,
  trials: Trials,
  elsewhere: ReadonlyArray<string> = []
): void => {
  it.effect("lists the tools that are called here", () =>
    Effect.gen(function*() {
      const { listTools } = yield* McpClient.McpClient
      const names = (yield* listTools).map(({ name }) => name)
      assert.sameMembers(names, [...Object.keys(trials), ...elsewhere])
    }))
  it.effect.each(Object.entries(trials))("calls %s", ([name, trial]) =>
    Effect.gen(function*() {
      const { callTool } = yield* McpClient.McpClient
      trial.check(yield* callTool({ name, arguments: trial.arguments ?? {} }))
    }))
}
