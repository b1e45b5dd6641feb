/**
 * Transports for servers on Node: stdio, HTTP directly on `node:http`, and HTTP on an app's own router. For a web
 * handler, see `McpHttp` in `@parley/mcp`.
 *
 * @example
 * ```ts
 * import { McpServer, Tool } from "@parley/mcp"
 * import { NodeMcpServer } from "@parley/node"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))
 *
 * export const Main = McpServer.layer(hello, { name: "demo", version: "1.0.0" }).pipe(
 *   Layer.provide(NodeMcpServer.layerStdio)
 * )
 * ```
 *
 * @since 0.1.0
 */
export { HttpAddress, type HttpOptions, layerHttp, layerHttpStore } from "./NodeHttp.ts"
export { layerRouter } from "./NodeRouter.ts"
export { layerStdio } from "./NodeStdio.ts"
