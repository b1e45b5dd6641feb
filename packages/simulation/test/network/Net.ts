/**
 * A network with a kernel beneath it, and peers that are as simple as can be: what goes over it is text.
 */
import type { HttpExchange } from "@parley/mcp/transport/HttpExchange"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Event } from "../../src/history/Event.ts"
import * as History from "../../src/history/History.ts"
import * as Kernel from "../../src/kernel/Kernel.ts"
import * as Network from "../../src/network/Network.ts"

export interface Net {
  readonly kernel: Kernel.Kernel
  readonly network: Network.Network
  readonly history: History.History
  /** Runs something in the world, with virtual time. */
  readonly live: <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) => Effect.Effect<A, E | Kernel.Stalled>
  readonly nowMillis: () => number
}

export const make = (seed = 1): Net => {
  const kernel = Kernel.make(seed)
  const history = History.make(kernel.agenda.nowMillis)
  const network = Network.make({ agenda: kernel.agenda, chance: kernel.chance, history })
  return {
    kernel,
    network,
    history,
    live: (effect) => Kernel.live(kernel, Kernel.surroundings(kernel, "alice"), Effect.scoped(effect)),
    nowMillis: kernel.agenda.nowMillis
  }
}

/** Starts something in the world, beside what is awaited. */
export const fork = ({ kernel }: Net, effect: Effect.Effect<void>): void => {
  Effect.runForkWith(Kernel.surroundings(kernel, "somebody").context)(effect)
}

export type Of<Tag extends Event["_tag"]> = Extract<Event, { readonly _tag: Tag }>

/** The events of a kind. */
export const told = <Tag extends Event["_tag"]>({ history }: Net, tag: Tag): ReadonlyArray<Of<Tag>> =>
  history.events.filter((event): event is Of<Tag> => event._tag === tag)

/** A server of lines that says everything again; what it hears and when is gathered. */
export const echo = (net: Net, host = "server"): Array<string> => {
  const heard: Array<string> = []
  net.network.accept(host, (line, client) => {
    const listening = line.listen((received) => {
      const text = received._tag === "Line" ? received.text : received._tag
      heard.push(text)
      line.send(`re ${text}`)
    })
    Effect.runForkWith(Kernel.surroundings(net.kernel, `${host} ${client}`).context)(
      Effect.andThen(listening, Effect.sync(() => heard.push(`end: ${line.ending?.() ?? "hung up"}`)))
    )
  })
  return heard
}

/** A line to the server, and what is heard on it, with the time. */
export const dial = Effect.fnUntraced(function*(net: Net) {
  const line = yield* net.network.connect("alice", "server")
  const heard: Array<readonly [millis: number, text: string]> = []
  const listening = line.listen((received) => {
    heard.push([net.nowMillis(), received._tag === "Line" ? received.text : received._tag])
  })
  yield* Effect.forkScoped(
    Effect.andThen(listening, Effect.sync(() => heard.push([net.nowMillis(), `end: ${line.ending?.() ?? "hung up"}`])))
  )
  return { line, heard }
})

/** Serves HTTP on a host by a function of the exchange. */
export const site = (
  net: Net,
  handler: (exchange: HttpExchange) => Effect.Effect<void>,
  host = "server"
): () => void => {
  const fork = Effect.runForkWith(Kernel.surroundings(net.kernel, host).context)
  return net.network.serve(host, {
    routes: [{ path: "/mcp", handler }],
    bytesMax: 1_000,
    fork: (effect) => void fork(effect)
  })
}

export const json = { "content-type": "application/json" }

/** Says the body again, and which host says so. */
export const saysAgain = (host = "server") => (exchange: HttpExchange): Effect.Effect<void> =>
  Effect.sync(() => exchange.respond(200, json, JSON.stringify({ host, body: exchange.body })))

/** An event each so many milliseconds, with its number as id. */
export const counts = (events: number, millis: number) => (exchange: HttpExchange): Effect.Effect<void> =>
  Effect.gen(function*() {
    const stream = exchange.stream(200, { "content-type": "text/event-stream" })
    for (let event = 1; event <= events; event++) {
      yield* stream.write(`id: ${event}\ndata: {"n":${event}}\n\n`)
      yield* Effect.sleep(millis)
    }
    stream.end()
  })

export const request = (method: "GET" | "POST" | "DELETE", body?: string, headers = {}) => {
  const plain = HttpClientRequest.setHeaders(HttpClientRequest.make(method)("http://server/mcp"), headers)
  return body === undefined ? plain : HttpClientRequest.bodyText(plain, body, "application/json")
}

/** Asks, and reads all of the answer: its status and text. */
export const ask = (
  net: Net,
  sent = request("POST", "{}"),
  client: HttpClient.HttpClient = net.network.httpClient("alice")
) =>
  Effect.flatMap(
    client.execute(sent),
    (response) =>
      Effect.map(Stream.mkString(Stream.decodeText(response.stream)), (text) => ({ status: response.status, text }))
  )

/** What an error of the HTTP client has for a cause. */
export const codeOf = (error: unknown): unknown => {
  const reason = error instanceof Error && "reason" in error ? error.reason : undefined
  const cause = reason instanceof Error ? reason.cause : undefined
  return cause instanceof Error && "code" in cause ? cause.code : undefined
}
