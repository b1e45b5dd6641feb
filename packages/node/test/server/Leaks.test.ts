/** A thousand clients that connect, call, fail and go, on real sockets: nothing of them is left. */
import { assert, describe, it } from "@effect/vitest"
import * as McpClient from "@parley/mcp/client/McpClient"
import * as Progress from "@parley/mcp/contract/Progress"
import * as Tool from "@parley/mcp/contract/Tool"
import { v2025_11_25 } from "@parley/mcp/revision/v2025_11_25"
import { v2026_07_28 } from "@parley/mcp/revision/v2026_07_28"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as NodeMcpClient from "../../src/NodeMcpClient.ts"
import * as NodeMcpServer from "../../src/NodeMcpServer.ts"

const chatty = Tool.serve("chatty", {}, () => Effect.as(Progress.report({ progress: 1 }), "done"))
const failing = Tool.serve("failing", {}, () => Effect.fail(Tool.fail("as asked")))
const breaking = Tool.serve("breaking", {}, () => Effect.die("broken"))

const Server = McpServer.layer([chatty, failing, breaking], { name: "demo", version: "1.0.0" }).pipe(
  Layer.provideMerge(NodeMcpServer.layerHttp({ port: 0 }))
)

/** One client, from its connection to its end; every second one calls with a stream, every third makes a handler die. */
const visit = (index: number) =>
  Effect.gen(function*() {
    const { url } = yield* NodeMcpServer.HttpAddress
    const transport = yield* Layer.build(NodeMcpClient.layerHttp({ url: yield* url }))
    const revisions = [index % 2 === 0 ? v2025_11_25 : v2026_07_28]
    const client = yield* Effect.provide(McpClient.make({ name: "test", version: "0", revisions }), transport)
    yield* client.callTool({ name: "chatty" }, index % 4 < 2 ? { onProgress: () => Effect.void } : {})
    yield* client.callTool({ name: index % 3 === 0 ? "breaking" : "failing" })
    yield* Effect.flip(client.callTool({ name: "nobody" }))
  }).pipe(Effect.scoped)

/** What a process holds: fibers by count, the rest as the platform counts it. */
const holdings = (fibers: number) => {
  const resources = process.getActiveResourcesInfo()
  const count = (kind: string) => resources.filter((one) => one.startsWith(kind)).length
  return {
    fibers,
    timers: count("Timeout"),
    immediates: count("Immediate"),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
  }
}

type Holdings = ReturnType<typeof holdings>

/** What there is more of than before. What others in this process held before may have gone meanwhile. */
const grown = (before: Holdings, after: Holdings) =>
  Object.entries(after).filter(([kind, count]) => count > before[kind as keyof Holdings])

describe("a thousand visits", () => {
  it.live("leave no more fibers, listeners and timers than there were", () =>
    Effect.gen(function*() {
      let fibers = 0
      const counting: Metric.FiberRuntimeMetricsService = {
        recordFiberStart: () => void fibers++,
        recordFiberEnd: () => void fibers--
      }
      const visits = (count: number) =>
        Effect.forEach(Array.from({ length: count }, (_, index) => index), visit, { concurrency: 10, discard: true })
      yield* Effect.gen(function*() {
        yield* visits(20)
        yield* Effect.yieldNow
        const before = holdings(fibers)
        yield* visits(1_000)
        // Sockets close in their own time, some turns of the event loop later.
        const left = Effect.andThen(Effect.yieldNow, Effect.sync(() => grown(before, holdings(fibers))))
        assert.deepStrictEqual(yield* Effect.repeat(left, { until: ({ length }) => length === 0, times: 1_000 }), [])
      }).pipe(Effect.provide(Server), Effect.provideService(Metric.FiberRuntimeMetrics, counting))
    }).pipe(Effect.provide(Logger.layer([]))), 60_000)
})
