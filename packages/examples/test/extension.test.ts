/** An extension: who hears of it, how it is asked for, and that nobody is bothered with it. */
import { assert, describe, it } from "@effect/vitest"
import { McpServer } from "@parley/mcp"
import * as InMemoryTransport from "@parley/mcp/testing/InMemoryTransport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Line from "../../mcp/test/support/Line.ts"
import * as Messages from "../../mcp/test/support/Messages.ts"
import { extension, Server } from "../src/extension/Server.ts"
import { eras, start } from "./Clients.ts"

type Running = McpServer.McpServer["Service"]

const withServer = Effect.provide(Layer.provide(Server, InMemoryTransport.layer), { local: true })

const capabilitiesKey = "io.modelcontextprotocol/clientCapabilities"

/** A client of each era that declares what it can do, and a way for it to give stars. */
const clients = {
  "2025-11-25": (server: Running, capabilities: object) =>
    Effect.gen(function*() {
      const line = yield* Line.open(server)
      yield* line.ask("initialize", { ...Messages.initializeParams("2025-11-25"), capabilities })
      line.say(Messages.notification("notifications/initialized"))
      return { line, rate: (stars: unknown) => line.ask("example/rate", { stars }) }
    }),
  "2026-07-28": (server: Running, capabilities: object) =>
    Effect.map(Line.open(server), (line) => ({
      line,
      rate: (stars: unknown) =>
        line.ask("example/rate", Messages.claimed({ stars }, { [capabilitiesKey]: capabilities }))
    }))
}

const averages = (line: Line.Line) =>
  line.sent.flatMap(({ method, params }) => method === "notifications/example/average" ? [params?.["average"]] : [])

describe.each(["2025-11-25", "2026-07-28"] as const)("extension, with a client of %s", (version) => {
  it.effect("tells a client that knows it what others think", () =>
    Effect.gen(function*() {
      const { line, rate } = yield* clients[version](yield* McpServer.McpServer, { extensions: { [extension]: {} } })
      assert.deepInclude((yield* rate(5)).result, { ratings: 1 })
      assert.deepInclude((yield* rate(2)).result, { ratings: 2 })
      assert.deepStrictEqual(averages(line), [5, 3.5])
    }).pipe(Effect.scoped, withServer))

  it.effect("serves a client that does not say so, and tells it nothing unasked", () =>
    Effect.gen(function*() {
      const { line, rate } = yield* clients[version](yield* McpServer.McpServer, {})
      assert.deepInclude((yield* rate(5)).result, { ratings: 1 })
      assert.deepStrictEqual(averages(line), [])
    }).pipe(Effect.scoped, withServer))

  it.effect("refuses what are no stars, and lets a client think better of it", () =>
    Effect.gen(function*() {
      const { line, rate } = yield* clients[version](yield* McpServer.McpServer, {})
      assert.strictEqual((yield* rate(6)).error?.code, -32602)
      assert.deepInclude((yield* rate(5)).result, { ratings: 1 })
      const withdrawn = version === "2025-11-25" ? {} : Messages.claimed()
      line.say(Messages.notification("notifications/example/withdrawn", withdrawn))
      assert.deepInclude((yield* rate(1)).result, { ratings: 1 })
    }).pipe(Effect.scoped, withServer))
})

describe.concurrent("extension as a program", () => {
  it.live.each(eras)("with %s, says what it has, and serves it", ([name, revisions]) =>
    Effect.gen(function*() {
      const client = yield* start("extension/main.ts", revisions)
      const { extensions } = client.server.capabilities
      // Revisions with sessions have no place to name extensions.
      assert.deepStrictEqual(extensions, name === "sessions" ? undefined : { [extension]: { starsMax: 5 } })
      assert.deepInclude(yield* client.request("example/rate", { stars: 4 }), { ratings: 1 })
    }).pipe(Effect.scoped, Effect.timeout("15 seconds")))
})
