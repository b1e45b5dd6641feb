/**
 * HTTP with sessions: a client opens one with `initialize`, and names it in each request after that. Here it holds a
 * shopping basket, and the basket lives as long as the session. Buying takes a while, and reports progress as it goes.
 */
import { McpServer, PerSession, Progress, Tool } from "@parley/mcp"
import * as Revisions from "@parley/mcp/revision/Revisions"
import { NodeMcpServer } from "@parley/node"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"

class Basket extends Context.Service<Basket, Ref.Ref<ReadonlyArray<string>>>()("examples/stateful/Basket") {
  static readonly layer = Layer.effect(Basket, Ref.make<ReadonlyArray<string>>([]))
}

const Items = Schema.Struct({ items: Schema.Array(Schema.String) })

const put = Tool.serve("put", {
  description: "Put something into the basket",
  parameters: { item: Schema.NonEmptyString },
  success: Items
}, ({ item }) =>
  Effect.gen(function*() {
    const basket = yield* PerSession.get(Basket)
    return { items: yield* Ref.updateAndGet(basket, (items) => [...items, item]) }
  }))

const buy = Tool.serve("buy", {
  description: "Buy what is in the basket",
  success: Items
}, () =>
  Effect.gen(function*() {
    const basket = yield* PerSession.get(Basket)
    const items = yield* Ref.getAndSet(basket, [])
    yield* Effect.forEach(items, (item, index) =>
      Progress.report({ progress: index + 1, total: items.length, message: `${item} is paid` }))
    return { items }
  }))

/** The server, on a port of this machine. It speaks the revisions that have sessions, because it depends on them. */
export const serve = (port: number) =>
  McpServer.layer([put, buy], { name: "stateful", version: "1.0.0", revisions: Revisions.sessionEra }).pipe(
    Layer.provide(PerSession.layer(Basket, Basket.layer)),
    Layer.provideMerge(NodeMcpServer.layerHttp({ port, sessions: "stateful" }))
  )
