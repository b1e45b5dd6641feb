/**
 * Effect HTTP requests as exchanges, for mounting a server on an app's own router.
 *
 * @since 0.1.0
 */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Departure from "./Departure.ts"
import type { HttpExchange, ResponseHeaders } from "./HttpExchange.ts"
import * as StreamBody from "./StreamBody.ts"

/**
 * Reads the body of a request, and gives it: `undefined` when it is longer than so many bytes, or cannot be read.
 *
 * @category models
 * @since 0.1.0
 */
export type ReadBody = (request: HttpServerRequest, bytesMax: number, done: (body: string | undefined) => void) => void

type Fork = (effect: Effect.Effect<void>) => void

/**
 * Reads bodies by the means of Effect HTTP, which works on every platform.
 *
 * @category reading
 * @since 0.1.0
 */
export const readText = (fork: Fork): ReadBody => (request, bytesMax, done) =>
  fork(request.text.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(bytesMax)),
    // Whatever has gone wrong: somebody waits for an answer.
    Effect.catchCause(() => Effect.undefined),
    Effect.map(done)
  ))

const bodiless: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS"])

const hasBody = (method: string): boolean => !bodiless.has(method)

const isPlain = (headers: ResponseHeaders): boolean => {
  for (const name in headers) if (name !== "content-type") return false
  return true
}

/** The common answer has no header but its type, which spares making a record of headers. */
const response = (status: number, headers: ResponseHeaders, body: string): HttpServerResponse.HttpServerResponse => {
  if (body === "") return HttpServerResponse.empty({ status, headers })
  return HttpServerResponse.text(
    body,
    isPlain(headers) ? { status, contentType: headers["content-type"] } : { status, headers }
  )
}

/** All values of a header, where the platform drops all but one and tells of it: Node does, of `Authorization`. */
const valuesOf = (source: object, name: string): ReadonlyArray<unknown> => {
  // Names and values by turns.
  const raw: unknown = "rawHeaders" in source ? source.rawHeaders : undefined
  return Array.isArray(raw) ? raw.filter((_, at) => at % 2 === 1 && String(raw[at - 1]).toLowerCase() === name) : []
}

/** Of two credentials none is taken for the sender's: something in front may have looked at the other one. */
const headerOf = ({ headers, source }: HttpServerRequest) => (name: string): string | undefined => {
  const value = headers[name]
  if (name !== "authorization" || value === undefined) return value
  const values = valuesOf(source, name)
  return values.length < 2 ? value : values.join(", ")
}

type Resume = (answered: Effect.Effect<HttpServerResponse.HttpServerResponse>) => void

const exchangeOf = (
  request: HttpServerRequest,
  body: string | undefined,
  peer: Departure.Departure,
  resume: Resume
): HttpExchange => ({
  method: request.method,
  url: request.originalUrl,
  header: headerOf(request),
  body,
  respond: (status, headers, text) => resume(Effect.succeed(response(status, headers, text))),
  stream: (status, headers) => {
    const stream = StreamBody.make(peer.leave)
    // Nobody is left to read it, and a writer must not wait for a reader.
    if (peer.isGone()) stream.writer.abort()
    resume(Effect.succeed(HttpServerResponse.stream(stream.body, { status, headers })))
    return stream.writer
  },
  onClose: peer.onLeave
})

/**
 * Answers a request through a handler of exchanges. The handler runs in a fiber of its own, so that a peer that goes
 * away interrupts it only where the protocol says so.
 *
 * @category adapters
 * @since 0.1.0
 */
export const serve = (
  request: HttpServerRequest,
  handle: (exchange: HttpExchange) => Effect.Effect<void>,
  { bytesMax, fork, readBody }: { readonly bytesMax: number; readonly fork: Fork; readonly readBody: ReadBody }
): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.callback((resume) => {
    const peer = Departure.make()
    const begin = (body: string | undefined): void => {
      if (!peer.isGone()) fork(handle(exchangeOf(request, body, peer, resume)))
    }
    if (hasBody(request.method)) readBody(request, bytesMax, begin)
    else begin("")
    return Effect.sync(peer.leave)
  })
