/**
 * Serves a folder over stdio: the one that is named on the command line, or the library of this story.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { NodeMcpServer } from "@parley/node"
import * as Layer from "effect/Layer"
import { fileURLToPath } from "node:url"
import { serve } from "./Server.ts"

const folder = process.argv[2] ?? fileURLToPath(new URL("library", import.meta.url))

serve(folder).pipe(
  Layer.provide([NodeMcpServer.layerStdio, NodeServices.layer]),
  Layer.launch,
  NodeRuntime.runMain
)
