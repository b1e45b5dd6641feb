/**
 * Many servers from the familiar `mcpServers` JSON, on Node: programs are started, URLs are spoken to, `${NAME}` is a
 * variable of this process. An entry that is wrong is a server with an error, and spoils no other.
 *
 * @example
 * ```ts
 * import { NodeMcpClients } from "@parley/node"
 *
 * export const ServersLive = NodeMcpClients.layer({
 *   mcpServers: {
 *     files: { command: "npx", args: ["-y", "@modelcontextprotocol/server-filesystem", "${HOME}"] },
 *     issues: { url: "https://example.com/mcp", headers: { authorization: "Bearer ${ISSUES_TOKEN:-none}" } }
 *   }
 * }, { name: "me", version: "1.0.0" })
 * ```
 *
 * @since 0.1.0
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import type * as Middleware from "@parley/mcp/client/Middleware"
import * as McpClients from "@parley/mcp/client/servers/McpClients"
import * as McpServersConfig from "@parley/mcp/client/servers/McpServersConfig"
import * as McpServersError from "@parley/mcp/client/servers/McpServersError"
import { ClientTransport } from "@parley/mcp/transport/ClientTransport"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as NodeMcpClient from "./NodeMcpClient.ts"

/** The URL may hold a key; whoever shows the server shows what the configuration says. */
const shownAs = (
  { shown }: McpServersConfig.HttpServer,
  transport: Layer.Layer<ClientTransport>
): Layer.Layer<ClientTransport> =>
  Layer.effect(ClientTransport, Effect.map(ClientTransport, (made) => ({ ...made, peer: shown }))).pipe(
    Layer.provide(transport)
  )

const transportOf = (server: McpServersConfig.Server): Layer.Layer<ClientTransport> => {
  if (server._tag === "Http") {
    const options = { url: Redacted.value(server.url), headers: server.headers }
    const reached = server.transport === "Sse" ? NodeMcpClient.layerSse(options) : NodeMcpClient.layerHttp(options)
    return shownAs(server, reached)
  }
  const { args, command, cwd, env } = server
  return NodeMcpClient.layerStdio({ command, args, env, ...(cwd === undefined ? {} : { cwd }) })
}

const definitionOf = (
  name: string,
  server: Result.Result<McpServersConfig.Server, McpServersError.McpServersError>
): McpClients.Definition =>
  Result.isSuccess(server)
    ? { name, origin: server, disabled: server.success.disabled, transport: transportOf(server.success) }
    : { name, origin: server, transport: Layer.effect(ClientTransport, Effect.fail(server.failure)) }

const definitionsOf = (servers: McpServersConfig.Servers): ReadonlyArray<McpClients.Definition> =>
  Array.from(servers, ([name, server]) => definitionOf(name, server))

/**
 * Definitions from a configuration that was parsed already; for `McpClients.set`.
 *
 * @category configuration
 * @since 0.1.0
 */
export const definitions = (
  config: unknown
): Effect.Effect<ReadonlyArray<McpClients.Definition>, McpServersError.McpServersError> =>
  Effect.suspend(() => Effect.fromResult(Result.map(McpServersConfig.resolve(config, process.env), definitionsOf)))

const read = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) => files.readFileString(path)).pipe(
    Effect.mapError(({ reason }) =>
      McpServersError.make(new McpServersError.InvalidConfig({ detail: `${path}: ${reason._tag}` }))
    ),
    Effect.provide(NodeFileSystem.layer)
  )

/**
 * Definitions from a file of JSON, as it is now; for `McpClients.set`.
 *
 * @category configuration
 * @since 0.1.0
 */
export const load = (
  path: string
): Effect.Effect<ReadonlyArray<McpClients.Definition>, McpServersError.McpServersError> =>
  Effect.flatMap(
    read(path),
    (text) => Effect.fromResult(Result.map(McpServersConfig.parse(text, process.env), definitionsOf))
  )

type Live<M extends ReadonlyArray<Middleware.Any>> = Layer.Layer<
  McpClients.McpClients,
  McpServersError.McpServersError,
  Exclude<Middleware.RequiredBy<M>, Scope.Scope>
>

const fromDefinitions = <const M extends ReadonlyArray<Middleware.Any>>(
  definitions: Effect.Effect<ReadonlyArray<McpClients.Definition>, McpServersError.McpServersError>,
  options: McpClients.Options<M>
): Live<M> =>
  Layer.effect(McpClients.McpClients, Effect.flatMap(definitions, (found) => McpClients.make(found, options)))

/**
 * The servers of a configuration. Fails only if it names no servers at all.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <const M extends ReadonlyArray<Middleware.Any> = readonly []>(
  config: unknown,
  options: McpClients.Options<M>
): Live<M> => fromDefinitions(definitions(config), options)

/**
 * The servers of a file. Fails only if it cannot be read, or names no servers at all.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerFile = <const M extends ReadonlyArray<Middleware.Any> = readonly []>(
  path: string,
  options: McpClients.Options<M>
): Live<M> => fromDefinitions(load(path), options)
