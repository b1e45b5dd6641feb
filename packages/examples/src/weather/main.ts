/**
 * Serves over stdio, with a weather service of its own.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { NodeMcpServer } from "@parley/node"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import { Api } from "./Api.ts"
import { Server } from "./Server.ts"

Server.pipe(
  Layer.provide([NodeMcpServer.layerStdio, FetchHttpClient.layer, Api]),
  Layer.launch,
  NodeRuntime.runMain
)
