/** Ways between a client and our own server on which things go wrong by chance: lines, and HTTP. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import type { Revision } from "../../src/revision/Revision.ts"
import * as ConnectionDriver from "../../src/server/ConnectionDriver.ts"
import * as HttpDriver from "../../src/server/http/HttpDriver.ts"
import * as Running from "../../src/server/http/Running.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import type { Server } from "../../src/server/Server.ts"
import { ServerTransport } from "../../src/server/ServerTransport.ts"
import * as HttpPolicy from "../../src/session/HttpPolicy.ts"
import * as NotificationBus from "../../src/session/NotificationBus.ts"
import * as SessionStore from "../../src/session/SessionStore.ts"
import type { Connection } from "../../src/transport/Connection.ts"
import * as DuplexClient from "../../src/transport/DuplexClient.ts"
import { makePair } from "../../src/transport/InMemory.ts"
import * as StreamableHttpClient from "../../src/transport/StreamableHttpClient.ts"
import * as TransportError from "../../src/transport/TransportError.ts"
import * as WebExchange from "../../src/transport/WebExchange.ts"
import { socketError } from "./ScriptedHttp.ts"

/** Chance that repeats itself. */
export const chance = (seed: number) => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (bound: number) => Math.floor(next() * bound)
  return {
    next,
    below,
    pick: <A>(...options: readonly [A, ...ReadonlyArray<A>]): A => options[below(options.length)] as A
  }
}

type Chance = ReturnType<typeof chance>

export interface Faults {
  readonly chance: Chance
  isOn: boolean
  /** How often something goes wrong. */
  share: number
  readonly trace: (what: string) => void
}

/** How many runs each key had, and the server with what it tells of. */
export const serversOf = Effect.fnUntraced(function*(...revisions: readonly [Revision, Revision]) {
  const runs = new Map<string, number>()
  const run = ({ delay, key }: { readonly key: string; readonly delay: number }) =>
    Effect.suspend(() => {
      runs.set(key, (runs.get(key) ?? 0) + 1)
      return delay === 0 ? Effect.succeed(key) : Effect.as(Effect.sleep(delay), key)
    })
  const parameters = { key: Schema.String, delay: Schema.Number }
  const parts = [
    Tool.serve("act", { parameters, success: Schema.String }, run),
    Tool.serve("again", { parameters, success: Schema.String, annotations: { idempotentHint: true } }, run),
    Resource.serve("test://a", {}, () => Effect.succeed("a")),
    Resource.serve("test://b", {}, () => Effect.succeed("b"))
  ] as const
  const memory = yield* NotificationBus.makeMemory
  const bus = {
    listeners: 0,
    publish: memory.publish,
    listen: (listener: (event: NotificationBus.ServerEvent) => void) =>
      Effect.andThen(
        Effect.acquireRelease(Effect.sync(() => void bus.listeners++), () => Effect.sync(() => void bus.listeners--)),
        memory.listen(listener)
      )
  }
  const serverOf = Effect.fnUntraced(function*(revision: Revision) {
    const made = yield* Deferred.make<Server>()
    const serve = (server: Server) => Effect.asVoid(Deferred.succeed(made, server))
    yield* Layer.build(
      McpServer.layer(parts, { name: "world", version: "1", revisions: [revision] }).pipe(
        Layer.provide(Layer.succeed(NotificationBus.NotificationBus, bus)),
        Layer.provide(Layer.succeed(ServerTransport, { serve }))
      )
    )
    return yield* Deferred.await(made)
  })
  return { servers: [yield* serverOf(revisions[0]), yield* serverOf(revisions[1])] as const, bus, runs }
})

/** A line on which messages are lost, late, or come twice, and which is cut. */
export const line = Effect.fnUntraced(function*(serverNow: () => Server, faults: Faults) {
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const lines = { open: 0, cut: Effect.void as Effect.Effect<void> }
  const connect = Effect.gen(function*() {
    if (faults.isOn && faults.chance.next() < faults.share) {
      faults.trace("does not start")
      return yield* TransportError.make(new TransportError.Unreachable({ detail: "no", mayHaveRun: false }))
    }
    const server = serverNow()
    const pair = yield* makePair
    lines.open++
    lines.cut = pair.close
    fork(Effect.ensuring(ConnectionDriver.run(server, pair.server), Effect.sync(() => void lines.open--)))
    yield* Effect.addFinalizer(() => pair.close)
    // What the client sends keeps its order, as on any line: what is late holds up what comes after it.
    const held: Array<() => void> = []
    let isHeld = false
    const passed = (text: string, deliver: () => void, mayDouble: boolean): void => {
      if (isHeld && !mayDouble) return void held.push(deliver)
      if (!faults.isOn || faults.chance.next() >= faults.share) return deliver()
      const fault = faults.chance.pick("late", "late", "twice", "cut", "cut after", "lost")
      faults.trace(`${mayDouble ? "<" : ">"} ${fault}: ${text.slice(0, 150)}`)
      switch (fault) {
        case "lost":
          // On a line nothing is lost but answers of servers that forget to answer.
          return mayDouble && text.includes("\"result\"") ? undefined : deliver()
        case "late": {
          if (!mayDouble) {
            isHeld = true
            held.push(deliver)
          }
          const late = Effect.sync(() => {
            if (mayDouble) return deliver()
            isHeld = false
            for (const one of held.splice(0)) one()
          })
          fork(Effect.delay(late, faults.chance.pick(1, 100, 3_000, 30_000)))
          return
        }
        case "twice":
          deliver()
          if (mayDouble) deliver()
          return
        case "cut":
          fork(pair.close)
          return
        case "cut after":
          deliver()
          fork(pair.close)
      }
    }
    const connection: Connection = {
      send: (text, onError) => passed(text, () => pair.client.send(text, onError), false),
      drained: pair.client.drained,
      listen: (receive) =>
        pair.client.listen((received) =>
          received._tag === "Line" ? passed(received.text, () => receive(received), true) : receive(received)
        )
    }
    return connection
  })
  return { transport: DuplexClient.make(connect), lose: Effect.suspend(() => lines.cut), left: () => lines.open }
})

