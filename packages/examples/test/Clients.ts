/** Clients that live as long as a test. */
import { McpClient } from "@parley/mcp"
import * as Revisions from "@parley/mcp/revision/Revisions"
import type { ClientTransport } from "@parley/mcp/transport/ClientTransport"
import { NodeMcpClient } from "@parley/node"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { fileURLToPath } from "node:url"

/** The two eras, by a name for tests, with the revisions of a client that knows no other. */
export const eras = [["sessions", Revisions.sessionEra], ["no sessions", Revisions.statelessEra]] as const

/** However long a busy machine takes to start a server, it is not an old one. */
const probeTimeout = "15 seconds"

type Speaking = typeof Revisions.all

const over = (transport: Layer.Layer<ClientTransport>, revisions: Speaking = Revisions.all) =>
  Effect.map(
    Layer.build(
      McpClient.layer({ name: "test", version: "1", revisions, probeTimeout }).pipe(Layer.provide(transport))
    ),
    Context.get(McpClient.McpClient)
  )

/** A client of the server at a URL; it hangs up with the scope. */
export const connect = (
  url: string,
  headers: { readonly [name: string]: string } = {},
  revisions?: Speaking
) => over(NodeMcpClient.layerHttp({ url, headers }), revisions)

/** A client that starts a story as its server, over stdio; the story ends with the scope. */
export const start = (story: string, revisions?: Speaking, args: ReadonlyArray<string> = []) =>
  over(
    NodeMcpClient.layerStdio({
      command: process.execPath,
      args: ["--conditions=@parley/source", fileURLToPath(new URL(`../src/${story}`, import.meta.url)), ...args]
    }),
    revisions
  )
