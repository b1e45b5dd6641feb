/**
 * Node layers for `@parley/mcp`.
 *
 * @since 0.1.0
 */

/** Transports for clients on Node. @since 0.1.0 */
export * as NodeMcpClient from "./NodeMcpClient.ts"

/** Many servers from a configuration, on Node. @since 0.1.0 */
export * as NodeMcpClients from "./NodeMcpClients.ts"

/** Transports for servers on Node. @since 0.1.0 */
export * as NodeMcpServer from "./NodeMcpServer.ts"

/** Checks the structured content of tools without a contract, on Node. @since 0.1.0 */
export * as NodeOutputValidator from "./NodeOutputValidator.ts"
