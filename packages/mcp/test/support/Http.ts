/** A server behind HTTP exchanges in memory: what a binding would hand in, and what it would have to send. */
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as HttpDriver from "../../src/server/HttpDriver.ts"
import type { Server } from "../../src/server/Server.ts"
import * as HttpPolicy from "../../src/session/HttpPolicy.ts"
import * as SessionStore from "../../src/session/SessionStore.ts"
import type { HttpExchange } from "../../src/transport/HttpExchange.ts"
import * as Messages from "./Messages.ts"

export type Headers = { readonly [name: string]: string | undefined }

/** An exchange that is under way, or over. */
export interface Exchange {
  readonly status: () => number | undefined
  readonly header: (name: string) => string | undefined
  /** The body so far, as text. */
  readonly text: () => string
  /** The messages in the body so far, whether it is JSON or an event stream. */
  readonly messages: () => ReadonlyArray<Messages.Received>
  readonly isOver: () => boolean
  /** Waits for the end of the answer. */
  readonly over: Effect.Effect<Exchange>
  /** Waits until so many messages are there. */
  readonly arrived: (count: number) => Effect.Effect<void>
  /** The peer goes away. */
  readonly disconnect: () => void
  /** What serves the exchange. */
  readonly fiber: Fiber.Fiber<void>
}

export interface Endpoint {
  /** Starts an exchange; a body that is no text is sent as JSON. */
  readonly start: (method: string, headers: Headers, body?: object | string | undefined) => Exchange
  /** Posts a message and waits for the end of the answer. */
  readonly post: (message: object | string, headers?: Headers) => Effect.Effect<Exchange>
  /** Opens a session, and gives the headers of its requests. */
  readonly initialize: (version?: string, headers?: Headers) => Effect.Effect<Headers>
}

const readEvents = (text: string): ReadonlyArray<Messages.Received> => {
  const messages: Array<Messages.Received> = []
  Sse.makeParser((event) => {
    if (event._tag === "Event") messages.push(JSON.parse(event.data))
  }).feed(text)
  return messages
}

interface State {
  readonly headers: Headers
  readonly waiting: Set<() => void>
  status: number | undefined
  sent: Headers
  text: string
  over: boolean
  gone: boolean
  onClose: (() => void) | undefined
}

const begin = (state: State, status: number, headers: Headers): void => {
  if (state.status !== undefined) throw new Error("answered twice")
  state.status = status
  state.sent = headers
}

const changed = (state: State): void => {
  for (const check of state.waiting) check()
}

const exchangeOf = (state: State, method: string, body: string | undefined): HttpExchange => ({
  method,
  header: (name) => state.headers[name],
  body,
  respond: (status, headers, text) => {
    begin(state, status, headers)
    state.text = text
    state.over = true
    changed(state)
  },
  stream: (status, headers) => {
    begin(state, status, headers)
    changed(state)
    return {
      write: (text) =>
        Effect.sync(() => {
          if (state.over) throw new Error("written after the end")
          if (!state.gone) state.text += text
          changed(state)
        }),
      end: () => {
        state.over = true
        changed(state)
      }
    }
  },
  onClose: (callback) => {
    state.onClose = callback
  }
})

const until = (state: State, holds: () => boolean): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const check = (): void => {
      if (!holds()) return
      state.waiting.delete(check)
      resume(Effect.void)
    }
    state.waiting.add(check)
    check()
  })

const messagesOf = (state: State): ReadonlyArray<Messages.Received> =>
  state.sent["content-type"] === "text/event-stream"
    ? readEvents(state.text)
    : state.text === ""
    ? []
    : [JSON.parse(state.text)]

const toExchange = (state: State, fiber: Fiber.Fiber<void>): Exchange => {
  const exchange: Exchange = {
    status: () => state.status,
    header: (name) => state.sent[name],
    text: () => state.text,
    messages: () => messagesOf(state),
    isOver: () => state.over,
    over: Effect.suspend(() => Effect.as(until(state, () => state.over), exchange)),
    arrived: (count) => until(state, () => messagesOf(state).length >= count),
    disconnect: () => {
      state.gone = true
      if (!state.over) state.onClose?.()
    },
    fiber
  }
  return exchange
}

export const make = (
  server: Server,
  policy: Partial<HttpPolicy.HttpPolicy> = {}
): Effect.Effect<Endpoint, never, Scope.Scope> =>
  Effect.gen(function*() {
    const handle = yield* HttpDriver.make(server, HttpPolicy.make(policy))
    const fork = Effect.runForkWith(yield* Effect.context<never>())

    const start: Endpoint["start"] = (method, headers, body) => {
      const state: State = {
        headers: { host: "localhost:3000", ...headers },
        waiting: new Set(),
        status: undefined,
        sent: {},
        text: "",
        over: false,
        gone: false,
        onClose: undefined
      }
      const text = typeof body === "object" ? JSON.stringify(body) : body
      return toExchange(state, fork(Effect.suspend(() => handle(exchangeOf(state, method, text)))))
    }

    const post: Endpoint["post"] = (message, headers) =>
      Effect.suspend(() => start("POST", { "content-type": "application/json", ...headers }, message).over)

    return {
      start,
      post,
      initialize: (version = "2025-11-25", headers = {}) =>
        Effect.map(
          post(Messages.request(0, "initialize", Messages.initializeParams(version)), headers),
          (exchange) => ({ "mcp-session-id": exchange.header("mcp-session-id"), ...headers })
        )
    }
  }).pipe(Effect.provide(SessionStore.layerMemory))

/** The headers of a stateless-era request. */
export const modernHeaders = (method: string, name?: string): Headers => ({
  "mcp-protocol-version": Messages.modernVersion,
  "mcp-method": method,
  ...(name === undefined ? {} : { "mcp-name": name })
})
