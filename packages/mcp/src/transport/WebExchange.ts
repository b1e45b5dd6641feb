/**
 * Web `Request`s as exchanges, for edge runtimes and for frameworks that speak fetch.
 *
 * @since 0.1.0
 */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Departure from "./Departure.ts"
import type { HttpExchange } from "./HttpExchange.ts"
import * as StreamBody from "./StreamBody.ts"

const unreadable = "unreadable"

/** The body as text; `undefined` when it is longer than so many bytes, or cannot be read. */
const readBody = (request: Request, bytesMax: number): Effect.Effect<string | undefined> => {
  const { body } = request
  if (body === null) return Effect.succeed("")
  return Stream.fromReadableStream<Uint8Array, typeof unreadable>({
    evaluate: () => body,
    onError: () => unreadable
  }).pipe(
    Stream.limitBytes(ByteSize.bytes(bytesMax), () => Stream.fail(unreadable)),
    Stream.decodeText(),
    Stream.mkString,
    Effect.catch(() => Effect.undefined)
  )
}

/** Whoever called the handler must not be left waiting for an answer that its own caller has given up. */
const nobodyWaits = Effect.sync(() => new Response(null, { status: 499 }))

const answer = (
  request: Request,
  body: string | undefined,
  handle: (exchange: HttpExchange) => Effect.Effect<void>,
  fork: (effect: Effect.Effect<void>) => void
): Effect.Effect<Response> =>
  Effect.callback((resume) => {
    const peer = Departure.make()
    const leave = (): void => {
      peer.leave()
      resume(nobodyWaits)
    }
    request.signal.addEventListener("abort", leave, { once: true })
    if (request.signal.aborted) leave()
    fork(handle({
      method: request.method,
      url: request.url,
      header: (name) => name === "host" ? hostOf(request) : request.headers.get(name) ?? undefined,
      body,
      respond: (status, headers, text) =>
        resume(Effect.succeed(new Response(text === "" ? null : text, { status, headers }))),
      stream: (status, headers) => {
        const stream = StreamBody.make(peer.leave)
        // Nobody is left to read it, and a writer must not wait for a reader.
        if (peer.isGone()) stream.writer.abort()
        resume(Effect.succeed(new Response(Stream.toReadableStream(stream.body), { status, headers })))
        return stream.writer
      },
      onClose: peer.onLeave
    }))
  })

/** A web `Request` often has no `Host` header, but always a URL. */
const hostOf = (request: Request): string => request.headers.get("host") ?? new URL(request.url).host

/**
 * Answers a web request through a handler of exchanges.
 *
 * @category adapters
 * @since 0.1.0
 */
export const serve = (
  request: Request,
  handle: (exchange: HttpExchange) => Effect.Effect<void>,
  options: { readonly bytesMax: number; readonly fork: (effect: Effect.Effect<void>) => void }
): Effect.Effect<Response> =>
  Effect.flatMap(readBody(request, options.bytesMax), (body) => answer(request, body, handle, options.fork))
