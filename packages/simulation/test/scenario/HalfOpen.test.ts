import { assert, describe, it } from "@effect/vitest"
import { Tool } from "@parley/mcp"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as Journal from "@parley/simulation/history/Journal"
import * as World from "@parley/simulation/world/World"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ranOn } from "../support/Looking.ts"
import { revision, ways } from "../support/Ways.ts"

const echo = Tool.serve("echo", { parameters: { key: Schema.String } }, ({ key }) => Effect.as(Journal.ran(key), key))

const Echo = McpServer.layer(echo, { name: "echo", version: "1.0.0" })

const link = "client-server"

describe("a link that is half open", () => {
  it.effect.each(ways)(
    "to the client: the call ran, its time runs out, and its late answer is nobody else's, over $way in $version",
    (over) =>
      World.run({ seed: 1 }, (world) =>
        Effect.gen(function*() {
          const server = yield* world.server("server", Echo, { way: over.way })
          const { client } = yield* world.client("client", server, { revisions: revision(over.version) })
          // The handshake is over by then.
          yield* Effect.sleep(1_000)
          const call = (key: string) =>
            client.callTool({ name: "echo", arguments: { key } }, { repeatable: false, timeout: "20 seconds" })
          const heal = yield* world.strike(link, { _tag: "HalfOpen", direction: "toClient" })
          const error = yield* Effect.flip(call("first"))
          assert.strictEqual(error.reason._tag, "RequestTimeout")
          assert.isTrue(error.mayHaveRun)
          assert.strictEqual(Math.round(world.nowMillis() / 1_000), 21)
          assert.deepStrictEqual(ranOn(world.history, "first"), ["server"])
          yield* heal
          const second = yield* call("second")
          assert.deepStrictEqual(second.content, [{ type: "text", text: "second" }])
        }))
  )

  it.effect.each(ways)(
    "to the server: the call has not run, but who knows, over $way in $version",
    (over) =>
      World.run({ seed: 1 }, (world) =>
        Effect.gen(function*() {
          const server = yield* world.server("server", Echo, { way: over.way })
          const { client } = yield* world.client("client", server, { revisions: revision(over.version) })
          yield* Effect.sleep(1_000)
          yield* world.strike(link, { _tag: "HalfOpen", direction: "toServer" })
          const error = yield* Effect.flip(
            client.callTool({ name: "echo", arguments: { key: "first" } }, { repeatable: false, timeout: "20 seconds" })
          )
          assert.isTrue(error.mayHaveRun)
          assert.deepStrictEqual(ranOn(world.history, "first"), [])
        }))
  )
})
