/**
 * `node:http` requests as exchanges: the body is read in one go, an answer is one write with its length, and a stream is
 * written as the socket takes it.
 *
 * @since 0.1.0
 */
import * as Departure from "@parley/mcp/transport/Departure"
import type { HttpExchange, HttpStream, ResponseHeaders } from "@parley/mcp/transport/HttpExchange"
import * as Effect from "effect/Effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Readable } from "node:stream"

/**
 * An exchange, and what to do when the peer goes away before it is finished.
 *
 * @category models
 * @since 0.1.0
 */
export interface NodeExchange extends HttpExchange {
  /** Starts watching for the peer to go away; needed only once something is left unfinished. */
  readonly watch: () => void
}

const headerOf = ({ headers }: IncomingMessage) => (name: string): string | undefined => {
  const value = headers[name]
  return typeof value === "string" || value === undefined ? value : value.join(", ")
}

const respond = (response: ServerResponse) => (status: number, headers: ResponseHeaders, body: string): void => {
  if (response.destroyed || response.headersSent) return
  if (status === 204) {
    response.writeHead(status, headers).end()
    return
  }
  const bytes = Buffer.byteLength(body)
  // Text of ASCII alone is the same bytes in both encodings, and this one is written without being looked at again.
  response.writeHead(status, { ...headers, "content-length": bytes }).end(
    body,
    bytes === body.length ? "latin1" : "utf8"
  )
}

const whenWritable = (response: ServerResponse): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const done = (): void => {
      response.off("drain", done)
      response.off("close", done)
      resume(Effect.void)
    }
    response.on("drain", done)
    response.on("close", done)
    return Effect.sync(() => {
      response.off("drain", done)
      response.off("close", done)
    })
  })

const stream = (response: ServerResponse) => (status: number, headers: ResponseHeaders): HttpStream => {
  if (!response.destroyed) {
    response.writeHead(status, headers)
    response.flushHeaders()
  }
  return {
    write: (text) =>
      Effect.suspend(() =>
        response.destroyed || response.writableEnded || response.write(text) ? Effect.void : whenWritable(response)
      ),
    offer: (text) => {
      if (response.destroyed || response.writableEnded || response.writableNeedDrain) return false
      response.write(text)
      return true
    },
    end: () => void response.end(),
    abort: () => void response.destroy()
  }
}

/**
 * The exchange of a request whose body has been read.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  request: IncomingMessage,
  response: ServerResponse,
  body: string | undefined
): NodeExchange => {
  const peer = Departure.make()
  return {
    method: request.method ?? "",
    url: request.url ?? "",
    header: headerOf(request),
    body,
    respond: respond(response),
    stream: stream(response),
    onClose: peer.onLeave,
    watch: () => {
      const closed = (): void => {
        if (!response.writableFinished) peer.leave()
      }
      if (response.destroyed) closed()
      else response.on("close", closed)
    }
  }
}

/**
 * Reads a body as UTF-8 text, and gives `undefined` for one with more bytes than the limit; what is left of that is
 * thrown away as it arrives. A request that breaks off gives nothing at all.
 *
 * @category reading
 * @since 0.1.0
 */
export const readBody = (
  request: Readable,
  bytesMax: number,
  done: (body: string | undefined) => void
): void => {
  const chunks: Array<Buffer> = []
  let bytes = 0
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= bytesMax) chunks.push(chunk)
  })
  request.on("end", () => {
    if (bytes > bytesMax) return done(undefined)
    done(chunks.length === 1 ? chunks[0]?.toString("utf8") : Buffer.concat(chunks).toString("utf8"))
  })
}
