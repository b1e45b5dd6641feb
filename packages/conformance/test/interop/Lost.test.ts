/**
 * Our client and a server of others that is killed in the middle of a call, and started again. Servers that end by
 * themselves are in `Libraries.test.ts`.
 */
import { assert, describe, it } from "@effect/vitest"
import { McpClient } from "@parley/mcp"
import { NodeMcpClient } from "@parley/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { clientWith, installed, started, startMillisMax } from "./Servers.ts"

describe("the everything server", () => {
  const foreign = { program: installed("@modelcontextprotocol/server-everything"), args: ["streamableHttp"] }
  const long = { name: "trigger-long-running-operation", arguments: { duration: 60, steps: 6000 } }

  it.live("is killed while it reports progress, and its sessions are made anew", () =>
    Effect.gen(function*() {
      const first = yield* started(foreign)
      const url = new URL("/mcp", first.url)
      yield* Effect.gen(function*() {
        const { callTool, readResource } = yield* McpClient.McpClient
        const restart = Effect.andThen(Effect.promise(first.kill), started(foreign, Number(url.port)))
        // The scope is that of the test: the server outlives the call.
        const scope = yield* Effect.scope
        const restartOnce = yield* Effect.cached(Scope.provide(Effect.asVoid(restart), scope))
        const error = yield* Effect.flip(callTool(long, { onProgress: () => restartOnce, repeatable: false }))
        assert.strictEqual(error.reason._tag, "TransportError", error.message)
        assert.isTrue(error.mayHaveRun)
        const { contents } = yield* readResource("demo://resource/dynamic/text/1")
        assert.lengthOf(contents, 1)
      }).pipe(Effect.provide(Layer.provide(clientWith({}), NodeMcpClient.layerHttp({ url: url.href }))))
    }).pipe(Effect.scoped), startMillisMax)
})
