/**
 * Mounting an endpoint on an app's router on Node: as `McpHttp.layerRouter` does on every platform, with bodies read
 * straight from Node's own stream, which costs less.
 *
 * @since 0.1.0
 */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as McpHttp from "@parley/mcp/server/McpHttp"
import type { ServerTransport } from "@parley/mcp/server/ServerTransport"
import type { ReadBody } from "@parley/mcp/transport/RouterExchange"
import type { HttpRouter } from "effect/http/HttpRouter"
import type * as Layer from "effect/Layer"
import * as NodeExchange from "./NodeExchange.ts"

const readBody: ReadBody = (request, bytesMax, done) =>
  NodeExchange.readBody(NodeHttpServerRequest.toIncomingMessage(request), bytesMax, done)

/**
 * Mounts the endpoint on the router in the context; sessions are kept in the memory of this process.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerRouter = (
  options?: Omit<McpHttp.RouterOptions, "readBody">
): Layer.Layer<ServerTransport, never, HttpRouter> => McpHttp.layerRouter({ ...options, readBody })