/** A body that breaks, or ends, after so many bytes. */
const cutAfter = (response: Response, bytes: number, how: "break" | "end"): Response => {
  if (response.body === null) return response
  const reader = response.body.getReader()
  let left = bytes
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) =>
      reader.read().then(({ done, value }) => {
        if (done) return controller.close()
        if (value.length <= left) {
          left -= value.length
          return controller.enqueue(value)
        }
        if (left > 0) controller.enqueue(value.subarray(0, left))
        void reader.cancel()
        if (how === "break") controller.error(socketError("ECONNRESET", "read"))
        else controller.close()
      }),
    cancel: () => reader.cancel()
  }, { highWaterMark: 0 })
  return new Response(body, { status: response.status, headers: response.headers })
}

/** An HTTP client to the server, whose requests are refused, broken, cut, late, or not served. */
export const http = Effect.fnUntraced(function*(servers: readonly [Server, Server], now: () => number, faults: Faults) {
  const runPromise = Effect.runPromiseWith(yield* Effect.context<never>())
  const fork = yield* Running.makeFork
  const handles = yield* Effect.forEach(
    servers,
    (server) => Effect.provide(HttpDriver.make(server, HttpPolicy.make({ drainMillis: 0 })), SessionStore.layerMemory)
  )
  const options = { bytesMax: 1_000_000, fork }
  const sessions = { open: new Set<string>(), isOpeningHarmed: false }
  const ask = (request: Request) =>
    Effect.promise(() =>
      runPromise(WebExchange.serve(request, (exchange) => handles[now()]?.(exchange) ?? Effect.void, options))
    )
  const client = HttpClient.make((request, url, signal) =>
    Effect.gen(function*() {
      const broken = (code: string, syscall: string) =>
        new HttpClientError.HttpClientError({
          reason: new HttpClientError.TransportError({ request, cause: socketError(code, syscall) })
        })
      const text = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : undefined
      const own = new Request(url, {
        method: request.method,
        headers: { ...request.headers, host: "localhost" },
        ...(text === undefined ? {} : { body: text }),
        signal
      })
      const served = Effect.tap(ask(own), (response) =>
        Effect.sync(() => {
          const id = response.headers.get("mcp-session-id")
          if (text?.includes("\"initialize\"") === true && id !== null) sessions.open.add(id)
          if (request.method === "DELETE") sessions.open.delete(request.headers["mcp-session-id"] ?? "")
        }))
      const answered = (response: Response) => HttpClientResponse.fromWeb(request, response)
      if (!faults.isOn || request.method === "DELETE" || faults.chance.next() >= faults.share) {
        return answered(yield* served)
      }
      if (text?.includes("\"initialize\"") === true) sessions.isOpeningHarmed = true
      const fault = faults.chance.pick(
        "refused",
        "reset",
        "reset after",
        "cut",
        "end",
        "503",
        "late",
        "late after",
        "slow",
        "never"
      )
      faults.trace(`${fault}: ${request.method} ${(text ?? "").slice(0, 150)}`)
      switch (fault) {
        case "refused":
          return yield* broken("ECONNREFUSED", "connect")
        case "reset":
          return yield* broken("ECONNRESET", "read")
        case "reset after": {
          const response = yield* served
          void response.body?.cancel()
          return yield* broken("ECONNRESET", "read")
        }
        case "cut":
        case "end": {
          const bytes = faults.chance.pick(0, 1, 10, 40, 100, 250)
          return answered(cutAfter(yield* served, bytes, fault === "cut" ? "break" : "end"))
        }
        case "503":
          return answered(new Response("", { status: 503 }))
        case "late":
          yield* Effect.sleep(faults.chance.pick(10, 500, 5_000))
          return answered(yield* served)
        case "never":
          if (text === undefined || text.includes("subscriptions/listen")) return answered(yield* served)
          yield* served
          return yield* Effect.never
        case "late after":
        case "slow": {
          const response = yield* served
          yield* Effect.sleep(faults.chance.pick(10, 500, 5_000, 25_000))
          return answered(response)
        }
      }
    })
  )
  const transport = yield* Effect.provideService(
    StreamableHttpClient.make({ url: "http://localhost/mcp" }),
    HttpClient.HttpClient,
    client
  )
  const forget = Effect.gen(function*() {
    for (const id of sessions.open) {
      const headers = { host: "localhost", "mcp-session-id": id }
      yield* ask(new Request("http://localhost/mcp", { method: "DELETE", headers }))
    }
    sessions.open.clear()
  })
  return { transport, lose: forget, left: () => sessions.isOpeningHarmed ? 0 : sessions.open.size }
})
