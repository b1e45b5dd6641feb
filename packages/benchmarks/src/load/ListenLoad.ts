/**
 * The load generator for `subscriptions/listen`: a number of streams that listen for changes of the list of tools, and one
 * connection that calls a tool (`change`) which tells of such a change. The next change is made when every stream has
 * heard of the last one, exactly once and under its own id.
 */
import * as Net from "node:net"
import { makeLatencies } from "../measure/Latencies.ts"
import { type Answer, bodyOf, type Call, firstId, verify } from "./Call.ts"
import { headerLines, stateless } from "./Dialect.ts"
import { askOnce } from "./HttpLoad.ts"
import { messagesOf } from "./HttpReader.ts"
import type { Budget, Load, Outcome } from "./Load.ts"

const change: Call = {
  method: "tools/call",
  name: "change",
  params: () => ({ name: "change", arguments: {} }),
  // effect/ai writes a text as JSON.
  isRight: (result) => String(result.content?.[0]?.text).includes("done"),
  reports: 0
}

const listen: Call = {
  method: "subscriptions/listen",
  params: () => ({ notifications: { toolsListChanged: true } }),
  isRight: () => false,
  reports: 0
}

const subscriptionKey = "io.modelcontextprotocol/subscriptionId"

const post = (url: URL, call: Call, id: number): string => {
  const body = bodyOf(call, stateless)(id)
  return [
    `POST ${url.pathname} HTTP/1.1`,
    `Host: ${url.host}`,
    "Content-Type: application/json",
    "Accept: application/json, text/event-stream",
    ...headerLines(stateless, call.method, call.name, undefined),
    `Content-Length: ${body.length}`,
    "",
    body
  ].join("\r\n")
}

/** Takes pieces of a chunked answer; gives the messages of the events that are complete. */
const makeEventReader = () => {
  let raw = ""
  let text = ""
  let inBody = false
  const unchunk = (): void => {
    for (;;) {
      const lineEnd = raw.indexOf("\r\n")
      if (lineEnd < 0) return
      const start = lineEnd + 2
      const end = start + Number.parseInt(raw.slice(0, lineEnd), 16)
      if (raw.length < end + 2) return
      text += raw.slice(start, end)
      raw = raw.slice(end + 2)
    }
  }
  return (piece: string): ReadonlyArray<Answer> => {
    raw += piece
    if (!inBody) {
      const end = raw.indexOf("\r\n\r\n")
      if (end < 0) return []
      const head = raw.slice(0, end)
      if (!head.includes(" 200 ") || !/transfer-encoding: *chunked/i.test(head)) throw new Error(`not a stream: ${raw}`)
      raw = raw.slice(end + 4)
      inBody = true
    }
    unchunk()
    const events = text.split("\n\n")
    text = events.pop() ?? ""
    return events.flatMap((event) => {
      const line = event.split("\n").find((one) => one.startsWith("data:"))?.slice(5).trim() ?? ""
      return line === "" ? [] : [JSON.parse(line) as Answer]
    })
  }
}

/** One stream, which tells when it is acknowledged, and of each change. */
const openStream = (url: URL, id: number, onChange: () => void): Promise<Net.Socket> =>
  new Promise((resolve, reject) => {
    const socket = Net.connect({ host: url.hostname, port: Number(url.port), noDelay: true })
    const read = makeEventReader()
    const take = ({ method, params }: Answer): void => {
      const subscription = (params as { readonly _meta?: { readonly [key: string]: unknown } } | undefined)?._meta
      if (subscription?.[subscriptionKey] !== id) {
        throw new Error(`stream ${id} heard ${JSON.stringify({ method, params })}`)
      }
      if (method === "notifications/subscriptions/acknowledged") return resolve(socket)
      if (method !== "notifications/tools/list_changed") throw new Error(`stream ${id} heard ${String(method)}`)
      onChange()
    }
    socket.setEncoding("latin1").on("data", (piece) => {
      try {
        read(String(piece)).forEach(take)
      } catch (error) {
        reject(error)
        socket.destroy(error as Error)
      }
    })
    socket.on("error", reject)
    socket.write(post(url, listen, id), "latin1")
  })

/** Opens the streams. A request of an outcome is an event that was delivered. */
export const connectListening = async (address: string, streams: number): Promise<Load> => {
  const url = new URL(address)
  let nextId = firstId
  let heard = 0
  let onAll = (): void => {}
  const onChange = (): void => {
    heard++
    if (heard === streams) onAll()
  }
  const sockets: Array<Net.Socket> = []
  while (sockets.length < streams) sockets.push(await openStream(url, nextId++, onChange))
  const fail = (reject: (error: Error) => void) => sockets.forEach((socket) => socket.on("error", reject))
  const once = async (): Promise<void> => {
    const id = nextId++
    const all = new Promise<void>((resolve, reject) => {
      heard = 0
      onAll = resolve
      fail(reject)
    })
    const answer = await askOnce(url, post(url, change, id))
    verify(messagesOf(answer) as ReadonlyArray<Answer>, change, stateless, id)
    await all
    for (const socket of sockets) socket.removeAllListeners("error")
  }
  const run = async ({ millisMax, requestsMax }: Budget): Promise<Outcome> => {
    const latencies = makeLatencies()
    const started = performance.now()
    let requests = 0
    for (let now = started; requests < requestsMax && (requests === 0 || now - started < millisMax);) {
      await once()
      const then = performance.now()
      latencies.add(then - now)
      now = then
      requests += streams
    }
    return { requests, millis: performance.now() - started, latenciesMillis: latencies.sorted() }
  }
  return {
    run,
    close: () => {
      for (const socket of sockets) socket.destroy()
    }
  }
}
