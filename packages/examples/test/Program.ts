/**
 * Programs of the stories as real child processes: what they write, what they are sent, and how they end.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert } from "@effect/vitest"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as ChildProcess from "effect/process/ChildProcess"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Queue from "effect/Queue"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { fileURLToPath } from "node:url"

export interface Options {
  readonly args?: ReadonlyArray<string>
  readonly env?: { readonly [name: string]: string }
}

/** A JSON-RPC message, as a test reads it. */
export interface Message {
  readonly jsonrpc: string
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly [name: string]: unknown }
  readonly result?: { readonly [name: string]: unknown }
  readonly error?: { readonly code: number; readonly message: string }
}

const started = Effect.fnUntraced(function*(program: string, { args = [], env = {} }: Options) {
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  const main = fileURLToPath(new URL(`../src/${program}`, import.meta.url))
  const handle = yield* spawner.spawn(
    ChildProcess.make(process.execPath, ["--conditions=@parley/source", main, ...args], {
      env,
      extendEnv: true,
      forceKillAfter: "5 seconds"
    })
  )
  const lines = yield* Queue.unbounded<string, Cause.Done>()
  yield* handle.stdout.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.runForEach((line) => Queue.offer(lines, line)),
    Effect.ensuring(Queue.end(lines)),
    Effect.forkScoped
  )
  const stderr = yield* Ref.make("")
  const logged = yield* Queue.unbounded<string, Cause.Done>()
  const drained = yield* handle.stderr.pipe(
    Stream.decodeText,
    Stream.tap((text) => Ref.update(stderr, (before) => before + text)),
    Stream.splitLines,
    Stream.runForEach((line) => Queue.offer(logged, line)),
    Effect.ensuring(Queue.end(logged)),
    Effect.forkScoped
  )
  const input = yield* Queue.unbounded<Uint8Array, Cause.Done>()
  yield* Effect.forkScoped(Stream.run(Stream.fromQueue(input), handle.stdin))
  return { handle, lines, logged, stderr, drained, input }
})

type Program = Effect.Success<ReturnType<typeof started>>

const start = (program: string, options: Options) => Effect.provide(started(program, options), NodeServices.layer)

const send = (program: Program, message: object): Effect.Effect<unknown> =>
  Queue.offer(program.input, new TextEncoder().encode(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`))

/** How a program ended: its exit code, and all that it wrote to stderr. */
const ended = Effect.fnUntraced(function*({ drained, handle, stderr }: Program) {
  const code = yield* handle.exitCode
  yield* Fiber.await(drained)
  return { code: Number(code), stderr: yield* Ref.get(stderr) }
})

const parse = (line: string): Message => {
  const message = JSON.parse(line) as Message
  assert.strictEqual(message.jsonrpc, "2.0", line)
  return message
}

/** Takes lines until every request has its answer. */
const answers = Effect.fnUntraced(function*(program: Program, ids: ReadonlySet<number>) {
  const received = new Map<number, Message>()
  while (received.size < ids.size) {
    const message = parse(yield* Queue.take(program.lines))
    if (message.id !== undefined && message.method === undefined) received.set(message.id, message)
  }
  return received
})

const initialize = {
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } }
}

/**
 * Runs a story over stdio: opens a session, sends requests with ids from 1, waits for all answers, and closes stdin. All
 * of stdout is checked to be JSON-RPC.
 */
export const converse = (
  name: string,
  requests: ReadonlyArray<{ readonly method: string; readonly params?: object }>,
  options: Options = {}
) =>
  Effect.gen(function*() {
    const program = yield* start(name, options)
    yield* send(program, initialize)
    yield* send(program, { method: "notifications/initialized" })
    yield* Effect.forEach(requests, (request, index) => send(program, { id: index + 1, ...request }))
    const received = yield* answers(program, new Set([0, ...requests.map((_, index) => index + 1)]))
    yield* Queue.end(program.input)
    const { code, stderr } = yield* ended(program)
    const rest = yield* Queue.takeAll(program.lines).pipe(Effect.orElseSucceed((): ReadonlyArray<string> => []))
    rest.forEach(parse)
    return { results: requests.map((_, index) => received.get(index + 1)?.result ?? {}), code, stderr }
  }).pipe(Effect.scoped, Effect.timeout("15 seconds"))

/** A program that serves over HTTP, once it has said where. */
export interface Listening {
  /** What it wrote to stdout up to where its URL is. */
  readonly url: string
  /** Sends a signal and waits for the end; gives the exit code, and everything written to stderr and (later) stdout. */
  readonly stop: (
    signal: "SIGTERM" | "SIGINT"
  ) => Effect.Effect<{ readonly code: number; readonly stderr: string; readonly stdout: string }, unknown>
}

/** Runs a story over HTTP, on any free port. */
export const listen = (
  name: string,
  options: Options = {}
): Effect.Effect<Listening, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const program = yield* start(name, { ...options, env: { PORT: "0", ...options.env } })
    const first: Array<string> = []
    let url: string | undefined
    while (url === undefined) {
      const line = yield* Queue.take(program.lines)
      first.push(line)
      url = /http:\/\/[^\s/]+(?:\/mcp)?/.exec(line)?.[0]
    }
    const stop = Effect.fnUntraced(function*(signal: "SIGTERM" | "SIGINT") {
      yield* program.handle.kill({ killSignal: signal })
      const end = yield* ended(program)
      const rest = yield* Queue.takeAll(program.lines).pipe(Effect.orElseSucceed((): ReadonlyArray<string> => []))
      return { ...end, stdout: [...first, ...rest].join("\n") }
    }, Effect.timeout("10 seconds"))
    return { url, stop }
  }).pipe(Effect.timeout("15 seconds"))

/** A story that ends by itself, and that somebody reads along with. */
export interface Followed {
  /** Reads what it logs up to something that fits, and gives that. */
  readonly logs: (pattern: RegExp) => Effect.Effect<string, unknown>
  /** Waits for the end; gives all that it has said. */
  readonly end: Effect.Effect<
    { readonly lines: ReadonlyArray<string>; readonly code: number; readonly stderr: string },
    unknown
  >
}

const finished = Effect.fnUntraced(function*(program: Program) {
  const lines = yield* Stream.runCollect(Stream.fromQueue(program.lines))
  return { lines, ...yield* ended(program) }
}, Effect.timeout("15 seconds"))

/** Runs a story that ends by itself, and that wants something of whoever reads what it logs. */
export const follow = (name: string, options: Options = {}): Effect.Effect<Followed, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const program = yield* start(name, options)
    yield* Queue.end(program.input)
    const logs = Effect.fnUntraced(function*(pattern: RegExp) {
      while (true) {
        const found = pattern.exec(yield* Queue.take(program.logged))
        if (found !== null) return found[0]
      }
    }, Effect.timeout("15 seconds"))
    return { logs, end: finished(program) }
  })

/** Runs a story that ends by itself. */
export const finish = (name: string, options: Options = {}) =>
  Effect.scoped(Effect.flatMap(follow(name, options), ({ end }) => end))
