/** A server behind HTTP exchanges in memory: what a binding would hand in, and what it would have to send. */
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as HttpDriver from "../../src/server/http/HttpDriver.ts"
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
  /** The peer stops reading, so that whoever writes has to wait; or goes on. */
  readonly stall: (stalled: boolean) => void
  /** A peer that has stopped reading takes what one writer waits with. */
  readonly sip: () => void
  /** Whether the connection was cut. */
  readonly isCut: () => boolean
  /** The events in the body so far, those without data too. */
  readonly events: () => ReadonlyArray<{ readonly id: string | undefined; readonly data: string }>
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

const readEvents = (text: string) => {
  const events: Array<{ readonly id: string | undefined; readonly event: string; readonly data: string }> = []
  Sse.makeParser((event) => {
    if (event._tag === "Event") events.push({ id: event.id, event: event.event, data: event.data })
  }).feed(text)
  return events
}

interface State {
  readonly headers: Headers
  readonly waiting: Set<() => void>
  status: number | undefined
  sent: Headers
  text: string
  over: boolean
  gone: boolean
  stalled: boolean
  sips: number
  cut: boolean
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

const exchangeOf = (state: State, method: string, url: string, body: string | undefined): HttpExchange => ({
  method,
  url,
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
        Effect.suspend(() => {
          if (state.over) throw new Error("written after the end")
          if (!state.gone) state.text += text
          changed(state)
          return until(state, () => !state.stalled || state.gone || state.cut || sipped(state))
        }),
      offer: (text) => {
        if (state.stalled || state.gone) return false
        state.text += text
        changed(state)
        return true
      },
      end: () => {
        state.over = true
        changed(state)
      },
      abort: () => {
        state.cut = true
        leave(state)
      }
    }
  },
  onClose: (callback) => {
    if (state.gone) callback()
    else state.onClose = callback
  }
})

const sipped = (state: State): boolean => {
  if (state.sips === 0) return false
  state.sips -= 1
  return true
}

const leave = (state: State): void => {
  if (state.gone) return
  state.gone = true
  if (!state.over) state.onClose?.()
  changed(state)
}

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
    ? readEvents(state.text).filter(({ data, event }) => data !== "" && event === "message")
      .map(({ data }): Messages.Received => JSON.parse(data))
    : state.text === ""
    ? []
    : [JSON.parse(state.text)].flat()

const toExchange = (state: State, fiber: Fiber.Fiber<void>): Exchange => {
  const exchange: Exchange = {
    status: () => state.status,
    header: (name) => state.sent[name],
    text: () => state.text,
    messages: () => messagesOf(state),
    isOver: () => state.over,
    over: Effect.suspend(() => Effect.as(until(state, () => state.over), exchange)),
    arrived: (count) => until(state, () => messagesOf(state).length >= count),
    disconnect: () => leave(state),
    stall: (stalled) => {
      state.stalled = stalled
      changed(state)
    },
    sip: () => {
      state.sips += 1
      changed(state)
    },
    isCut: () => state.cut,
    events: () => readEvents(state.text),
    fiber
  }
  return exchange
}

/** Starts exchanges with a handler. */
export const exchangeWith =
  (fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>, handle: HttpDriver.HttpHandler) =>
  (method: string, url: string, headers: Headers, body?: object | string | undefined): Exchange => {
    const state: State = {
      headers: { host: "localhost:3000", ...headers },
      waiting: new Set(),
      status: undefined,
      sent: {},
      text: "",
      over: false,
      gone: false,
      stalled: false,
      sips: 0,
      cut: false,
      onClose: undefined
    }
    const text = typeof body === "object" ? JSON.stringify(body) : body
    return toExchange(state, fork(Effect.suspend(() => handle(exchangeOf(state, method, url, text)))))
  }

export const make = (
  server: Server,
  policy: Partial<HttpPolicy.HttpPolicy> = {}
): Effect.Effect<Endpoint, never, Scope.Scope> => Effect.provide(serve(server, policy), SessionStore.layerMemory)

/** The same over a store of the test's own. */
export const makeOver = (
  server: Server,
  store: SessionStore.SessionStore["Service"],
  policy: Partial<HttpPolicy.HttpPolicy> = {}
): Effect.Effect<Endpoint, never, Scope.Scope> =>
  Effect.provideService(serve(server, policy), SessionStore.SessionStore, store)

const serve = (
  server: Server,
  policy: Partial<HttpPolicy.HttpPolicy>
): Effect.Effect<Endpoint, never, Scope.Scope | SessionStore.SessionStore> =>
  Effect.gen(function*() {
    const handle = yield* HttpDriver.make(server, HttpPolicy.make({ drainMillis: 0, ...policy }))
    const fork = Effect.runForkWith(yield* Effect.context<never>())

    const start: Endpoint["start"] = (method, headers, body) =>
      exchangeWith(fork, handle)(method, "/mcp", headers, body)

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
  })

/** The headers of a stateless-era request. */
export const modernHeaders = (method: string, name?: string): Headers => ({
  "mcp-protocol-version": Messages.modernVersion,
  "mcp-method": method,
  ...(name === undefined ? {} : { "mcp-name": name })
})
