/**
 * A server as a child process, reached over its stdin and stdout. The child lives as long as the scope: at its end stdin
 * is closed, and whoever does not leave by itself is told to, then made to, descendants included. What the child writes
 * to stderr goes to the debug log; it is no sign of an error (STD-04).
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
import * as Latch from "effect/Latch"
import type { PlatformError } from "effect/PlatformError"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Spawner from "effect/process/ChildProcessSpawner"
import * as Queue from "effect/Queue"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/**
 * The program to start, and how to end it.
 *
 * @category models
 * @since 0.1.0
 */
export interface StdioOptions {
  readonly command: string
  readonly args?: ReadonlyArray<string>
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

/** What a program needs to run at all, and holds no secrets. */
const inherited: ReadonlyArray<string> = process.platform === "win32"
  ? [
    "APPDATA",
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

const toTransportError = ({ message }: PlatformError): TransportError.TransportError =>
  TransportError.make(new TransportError.Unreachable({ detail: message }))

const start = (options: StdioOptions, graceMillis: number) =>
  Effect.flatMap(Spawner.ChildProcessSpawner, (spawner) =>
    Effect.mapError(
      spawner.spawn(ChildProcess.make(options.command, options.args ?? [], {
        env: { ...safeEnvironment(process.env), ...options.env },
        forceKillAfter: graceMillis,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd })
      })),
      toTransportError
    ))

/** Reads lines until the stream ends; one that breaks off ends too. */
const readLines = (
  bytes: Stream.Stream<Uint8Array, PlatformError>,
  unitsMax: number,
  receive: (received: Received) => void
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
    return Effect.andThen(Effect.ignore(lines), finish)
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

/**
 * Starts the child and gives the line to it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const connect = Effect.fnUntraced(function*(
  options: StdioOptions
): Effect.fn.Return<Connection, TransportError.TransportError, Scope.Scope | Spawner.ChildProcessSpawner> {
  const { messageBytesMax } = yield* JsonRpcLimits
  const graceMillis = Duration.toMillis(Duration.fromInputUnsafe(options.closeTimeout ?? "2 seconds"))
  const child = yield* start(options, graceMillis)
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  yield* Effect.forkScoped(readLines(child.stderr, stderrLineMax, (received) => {
    const line = received._tag === "Line" ? received.text : `a line longer than ${received.unitsMax} characters`
    fork(Effect.logDebug(`${options.command}: ${line}`))
  }))
  const { drained, end, send } = yield* makeWriter(child.stdin)
  // Runs before the spawner's own finalizer, which sends SIGTERM and then SIGKILL to whoever is left.
  yield* Effect.addFinalizer(() =>
    Effect.andThen(end, Effect.ignore(Effect.timeoutOption(child.exitCode, graceMillis)))
  )
  return { send, drained, listen: (receive) => readLines(child.stdout, messageBytesMax, receive) }
})
