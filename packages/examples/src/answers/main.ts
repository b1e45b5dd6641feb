/**
 * Starts the server beside it twice, and speaks to it as in each era.
 */
import * as Revisions from "@parley/mcp/revision/Revisions"
import { NodeMcpClient } from "@parley/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { fileURLToPath } from "node:url"
import { runClient } from "../runClient.ts"
import { client, program } from "./Client.ts"

const Server = NodeMcpClient.layerStdio({
  command: process.execPath,
  args: [...process.execArgv, fileURLToPath(new URL("server-main.ts", import.meta.url))]
})

runClient(
  Effect.forEach(
    [Revisions.sessionEra, Revisions.statelessEra],
    (revisions) => Effect.provide(program, client(revisions).pipe(Layer.provide(Server)))
  )
)
