/**
 * One HTTP exchange on its way: a pipe with the request, and one with the response. The server's side is an `HttpExchange`
 * as any binding to HTTP makes it; the client's side hears of the head, the pieces and the end. Bodies of other types than
 * JSON and event streams are carried just so, and are no messages in the history.
 *
 * @since 0.1.0
 */
import * as Departure from "@parley/mcp/transport/Departure"
import type { HttpStream, ResponseHeaders } from "@parley/mcp/transport/HttpExchange"
import * as Effect from "effect/Effect"
import type { Direction } from "../fault/Fault.ts"
import type { History } from "../history/History.ts"
import type { Agenda } from "../kernel/Agenda.ts"
import * as EventSplitter from "./EventSplitter.ts"
import type { Link } from "./Link.ts"
import type { Arrival, Asker, Code, Loss, Request } from "./Parties.ts"
import * as Pipe from "./Pipe.ts"

/**
 * What an exchange is made with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly agenda: Agenda
  readonly history: History
  readonly link: Link
  readonly request: Request
  /** The number of the request's body in the history; `Pipe.noMessage` when it is none. */
  readonly message: number
  readonly via: string
  /** Absent when it is the copy of a request, whose answer nobody wants. */
  readonly asker: Asker | undefined
  /** How much later than usual it arrives. */
  readonly delayMillis: number
  /** Whether it gets lost on its way, and how the client hears of it, if it does. */
  readonly requestLost: Loss | "refused" | undefined
  /** The same of its answer. */
  readonly answerLost: Loss | undefined
  /** Whether something before the hosts answers when none of them does. */
  readonly isBalanced: boolean
  /** Finds out where a request goes, when it arrives; nowhere, when nobody is there. */
  readonly arrive: (request: Request) => Arrival | undefined
  /** Called when the exchange is over for one side. */
  readonly left: (side: "client" | "server", host: string | undefined) => void
}

/**
 * An exchange.
 *
 * @category models
 * @since 0.1.0
 */
export interface Exchange {
  readonly via: string
  /** The host that has it; `undefined` before it has arrived. */
  readonly host: () => string | undefined
  /** The client gives it up: what it sent still arrives, and then the server hears of it. */
  readonly abort: () => void
  /** Breaks it; both sides hear of it. */
  readonly cut: (why: string) => void
  /** The host that has it dies; only the client hears of it. */
  readonly orphan: (why: string) => void
  /** Says whether the client takes anything at present. */
  readonly hold: (isHeld: boolean) => void
}

interface State extends Options {
  readonly peer: Departure.Departure
  readonly toServer: Pipe.Pipe
  readonly toClient: Pipe.Pipe
  readonly leave: () => void
  arrival: Arrival | undefined
  head: { readonly status: number; readonly headers: ResponseHeaders } | undefined
  isHeadHeard: boolean
  isClientOver: boolean
  isServerOver: boolean
  /** How the client is told of a break. */
  code: Code
  /** Why the exchange ended, when it was not by its end. */
  why: string | undefined
  /** How many texts of the response were sent. */
  texts: number
}

const over = (state: State, side: "client" | "server", why?: string): void => {
  const isClient = side === "client"
  if (isClient ? state.isClientOver : state.isServerOver) return
  if (isClient) state.isClientOver = true
  else state.isServerOver = true
  state.why ??= why
  state.left(side, state.arrival?.host)
  if (!state.isClientOver || !state.isServerOver) return
  state.leave()
  state.toServer.drop(state.why ?? "the exchange is over")
  state.toClient.drop(state.why ?? "the exchange is over")
  state.history.add({ _tag: "Closed", via: state.via, why: state.why ?? "it was answered" })
}

const isJson = (headers: ResponseHeaders): boolean => headers["content-type"]?.startsWith("application/json") === true

const isEvents = (headers: ResponseHeaders): boolean =>
  headers["content-type"]?.startsWith("text/event-stream") === true

