/**
 * What the connections of the HTTP load generator say: one call again and again, or whole sessions from `initialize` to
 * `DELETE`. Each answer is verified before the next request is written.
 */
import { type Answer, bodyOf, type Call, firstId, makeLikeness, verify } from "./Call.ts"
import { type Dialect, headerLines, initializeBody, initializedBody } from "./Dialect.ts"
import { askOnce, connectHttp, type Exchange } from "./HttpLoad.ts"
import { header, type HttpAnswer, isEvents, messagesOf } from "./HttpReader.ts"
import type { Load } from "./Load.ts"

/** Where a server is, and what it is told that its client accepts. */
interface Place {
  readonly url: URL
  readonly accept: string
}

const head = (verb: string, { accept, url }: Place, lines: ReadonlyArray<string>): string =>
  [
    `${verb} ${url.pathname} HTTP/1.1`,
    `Host: ${url.host}`,
    "Content-Type: application/json",
    `Accept: ${accept}`,
    ...lines,
    ""
  ].join("\r\n")

/** The text of a POST. Bodies are ASCII, so that their length is their number of bytes. */
const post = (place: Place, lines: ReadonlyArray<string>, body: string): string =>
  `${head("POST", place, lines)}Content-Length: ${body.length}\r\n\r\n${body}`

const complaint = (what: string, answer: HttpAnswer): Error =>
  new Error(`${what}: ${answer.head} ${answer.body.slice(0, 400)}`)

const sessionOf = (opened: HttpAnswer): string => {
  const session = header(opened, "mcp-session-id")
  if (opened.status !== 200 || session === undefined) throw complaint("initialize", opened)
  return session
}

const verifyAccepted = (answer: HttpAnswer): void => {
  if (answer.status !== 202) throw complaint("notifications/initialized", answer)
}

/** Opens a session with `initialize` and `notifications/initialized`; gives its id. */
const openSession = async (target: HttpTarget): Promise<string> => {
  const { dialect, url } = target
  const id = sessionOf(await askOnce(url, post(target, [], initializeBody(dialect))))
  const lines = headerLines(dialect, "notifications/initialized", undefined, id)
  verifyAccepted(await askOnce(url, post(target, lines, initializedBody)))
  return id
}

/** A server as the load generator sees it: where it is, and the sessions that were opened on it. */
export interface HttpTarget extends Place {
  readonly dialect: Dialect
  readonly sessions: Array<string>
  /** The id of the next call; ids are not used again by a later run. */
  nextId: number
}

/** What the protocol wants clients to accept. */
const acceptBoth = "application/json, text/event-stream"

/** A server before anything was asked of it. */
export const makeHttpTarget = (address: string, dialect: Dialect, accept: string = acceptBoth): HttpTarget => ({
  url: new URL(address),
  accept,
  dialect,
  sessions: [],
  nextId: firstId
})

/** How a connection is to ask. */
export interface Manner {
  /** Whether the answers must come as a stream of events. */
  readonly events?: boolean
}

/** An exchange of one request. */
const callExchange = (target: HttpTarget, call: Call, session: string | undefined, manner: Manner): Exchange => {
  const { dialect } = target
  const body = bodyOf(call, dialect)
  const lines = headerLines(dialect, call.method, call.name, session)
  const start = `${head("POST", target, lines)}Content-Length: ${body(firstId).length}\r\n\r\n`
  const likeness = makeLikeness()
  let id = 0
  return {
    begin: () => {
      id = target.nextId++
      return start + body(id)
    },
    take: (answer) => {
      if (answer.status !== 200) throw complaint(call.method, answer)
      if (likeness.isAlike(answer.body, id)) return undefined
      if (manner.events === true && !isEvents(answer)) throw complaint("expected events", answer)
      verify(messagesOf(answer) as ReadonlyArray<Answer>, call, dialect, id)
      likeness.learn(answer.body, id)
      return undefined
    }
  }
}

/** Opens `connections` connections that ask the same again and again; each has a session of its own, opened once. */
export const connectCalls = async (
  target: HttpTarget,
  call: Call,
  connections: number,
  manner: Manner = {}
): Promise<Load> => {
  const { dialect, sessions, url } = target
  if (dialect.sessions && sessions.length < connections) {
    // All at once: there are servers that hold each new session for a second.
    const missing = Array.from({ length: connections - sessions.length }, () => openSession(target))
    sessions.push(...await Promise.all(missing))
  }
  const exchanges = Array.from(
    { length: connections },
    (_, index) => callExchange(target, call, sessions[index], manner)
  )
  return connectHttp(url, exchanges)
}

/** An exchange of a whole session: opened, one call, closed. */
const sessionExchange = (target: HttpTarget, call: Call): Exchange => {
  const { dialect } = target
  const body = bodyOf(call, dialect)
  let step = 0
  let session = ""
  let id = 0
  const linesOf = (method: string) => headerLines(dialect, method, call.name, session)
  return {
    begin: () => {
      step = 0
      return post(target, [], initializeBody(dialect))
    },
    take: (answer) => {
      switch (step++) {
        case 0:
          session = sessionOf(answer)
          return post(target, linesOf("notifications/initialized"), initializedBody)
        case 1:
          verifyAccepted(answer)
          id = target.nextId++
          return post(target, linesOf(call.method), body(id))
        case 2:
          verify(messagesOf(answer) as ReadonlyArray<Answer>, call, dialect, id)
          return `${head("DELETE", target, linesOf("DELETE"))}\r\n`
        default:
          if (answer.status < 200 || answer.status > 204) throw complaint("DELETE", answer)
          return undefined
      }
    }
  }
}

/** Opens `connections` connections that open a session, call once, and close it, again and again. */
export const connectSessions = (target: HttpTarget, call: Call, connections: number): Promise<Load> =>
  connectHttp(target.url, Array.from({ length: connections }, () => sessionExchange(target, call)))

/** An exchange that opens a session, and leaves it. */
const openingExchange = (target: HttpTarget): Exchange => {
  let isOpen = false
  return {
    begin: () => {
      isOpen = false
      return post(target, [], initializeBody(target.dialect))
    },
    take: (answer) => {
      if (isOpen) {
        verifyAccepted(answer)
        return undefined
      }
      isOpen = true
      const lines = headerLines(target.dialect, "notifications/initialized", undefined, sessionOf(answer))
      return post(target, lines, initializedBody)
    }
  }
}

/** Opens `connections` connections that open sessions, again and again. */
export const connectOpenings = (target: HttpTarget, connections: number): Promise<Load> =>
  connectHttp(target.url, Array.from({ length: connections }, () => openingExchange(target)))
