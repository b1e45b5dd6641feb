/**
 * A tool that asks while it works: the user for a size and a color, the client's model for a slogan, the user again to
 * pay on a page of the shop, and for an address. It is written once. A client with a session hears the questions while
 * its call waits; one without gets them as the result of its call, sends the call again with the answers, and the handler
 * runs from its beginning. What must not be done again stands in `Ask.once`; and because a client that heard nothing may
 * send the same answers twice, the shop charges no order twice.
 */
import { Ask, Form, McpServer, Tool } from "@parley/mcp"
import { NodeMcpServer } from "@parley/node"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

/** The shop, and its books. */
export class Shop extends Context.Service<Shop, {
  /** Opens an order, and gives its number. */
  readonly open: Effect.Effect<number>
  /** Charges the user's card, unless it was charged for this order already; gives the number of the receipt. */
  readonly charge: (order: number) => Effect.Effect<number>
}>()("examples/wizard/Shop") {
  static readonly layer = Layer.sync(Shop, () => {
    let orders = 0
    const receipts = new Map<number, number>()
    return {
      open: Effect.sync(() => ++orders),
      charge: (order) =>
        Effect.sync(() => {
          const receipt = receipts.get(order) ?? receipts.size + 1
          receipts.set(order, receipt)
          return receipt
        })
    }
  })
}

const Shirt = Form.make({
  size: Schema.Literals(["S", "M", "L"]).annotate({ title: "Size" }),
  color: Form.choice({ black: "Black as night", white: "White as snow" }).annotate({ title: "Color", default: "black" })
})

const Address = Form.make({ address: Schema.NonEmptyString.annotate({ title: "Street and town" }) })

/** The model writes the slogan; a client without one gets a plainer one. */
const slogan = (occasion: string) =>
  Ask.sample({
    messages: [{ role: "user", content: { type: "text", text: `A slogan of three words for a T-shirt: ${occasion}` } }],
    maxTokens: 20
  }).pipe(
    Effect.map(({ content }) => "text" in content ? content.text : occasion),
    Effect.catchReason("AskError", "Unsupported", () => Effect.succeed(occasion))
  )

const orderShirt = Tool.serve("order_shirt", {
  description: "Order a T-shirt with a slogan. The user is asked for all else.",
  parameters: { occasion: Schema.NonEmptyString },
  success: Schema.Struct({ receipt: Schema.Int, shirt: Schema.String, delivery: Schema.String })
}, ({ occasion }) =>
  Effect.gen(function*() {
    const shop = yield* Shop
    const { color, size } = yield* Ask.form(Shirt, "Which shirt shall it be?")
    const text = yield* slogan(occasion)
    const order = yield* Ask.once("order", shop.open, Schema.Int)
    yield* Ask.url({ message: `Pay for "${text}"`, url: `https://shop.example/pay/${order}` })
    const receipt = yield* Ask.once("charge", shop.charge(order), Schema.Int)
    // It is paid: a user who says nothing more gets the shirt all the same.
    const delivery = yield* Ask.form(Address, `Receipt ${receipt}: where shall we send it?`).pipe(
      Effect.map(({ address }) => address),
      Effect.orElseSucceed(() => "to be fetched")
    )
    return { receipt, shirt: `${size}, ${color}: ${text}`, delivery }
  }).pipe(
    Effect.catchReason(
      "AskError",
      "Declined",
      () => Effect.fail(Tool.fail("The user wants no shirt; nothing was paid"))
    )
  ))

/** The server; it wants a transport and the shop. */
export const Server = McpServer.layer(orderShirt, { name: "wizard", version: "1.0.0" })

/** The server, on a port of this machine. */
export const serve = (port: number) =>
  Server.pipe(Layer.provide(Shop.layer), Layer.provideMerge(NodeMcpServer.layerHttp({ port })))
