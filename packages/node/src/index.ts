/**
 * Node layers for `@parley/mcp`. What logs in comes with the libraries of OAuth, and is imported by its path:
 * `@parley/node/NodeOAuthClient`, and `@parley/node/NodeOAuthClients` for many servers.
 *
 * @since 0.1.0
 */

/** An HTTP client that refuses names which resolve to private addresses. @since 0.1.0 */
export * as NodeGuardedDns from "./NodeGuardedDns.ts"

/** Transports for clients on Node. @since 0.1.0 */
export * as NodeMcpClient from "./NodeMcpClient.ts"

/** Many servers from a configuration, on Node. @since 0.1.0 */
export * as NodeMcpClients from "./NodeMcpClients.ts"

/** Transports for servers on Node. @since 0.1.0 */
export * as NodeMcpServer from "./NodeMcpServer.ts"

/** Checks the structured content of tools without a contract, on Node. @since 0.1.0 */
export * as NodeOutputValidator from "./NodeOutputValidator.ts"

/** Keeps the tokens of clients in files. @since 0.1.0 */
export * as NodeTokenStore from "./NodeTokenStore.ts"

/** Asks people for their consent, in a browser. @since 0.1.0 */
export * as NodeUserAgent from "./NodeUserAgent.ts"
