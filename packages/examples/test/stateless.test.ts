/** HTTP without sessions. */
import { assert, describe, it } from "@effect/vitest"
import { NodeMcpServer } from "@parley/node"
import * as Effect from "effect/Effect"
import { serve } from "../src/stateless/Server.ts"
import { connect } from "./Clients.ts"
import * as Program from "./Program.ts"
import * as Rpc from "./Rpc.ts"

describe("stateless", () => {
  it.live("a client needs no session, and hears of progress all the same", () =>
    Effect.gen(function*() {
      const { url } = yield* NodeMcpServer.HttpAddress
      const client = yield* connect(yield* url)
      const progress: Array<string | undefined> = []
      const { structuredContent } = yield* client.callTool({ name: "factorize", arguments: { number: 90 } }, {
        onProgress: ({ message }) => Effect.sync(() => progress.push(message))
      })
      assert.deepStrictEqual(structuredContent, { factors: [2, 3, 3, 5] })
      assert.deepStrictEqual(progress, ["2 is a factor", "3 is a factor", "3 is a factor", "5 is a factor"])
    }).pipe(Effect.scoped, Effect.provide(serve(0)), Effect.timeout("10 seconds")))
})

describe("stateless as a program", () => {
  it.live("opens no session, and answers a lone request", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* Program.listen("stateless/main.ts")
      assert.deepStrictEqual(yield* Rpc.open(url), {})
      const { messages, status, type } = yield* Rpc.post(url, Rpc.call("factorize", { number: 6 }))
      assert.deepStrictEqual({ status, type }, { status: 200, type: "text/event-stream" })
      assert.deepInclude(messages.at(-1)?.result, { structuredContent: { factors: [2, 3] } })
      assert.strictEqual(messages.length, 3)
      assert.strictEqual((yield* stop("SIGINT")).code, 130)
      yield* Effect.flip(Rpc.open(url))
    }).pipe(Effect.scoped))
})
