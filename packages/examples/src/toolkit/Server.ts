/**
 * A toolkit of `effect/ai`, written for the backend's own model, served to the clients of MCP as well. Its handlers,
 * its schemas and its failures are the same for both; a chart that a model is shown as a picture is a picture here,
 * too.
 */
import { McpServer } from "@parley/mcp"
import * as ToolkitTools from "@parley/mcp/server/bridge/ToolkitTools"
import * as Prompt from "effect/ai/Prompt"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

/** What the shop has, by item. */
export class Stock extends Context.Service<Stock, { readonly [item: string]: number }>()("examples/toolkit/Stock") {
  static readonly layer = Layer.succeed(Stock, { tea: 12, coffee: 3 })
}

/** The shop does not know the item. */
export class NoSuchItem extends Schema.TaggedError<NoSuchItem>()("NoSuchItem", { item: Schema.String }) {
  override get message(): string {
    return `There is no "${this.item}" in this shop`
  }
}

const Count = Tool.make("count", {
  description: "How many of an item are in stock",
  parameters: Schema.Struct({ item: Schema.NonEmptyString }),
  success: Schema.Struct({ item: Schema.String, count: Schema.Int }),
  failure: NoSuchItem
}).annotate(Tool.Title, "Count items").annotate(Tool.Readonly, true).annotate(Tool.OpenWorld, false)

const Bar = Schema.Struct({ item: Schema.String, count: Schema.Int })

const bars = (stock: ReadonlyArray<typeof Bar.Type>): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="${stock.length * 10}">${
    stock.map(({ count }, index) => `<rect y="${index * 10}" width="${count}" height="8"/>`).join("")
  }</svg>`

const Chart = Tool.make("chart", {
  description: "A bar chart of the stock",
  success: Schema.Struct({ bars: Schema.Array(Bar) }),
  toModelOutput: (chart) => [
    Prompt.makePart("text", { text: chart.bars.map(({ count, item }) => `${item}: ${count}`).join("\n") }),
    Prompt.makePart("file", { mediaType: "image/svg+xml", data: new TextEncoder().encode(bars(chart.bars)) })
  ]
}).annotate(Tool.Readonly, true)

const Restock = Tool.make("restock", {
  description: "Order more of everything, item by item",
  success: Schema.String
})

/** The tools of the shop; a `LanguageModel` takes them as they are. */
export const Shop = Toolkit.make(Count, Chart, Restock)

const ShopLive = Shop.toLayer(Effect.map(Stock, (stock) =>
  Shop.of({
    count: ({ item }) => {
      const count = Object.hasOwn(stock, item) ? stock[item] : undefined
      return count === undefined ? Effect.fail(new NoSuchItem({ item })) : Effect.succeed({ item, count })
    },
    chart: () => Effect.succeed({ bars: Object.entries(stock).map(([item, count]) => ({ item, count })) }),
    // What a model would see as preliminary results, clients of MCP see as progress.
    restock: (_, { preliminary }) =>
      Effect.as(
        Effect.forEach(Object.keys(stock), (item) => preliminary(`ordered ${item}`), { discard: true }),
        "Everything is ordered"
      )
  })))

/** The server; it wants a transport. */
export const Server = McpServer.layer(ToolkitTools.serve(Shop), { name: "shop", version: "1.0.0" }).pipe(
  Layer.provide(ShopLive),
  Layer.provide(Stock.layer)
)
