/**
 * A server as a child process, reached over its stdin and stdout. The child lives as long as the scope: at its end stdin
 * is closed, and whoever does not leave by itself is told to, then made to, descendants included: they are a process group
 * of their own. What the child writes to stderr goes to the debug log; it is no sign of an error (STD-04).
 *
 * @since 0.1.0
 */
import { JsonRpcLimits } from "@parley/mcp/jsonrpc/Limits"
import * as LineFraming from "@parley/mcp/jsonrpc/LineFraming"
import type { Connection, Received } from "@parley/mcp/transport/Connection"
import * as TransportError from "@parley/mcp/transport/TransportError"
import type * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Hash from "effect/Hash"
import * as Latch from "effect/Latch"
import type { PlatformError } from "effect/PlatformError"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Spawner from "effect/process/ChildProcessSpawner"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { lstatSync } from "node:fs"
import { resolve } from "node:path"
import * as ProcessTree from "./ProcessTree.ts"
import * as WindowsCommand from "./WindowsCommand.ts"

/**
 * The program to start, and how to end it.
 *
 * @category models
 * @since 0.1.0
 */
export interface StdioOptions {
  readonly command: string
  /** Arguments; those that are redacted are shown nowhere. */
  readonly args?: ReadonlyArray<string | Redacted.Redacted>
  /**
   * Variables for the child, beside the few that every program needs (`PATH`, `HOME` …). The rest of the environment,
   * which may hold secrets, is not passed on.
   */
  readonly env?: { readonly [name: string]: string | Redacted.Redacted }
  /** The folder that the child starts in. Default: that of this process. */
  readonly cwd?: string
  /** How long the child may take to leave after its stdin is closed, and again after SIGTERM. Default: 2 seconds. */
  readonly closeTimeout?: Duration.Input
}

const isWindows = process.platform === "win32"

/** What a program needs to run at all, and holds no secrets. */
const inherited: ReadonlyArray<string> = isWindows
  ? [
    "APPDATA",
    "COMSPEC",
    "HOMEDRIVE",
    "HOMEPATH",
    "LOCALAPPDATA",
    "PATH",
    "PATHEXT",
    "PROCESSOR_ARCHITECTURE",
    "PROGRAMFILES",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "USERNAME",
    "USERPROFILE"
  ]
  : ["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"]

/**
 * The variables that a child is given by default. Values that are shell functions in disguise are left out.
 *
 * @category environment
 * @since 0.1.0
 */
export const safeEnvironment = (
  environment: { readonly [name: string]: string | undefined }
): { readonly [name: string]: string } =>
  Object.fromEntries(inherited.flatMap((name) => {
    const value = environment[name]
    return value === undefined || value.startsWith("()") ? [] : [[name, value] as const]
  }))

/** The most text that waits for the child to read before `drained` waits too, in UTF-16 code units. */
const unreadUnitsMax = 64 * 1024

/** The longest line of stderr that is logged whole, in UTF-16 code units. */
const stderrLineMax = 8 * 1024

/** How many of the last lines of stderr are told of a child that ended, and how much of each, in UTF-16 code units. */
const lastLinesMax = 10
const lastLineUnitsMax = 300

/** How long a child may take to exit after its stdout ended, and its stdout to end after it exited, in milliseconds. */
const partingMillis = 500

/**
 * A child's command line for people, without what is redacted.
 *
 * @category showing
 * @since 0.1.0
 */
export const show = ({ args = [], command, cwd }: StdioOptions): string => {
  const words = [command, ...args.map((word) => Redacted.isRedacted(word) ? "<redacted>" : word)]
  return `${words.join(" ")}${cwd === undefined ? "" : ` (in ${cwd})`}`
}

/**
 * Names a child to caches as well: two that differ only in what is not shown have different marks, and the folder that they
 * are started in is a part of the name.
 *
 * @category showing
 * @since 0.1.0
 */
export const peerOf = (options: StdioOptions): string => {
  const { args = [], cwd = ".", env = {} } = options
  const shown = show({ ...options, cwd: resolve(cwd) })
  const hidden = [...args.filter(Redacted.isRedacted), ...Object.entries(env).flat()]
  if (hidden.length === 0) return shown
  const texts = hidden.map((value) => Redacted.isRedacted(value) ? Redacted.value(value) : value)
  return `${shown} #${(Hash.string(JSON.stringify(texts)) >>> 0).toString(16)}`
}

