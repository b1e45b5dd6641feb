/**
 * HTTP+SSE, the transport of the oldest revision (SSE-01 to SSE-04): a client holds a stream open, is told on it where to
 * post its messages, and gets all answers on it. Such a stream is a line like any other, so the line's driver serves it.
 * It is for old clients only (SSE-05), and nothing of it is there unless it is asked for.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import * as SseFraming from "../../jsonrpc/SseFraming.ts"
import type { Caller } from "../../session/Caller.ts"
import * as HttpAdmission from "../../session/HttpAdmission.ts"
import type { HttpPolicy } from "../../session/HttpPolicy.ts"
import { SessionId } from "../../session/SessionId.ts"
import type { Connection, Received } from "../../transport/Connection.ts"
import type { HttpExchange } from "../../transport/HttpExchange.ts"
import * as ConnectionDriver from "../ConnectionDriver.ts"
import type { Server } from "../Server.ts"
import * as EventStream from "./EventStream.ts"
import * as Expiry from "./Expiry.ts"
import * as Gating from "./Gating.ts"
import * as Holding from "./Holding.ts"
import type { HttpHandler } from "./HttpDriver.ts"
import { answering, ownerOf, refused } from "./HttpEndpoint.ts"
import * as HttpReply from "./HttpReply.ts"

/**
 * The two endpoints.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpSse {
  /** Opens a stream: GET. */
  readonly onStream: HttpHandler
  /** Takes a message: POST, with the session in the query. */
  readonly onMessage: HttpHandler
}

/** One client. */
interface Client {
  readonly id: string
  /** Whose stream it is, as `ownerOf` says it; messages of others do not find it. */
  readonly owner: string | undefined
  /** Who has shown the credential that ends last, and what takes back the wish to hear of its end. */
  caller: Caller | undefined
  forget: () => void
  readonly stream: EventStream.EventStream
  readonly outbox: Array<string>
  isFlushing: boolean
  receive: ((received: Received) => void) | undefined
  close: (() => void) | undefined
  isClosed: boolean
}

interface Endpoint {
  readonly server: Server
  readonly policy: HttpPolicy
  readonly messagesPath: string
  readonly clients: Map<string, Client>
  readonly holding: Holding.Holding
  readonly makeId: () => string
  readonly fork: (effect: Effect.Effect<void>) => void
  isClosing: boolean
}

const flush = (client: Client): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (client.isFlushing) return Effect.void
    client.isFlushing = true
    return Effect.ensuring(
      Effect.whileLoop({
        while: () => client.outbox.length > 0,
        body: () => EventStream.send(client.stream, client.outbox.shift() ?? ""),
        step: () => undefined
      }),
      Effect.sync(() => {
        client.isFlushing = false
      })
    )
  })

const close = (client: Client): void => {
  client.isClosed = true
  client.close?.()
}

/** Lets a line end with the credential of a caller. */
const endWith = ({ holding }: Endpoint, client: Client, caller: Caller | undefined): void => {
  client.forget()
  client.caller = caller
  client.forget = Expiry.onExpiry(holding, caller, () => close(client))
}

const endOf = (caller: Caller | undefined): number => caller?.expiresAtMillis ?? Number.POSITIVE_INFINITY

const lineOf = (endpoint: Endpoint, client: Client, header: HttpExchange["header"]): Connection => ({
  header,
  send: (text) => {
    if (client.stream.ended) return
    client.outbox.push(text)
    if (!client.isFlushing) endpoint.fork(flush(client))
  },
  // Whoever sends ahead waits until what was sent has been taken.
  drained: Effect.suspend(() => client.isFlushing ? EventStream.settled(client.stream) : flush(client)),
  listen: (receive) =>
    Effect.callback<void>((resume) => {
      if (client.isClosed) return resume(Effect.void)
      client.receive = receive
      client.close = () => resume(Effect.void)
      return Effect.sync(() => {
        client.receive = undefined
      })
    })
})

const serve = (endpoint: Endpoint, exchange: HttpExchange): Effect.Effect<void> =>
  Effect.suspend(() => {
    const stream = EventStream.make(HttpReply.stream(exchange))
    const client: Client = {
      id: endpoint.makeId(),
      owner: ownerOf(exchange),
      caller: undefined,
      forget: () => undefined,
      stream,
      outbox: [],
      isFlushing: false,
      receive: undefined,
      close: undefined,
      isClosed: false
    }
    const held = HttpReply.heldStream(endpoint.policy, stream)
    endpoint.clients.set(client.id, client)
    endpoint.holding.add(held)
    exchange.onClose(() => close(client))
    endWith(endpoint, client, exchange.caller)
    const uri = `${endpoint.messagesPath}?sessionId=${encodeURIComponent(client.id)}`
    return Effect.ensuring(
      Effect.andThen(
        EventStream.raw(stream, SseFraming.endpoint(uri)),
        ConnectionDriver.run(endpoint.server, lineOf(endpoint, client, exchange.header))
      ),
      Effect.sync(() => {
        client.forget()
        EventStream.end(stream)
        endpoint.holding.remove(held)
        endpoint.clients.delete(client.id)
      })
    )
  })

