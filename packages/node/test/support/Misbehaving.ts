/**
 * A server on a real socket that behaves, except where it is told otherwise: it speaks both eras, and what it does about a
 * tool, a method or a verb can be scripted down to the bytes. What came is kept, and which sockets are open.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import type { AddressInfo, Socket } from "node:net"

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly name?: string; readonly arguments?: { readonly [name: string]: unknown } }
}

/** One request, with what its answer goes out on. */
export interface Exchange {
  readonly verb: string
  readonly headers: Http.IncomingHttpHeaders
  readonly message: Message
  readonly response: Http.ServerResponse
  readonly socket: Socket
}

/** What is done about a request. */
export type Script = (exchange: Exchange) => void

/** Scripts by the name of a tool, by method, or by verb. */
export type Scripts = { readonly [what: string]: Script }

export interface Misbehaving {
  readonly url: string
  /** What was asked for: names of tools, methods, verbs. */
  readonly heard: Array<string>
  /** The next request of this kind, whatever is done about it. */
  readonly next: (what: string) => Effect.Effect<Exchange>
  /** Those that are open. */
  readonly sockets: Set<Socket>
  /** Completes once no socket is open. */
  readonly quiet: Effect.Effect<void>
  /** Reads what it has not read, and drops it; only so does it see that a client has hung up. */
  readonly read: Effect.Effect<void>
  /** Knows no session any more. */
  readonly forget: () => void
  /** Is gone, with all that it knew; it breaks every connection. */
  readonly kill: Effect.Effect<void>
  /** Is there again, on the same port. */
  readonly restart: Effect.Effect<void>
}

export const content = [{ type: "text" as const, text: "é€😀" }]

/** A result of either era. */
export const result = { resultType: "complete", content }

export const jsonRpc = (message: object): string => JSON.stringify({ jsonrpc: "2.0", ...message })

/** The right answer to a request. */
export const rightly = ({ message: { id } }: Exchange): string => jsonRpc({ id, result })

export const sse = (text: string, id?: string): string => `${id === undefined ? "" : `id: ${id}\n`}data: ${text}\n\n`

const facts = { capabilities: { tools: {} }, serverInfo: { name: "misbehaving", version: "1" } }

const results: { readonly [method: string]: object } = {
  initialize: { ...facts, protocolVersion: "2025-11-25" },
  "server/discover": {
    resultType: "complete",
    supportedVersions: ["2026-07-28"],
    capabilities: facts.capabilities,
    ttlMs: 0,
    cacheScope: "private"
  },
  "tools/list": { resultType: "complete", tools: [], ttlMs: 0, cacheScope: "private" },
  "tools/call": result
}

const json = (response: Http.ServerResponse, text: string, headers: Http.OutgoingHttpHeaders = {}): void =>
  void response.writeHead(200, { "content-type": "application/json", ...headers }).end(text)

const behave = (sessions: Set<string>, sessionId: () => string): Script => ({ headers, message, response, verb }) => {
  const known = headers["mcp-session-id"]
  if (known !== undefined && !sessions.has(String(known))) return void response.writeHead(404).end()
  if (verb !== "POST") return void response.writeHead(verb === "GET" ? 405 : 200).end()
  const { id, method = "" } = message
  if (id === undefined) return void response.writeHead(202).end()
  const found = results[method]
  if (found === undefined) return json(response, jsonRpc({ id, error: { code: -32601, message: "no" } }))
  const opened = method === "initialize" ? { "mcp-session-id": sessionId() } : {}
  json(response, jsonRpc({ id, result: found }), opened)
}

const nameOf = ({ message: { method, params }, verb }: Omit<Exchange, "response">): string =>
  method === "tools/call" ? params?.name ?? method : method ?? verb

const bodyOf = (incoming: Http.IncomingMessage, done: (text: string) => void): void => {
  const pieces: Array<Buffer> = []
  incoming.on("data", (piece: Buffer) => pieces.push(piece))
  incoming.on("end", () => done(Buffer.concat(pieces).toString()))
}

/** Listens, and gives the port. */
const listen = (server: Http.Server, port: number) =>
  Effect.callback<number>((resume) => {
    server.listen(port, "127.0.0.1", () => {
      // A TCP server has an address of this form.
      resume(Effect.succeed((server.address() as AddressInfo).port))
    })
  })

const close = (server: Http.Server, sockets: Set<Socket>) =>
  Effect.callback<void>((resume) => {
    server.close(() => resume(Effect.void))
    for (const socket of sockets) socket.resetAndDestroy()
  })

/** Longer bodies are not read, in bytes: whoever sends one finds that the server takes no more. */
const bodyMax = 1_000_000

/** The server; it is gone with the scope. */
export const make = (scripts: Scripts): Effect.Effect<Misbehaving, never, Scope.Scope> =>
  Effect.gen(function*() {
    const heard: Array<string> = []
    const sockets = new Set<Socket>()
    const sessions = new Set<string>()
    const unread: Array<Http.IncomingMessage> = []
    const waiting = new Map<string, (exchange: Exchange) => void>()
    let onQuiet = () => {}
    let opened = 0
    const sessionId = () => {
      const id = `s${++opened}`
      sessions.add(id)
      return id
    }
    const byDefault = behave(sessions, sessionId)
    const serve = () =>
      Http.createServer((incoming, response) => {
        if (Number(incoming.headers["content-length"]) > bodyMax) return void unread.push(incoming)
        bodyOf(incoming, (text) => {
          // What a client of ours sends is well formed.
          const message = (text === "" ? {} : JSON.parse(text)) as Message
          const { headers, method: verb = "", socket } = incoming
          const exchange: Exchange = { verb, headers, message, response, socket }
          const what = nameOf(exchange)
          heard.push(what)
          const script = scripts[what] ?? byDefault
          script(exchange)
          const hear = waiting.get(what)
          waiting.delete(what)
          hear?.(exchange)
        })
      }).on("connection", (socket: Socket) => {
        socket.setNoDelay(true)
        sockets.add(socket)
        socket.on("error", () => undefined)
        socket.on("close", () => {
          sockets.delete(socket)
          if (sockets.size === 0) onQuiet()
        })
      })
    let server = serve()
    const port = yield* listen(server, 0)
    const kill = Effect.suspend(() => {
      sessions.clear()
      return close(server, sockets)
    })
    yield* Effect.addFinalizer(() => kill)
    return {
      url: `http://127.0.0.1:${port}/mcp`,
      heard,
      next: (what) =>
        Effect.callback<Exchange>((resume) => void waiting.set(what, (one) => resume(Effect.succeed(one)))),
      sockets,
      quiet: Effect.callback<void>((resume) => {
        onQuiet = () => resume(Effect.void)
        if (sockets.size === 0) onQuiet()
      }),
      read: Effect.sync(() => {
        for (const incoming of unread.splice(0)) incoming.on("error", () => undefined).resume()
      }),
      forget: () => sessions.clear(),
      kill,
      restart: Effect.suspend(() => {
        server = serve()
        return Effect.asVoid(listen(server, port))
      })
    }
  })