const unreachable = (detail: string) =>
  TransportError.make(new TransportError.Unreachable({ detail, mayHaveRun: false }))

/** The platform's own words would name the whole command line, which for a batch file has the secrets in it. */
const toTransportError = (options: StdioOptions) => ({ reason }: PlatformError): TransportError.TransportError =>
  unreachable(`${show(options)}: ${reason._tag}${reason.description === undefined ? "" : `, ${reason.description}`}`)

/** Node tells of some failures by throwing: of a folder that is none, of arguments that are too long together. */
const toThrown = (options: StdioOptions, thrown: unknown): Effect.Effect<never, TransportError.TransportError> =>
  thrown instanceof Error && "code" in thrown
    ? Effect.fail(unreachable(`${show(options)}: ${String(thrown.code)}`))
    : Effect.die(thrown)

const environmentOf = (own: StdioOptions["env"] = {}): { readonly [name: string]: string | Redacted.Redacted } => {
  const base: typeof own = safeEnvironment(process.env)
  return isWindows ? WindowsCommand.mergeEnvironment(base, own) : { ...base, ...own }
}

/** Links count as files: those by which Windows starts programs of its store cannot be followed. */
const isFile = (path: string): boolean =>
  Result.match(Result.try(() => lstatSync(path)), {
    onFailure: () => false,
    onSuccess: (found) => !found.isDirectory()
  })

const invocationOf = (
  { args = [], command, cwd = "." }: StdioOptions,
  env: { readonly [name: string]: string | Redacted.Redacted }
): Result.Result<WindowsCommand.Invocation, string> =>
  isWindows
    ? WindowsCommand.resolve(command, args, { env, cwd: resolve(cwd), isFile })
    : Result.succeed({ command, args })

const start = Effect.fnUntraced(function*(options: StdioOptions, graceMillis: number) {
  const spawner = yield* Spawner.ChildProcessSpawner
  const env = environmentOf(options.env)
  const invocation = invocationOf(options, env)
  if (Result.isFailure(invocation)) return yield* Effect.fail(unreachable(`${show(options)}: ${invocation.failure}`))
  const { args, command, shell } = invocation.success
  return yield* spawner.spawn(ChildProcess.make(command, args, {
    env,
    forceKillAfter: graceMillis,
    ...(shell === undefined ? {} : { shell }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd })
  })).pipe(
    Effect.mapError(toTransportError(options)),
    Effect.catchDefect((defect) => toThrown(options, defect))
  )
})

/** Reads lines until the stream ends, breaks off, or `stop` completes; `ended` runs then, before a last line is given out. */
const readLines = (
  bytes: Stream.Stream<Uint8Array, PlatformError>,
  unitsMax: number,
  receive: (received: Received) => void,
  stop: Effect.Effect<void> = Effect.never,
  ended: Effect.Effect<unknown> = Effect.void
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const splitter = LineFraming.make(unitsMax)
    const feed = (text: string) => {
      for (const frame of splitter.feed(text)) receive(frame)
    }
    const finish = Effect.sync(() => {
      const last = splitter.end()
      if (last !== undefined) receive(last)
    })
    const lines = Stream.runForEach(Stream.decodeText(bytes), (text) => Effect.sync(() => feed(text)))
    return Effect.raceFirst(Effect.ignore(lines), stop).pipe(Effect.andThen(ended), Effect.andThen(finish))
  })

/** Writes what is ready in one go. The child may read as slowly as it likes; reading from it never stops meanwhile. */
const makeWriter = Effect.fnUntraced(function*(stdin: Spawner.ChildProcessHandle["stdin"]) {
  const queue = yield* Queue.unbounded<string, Cause.Done>()
  const room = yield* Latch.make(true)
  let unread = 0
  const take = (): void => {
    unread = 0
    room.openUnsafe()
  }
  const ready = Stream.mapArray(Stream.fromQueue(queue), (texts) => {
    take()
    return [texts.join("")] as const
  })
  // A child that no longer reads is about to be gone, and that is heard from its stdout.
  const writing = Effect.ignore(Stream.run(Stream.encodeText(ready), stdin))
  yield* Effect.forkScoped(Effect.ensuring(writing, Effect.andThen(Queue.end(queue), Effect.sync(take))))
  return {
    send: (text: string): void => {
      if (!Queue.offerUnsafe(queue, `${text}\n`)) return
      unread += text.length + 1
      if (unread > unreadUnitsMax) room.closeUnsafe()
    },
    drained: room.await,
    end: Queue.end(queue)
  }
})

