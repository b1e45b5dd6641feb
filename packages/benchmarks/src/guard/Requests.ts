/**
 * The requests whose cost is pinned: each is done in this process, by a server of 102 tools, without sockets and
 * without pipes. What of it is counted, and how, is no matter of this file.
 */
import * as McpClient from "@parley/mcp/client/McpClient"
import * as Revisions from "@parley/mcp/revision/Revisions"
import * as ConnectionDriver from "@parley/mcp/server/ConnectionDriver"
import * as HttpDriver from "@parley/mcp/server/http/HttpDriver"
import { McpServer } from "@parley/mcp/server/McpServer"
import type { Server } from "@parley/mcp/server/Server"
import { ServerTransport } from "@parley/mcp/server/ServerTransport"
import * as HttpPolicy from "@parley/mcp/session/HttpPolicy"
import * as SessionStore from "@parley/mcp/session/SessionStore"
import { ClientTransport } from "@parley/mcp/transport/ClientTransport"
import type { Received } from "@parley/mcp/transport/Connection"
import * as DuplexClient from "@parley/mcp/transport/DuplexClient"
import type { HttpExchange, ResponseHeaders } from "@parley/mcp/transport/HttpExchange"
import * as InMemory from "@parley/mcp/transport/InMemory"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Bodies from "./Bodies.ts"
import { Contract, lastName, Served } from "./Served.ts"

/** Something that is done again and again. */
export interface Request {
  /** What it is called in the table of budgets. */
  readonly name: string
  /** Does it so often, one after another; a defect when an answer is wrong. */
  readonly times: (count: number) => Effect.Effect<void>
}

interface Reply {
  readonly status: number
  readonly headers: ResponseHeaders
  readonly body: string
}

/** Answers a request that is answered at once, as an endpoint would. */
type Ask = (method: string, headers: Readonly<Record<string, string>>, body: string) => Reply

const expect = (text: string, part: string): void => {
  if (!text.includes(part)) throw new Error(`expected ${part} in ${text.slice(0, 400)}`)
}

const synchronous = (name: string, once: (id: number) => void): Request => {
  let id = 1_000_000
  return {
    name,
    times: (count) =>
      Effect.sync(() => {
        for (let index = 0; index < count; index++) once(id++)
      })
  }
}

const askOf = (server: Server): Effect.Effect<Ask, never, Scope.Scope> =>
  Effect.gen(function*() {
    const policy = HttpPolicy.make({ drainMillis: 0 })
    const handler = yield* Effect.provide(HttpDriver.make(server, policy), SessionStore.layerMemory)
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    return (method, headers, body) => {
      let reply: Reply | undefined
      const exchange: HttpExchange = {
        method,
        url: "/mcp",
        header: (name) => headers[name],
        body,
        respond: (status, headers, body) => {
          reply = { status, headers, body }
        },
        stream: (status, headers) => {
          let body = ""
          const take = (text: string): boolean => {
            body += text
            return true
          }
          return {
            write: (text) => Effect.asVoid(Effect.sync(() => take(text))),
            offer: take,
            end: () => {
              reply = { status, headers, body }
            },
            abort: () => {}
          }
        },
        onClose: () => {}
      }
      fork(handler(exchange))
      if (reply === undefined) throw new Error("the request was not answered at once")
      return reply
    }
  })

const common = {
  host: "127.0.0.1:3000",
  "content-type": "application/json",
  accept: "application/json, text/event-stream"
}

const stateless = { ...common, "mcp-protocol-version": "2026-07-28" }

/** Opens a session; gives the headers of its requests. */
const open = (ask: Ask, id: number): Readonly<Record<string, string>> => {
  const { headers } = ask("POST", common, Bodies.initialize(id))
  const session = {
    ...common,
    "mcp-protocol-version": "2025-11-25",
    "mcp-session-id": headers["mcp-session-id"] ?? ""
  }
  ask("POST", session, Bodies.initialized)
  return session
}

const sum = "\"structuredContent\":{\"sum\":3}"

