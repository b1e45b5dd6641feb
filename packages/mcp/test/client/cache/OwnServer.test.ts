/** The cache of a client against our own server: its hints are kept to, and what it tells of changes is heard. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as ResponseCache from "../../../src/client/cache/ResponseCache.ts"
import * as McpClient from "../../../src/client/McpClient.ts"
import * as Registry from "../../../src/contract/Registry.ts"
import * as Resource from "../../../src/contract/Resource.ts"
import * as Tool from "../../../src/contract/Tool.ts"
import * as McpServer from "../../../src/server/McpServer.ts"
import * as InMemoryTransport from "../../../src/testing/InMemoryTransport.ts"
import { minute } from "./Keeping.ts"

const toolOf = (name: string) => Tool.serve(name, {}, () => Effect.succeed(""))

const both = (reads: { count: number }) => {
  const resource = Resource.serve("a://b", {}, () => Effect.sync(() => String(++reads.count)))
  const server = McpServer.layer([toolOf("first"), resource], {
    name: "s",
    version: "1",
    caching: { tools: { ttlMs: minute, cacheScope: "public" }, reading: { ttlMs: minute } }
  })
  const client = McpClient.layer({ name: "t", version: "0" })
  return Layer.provideMerge(client, server).pipe(
    Layer.provide(InMemoryTransport.layer),
    Layer.provide(ResponseCache.layerMemory)
  )
}

describe("with our own server", () => {
  it.effect("results are kept for as long as it says (CAC-13, CAC-16)", () =>
    Effect.gen(function*() {
      const reads = { count: 0 }
      yield* Effect.gen(function*() {
        const client = yield* McpClient.McpClient
        yield* client.readResource("a://b")
        yield* TestClock.adjust(minute - 1)
        yield* client.readResource("a://b")
        assert.strictEqual(reads.count, 1)
        yield* TestClock.adjust(1)
        yield* client.readResource("a://b")
        assert.strictEqual(reads.count, 2)
      }).pipe(Effect.provide(both(reads)))
    }))

  it.effect("whoever listens reads a changed list anew (CAC-19)", () =>
    Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      assert.lengthOf(yield* client.listTools, 1)
      const heard = yield* client.listChanges.pipe(
        Stream.mapEffect(() => client.listTools),
        Stream.filter((tools) => tools.length === 2),
        Stream.take(1),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      yield* Effect.repeat(Effect.yieldNow, { times: 20 })
      yield* Registry.keep(toolOf("second"))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual((yield* Fiber.join(heard))[0]?.map(({ name }) => name), ["first", "second"])
    }).pipe(Effect.provide(both({ count: 0 }))))

  it.effect("whoever begins to listen reads what has changed while nobody did (CAC-19)", () => {
    const reads = { count: 0 }
    return Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      assert.lengthOf(yield* client.listTools, 1)
      yield* client.readResource("a://b")
      yield* Registry.keep(toolOf("second"))
      const [tools] = yield* client.listChanges.pipe(
        Stream.filter(({ kind }) => kind === "tools"),
        Stream.mapEffect(() => client.listTools),
        Stream.take(1),
        Stream.runCollect
      )
      assert.deepStrictEqual(tools?.map(({ name }) => name), ["first", "second"])
      yield* client.resourceUpdates("a://b").pipe(
        Stream.mapEffect(() => client.readResource("a://b")),
        Stream.take(1),
        Stream.runDrain
      )
      assert.strictEqual(reads.count, 2)
    }).pipe(Effect.provide(both(reads)))
  })
})
