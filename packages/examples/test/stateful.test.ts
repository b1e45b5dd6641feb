/** HTTP with sessions: in this process with clients, and as a program on the wire. */
import { assert, describe, it } from "@effect/vitest"
import { NodeMcpServer } from "@parley/node"
import * as Effect from "effect/Effect"
import { serve } from "../src/stateful/Server.ts"
import { connect } from "./Clients.ts"
import * as Program from "./Program.ts"
import * as Rpc from "./Rpc.ts"

const put = (client: Effect.Success<ReturnType<typeof connect>>, item: string) =>
  Effect.map(client.callTool({ name: "put", arguments: { item } }), ({ structuredContent }) => structuredContent)

describe("stateful", () => {
  it.live("each session has a basket, and hears of progress as it is made", () =>
    Effect.gen(function*() {
      const { url } = yield* NodeMcpServer.HttpAddress
      const ada = yield* connect(yield* url)
      const ben = yield* connect(yield* url)
      yield* put(ada, "tea")
      assert.deepStrictEqual(yield* put(ben, "milk"), { items: ["milk"] })
      assert.deepStrictEqual(yield* put(ada, "cake"), { items: ["tea", "cake"] })

      const progress: Array<string | undefined> = []
      const bought = yield* ada.callTool({ name: "buy" }, {
        onProgress: ({ message }) => Effect.sync(() => progress.push(message))
      })
      assert.deepStrictEqual(bought.structuredContent, { items: ["tea", "cake"] })
      assert.deepStrictEqual(progress, ["tea is paid", "cake is paid"])
      assert.deepStrictEqual(yield* put(ada, "jam"), { items: ["jam"] })
    }).pipe(Effect.scoped, Effect.provide(serve(0)), Effect.timeout("10 seconds")))
})

describe("stateful as a program", () => {
  it.live("opens a session, streams only what must be streamed, and ends the session", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* Program.listen("stateful/main.ts")
      const session = yield* Rpc.open(url)
      assert.property(session, "mcp-session-id")

      const plain = yield* Rpc.post(url, Rpc.call("put", { item: "tea" }), session)
      assert.deepInclude(plain, { status: 200, type: "application/json" })
      const streamed = yield* Rpc.post(url, Rpc.call("buy"), session)
      assert.deepInclude(streamed, { status: 200, type: "text/event-stream" })
      assert.deepStrictEqual(streamed.messages.map((message) => message.method ?? message.id), [
        "notifications/progress",
        1
      ])

      assert.strictEqual((yield* Rpc.post(url, Rpc.call("buy"))).status, 400)
      yield* Rpc.request(url, { method: "DELETE", headers: session })
      assert.strictEqual((yield* Rpc.post(url, Rpc.call("buy"), session)).status, 404)

      assert.strictEqual((yield* stop("SIGTERM")).code, 130)
      yield* Effect.flip(Rpc.post(url, Rpc.call("buy")))
    }).pipe(Effect.scoped))
})
