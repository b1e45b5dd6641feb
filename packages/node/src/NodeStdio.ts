/**
 * Serving over the process's own stdin and stdout. While it serves, stdout belongs to the protocol: whatever else writes
 * there (`console.log`, the default logger, a library) is sent to stderr instead. The end of stdin ends the server.
 *
 * @since 0.1.0
 */
import * as LineFraming from "@parley/mcp/jsonrpc/LineFraming"
import * as ConnectionDriver from "@parley/mcp/server/ConnectionDriver"
import { ServerTransport } from "@parley/mcp/server/ServerTransport"
import type { Connection } from "@parley/mcp/transport/Connection"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Readable, Writable } from "node:stream"

/**
 * Collects what is to be written and writes it at once, when the current turn of the event loop is over. A pipe that is
 * full stops the reading too.
 */
const makeWriter = (output: Writable, write: (text: string) => boolean, input: Readable) => {
  let pending = ""
  let full = false
  const waiting = new Set<() => void>()
  const release = (): void => {
    full = false
    input.resume()
    for (const resume of waiting) resume()
    waiting.clear()
  }
  const flush = (): void => {
    const text = pending
    pending = ""
    if (text === "") return
    if (output.destroyed || write(text) || full) return
    full = true
    input.pause()
    output.once("drain", release)
    output.once("close", release)
  }
  const untilReleased = Effect.callback<void>((resume) => {
    const done = (): void => resume(Effect.void)
    waiting.add(done)
    return Effect.sync(() => waiting.delete(done))
  })
  return {
    send: (text: string): void => {
      if (pending === "") queueMicrotask(flush)
      pending += `${text}\n`
    },
    drained: Effect.suspend(() => {
      if (pending !== "") flush()
      return full ? untilReleased : Effect.void
    })
  }
}

/**
 * A connection over a pair of byte streams, one message a line.
 *
 * @param write writes to `output`, in place of its own `write`
 * @param unitsMax longest line, in UTF-16 code units
 * @category constructors
 * @since 0.1.0
 */
export const connection = (
  input: Readable,
  output: Writable,
  write: (text: string) => boolean,
  unitsMax: number
): Connection => {
  const writer = makeWriter(output, write, input)
  return {
    ...writer,
    listen: (receive) =>
      Effect.callback<void>((resume) => {
        const splitter = LineFraming.make(unitsMax)
        const onData = (chunk: string): void => {
          for (const frame of splitter.feed(chunk)) receive(frame)
        }
        const onEnd = (): void => {
          const last = splitter.end()
          if (last !== undefined) receive(last)
          resume(Effect.void)
        }
        const onGone = (): void => resume(Effect.void)
        input.setEncoding("utf8")
        input.on("data", onData).once("end", onEnd).once("close", onGone).once("error", onGone)
        output.once("error", onGone).once("close", onGone)
        return Effect.sync(() => {
          input.off("data", onData).off("end", onEnd).off("close", onGone).off("error", onGone)
          output.off("close", onGone)
          input.pause()
        })
      })
  }
}

/** Takes stdout for the protocol and gives the only way to write to it; the scope's end gives it back. */
const ownStdout: Effect.Effect<(text: string) => boolean, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => {
      const own = process.stdout.write
      process.stdout.write = process.stderr.write.bind(process.stderr)
      return own
    }),
    (own) =>
      Effect.sync(() => {
        process.stdout.write = own
      })
  ),
  (own) => (text) => own.call(process.stdout, text)
)

/**
 * Ends the program after the end of stdin, with exit code 0. The runtime is asked to shut down as by a signal, so that
 * every finalizer runs; where no runtime listens, nothing happens.
 */
const shutDown: Effect.Effect<void> = Effect.sync(() => {
  process.once("exit", () => {
    process.exitCode = 0
  })
  process.emit("SIGTERM")
})

/**
 * Serves over stdin and stdout. Stdout is taken when this layer is built: provide it last, so that what other layers
 * log as they are built goes to stderr already.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerStdio: Layer.Layer<ServerTransport> = Layer.effect(
  ServerTransport,
  Effect.map(ownStdout, (write) => ({
    serve: (server) => {
      const line = connection(process.stdin, process.stdout, write, server.messageLimits.messageBytesMax)
      return Effect.asVoid(Effect.forkScoped(Effect.andThen(ConnectionDriver.run(server, line), shutDown)))
    }
  }))
)
