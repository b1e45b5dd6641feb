/** The server of the corpus as a process of its own, over stdio. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeMcpServer from "@parley/node/NodeMcpServer"
import * as Layer from "effect/Layer"
import { library } from "./Library.ts"

library.pipe(Layer.provide(NodeMcpServer.layerStdio), Layer.launch, NodeRuntime.runMain)
