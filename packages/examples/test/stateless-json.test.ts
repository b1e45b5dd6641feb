/** HTTP without sessions and without streams. */
import { assert, describe, it } from "@effect/vitest"
import { NodeMcpServer } from "@parley/node"
import * as Effect from "effect/Effect"
import { serve } from "../src/stateless-json/Server.ts"
import { connect } from "./Clients.ts"
import * as Program from "./Program.ts"
import * as Rpc from "./Rpc.ts"

describe("stateless-json", () => {
  it.live("a client gets its result, and no progress", () =>
    Effect.gen(function*() {
      const { url } = yield* NodeMcpServer.HttpAddress
      const client = yield* connect(yield* url)
      const { structuredContent } = yield* client.callTool({ name: "shout", arguments: { text: "hey" } }, {
        onProgress: () => Effect.die("There was progress")
      })
      assert.deepStrictEqual(structuredContent, { text: "HEY!" })
    }).pipe(Effect.scoped, Effect.provide(serve(0)), Effect.timeout("10 seconds")))
})

describe("stateless-json as a program", () => {
  it.live("answers with JSON, whatever a client accepts", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* Program.listen("stateless-json/main.ts")
      for (const accept of ["application/json, text/event-stream", "application/json", "*/*"]) {
        const { messages, status, type } = yield* Rpc.post(url, Rpc.call("shout", { text: "hey" }), { accept })
        assert.deepStrictEqual({ status, type }, { status: 200, type: "application/json" })
        assert.deepInclude(messages[0]?.result, { structuredContent: { text: "HEY!" } })
      }
      assert.strictEqual((yield* stop("SIGTERM")).code, 130)
      yield* Effect.flip(Rpc.open(url))
    }).pipe(Effect.scoped))
})