/** Logs what the child writes to stderr, and remembers the end of it. */
const listenToStderr = Effect.fnUntraced(function*(name: string, stderr: Spawner.ChildProcessHandle["stderr"]) {
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const last: Array<string> = []
  const reading = readLines(stderr, stderrLineMax, (received) => {
    const line = received._tag === "Line" ? received.text : `a line longer than ${received.unitsMax} characters`
    last.push(line.length > lastLineUnitsMax ? `${line.slice(0, lastLineUnitsMax)}…` : line)
    if (last.length > lastLinesMax) last.shift()
    fork(Effect.logDebug(`${name}: ${line}`))
  })
  return { last, done: Fiber.await(yield* Effect.forkScoped(reading)) }
})

/** How a child ended, once that is known. */
const endingOf = (child: Spawner.ChildProcessHandle): Effect.Effect<string> =>
  child.exitCode.pipe(
    Effect.map((code) => `its program ended with exit code ${code}`),
    // A signal is told by an error that names it.
    Effect.catch(({ reason }) =>
      Effect.succeed(
        `its program was ended${/SIG[A-Z0-9]+/.exec(String(reason.cause))?.[0].replace(/^/, " by ") ?? ""}`
      )
    )
  )

/**
 * Starts the child and gives the line to it. The line ends with the child, also where a descendant that stays behind
 * holds its stdout open.
 *
 * @category constructors
 * @since 0.1.0
 */
export const connect = Effect.fnUntraced(function*(
  options: StdioOptions
): Effect.fn.Return<Connection, TransportError.TransportError, Scope.Scope | Spawner.ChildProcessSpawner> {
  const { messageBytesMax } = yield* JsonRpcLimits
  const graceMillis = Duration.toMillis(options.closeTimeout ?? "2 seconds")
  const child = yield* start(options, graceMillis)
  yield* ProcessTree.endWithProcess(child.pid, graceMillis)
  const stderr = yield* listenToStderr(options.command, child.stderr)
  const { drained, end, send } = yield* makeWriter(child.stdin)
  // Outlives the child: one that cannot get rid of what it writes could not leave by itself.
  const reading = yield* Scope.fork(yield* Effect.scope)
  yield* Effect.addFinalizer(() =>
    end.pipe(
      Effect.andThen(Effect.ignore(Effect.timeoutOption(child.exitCode, graceMillis))),
      // SIGTERM, and then SIGKILL, to whoever is left.
      Effect.andThen(Effect.ignore(child.kill({ forceKillAfter: graceMillis })))
    )
  )
  let ending: string | undefined
  const exited = Effect.tap(endingOf(child), (how) =>
    Effect.sync(() => {
      ending = how
    }))
  const sayGoodbye = Effect.gen(function*() {
    yield* Effect.timeoutOption(Effect.andThen(exited, stderr.done), partingMillis)
    const words = stderr.last.length === 0 ? [] : [`The last that it wrote to stderr:\n${stderr.last.join("\n")}`]
    yield* Effect.logWarning(`${options.command} closed the line: ${ending ?? "its program still runs"}`, ...words)
  })
  // What would be sent while the child takes its leave waits until the line is closed, and has not reached it then.
  const staying = yield* Latch.make(true)
  return {
    send,
    drained: Effect.andThen(drained, staying.await),
    ending: () => ending,
    listen: (receive) => {
      const left = Effect.andThen(exited, Effect.sleep(partingMillis))
      let isHeard = true
      const leaving = Effect.sync(() => isHeard && staying.closeUnsafe())
      const lines = readLines(child.stdout, messageBytesMax, (received) => isHeard && receive(received), left, leaving)
      const heard = Effect.flatMap(Effect.forkIn(lines, reading), Fiber.join)
      const unheard = Effect.sync(() => {
        isHeard = false
      })
      return Effect.onInterrupt(heard, () => unheard).pipe(
        Effect.andThen(sayGoodbye),
        Effect.ensuring(staying.open)
      )
    }
  }
})
