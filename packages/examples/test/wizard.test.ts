/** An order that asks on its way: the same questions, the same outcome and one charge, in either era. */
import { assert, describe, it } from "@effect/vitest"
import { McpServer } from "@parley/mcp"
import * as InMemoryTransport from "@parley/mcp/testing/InMemoryTransport"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Http from "../../mcp/test/support/Http.ts"
import * as Line from "../../mcp/test/support/Line.ts"
import * as Messages from "../../mcp/test/support/Messages.ts"
import * as Rounds from "../../mcp/test/support/Rounds.ts"
import { Server, Shop } from "../src/wizard/Server.ts"
import * as Program from "./Program.ts"
import * as Rpc from "./Rpc.ts"

type Running = McpServer.McpServer["Service"]

const order = { name: "order_shirt", arguments: { occasion: "Midsummer" } }

/** How a client of each era places the order, when it declares what it can be asked. */
const clients = {
  "2025-11-25": (server: Running, answer: Rounds.Answer, capabilities: object) =>
    Effect.gen(function*() {
      const line = yield* Line.open(server)
      yield* line.ask("initialize", { ...Messages.initializeParams("2025-11-25"), capabilities })
      line.say(Messages.notification("notifications/initialized"))
      yield* Rounds.answering(line, answer)
      return yield* line.ask("tools/call", order)
    }),
  "2026-07-28": (server: Running, answer: Rounds.Answer, capabilities: object) =>
    Effect.gen(function*() {
      const http = yield* Http.make(server)
      const send = (params: Messages.Params) => Rounds.send(http, "tools/call", params, capabilities)
      return (yield* Rounds.converse(send, order, answer)).last
    })
}

/** A user and a model, by what they are asked; a user who is asked nothing here declines. */
const peer = (answers: { readonly [question: string]: object }) => {
  const asked: Array<string> = []
  const answer: Rounds.Answer = ({ method, params }) => {
    if (method === "sampling/createMessage") {
      asked.push("the model")
      return { role: "assistant", model: "test", content: { type: "text", text: "Dance till dawn" } }
    }
    asked.push(String(params.message))
    return answers[String(params.message)] ?? { action: "decline" }
  }
  return { asked, answer }
}

const shirt = { "Which shirt shall it be?": Rounds.accept({ size: "M" }) }
const pay = { "Pay for \"Dance till dawn\"": { action: "accept" } }
const address = { "Receipt 1: where shall we send it?": Rounds.accept({ address: "1 Elm Street" }) }

/** The orders that a card was to be charged for, each time that the shop was told to. */
class Charges extends Context.Service<Charges, Array<number>>()("test/Charges") {
  static readonly layer = Layer.sync(Charges, () => [])
}

const WatchedShop = Layer.effect(
  Shop,
  Effect.gen(function*() {
    const charges = yield* Charges
    const shop = yield* Shop
    const charge = (order: number) => Effect.andThen(Effect.sync(() => void charges.push(order)), shop.charge(order))
    return { ...shop, charge }
  })
).pipe(Layer.provide(Shop.layer))

const withServer = Effect.provide(
  Server.pipe(Layer.provide([InMemoryTransport.layer, WatchedShop]), Layer.provideMerge(Charges.layer)),
  { local: true }
)

describe.each(["2025-11-25", "2026-07-28"] as const)("wizard, with a client of %s", (version) => {
  const place = (answers: object, capabilities: object = Rounds.everything) =>
    Effect.gen(function*() {
      const { answer, asked } = peer({ ...answers })
      const received = yield* clients[version](yield* McpServer.McpServer, answer, capabilities)
      return { asked, charges: yield* Charges, received }
    })

  it.effect("asks for all it needs, each thing once, and charges once", () =>
    Effect.gen(function*() {
      const { asked, charges, received } = yield* place({ ...shirt, ...pay, ...address })
      assert.deepStrictEqual(received.result?.["structuredContent"], {
        receipt: 1,
        shirt: "M, black: Dance till dawn",
        delivery: "1 Elm Street"
      })
      assert.deepStrictEqual(asked, [
        "Which shirt shall it be?",
        "the model",
        "Pay for \"Dance till dawn\"",
        "Receipt 1: where shall we send it?"
      ])
      assert.deepStrictEqual(charges, [1])
    }).pipe(Effect.scoped, withServer))

  it.effect("charges nothing when the user does not want to pay", () =>
    Effect.gen(function*() {
      const { charges, received } = yield* place(shirt)
      assert.isTrue(received.result?.["isError"])
      assert.deepStrictEqual(Messages.textsOf(received), ["The user wants no shirt; nothing was paid"])
      assert.deepStrictEqual(charges, [])
    }).pipe(Effect.scoped, withServer))

  it.effect("keeps the shirt for a user who has paid, and says nothing more", () =>
    Effect.gen(function*() {
      const { charges, received } = yield* place({ ...shirt, ...pay })
      assert.deepInclude(received.result?.["structuredContent"], { receipt: 1, delivery: "to be fetched" })
      assert.deepStrictEqual(charges, [1])
    }).pipe(Effect.scoped, withServer))

  it.effect("goes without a slogan where there is no model", () =>
    Effect.gen(function*() {
      const plain = { ...shirt, "Pay for \"Midsummer\"": { action: "accept" } }
      const { received } = yield* place(plain, { elicitation: { form: {}, url: {} } })
      assert.deepInclude(received.result?.["structuredContent"], { shirt: "M, black: Midsummer" })
    }).pipe(Effect.scoped, withServer))
})

describe("wizard, with a client that sends its answers twice", () => {
  it.effect("has one receipt for one order", () =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* McpServer.McpServer)
      const { answer } = peer({ ...shirt, ...pay })
      const sent: Array<Messages.Params> = []
      yield* Rounds.converse(
        (params) => {
          sent.push(params)
          return Rounds.send(http, "tools/call", params)
        },
        order,
        answer
      )
      // The order, two answers, the payment, and the address that is kept back.
      const payment = sent[3] ?? assert.fail("the client was not asked to pay")
      const again = yield* Rounds.send(http, "tools/call", payment)
      const questions = Object.values(Rounds.questionsOf(again) ?? {}).map(({ params }) => params["message"])
      assert.deepStrictEqual(questions, ["Receipt 1: where shall we send it?"])
      // The shop was told twice, and knew the order.
      assert.deepStrictEqual(yield* Charges, [1, 1])
    }).pipe(Effect.scoped, withServer))
})

describe("wizard as a program", () => {
  it.live("answers a lone request with its first question", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* Program.listen("wizard/main.ts")
      const { messages } = yield* Rpc.ask(url, "tools/call", order, {
        "io.modelcontextprotocol/clientCapabilities": Rounds.everything
      })
      const { inputRequests, requestState, resultType } = messages[0]?.result ?? {}
      assert.strictEqual(resultType, "input_required")
      assert.isString(requestState)
      assert.deepStrictEqual(
        Object.values(inputRequests as Record<string, Rounds.Question>).map(({ params }) => params["message"]),
        ["Which shirt shall it be?"]
      )
      assert.strictEqual((yield* stop("SIGTERM")).code, 130)
    }).pipe(Effect.scoped))
})
