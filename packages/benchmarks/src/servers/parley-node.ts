/** Parley directly on `node:http`: one endpoint for both eras, its safe defaults left on. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { NodeMcpServer } from "@parley/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ready } from "./channel.ts"
import { Benchmark } from "./parley.ts"
import { settings } from "./settings.ts"

const Ready = Layer.effectDiscard(Effect.gen(function*() {
  const address = yield* NodeMcpServer.HttpAddress
  ready(yield* address.url)
}))

const Transport = NodeMcpServer.layerHttp({ port: 0, response: settings.events ? "sse" : "auto" })

const Live = Ready.pipe(Layer.provideMerge(Benchmark), Layer.provide(Transport))

NodeRuntime.runMain(Layer.launch(Live))
