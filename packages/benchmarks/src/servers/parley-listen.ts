/** Parley directly on `node:http`, with a tool that tells all who listen of a change, and room for many who do. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { McpServer, Registry, Tool } from "@parley/mcp"
import * as Subscriptions from "@parley/mcp/session/SubscriptionLimits"
import { NodeMcpServer } from "@parley/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ready } from "./channel.ts"

const change = Tool.serve("change", {}, () =>
  Effect.gen(function*() {
    const registry = yield* Registry.Registry
    yield* registry.listChanged("tools")
    return "done"
  }))

// Whoever shows no credential counts as one peer, and so do all streams of the benchmark.
const Limits = Layer.succeed(Subscriptions.SubscriptionLimits, {
  ...Subscriptions.defaultLimits,
  peerSubscriptionsMax: Subscriptions.defaultLimits.subscriptionsMax
})

const Ready = Layer.effectDiscard(Effect.gen(function*() {
  const address = yield* NodeMcpServer.HttpAddress
  ready(yield* address.url)
}))

const Live = Ready.pipe(
  Layer.provideMerge(McpServer.layer(change, { name: "parley", version: "1.0.0" })),
  Layer.provide(NodeMcpServer.layerHttp({ port: 0 })),
  Layer.provide(Limits)
)

NodeRuntime.runMain(Layer.launch(Live))
