/**
 * Two lifespans: the ledger is a database that is opened once, with the server, and closed with it; a till belongs to
 * one session, and is cashed up into the ledger when that session ends. A client of the stateless era has no session: each
 * of its requests has a till of its own.
 */
import { Catalog, McpServer, PerSession, Tool } from "@parley/mcp"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import { DatabaseSync } from "node:sqlite"

class Ledger extends Context.Service<Ledger, {
  readonly book: (amount: number) => Effect.Effect<void>
  readonly total: Effect.Effect<number>
}>()("examples/lifespan/Ledger") {
  static readonly layer = Layer.effect(
    Ledger,
    Effect.gen(function*() {
      const database = yield* Effect.acquireRelease(
        Effect.sync(() => new DatabaseSync(":memory:")),
        (database) => Effect.andThen(Effect.sync(() => database.close()), Effect.logInfo("The ledger is closed"))
      )
      database.exec("CREATE TABLE bookings (amount INTEGER NOT NULL)")
      const insert = database.prepare("INSERT INTO bookings (amount) VALUES (?)")
      const sum = database.prepare("SELECT coalesce(sum(amount), 0) AS total FROM bookings")
      yield* Effect.logInfo("The ledger is open")
      return {
        book: (amount) => Effect.sync(() => insert.run(amount)),
        total: Effect.sync(() => Number(sum.get()?.total))
      }
    })
  )
}

class Till extends Context.Service<Till, { readonly balance: Ref.Ref<number> }>()("examples/lifespan/Till") {
  static readonly layer = Layer.effect(
    Till,
    Effect.gen(function*() {
      const ledger = yield* Ledger
      const balance = yield* Effect.acquireRelease(
        Ref.make(0),
        (balance) => Effect.flatMap(Ref.get(balance), ledger.book)
      )
      return { balance }
    })
  )
}

const Sell = Tool.make("sell", {
  description: "Sell something; says what is in the till of this session",
  parameters: { price: Schema.Int },
  success: Schema.Struct({ till: Schema.Int })
})

const Total = Tool.make("total", {
  description: "What all sessions that have ended took in",
  success: Schema.Struct({ total: Schema.Int })
})

/** What the server offers. */
export const ShopCatalog = Catalog.make("shop").add(Sell, Total)

const Handlers = ShopCatalog.layer({
  tools: {
    sell: Effect.fnUntraced(function*({ price }) {
      const { balance } = yield* PerSession.get(Till)
      return { till: yield* Ref.updateAndGet(balance, (amount) => amount + price) }
    }),
    total: () => Effect.map(Ledger.use((ledger) => ledger.total), (total) => ({ total }))
  }
})

/** The server; it wants a transport. */
export const Server = McpServer.layer(ShopCatalog, { name: "lifespan", version: "1.0.0" }).pipe(
  Layer.provide(Handlers),
  Layer.provide(PerSession.layer(Till, Till.layer)),
  Layer.provide(Ledger.layer)
)