/** Sends text of the response, which is a message if `content` is there. */
const sendText = (state: State, text: string, content?: string, eventId?: string): void => {
  const { answerLost, history, link: { client, server }, toClient, via } = state
  const message = content === undefined ? Pipe.noMessage : history.nextMessage()
  if (content !== undefined) {
    const sent = { _tag: "Sent", message, from: server, to: client, via, text: content } as const
    history.add(eventId === undefined ? sent : { ...sent, eventId })
  }
  state.texts++
  if (answerLost === undefined) toClient.write(text, message, state.texts)
  else if (content !== undefined) history.add({ _tag: "Lost", message, why: "the answer was lost" })
}

const begin = (state: State, status: number, headers: ResponseHeaders): void => {
  state.head = { status, headers }
  const session = headers["mcp-session-id"]
  if (session !== undefined) state.arrival?.keep(session)
  if (state.answerLost === "told") cut(state, "the answer was lost")
}

const end = (state: State): void => {
  if (state.answerLost === undefined) state.toClient.end()
  over(state, "server")
}

/**
 * The session that a path of HTTP+SSE names, for the load balancer.
 *
 * @category queries
 * @since 0.1.0
 */
export const sessionOf = (target: string): string | undefined => /[?&]sessionId=([^&]*)/.exec(target)?.[1]

const sendPart = (state: State, { event, text }: EventSplitter.Part): void => {
  if (event === undefined) return sendText(state, text)
  if (event.name === "message") return sendText(state, text, event.data, event.id)
  const session = event.name === "endpoint" ? sessionOf(event.data) : undefined
  if (session !== undefined) state.arrival?.keep(session)
  sendText(state, text)
}

/** Sends text of a body that may be a stream of events, which are messages one by one. */
const putting = (state: State, headers: ResponseHeaders): (text: string) => void => {
  if (!isEvents(headers)) return (text) => sendText(state, text)
  const split = EventSplitter.make()
  return (text) => {
    for (const part of split(text)) sendPart(state, part)
  }
}

const respond = (state: State, status: number, headers: ResponseHeaders, body: string): void => {
  if (state.head !== undefined || state.isServerOver) return
  begin(state, status, headers)
  if (isJson(headers) && body !== "") sendText(state, body, body)
  else if (body !== "") putting(state, headers)(body)
  end(state)
}

const stream = (state: State, status: number, headers: ResponseHeaders): HttpStream => {
  const { toClient } = state
  const put = putting(state, headers)
  if (state.head === undefined && !state.isServerOver) {
    begin(state, status, headers)
    sendText(state, "")
  }
  return {
    write: (text) =>
      Effect.suspend(() => {
        if (state.isServerOver) return Effect.void
        put(text)
        return toClient.isBehind() ? toClient.room : Effect.void
      }),
    offer: (text) => {
      if (state.isServerOver || toClient.isBehind()) return false
      put(text)
      return true
    },
    end: () => {
      if (!state.isServerOver) end(state)
    },
    abort: () => {
      if (state.isServerOver) return
      if (state.answerLost === undefined) toClient.cut("the server cut it")
      over(state, "server", "the server cut it")
    }
  }
}

const encoder = new TextEncoder()

/** Most texts need not be encoded to be known to fit. */
const isTooLong = (text: string, bytesMax: number): boolean =>
  text.length * 3 > bytesMax && encoder.encode(text).length > bytesMax

const badGateway = "Bad gateway"

/** What stands before the hosts answers in their place; without it, the connection breaks. */
const fail = (state: State, code: Code, why: string): void => {
  state.code = code
  if (state.isBalanced && state.head === undefined) {
    state.head = { status: 502, headers: { "content-type": "text/plain" } }
    state.toClient.write(badGateway, Pipe.noMessage, 0)
    state.toClient.end()
  } else state.toClient.cut(why)
  over(state, "server", why)
}

/** The request has arrived, whole. */
const arrived = (state: State): void => {
  const { history, message, request } = state
  const arrival = state.arrive(request)
  if (arrival === undefined) {
    if (message !== Pipe.noMessage) history.add({ _tag: "Lost", message, why: "the host is down" })
    return fail(state, "ECONNREFUSED", "the host is down")
  }
  state.arrival = arrival
  const { host } = arrival
  if (message !== Pipe.noMessage) {
    const event = { _tag: "Arrived", message } as const
    history.add(host === state.link.server ? event : { ...event, at: host })
  }
  arrival.handle({
    method: request.method,
    url: request.target,
    header: (name) => request.headers[name],
    body: isTooLong(request.body, arrival.bytesMax) ? undefined : request.body,
    respond: (status, headers, body) => respond(state, status, headers, body),
    stream: (status, headers) => stream(state, status, headers),
    onClose: state.peer.onLeave
  })
}

