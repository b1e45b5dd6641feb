/** Servers that do not take a client at first, or any more: they show as such, are left alone, and come back by themselves. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Queue from "effect/Queue"
import * as TestClock from "effect/testing/TestClock"
import * as Outage from "../../../src/client/connection/Outage.ts"
import * as McpClients from "../../../src/client/servers/McpClients.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import * as Interlude from "../../../src/transport/Interlude.ts"
import * as StreamableHttpClient from "../../../src/transport/StreamableHttpClient.ts"
import * as TransportError from "../../../src/transport/TransportError.ts"
import { turns } from "../../support/Elapse.ts"
import * as HttpWorld from "../../support/HttpWorld.ts"
import type { LiveEvents } from "../../support/ScriptedHttp.ts"

const unauthorized = Effect.succeed(
  TransportError.make(new TransportError.Unauthorized({ cause: new Error("Nobody has consented") }))
)

const capabilities = { tools: { listChanged: true } }

/** A server of one era that tells when its tools change, and takes the client only while it is told to. */
const make = (era: "session" | "stateless") => {
  const streams: Array<LiveEvents> = []
  const state = { isOpen: false, tools: ["one"] }
  const opened = (asked: HttpWorld.Asked): Response => {
    const stream = HttpWorld.listening(asked)
    streams.push(stream)
    return stream.response
  }
  const world = HttpWorld.make((asked) => {
    if (!state.isOpen) return unauthorized
    if (asked.verb === "GET" || asked.method === "subscriptions/listen") return opened(asked)
    if (asked.method === "server/discover") {
      return era === "session"
        ? HttpWorld.status(400)
        : HttpWorld.result(asked, { supportedVersions: [v2026_07_28.version], capabilities })
    }
    if (asked.method === "initialize") {
      const facts = { protocolVersion: v2025_11_25.version, capabilities }
      return HttpWorld.result(asked, { ...facts, serverInfo: { name: "server", version: "1" } }, {
        "mcp-session-id": "s"
      })
    }
    if (asked.id === undefined) return HttpWorld.status(202)
    if (asked.method !== "tools/list") return HttpWorld.served(asked)
    return HttpWorld.result(asked, { tools: state.tools.map((name) => ({ name, inputSchema: { type: "object" } })) })
  })
  return { state, streams, world }
}

const transportOf = ({ client }: HttpWorld.World) =>
  Layer.provide(StreamableHttpClient.layer({ url: HttpWorld.url }), Layer.succeed(HttpClient.HttpClient, client))

const options: McpClients.Options = { name: "test", version: "0" }

const statusOf = (clients: McpClients.Clients) => Effect.map(clients.servers, ([state]) => state?.status)

const toolsOf = (clients: McpClients.Clients) =>
  Effect.map(clients.tools, (tools) => tools.map(({ tool }) => tool.name))

const hour = Effect.andThen(TestClock.adjust("1 hour"), turns)

const quiet = Effect.provide(Logger.layer([]))

/** A definition whose `admitted` completes as often as it is told to. */
const defined = (server: ReturnType<typeof make>) =>
  Effect.map(Queue.unbounded<void>(), (doors) => {
    const admitted = Queue.take(doors)
    return {
      definition: { name: "a", transport: transportOf(server.world), admitted },
      open: Queue.offer(doors, undefined)
    }
  })

const eras = ["session", "stateless"] as const

describe.each(eras)("a server in the %s era that does not take the client", (era) => {
  it.effect("is left alone until it may do so, and connects then without being used", () =>
    Effect.gen(function*() {
      const server = make(era)
      const { definition, open } = yield* defined(server)
      const clients = yield* McpClients.make([definition], options)
      const status = yield* statusOf(clients)
      assert.isTrue(
        status?._tag === "Disconnected" && status.error._tag === "McpClientError" &&
          Outage.isUnauthorized(status.error)
      )
      const before = server.world.asked.length
      yield* hour
      assert.strictEqual(server.world.asked.length, before)
      server.state.isOpen = true
      yield* open
      yield* hour
      assert.strictEqual((yield* statusOf(clients))?._tag, "Connected")
      assert.deepStrictEqual(yield* toolsOf(clients), ["one"])
    }).pipe(Effect.scoped, quiet))

  it.effect("any more is listened to again when it does, and what changed meanwhile is read", () =>
    Effect.gen(function*() {
      const server = make(era)
      server.state.isOpen = true
      const { definition, open } = yield* defined(server)
      const clients = yield* McpClients.make([definition], options)
      yield* turns
      assert.deepStrictEqual(yield* toolsOf(clients), ["one"])
      server.state.isOpen = false
      for (const stream of server.streams.splice(0)) stream.end()
      yield* hour
      const before = server.world.asked.length
      yield* hour
      assert.strictEqual(server.world.asked.length, before)
      server.state.isOpen = true
      server.state.tools = ["two"]
      yield* open
      yield* hour
      assert.strictEqual((yield* statusOf(clients))?._tag, "Connected")
      assert.deepStrictEqual(yield* toolsOf(clients), ["two"])
      server.state.tools = ["three"]
      const method = "notifications/tools/list_changed"
      const stream = server.streams.at(-1)
      const listen = server.world.asked.findLast((asked) => asked.method === "subscriptions/listen")
      const params = era === "stateless"
        ? { params: { _meta: { "io.modelcontextprotocol/subscriptionId": listen?.id } } }
        : {}
      stream?.send(`data: ${JSON.stringify({ jsonrpc: "2.0", method, ...params })}\n\n`)
      yield* hour
      assert.deepStrictEqual(yield* toolsOf(clients), ["three"])
    }).pipe(Effect.scoped, quiet))
})

describe("a server that somebody has to be asked about", () => {
  it.effect("shows as such, holds up no other, and has all the time that it takes", () =>
    Effect.gen(function*() {
      const [asking, other] = [make("stateless"), make("stateless")]
      asking.state.isOpen = other.state.isOpen = true
      const consent = yield* Deferred.make<void>()
      const client = HttpClient.mapRequestEffect(asking.world.client, (request) =>
        Effect.as(Interlude.during(Deferred.await(consent)), request))
      const making = yield* Effect.forkChild(
        McpClients.make([
          { name: "a", transport: transportOf({ ...asking.world, client }) },
          { name: "b", transport: transportOf(other.world) }
        ], options)
      )
      yield* turns
      yield* TestClock.adjust("1 second")
      // It is not waited for any longer.
      const clients = yield* Fiber.join(making)
      assert.deepStrictEqual(yield* statusOf(clients), { _tag: "Connecting", interlude: true })
      assert.deepStrictEqual(yield* toolsOf(clients), ["one"])
      yield* hour
      assert.deepStrictEqual(yield* statusOf(clients), { _tag: "Connecting", interlude: true })
      yield* Deferred.succeed(consent, undefined)
      yield* hour
      const status = yield* statusOf(clients)
      assert.strictEqual(status?._tag, "Connected")
      assert.deepStrictEqual(yield* toolsOf(clients), ["one", "one"])
    }).pipe(Effect.scoped, quiet))
})
