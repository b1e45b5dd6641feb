/** Parley over stdio, whichever era the client speaks. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { NodeMcpServer } from "@parley/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ready } from "./channel.ts"
import { Benchmark } from "./parley.ts"

const Ready = Layer.effectDiscard(Effect.sync(() => ready("")))

NodeRuntime.runMain(Layer.launch(Ready.pipe(
  Layer.provideMerge(Benchmark),
  Layer.provide(NodeMcpServer.layerStdio)
)))
