/** `effect/ai`'s server over stdio, as the documentation of `McpServer.layerStdio` shows, with both eras. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import * as McpProtocol from "effect/ai/McpProtocol"
import * as McpServer from "effect/ai/McpServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ready } from "./channel.ts"
import { registrations } from "./effect-ai.ts"

const Server = McpServer.layerStdio({
  name: "effect-ai",
  version: "1.0.0",
  protocols: [McpProtocol.v2026_07_28, McpProtocol.v2025_11_25],
  registrations
})

const Ready = Layer.effectDiscard(Effect.sync(() => ready("")))

NodeRuntime.runMain(Layer.launch(Ready.pipe(Layer.provideMerge(Server), Layer.provide(NodeStdio.layer))))
