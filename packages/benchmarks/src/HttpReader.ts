/**
 * Reads one HTTP/1.1 answer at a time from text that arrives in pieces: content-length or chunked, JSON or SSE. It
 * knows just enough for servers on loopback that answer in ASCII (a byte is a character, decoded as latin1); it is not
 * an HTTP client. Answers never overlap, because a connection has one call in flight.
 */

/** A complete answer. */
export interface HttpAnswer {
  readonly status: number
  /** The status line and the headers, as they came. */
  readonly head: string
  readonly body: string
}

/** Takes the next piece of text; gives the answer when it is complete. */
export type HttpReader = (piece: string) => HttpAnswer | undefined

const headEndMark = "\r\n\r\n"

/** The body of a chunked answer that starts at `from`, or `undefined` while it is incomplete. */
const readChunked = (text: string, from: number): string | undefined => {
  let body = ""
  let at = from
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (!Number.isInteger(size)) throw new Error(`bad chunk size: ${text.slice(at, lineEnd)}`)
    const start = lineEnd + 2
    if (text.length < start + size + 2) return undefined
    if (size === 0) return body
    body += text.slice(start, start + size)
    at = start + size + 2
  }
}

/** A reader for the answers of one connection. */
export const makeHttpReader = (): HttpReader => {
  let text = ""
  let head: string | undefined
  let bodyStart = 0
  let length = 0
  return (piece) => {
    text = text === "" ? piece : text + piece
    if (head === undefined) {
      const end = text.indexOf(headEndMark)
      if (end < 0) return undefined
      head = text.slice(0, end)
      bodyStart = end + headEndMark.length
      const declared = /\r\ncontent-length: *(\d+)/i.exec(head)
      length = declared === null ? -1 : Number(declared[1])
      if (declared === null && !/\r\ntransfer-encoding: *chunked/i.test(head)) length = 0
    }
    const complete = length >= 0 && text.length >= bodyStart + length
    const body = length < 0 ? readChunked(text, bodyStart) : complete ? text.slice(bodyStart) : undefined
    if (body === undefined) return undefined
    const answer: HttpAnswer = { status: Number(head.slice(9, 12)), head, body }
    text = ""
    head = undefined
    return answer
  }
}

/** A header of an answer, whatever the case of its name. */
export const header = (answer: HttpAnswer, name: string): string | undefined => {
  for (const line of answer.head.split("\r\n")) {
    const colon = line.indexOf(":")
    if (line.slice(0, colon).toLowerCase() === name) return line.slice(colon + 1).trim()
  }
  return undefined
}

/** The last JSON-RPC message with an id in an answer, whether it came as JSON or as SSE events. */
export const messageOf = (answer: HttpAnswer): unknown => {
  if (!answer.head.includes("text/event-stream")) return JSON.parse(answer.body)
  let found: unknown
  for (const event of answer.body.split(/\r?\n\r?\n/)) {
    let data = ""
    for (const line of event.split(/\r?\n/)) {
      if (line.startsWith("data:")) data += line.slice(line[5] === " " ? 6 : 5)
    }
    if (data === "") continue
    const message: unknown = JSON.parse(data)
    if (typeof message === "object" && message !== null && "id" in message) found = message
  }
  return found
}
