/**
 * Serves the till over stdio; its journal is the file that is named.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { NodeMcpServer } from "@parley/node"
import * as Layer from "effect/Layer"
import { server } from "./Till.ts"

server(process.argv[2] ?? "journal.txt").pipe(
  Layer.provide(NodeMcpServer.layerStdio),
  Layer.launch,
  NodeRuntime.runMain
)
