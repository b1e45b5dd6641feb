/** Serves over stdio; what it logs goes to stderr. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { NodeMcpServer } from "@parley/node"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import { Server } from "./Theatre.ts"

Server.pipe(
  Layer.provide([NodeMcpServer.layerStdio, Layer.succeed(References.LogToStderr, true)]),
  Layer.launch,
  NodeRuntime.runMain
)
