/**
 * Many servers from the familiar `mcpServers` JSON, on Node: programs are started, URLs are spoken to, `${NAME}` is a
 * variable of this process. An entry that is wrong is a server with an error, and spoils no other. Servers that want their
 * users to log in need `NodeOAuthClients` beneath, and no entry of their own.
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
import * as HttpSseClient from "@parley/mcp/transport/HttpSseClient"
import * as StreamableHttpClient from "@parley/mcp/transport/StreamableHttpClient"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as NodeMcpClient from "./NodeMcpClient.ts"
import { type Clients, ServerHttp } from "./ServerHttp.ts"

/** The URL may hold a key; whoever shows the server shows what the configuration says. */
const shownAs = (
  { shown }: McpServersConfig.HttpServer,
  transport: Layer.Layer<ClientTransport>
): Layer.Layer<ClientTransport> =>
  Layer.effect(ClientTransport, Effect.map(ClientTransport, (made) => ({ ...made, peer: shown }))).pipe(
    Layer.provide(transport)
  )

const transportOf = (server: McpServersConfig.Server, http: Clients): Layer.Layer<ClientTransport> => {
  if (server._tag === "Http") {
    const url = Redacted.value(server.url)
    const options = { url, headers: server.headers }
    const reached = server.transport === "Sse" ? HttpSseClient.layer(options) : StreamableHttpClient.layer(options)
    return shownAs(server, Layer.provide(reached, http.layer(url)))
  }
  const { args, command, cwd, env } = server
  return NodeMcpClient.layerStdio({ command, args, env, ...(cwd === undefined ? {} : { cwd }) })
}

/** When a server that has not taken the client is worth another attempt, if the HTTP client knows of such a time. */
const admittedTo = (server: McpServersConfig.Server, { admitted }: Clients): Pick<McpClients.Definition, "admitted"> =>
  server._tag === "Http" && admitted !== undefined ? { admitted: admitted(Redacted.value(server.url)) } : {}

const definitionOf = (
  name: string,
  server: Result.Result<McpServersConfig.Server, McpServersError.McpServersError>,
  http: Clients
): McpClients.Definition => {
  if (Result.isFailure(server)) {
    return { name, origin: server, transport: Layer.effect(ClientTransport, Effect.fail(server.failure)) }
  }
  const { success } = server
  const { disabled } = success
  return { name, origin: server, disabled, transport: transportOf(success, http), ...admittedTo(success, http) }
}

const definitionsOf = (
  servers: Result.Result<McpServersConfig.Servers, McpServersError.McpServersError>
): Effect.Effect<ReadonlyArray<McpClients.Definition>, McpServersError.McpServersError> =>
  Effect.flatMap(ServerHttp, (http) =>
    Effect.fromResult(
      Result.map(servers, (found) => Array.from(found, ([name, server]) => definitionOf(name, server, http)))
    ))

/**
 * Definitions from a configuration that was parsed already; for `McpClients.set`.
 *
 * @category configuration
 * @since 0.1.0
 */
export const definitions = (
  config: unknown
): Effect.Effect<ReadonlyArray<McpClients.Definition>, McpServersError.McpServersError> =>
  Effect.suspend(() => definitionsOf(McpServersConfig.resolve(config, process.env)))

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
  Effect.flatMap(read(path), (text) => definitionsOf(McpServersConfig.parse(text, process.env)))

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
