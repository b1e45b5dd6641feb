/**
 * Transports for clients on Node: a server as a child process, and a server behind a URL.
 *
 * @example
 * ```ts
 * import { McpClient } from "@parley/mcp"
 * import { NodeMcpClient } from "@parley/node"
 * import * as Layer from "effect/Layer"
 *
 * export const ClientLive = McpClient.layer({ name: "me", version: "1.0.0" }).pipe(
 *   Layer.provide(NodeMcpClient.layerStdio({ command: "node", args: ["server.js"] }))
 * )
 * ```
 *
 * @since 0.1.0
 */
import * as NodeChildProcessSpawner from "@effect/platform-node/NodeChildProcessSpawner"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodePath from "@effect/platform-node/NodePath"
import { ClientTransport } from "@parley/mcp/transport/ClientTransport"
import * as DuplexClient from "@parley/mcp/transport/DuplexClient"
import * as HttpSseClient from "@parley/mcp/transport/HttpSseClient"
import * as StreamableHttpClient from "@parley/mcp/transport/StreamableHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as NodeChild from "./NodeChild.ts"

/**
 * Starts the server as a child process, anew for each connection, and speaks to it over stdin and stdout. The child ends
 * with the client's scope: stdin is closed, then SIGTERM and SIGKILL follow for whoever stays (INI-20, STD-11), and with
 * the program, as far as a program can tell. On Windows `npx` and other batch files are found and quoted as need be.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerStdio = (options: NodeChild.StdioOptions): Layer.Layer<ClientTransport> =>
  Layer.effect(
    ClientTransport,
    Effect.map(ChildProcessSpawner, (spawner) =>
      DuplexClient.make(
        Effect.provideService(NodeChild.connect(options), ChildProcessSpawner, spawner),
        NodeChild.peerOf(options)
      ))
  ).pipe(
    Layer.provide(NodeChildProcessSpawner.layer),
    Layer.provide(Layer.merge(NodeFileSystem.layer, NodePath.layer))
  )

/**
 * Speaks to the server at `url` over Streamable HTTP. Redirects are followed on its own origin only, so that no
 * token reaches another. To log in, put `StreamableHttpClient.layer` over `@parley/node/NodeOAuthClient` instead.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerHttp = (options: StreamableHttpClient.Options): Layer.Layer<ClientTransport> =>
  Layer.provide(StreamableHttpClient.layer(options), NodeHttpClient.layerUndici)

/**
 * Speaks to the server whose event stream is at `url` over HTTP+SSE, the transport of the oldest revision. Only for
 * servers that are known to have nothing else: `layerHttp` finds out by itself.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerSse = (options: HttpSseClient.Options): Layer.Layer<ClientTransport> =>
  Layer.provide(HttpSseClient.layer(options), NodeHttpClient.layerUndici)

export { safeEnvironment, type StdioOptions } from "./NodeChild.ts"