const hearHead = (state: State): void => {
  const { asker, head, history, via } = state
  if (state.isHeadHeard || head === undefined) return
  state.isHeadHeard = true
  if (asker === undefined) return
  history.add({ _tag: "Answered", via, status: head.status, headers: head.headers })
  asker.head(head.status, head.headers)
}

/** The client hears the end of the response, or that there will be none. */
const heard = (state: State, why: string | undefined): void => {
  if (why === undefined) hearHead(state)
  if (state.isClientOver) return
  over(state, "client", why)
  if (why === undefined) state.asker?.complete()
  else state.asker?.broken(state.code, why)
}

/** The server hears that the client has gone. */
const deserted = (state: State): void => {
  if (state.isServerOver) return
  over(state, "server", "the client gave it up")
  state.peer.leave()
}

type Common = Pick<Pipe.Ends, "agenda" | "link" | "lost">

const makePipes = (options: Options, own: () => State): Pick<State, "toServer" | "toClient"> => {
  const { agenda, asker, history, link, request, via } = options
  const lost: Pipe.Ends["lost"] = (message, why) => history.add({ _tag: "Lost", message, why })
  const common: Common = { agenda, link, lost }
  let missing = request.body.length
  const named = (direction: Direction) => ({ ...common, direction, name: `${via} ${direction}` })
  return {
    toServer: Pipe.make({
      ...named("toServer"),
      take: (piece) => {
        missing -= piece.length
        if (missing === 0) arrived(own())
      },
      ended: () => deserted(own())
    }),
    toClient: Pipe.make({
      ...named("toClient"),
      take: (piece, message) => {
        hearHead(own())
        if (message !== Pipe.noMessage) {
          if (asker === undefined) lost(message, "it answers a copy")
          else history.add({ _tag: "Arrived", message })
        }
        if (piece !== "") asker?.piece(piece)
      },
      ended: (why) => heard(own(), why)
    })
  }
}

const cut = (state: State, why: string): void => {
  state.why ??= why
  if (!state.isServerOver) state.toServer.cut(why)
  if (!state.isClientOver) state.toClient.cut(why)
}

const loseRequest = (state: State, loss: Loss | "refused"): void => {
  const { history, message, toClient } = state
  const why = loss === "refused" ? "the connection was refused" : "the request was lost"
  if (message !== Pipe.noMessage) history.add({ _tag: "Lost", message, why })
  if (loss === "refused") state.code = "ECONNREFUSED"
  if (loss !== "silent") toClient.cut(why)
  over(state, "server", why)
}

const control = (state: State): Exchange => ({
  via: state.via,
  host: () => state.arrival?.host,
  abort: () => {
    if (state.isClientOver) return
    state.toClient.drop("the client gave it up")
    state.toServer.end()
    over(state, "client", "the client gave it up")
  },
  cut: (why) => cut(state, why),
  orphan: (why) => {
    if (!state.isServerOver) return fail(state, "ECONNRESET", why)
    if (state.arrival !== undefined && !state.isClientOver) state.toClient.cut(why)
  },
  hold: state.toClient.hold
})

/**
 * Sends a request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = (options: Options): Exchange => {
  const { delayMillis, link, message, request } = options
  const own = (): State => state
  const pipes = makePipes(options, own)
  const wake = (): void => {
    pipes.toServer.wake()
    pipes.toClient.wake()
  }
  const state: State = {
    ...options,
    ...pipes,
    peer: Departure.make(),
    leave: link.join({ cut: (why) => cut(own(), why), wake }),
    arrival: undefined,
    head: undefined,
    isHeadHeard: false,
    isClientOver: false,
    isServerOver: false,
    code: "ECONNRESET",
    why: undefined,
    texts: 0
  }
  if (options.requestLost === undefined) pipes.toServer.write(request.body, message, 1, delayMillis)
  else loseRequest(state, options.requestLost)
  return control(state)
}
