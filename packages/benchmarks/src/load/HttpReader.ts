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

/** Reads chunks of a text that grows, from where it stopped the last time; gives the body when it is complete. */
const makeChunkReader = (from: number) => {
  let body = ""
  let at = from
  // Before the text is this long there is nothing to see: a long chunk is looked at once.
  let lengthNeeded = 0
  return (text: string): string | undefined => {
    while (text.length >= lengthNeeded) {
      const lineEnd = text.indexOf("\r\n", at)
      if (lineEnd < 0) return undefined
      const size = Number.parseInt(text.slice(at, lineEnd), 16)
      if (!Number.isInteger(size)) throw new Error(`bad chunk size: ${text.slice(at, lineEnd)}`)
      const start = lineEnd + 2
      lengthNeeded = start + size + 2
      if (text.length < lengthNeeded) return undefined
      if (size === 0) return body
      body += text.slice(start, start + size)
      at = lengthNeeded
    }
    return undefined
  }
}

const makeLengthReader = (from: number, length: number) => (text: string): string | undefined =>
  text.length < from + length ? undefined : text.slice(from)

/** How the body below a head is read. */
const bodyReader = (head: string, from: number) => {
  const declared = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (declared !== null) return makeLengthReader(from, Number(declared[1]))
  return /\r\ntransfer-encoding: *chunked/i.test(head) ? makeChunkReader(from) : makeLengthReader(from, 0)
}

/** A reader for the answers of one connection. */
export const makeHttpReader = (): HttpReader => {
  let text = ""
  let head = ""
  let readBody: ((text: string) => string | undefined) | undefined
  return (piece) => {
    text = text === "" ? piece : text + piece
    if (readBody === undefined) {
      const end = text.indexOf(headEndMark)
      if (end < 0) return undefined
      head = text.slice(0, end)
      readBody = bodyReader(head, end + headEndMark.length)
    }
    const body = readBody(text)
    if (body === undefined) return undefined
    text = ""
    readBody = undefined
    return { status: Number(head.slice(9, 12)), head, body }
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

/** Whether an answer came as a stream of events. */
export const isEvents = (answer: HttpAnswer): boolean => answer.head.includes("text/event-stream")

/** The JSON-RPC messages of an answer, whether it came as JSON or as SSE events (empty events carry none). */
export const messagesOf = (answer: HttpAnswer): ReadonlyArray<unknown> => {
  if (!isEvents(answer)) return [JSON.parse(answer.body)]
  const messages: Array<unknown> = []
  for (const event of answer.body.split(/\r?\n\r?\n/)) {
    let data = ""
    for (const line of event.split(/\r?\n/)) {
      if (line.startsWith("data:")) data += line.slice(line[5] === " " ? 6 : 5)
    }
    if (data !== "") messages.push(JSON.parse(data))
  }
  return messages
}
