/**
 * A response body that is written piece by piece, and goes out in one piece where all of it is there at once: what is
 * written in one turn of the event loop is collected. If it ends in that turn it is a response with a length, in one
 * write; otherwise the stream is opened then, and what is written from there on goes straight through.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { HttpExchange, HttpStream, ResponseHeaders } from "../../transport/HttpExchange.ts"

/** Once so many characters are collected, the stream is opened without waiting for the end of the turn. */
const charactersMax = 64 * 1024

/**
 * A body as the answer to an exchange. Nothing is sent before it is written to or ended.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (exchange: HttpExchange, status: number, headers: ResponseHeaders): HttpStream => {
  let opened: HttpStream | undefined
  let collected = ""
  let isCollecting = false
  let isOver = false
  const open = (): HttpStream => {
    if (opened !== undefined) return opened
    opened = exchange.stream(status, headers)
    // A stream that has taken nothing yet is not behind.
    if (collected !== "") opened.offer(collected)
    collected = ""
    return opened
  }
  const collect = (text: string): Effect.Effect<void> =>
    Effect.withFiber((fiber) => {
      if (isOver) return Effect.void
      if (opened !== undefined) return opened.write(text)
      if (collected.length + text.length >= charactersMax) return open().write(text)
      collected += text
      if (isCollecting) return Effect.void
      isCollecting = true
      fiber.currentDispatcher.scheduleTask(() => {
        if (!isOver) open()
      }, 0)
      return Effect.void
    })
  return {
    write: (text) => opened === undefined ? collect(text) : opened.write(text),
    offer: (text) => !isOver && open().offer(text),
    end: () => {
      if (opened !== undefined) opened.end()
      else if (!isOver) exchange.respond(status, headers, collected)
      isOver = true
    },
    abort: () => {
      if (!isOver) open().abort()
      isOver = true
    }
  }
}
