/** An HTTP server that answers as told, behind a client transport over HTTP: what went out, and what came in. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Scope from "effect/Scope"
import type { RequestId } from "../../src/jsonrpc/Message.ts"
import type { Revision } from "../../src/revision/Revision.ts"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import type { Incoming, Link, OutgoingRequest } from "../../src/transport/ClientTransport.ts"
import * as StreamableHttpClient from "../../src/transport/StreamableHttpClient.ts"
import type { TransportError } from "../../src/transport/TransportError.ts"

export interface Sent {
  readonly verb: string
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  readonly body: string
}

/** What the network does: it delivers a response, none ever, or it is down. */
export type Reply = Response | "network down" | "never" | Error

export type Respond = (sent: Sent) => Reply

const bodyText = ({ body }: HttpClientRequest): string =>
  body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""

/** The error of a socket, as Node makes it. */
export const socketError = (code: string, syscall?: string): Error =>
  Object.assign(new Error(`${syscall ?? "socket"} ${code}`), { code, ...(syscall === undefined ? {} : { syscall }) })

const failWith = (request: HttpClientRequest, cause: Error) =>
  Effect.fail(
    new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
  )

/** A link to a server that answers as told; the arrays fill with what happens, `aborted` with the verbs given up. */
export const open = (respond: Respond, options: Partial<StreamableHttpClient.Options> = {}) =>
  Effect.gen(function*() {
    const sent: Array<Sent> = []
    const received: Array<Incoming> = []
    const during: Array<RequestId | undefined> = []
    const aborted: Array<string> = []
    const signals: Array<AbortSignal> = []
    const client = HttpClient.make((request, url, signal) =>
      Effect.suspend(() => {
        const one = { verb: request.method, url: url.href, headers: request.headers, body: bodyText(request) }
        sent.push(one)
        signals.push(signal)
        const reply = respond(one)
        if (reply === "never") {
          signal.addEventListener("abort", () => aborted.push(request.method))
          return Effect.never
        }
        if (reply === "network down") return failWith(request, socketError("ECONNREFUSED", "connect"))
        return reply instanceof Error
          ? failWith(request, reply)
          : Effect.succeed(HttpClientResponse.fromWeb(request, reply))
      })
    )
    const transport = yield* Effect.provideService(
      StreamableHttpClient.make({ url: "https://example.com/mcp", ...options }),
      HttpClient.HttpClient,
      client
    )
    const scope = yield* Scope.fork(yield* Effect.scope)
    const link = yield* Scope.provide(
      transport.open((incoming, id) => {
        received.push(incoming)
        during.push(id)
      }),
      scope
    )
    return {
      link,
      peer: transport.peer,
      sent,
      received,
      during,
      aborted,
      signals,
      close: Scope.close(scope, Exit.void)
    }
  })

export const outgoing = (
  revision: Revision,
  method: string,
  more: Partial<OutgoingRequest> = {}
): OutgoingRequest => ({
  id: 1,
  method,
  name: undefined,
  paramsText: "{}",
  revision,
  ...more
})

export const json = (message: object, init: ResponseInit = {}): Response =>
  new Response(JSON.stringify({ jsonrpc: "2.0", ...message }), {
    ...init,
    headers: { "content-type": "application/json; charset=utf-8", ...init.headers }
  })

/** The answer to the request that `outgoing` makes. */
export const answer = { id: 1, result: { ok: true } }

export const event = (message: object, id?: string): string =>
  `${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`

const eventStream = { headers: { "content-type": "text/event-stream" } }

/** A stream of events that is cut by whoever is asked to, or ends, when told. */
export interface LiveEvents {
  readonly response: Response
  readonly send: (text: string) => void
  readonly end: () => void
  /** The network breaks. */
  readonly cut: () => void
  /** Whether the reader has hung up. */
  readonly isLeft: () => boolean
}

export const live = (): LiveEvents => {
  const encoder = new TextEncoder()
  const state: { controller?: ReadableStreamDefaultController<Uint8Array>; isLeft: boolean } = { isLeft: false }
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      state.controller = controller
    },
    cancel: () => {
      state.isLeft = true
    }
  })
  return {
    response: new Response(body, eventStream),
    send: (text) => state.controller?.enqueue(encoder.encode(text)),
    end: () => state.controller?.close(),
    cut: () => state.controller?.error(socketError("ECONNRESET", "read")),
    isLeft: () => state.isLeft
  }
}

/** A whole stream of events, which ends. */
export const events = (...parts: ReadonlyArray<string>): Response => {
  const stream = live()
  for (const part of parts) stream.send(part)
  stream.end()
  return stream.response
}

export const reasonOf = (effect: Effect.Effect<unknown, TransportError>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)

export const resultOf = (link: Link, request: OutgoingRequest) =>
  Effect.map(link.request(request), ({ message }) => message._tag === "Success" ? message.result : message.error.code)

export const header = (sent: Sent | undefined, name: string) => sent?.headers[name]

/** Opens a session with the id `s1`; `respond` answers everything after. */
export const openSession = (respond: Respond, options: Partial<StreamableHttpClient.Options> = {}) =>
  Effect.gen(function*() {
    const opened = yield* open(
      (one) =>
        one.body.includes("\"initialize\"")
          ? json(answer, { headers: { "mcp-session-id": "s1" } })
          : one.verb === "DELETE"
          ? new Response(null, { status: 202 })
          : respond(one),
      options
    )
    yield* opened.link.request(outgoing(v2025_11_25, "initialize"))
    opened.sent.length = 0
    return opened
  })
