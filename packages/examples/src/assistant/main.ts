/**
 * Connects to the servers of a file, `servers.json` beside this one unless another is named, and ends when all is said.
 */
import { NodeMcpClients } from "@parley/node"
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import { runClient } from "../runClient.ts"
import { report } from "./Assistant.ts"

const file = process.argv[2] ?? fileURLToPath(new URL("servers.json", import.meta.url))

runClient(Effect.provide(report, NodeMcpClients.layerFile(file, { name: "assistant", version: "1.0.0" })))