/** Hands on what is of the one verb that is served, and has come by the gate. */
const admitted = (
  endpoint: Endpoint,
  tag: "Get" | "Post",
  next: (endpoint: Endpoint, exchange: HttpExchange) => Effect.Effect<void>
): HttpHandler =>
  answering((exchange) => {
    const admission = HttpAdmission.admit(endpoint.policy, exchange.method, exchange.header)
    if (admission._tag === tag) return Gating.through(endpoint.server, exchange, (exchange) => next(endpoint, exchange))
    if (admission._tag === "Refusal") return refused(exchange, admission)
    if (admission._tag === "Preflight") {
      const headers = HttpAdmission.preflightHeaders(exchange.header)
      return Effect.sync(() => HttpReply.empty(exchange, 204, headers))
    }
    const refusal = HttpAdmission.refuse(405, Rpc.invalidRequest(`${exchange.method} is not served here`))
    return refused(exchange, { ...refusal, headers: { allow: tag.toUpperCase() } })
  })

const open = (endpoint: Endpoint, exchange: HttpExchange): Effect.Effect<void> => {
  if (!HttpAdmission.acceptance(exchange.header("accept")).eventStream) {
    return refused(exchange, HttpAdmission.notAcceptable)
  }
  if (endpoint.isClosing) return refused(exchange, HttpAdmission.shuttingDown)
  return endpoint.clients.size >= endpoint.server.sessionLimits.sessionsMax
    ? refused(exchange, HttpAdmission.refuse(503, Rpc.internalError("Too many sessions")))
    : serve(endpoint, exchange)
}

const sessionIdOf = (url: string): string | undefined => {
  const query = url.indexOf("?")
  return query === -1 ? undefined : new URLSearchParams(url.slice(query + 1)).get("sessionId") ?? undefined
}

const take = (endpoint: Endpoint, exchange: HttpExchange): Effect.Effect<void> => {
  const { body, caller } = exchange
  if (body === undefined) return refused(exchange, HttpAdmission.bodyTooLarge)
  const id = sessionIdOf(exchange.url)
  if (id === undefined) {
    return refused(exchange, HttpAdmission.refuse(400, Rpc.invalidRequest("The query lacks a sessionId")))
  }
  const client = endpoint.clients.get(id)
  if (client?.receive === undefined || client.owner !== ownerOf(exchange)) {
    return refused(exchange, HttpAdmission.refuse(404, Rpc.invalidRequest("Session not found")))
  }
  if (client.outbox.length >= endpoint.server.sessionLimits.inFlightRequestsMax) {
    return refused(exchange, HttpAdmission.refuse(503, Rpc.internalError("Answers wait to be read")))
  }
  const { receive } = client
  return Effect.sync(() => {
    HttpReply.empty(exchange, 202)
    // Who has renewed its credential is still there.
    if (endOf(caller) > endOf(client.caller)) endWith(endpoint, client, caller)
    receive({ _tag: "Line", text: body, caller })
  })
}

/** All lines are ended; those that are still open when the time is over are cut, whatever waits to be read on them. */
const drain = (endpoint: Endpoint): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { clients, holding, policy } = endpoint
    endpoint.isClosing = true
    clients.forEach(close)
    const cut = Effect.sync(() => clients.forEach(({ stream }) => stream.connection?.abort()))
    return policy.drainMillis > 0
      ? Effect.andThen(Effect.timeoutOption(holding.emptied, policy.drainMillis), cut)
      : cut
  })

/**
 * The two endpoints. A line lasts as long as its stream: until the client goes away, reads nothing for `stalledMillis`, or
 * the scope ends.
 *
 * @param messagesPath where messages are posted, as clients are told
 * @category drivers
 * @since 0.1.0
 */
export const make = (
  server: Server,
  policy: HttpPolicy,
  messagesPath: string
): Effect.Effect<HttpSse, never, Scope.Scope> =>
  Effect.gen(function*() {
    const run = yield* FiberSet.makeRuntime()
    const endpoint: Endpoint = {
      server,
      policy,
      messagesPath,
      clients: new Map(),
      holding: yield* Holding.make(policy.keepAliveMillis),
      makeId: yield* SessionId,
      fork: (effect) => void run(effect),
      isClosing: false
    }
    yield* Effect.addFinalizer(() => drain(endpoint))
    return { onStream: admitted(endpoint, "Get", open), onMessage: admitted(endpoint, "Post", take) }
  })
