/**
 * The load generator for HTTP: a number of kept-alive connections, each with one call in flight, over plain sockets.
 * In the older era each connection has a session of its own, opened here. Any wrong, missing or late byte ends the
 * run with an error. It measures wall time only; CPU time is read from the server's process by the caller.
 */
import * as Net from "node:net"
import { header, type HttpAnswer, makeHttpReader, messageOf } from "./HttpReader.ts"
import { makeLatencies } from "./Latencies.ts"
import {
  type Answer,
  type Budget,
  callBody,
  type Era,
  firstId,
  initializeBody,
  initializedBody,
  listBody,
  type Load,
  type Outcome,
  verifyAnswer,
  verifyList
} from "./Workload.ts"

const head = (url: URL, body: string, lines: ReadonlyArray<string>): string =>
  [
    `POST ${url.pathname} HTTP/1.1`,
    `Host: ${url.host}`,
    "Content-Type: application/json",
    "Accept: application/json, text/event-stream",
    ...lines,
    `Content-Length: ${body.length}`,
    "",
    ""
  ].join("\r\n")

const sessionLines = (session: string): ReadonlyArray<string> => [
  "MCP-Protocol-Version: 2025-11-25",
  `Mcp-Session-Id: ${session}`
]

const statelessLines = (method: string, name?: string): ReadonlyArray<string> => [
  "MCP-Protocol-Version: 2026-07-28",
  `Mcp-Method: ${method}`,
  ...(name === undefined ? [] : [`Mcp-Name: ${name}`])
]

const connect = (url: URL): Promise<Net.Socket> =>
  new Promise((resolve, reject) => {
    const socket = Net.connect({ host: url.hostname, port: Number(url.port), noDelay: true })
    socket.setEncoding("latin1")
    socket.once("error", reject)
    socket.once("connect", () => {
      socket.off("error", reject)
      resolve(socket)
    })
  })

/** Sends one POST on a connection of its own and waits for the answer. */
const post = async (url: URL, lines: ReadonlyArray<string>, body: string): Promise<HttpAnswer> => {
  const socket = await connect(url)
  try {
    return await new Promise<HttpAnswer>((resolve, reject) => {
      const read = makeHttpReader()
      socket.on("data", (piece: string) => {
        const answer = read(piece)
        if (answer !== undefined) resolve(answer)
      })
      socket.on("error", reject)
      socket.on("close", () => reject(new Error("the server closed the connection")))
      socket.write(head(url, body, lines) + body, "latin1")
    })
  } finally {
    socket.destroy()
  }
}

/** Opens a session with `initialize` and `notifications/initialized`; gives its id. */
const openSession = async (url: URL): Promise<string> => {
  const opened = await post(url, [], initializeBody)
  const session = header(opened, "mcp-session-id")
  if (opened.status !== 200 || session === undefined) throw new Error(`initialize: ${opened.status} ${opened.body}`)
  const done = await post(url, sessionLines(session), initializedBody)
  if (done.status !== 202) throw new Error(`notifications/initialized: ${done.status} ${done.body}`)
  return session
}

/** A server as the load generator sees it: where it is, and the sessions that were opened on it. */
export interface HttpTarget {
  readonly url: URL
  readonly era: Era
  readonly sessions: ReadonlyArray<string>
  /** The id of the next call; ids are not used again by a later run. */
  nextId: number
}

/** Prepares a server for `connections` connections: opens the sessions and checks the list of tools. */
export const prepareHttp = async (address: string, era: Era, connections: number): Promise<HttpTarget> => {
  const url = new URL(address)
  const sessions: Array<string> = []
  if (era === "2025-11-25") {
    for (let index = 0; index < connections; index++) sessions.push(await openSession(url))
  }
  const lines = era === "2025-11-25" ? sessionLines(sessions[0] ?? "") : statelessLines("tools/list")
  const listed = await post(url, lines, listBody(era))
  if (listed.status !== 200) throw new Error(`tools/list: ${listed.status} ${listed.body}`)
  verifyList(messageOf(listed) as Answer)
  return { url, era, sessions, nextId: firstId }
}

/** Opens the connections of a target. The sockets live until `close`. */
export const connectHttp = async (target: HttpTarget, connections: number): Promise<Load> => {
  const { era, sessions, url } = target
  const sockets = await Promise.all(Array.from({ length: connections }, () => connect(url)))
  const heads = sockets.map((_, index) =>
    head(
      url,
      callBody(era, firstId),
      era === "2025-11-25" ? sessionLines(sessions[index] ?? "") : statelessLines("tools/call", "add")
    )
  )
  const run = (budget: Budget): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const latencies = makeLatencies()
      const started = performance.now()
      let sent = 0
      let answered = 0
      const finish = (error?: Error) => {
        for (const socket of sockets) socket.removeAllListeners()
        if (error !== undefined) return reject(error)
        resolve({ requests: answered, millis: performance.now() - started, latenciesMillis: latencies.sorted() })
      }
      sockets.forEach((socket, index) => {
        const read = makeHttpReader()
        let id = 0
        let writtenAt = 0
        const call = () => {
          writtenAt = performance.now()
          if (sent >= budget.requestsMax || writtenAt - started >= budget.millisMax) return
          id = target.nextId++
          sent++
          socket.write(heads[index] + callBody(era, id), "latin1")
        }
        socket.on("data", (piece: string) => {
          try {
            const answer = read(piece)
            if (answer === undefined) return
            if (answer.status !== 200) throw new Error(`status ${answer.status}: ${answer.body.slice(0, 400)}`)
            verifyAnswer(messageOf(answer) as Answer, era, id)
            latencies.add(performance.now() - writtenAt)
            answered++
            call()
            if (answered === sent) finish()
          } catch (error) {
            finish(error as Error)
          }
        })
        socket.on("error", finish)
        socket.on("close", () => finish(new Error("the server closed a connection")))
        call()
      })
      if (sent === 0) finish()
    })
  return {
    run,
    close: () => {
      for (const socket of sockets) socket.destroy()
    }
  }
}
