/**
 * Serves over stdio, for the client beside it.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { NodeMcpServer } from "@parley/node"
import * as Layer from "effect/Layer"
import { Server } from "./Server.ts"

Server.pipe(Layer.provide(NodeMcpServer.layerStdio), Layer.launch, NodeRuntime.runMain)
