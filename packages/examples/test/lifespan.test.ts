/** What lives as long as the server, and what lives as long as a session. */
import { assert, describe, it } from "@effect/vitest"
import { McpClient } from "@parley/mcp"
import * as Revisions from "@parley/mcp/revision/Revisions"
import * as InMemoryTransport from "@parley/mcp/testing/InMemoryTransport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { Server, ShopCatalog } from "../src/lifespan/Server.ts"
import * as Program from "./Program.ts"

type Revision = typeof Revisions.all[number]

/** A client of its own, for as long as the effect runs. */
const asClient = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  revisions: ReadonlyArray<Revision> = Revisions.sessionEra
) => Effect.provide(effect, McpClient.layer({ name: "test", version: "1", revisions }), { local: true })

const sell = (price: number) =>
  Effect.gen(function*() {
    const { tools } = yield* McpClient.of(ShopCatalog)
    return (yield* tools.sell({ price })).till
  })

const total = Effect.gen(function*() {
  const { tools } = yield* McpClient.of(ShopCatalog)
  return (yield* tools.total()).total
})

/** A server for as long as the effect runs. */
const withServer = Effect.provide(Layer.provideMerge(Server, InMemoryTransport.layer), { local: true })

describe("lifespan", () => {
  it.effect("a session has a till of its own, which is cashed up when the session ends", () =>
    Effect.gen(function*() {
      const inner = yield* asClient(Effect.gen(function*() {
        assert.strictEqual(yield* sell(3), 3)
        assert.strictEqual(yield* sell(4), 7)
        // Another session, at the same time.
        assert.strictEqual(yield* asClient(sell(10)), 10)
        assert.strictEqual(yield* sell(1), 8)
        return yield* total
      }))
      assert.strictEqual(inner, 10)
      assert.strictEqual(yield* asClient(total), 18)
    }).pipe(withServer))

  it.effect("without sessions, each request has a till of its own", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* sell(3), 3)
      assert.strictEqual(yield* sell(4), 4)
      assert.strictEqual(yield* total, 7)
    }).pipe((effect) => asClient(effect, Revisions.statelessEra), withServer))

  it.effect("the ledger is opened once, and closed with the server", () =>
    Effect.gen(function*() {
      const messages: Array<unknown> = []
      const Log = Logger.layer([Logger.make(({ message }) => void messages.push(message))])
      yield* Effect.gen(function*() {
        yield* asClient(sell(1))
        yield* asClient(sell(2))
        assert.deepStrictEqual(messages.flat(), ["The ledger is open"])
      }).pipe(withServer, Effect.provide(Log))
      assert.deepStrictEqual(messages.flat(), ["The ledger is open", "The ledger is closed"])
    }))
})

describe("lifespan as a program", () => {
  it.live("closes the ledger when stdin ends", () =>
    Effect.gen(function*() {
      const { code, results, stderr } = yield* Program.converse("lifespan/main.ts", [
        { method: "tools/call", params: { name: "sell", arguments: { price: 5 } } },
        { method: "tools/call", params: { name: "sell", arguments: { price: 6 } } }
      ])
      assert.deepInclude(results[1], { structuredContent: { till: 11 } })
      assert.match(stderr, /The ledger is open[^]*The ledger is closed/)
      assert.strictEqual(code, 0)
    }))
})
