/** A library and the tools that stand for its endpoints, on one port, and as a program. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { createServer } from "node:http"
import { App } from "../src/http-api/Server.ts"
import { connect } from "./Clients.ts"
import * as Program from "./Program.ts"
import * as Rpc from "./Rpc.ts"

const send = (url: string, init?: RequestInit) =>
  Effect.promise(() =>
    fetch(url, init).then(async (response) => ({ status: response.status, text: await response.text() }))
  )

const Served = App.pipe(
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1", gracefulShutdownTimeout: 0 })),
  Layer.provide(Logger.layer([]))
)

const url = Effect.map(HttpServer.HttpServer, ({ address }) => HttpServer.formatAddress(address))

describe("http-api", () => {
  it.live("offers the endpoints that are for models", () =>
    Effect.gen(function*() {
      const client = yield* connect(`${yield* url}/mcp`)
      const tools = yield* client.listTools
      assert.deepStrictEqual(tools.map(({ annotations, name, title }) => ({ annotations, name, title })), [
        {
          name: "books_search",
          title: "Look for books by a word of their title",
          annotations: { readOnlyHint: true }
        },
        { name: "books_borrow", title: "Borrow a book", annotations: { readOnlyHint: false } }
      ])
    }).pipe(Effect.scoped, Effect.provide(Served), Effect.timeout("10 seconds")))

  it.live("borrows on the server's own card, and everybody sees it", () =>
    Effect.gen(function*() {
      const client = yield* connect(`${yield* url}/mcp`)
      const borrowed = yield* client.callTool({ name: "books_borrow", arguments: { id: 1 } })
      assert.deepStrictEqual(borrowed.structuredContent, { id: 1, title: "Emma", borrowedBy: "card-42" })
      assert.include((yield* send(`${yield* url}/books?title=Emma`)).text, "\"borrowedBy\":\"card-42\"")
      const again = yield* client.callTool({ name: "books_borrow", arguments: { id: 1 } })
      assert.isTrue(again.isError)
      assert.deepStrictEqual(again.content, [{ type: "text", text: "\"Emma\" is out" }])
      const none = yield* client.callTool({ name: "books_borrow", arguments: { id: 9 } })
      assert.deepStrictEqual(none.content, [{ type: "text", text: "{\"_tag\":\"NoSuchBook\",\"id\":9}" }])
      // The API itself lets nobody borrow without a card.
      assert.strictEqual((yield* send(`${yield* url}/books/2/loan`, { method: "POST" })).status, 401)
    }).pipe(Effect.scoped, Effect.provide(Served), Effect.timeout("10 seconds")))
})

describe("http-api as a program", () => {
  it.live("does not send on what a caller shows", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* Program.listen("http-api/main.ts")
      const card = { authorization: "Bearer card-of-the-caller" }
      const opened = yield* Rpc.post(`${url}/mcp`, {
        id: 0,
        method: "initialize",
        params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } }
      }, card)
      const session = { ...card, "mcp-session-id": opened.sessionId ?? assert.fail("no session") }
      const { messages } = yield* Rpc.post(`${url}/mcp`, Rpc.call("books_borrow", { id: 2 }), session)
      assert.deepInclude(messages[0]?.result, {
        structuredContent: { id: 2, title: "Middlemarch", borrowedBy: "card-42" }
      })
      assert.strictEqual((yield* stop("SIGTERM")).code, 130)
    }).pipe(Effect.scoped))
})
