/**
 * Node layers for `@parley/mcp`.
 *
 * @since 0.1.0
 */

/** Transports for clients on Node. @since 0.1.0 */
export * as NodeMcpClient from "./NodeMcpClient.ts"

/** Transports for servers on Node. @since 0.1.0 */
export * as NodeMcpServer from "./NodeMcpServer.ts"
