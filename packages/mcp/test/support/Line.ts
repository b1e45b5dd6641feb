/** A server on a line in memory, and a client's hand on the other end of it. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as ConnectionDriver from "../../src/server/ConnectionDriver.ts"
import type { Server } from "../../src/server/Server.ts"
import type { Connection, Received as Arrival } from "../../src/transport/Connection.ts"
import * as Messages from "./Messages.ts"

export interface Line {
  /** All that the server has sent. */
  readonly sent: ReadonlyArray<Messages.Received>
  /** Sends messages to the server, or texts that are none; all of them are handled when it returns. */
  readonly say: (...messages: ReadonlyArray<object | string>) => void
  /** Delivers what only a transport can tell. */
  readonly arrive: (arrival: Arrival) => void
  /** Waits for the first message that fits, past or future. */
  readonly hear: (fits: (message: Messages.Received) => boolean) => Effect.Effect<Messages.Received>
  /** Sends a request under a new id and waits for its answer. */
  readonly ask: (method: string, params?: Messages.Params) => Effect.Effect<Messages.Received>
  /** The client sends no more: waits until the server is done with the line. */
  readonly hangUp: Effect.Effect<void>
  /** The server is told to stop: waits until it has. */
  readonly stop: Effect.Effect<void>
}

interface Options {
  /** What the server waits for before it sends more, once it has asked. */
  readonly drained?: Effect.Effect<void>
}

interface Listener {
  readonly fits: (message: Messages.Received) => boolean
  readonly found: (message: Messages.Received) => void
}

export const open = (server: Server, options: Options = {}): Effect.Effect<Line, never, Scope.Scope> =>
  Effect.gen(function*() {
    const sent: Array<Messages.Received> = []
    const listeners = new Set<Listener>()
    let receive: (arrival: Arrival) => void = () => undefined
    const closed = yield* Deferred.make<void>()
    const connection: Connection = {
      send: (text) => {
        const message: Messages.Received = JSON.parse(text)
        sent.push(message)
        for (const listener of listeners) if (listener.fits(message)) listener.found(message)
      },
      drained: options.drained ?? Effect.void,
      listen: (receiver) =>
        Effect.suspend(() => {
          receive = receiver
          return Deferred.await(closed)
        })
    }
    const fiber = yield* Effect.forkScoped(ConnectionDriver.run(server, connection), { startImmediately: true })

    const hear: Line["hear"] = (fits) =>
      Effect.callback((resume) => {
        const known = sent.find(fits)
        if (known !== undefined) return resume(Effect.succeed(known))
        const listener: Listener = { fits, found: (message) => resume(Effect.succeed(message)) }
        listeners.add(listener)
        return Effect.sync(() => void listeners.delete(listener))
      })

    let lastId = 1_000
    return {
      sent,
      say: (...messages) => {
        for (const message of messages) {
          receive({ _tag: "Line", text: typeof message === "string" ? message : JSON.stringify(message) })
        }
      },
      arrive: (arrival) => receive(arrival),
      hear,
      ask: (method, params) =>
        Effect.suspend(() => {
          const id = ++lastId
          receive({ _tag: "Line", text: JSON.stringify(Messages.request(id, method, params)) })
          return hear((message) => message.id === id && message.method === undefined)
        }),
      hangUp: Effect.andThen(Deferred.succeed(closed, undefined), Fiber.await(fiber)),
      stop: Fiber.interrupt(fiber)
    }
  })

/** A line on which the handshake of a session-era revision is done. */
export const openSession = (server: Server, version = "2025-11-25"): Effect.Effect<Line, never, Scope.Scope> =>
  Effect.gen(function*() {
    const line = yield* open(server)
    yield* line.ask("initialize", Messages.initializeParams(version))
    line.say(Messages.notification("notifications/initialized"))
    return line
  })