const overHttp = (ask: Ask): ReadonlyArray<Request> => {
  const calling = { ...stateless, "mcp-method": "tools/call", "mcp-name": "add" }
  const reporting = { ...stateless, "mcp-method": "tools/call", "mcp-name": "report" }
  const listing = { ...stateless, "mcp-method": "tools/list" }
  const session = open(ask, 1)
  return [
    synchronous(
      "HTTP: a call, stateless",
      (id) => expect(ask("POST", calling, Bodies.call["2026-07-28"](id)).body, sum)
    ),
    synchronous(
      "HTTP: a call in a session",
      (id) => expect(ask("POST", session, Bodies.call["2025-11-25"](id)).body, sum)
    ),
    synchronous(
      "HTTP: a call that reports progress ten times",
      (id) => expect(ask("POST", reporting, Bodies.report(id)).body, "\"reported\"")
    ),
    synchronous("HTTP: a list of 102 tools", (id) => expect(ask("POST", listing, Bodies.list(id)).body, lastName)),
    synchronous("HTTP: a session opened, used and closed", (id) => {
      const session = open(ask, id)
      expect(ask("POST", session, Bodies.call["2025-11-25"](id + 1)).body, sum)
      expect(String(ask("DELETE", session, "").status), "20")
    })
  ]
}

const overLine = (server: Server, era: Bodies.Era, name: string): Effect.Effect<Request, never, Scope.Scope> =>
  Effect.gen(function*() {
    let sent = ""
    let receive: ((received: Received) => void) | undefined
    const ask = (text: string): string => {
      sent = ""
      receive?.({ _tag: "Line", text })
      return sent
    }
    yield* Effect.forkScoped(
      ConnectionDriver.run(server, {
        send: (text) => {
          sent = text
        },
        drained: Effect.void,
        listen: (listener) =>
          Effect.callback(() => {
            receive = listener
          })
      }),
      { startImmediately: true }
    )
    if (era === "2025-11-25") {
      expect(ask(Bodies.initialize(0)), "\"protocolVersion\"")
      ask(Bodies.initialized)
    }
    return synchronous(name, (id) => expect(ask(Bodies.call[era](id)), sum))
  })

const byClient = (server: Server, era: Bodies.Era, name: string): Effect.Effect<Request, never, Scope.Scope> =>
  Effect.gen(function*() {
    const pair = yield* InMemory.makePair
    yield* Effect.forkScoped(ConnectionDriver.run(server, pair.server), { startImmediately: true })
    const revisions = Revisions.all.filter(({ version }) => version === era)
    const client = yield* Effect.provideService(
      McpClient.make({ name: "guard", version: "1.0.0", revisions }),
      ClientTransport,
      DuplexClient.make(Effect.succeed(pair.client))
    )
    const { tools } = yield* Effect.provideService(McpClient.of(Contract), McpClient.McpClient, client)
    const times = (count: number) =>
      Effect.gen(function*() {
        for (let index = 0; index < count; index++) {
          const answer = yield* tools.add({ a: index, b: 1 })
          if (answer.sum !== index + 1) throw new Error(`expected ${index + 1}, not ${answer.sum}`)
        }
      }).pipe(Effect.orDie)
    return { name, times }
  }).pipe(Effect.orDie)

const takesServer = Layer.succeed(ServerTransport, { serve: () => Effect.void })

/** All requests, and what is kept between them, on one server. */
export interface Requests {
  readonly requests: ReadonlyArray<Request>
  /** Opens a session, uses it once, and leaves it open. */
  readonly idle: Request
}

/** The server lives as long as the scope. */
export const make: Effect.Effect<Requests, never, Scope.Scope> = Effect.gen(function*() {
  const server = Context.get(yield* Layer.build(Layer.provide(Served, takesServer)), McpServer)
  const ask = yield* askOf(server)
  return {
    requests: [
      ...overHttp(ask),
      yield* overLine(server, "2025-11-25", "line: a call in a session"),
      yield* overLine(server, "2026-07-28", "line: a call, stateless"),
      yield* byClient(server, "2025-11-25", "typed client: a call in memory, in a session"),
      yield* byClient(server, "2026-07-28", "typed client: a call in memory, stateless")
    ],
    idle: synchronous(
      "HTTP: an idle session",
      (id) => expect(ask("POST", open(ask, id), Bodies.call["2025-11-25"](id + 1)).body, sum)
    )
  }
}).pipe(Effect.orDie)
