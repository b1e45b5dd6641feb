/**
 * The Model Context Protocol toolkit for Effect. Each module is also a subpath of its own, which starts faster than
 * this barrel: `@parley/mcp/contract/Tool`.
 *
 * @since 0.1.0
 */

/** Clients as layers, and typed clients of a catalog. @since 0.1.0 */
export * as McpClient from "./client/McpClient.ts"

/** What can go wrong between a client and a server. @since 0.1.0 */
export * as McpClientError from "./client/McpClientError.ts"

/** The failure of a tool, as a typed client has it. @since 0.1.0 */
export { ToolFailure } from "./client/ToolFailure.ts"

/** Asking the client in the middle of a handler. @since 0.1.0 */
export * as Ask from "./contract/Ask.ts"

/** What a server offers, as one value. @since 0.1.0 */
export * as Catalog from "./contract/Catalog.ts"

/** Log messages to the client of a request. @since 0.1.0 */
export * as ClientLog from "./contract/ClientLog.ts"

/** Content blocks from text, bytes and files. @since 0.1.0 */
export * as Content from "./contract/Content.ts"

/** The request that a handler is serving. @since 0.1.0 */
export { McpRequest } from "./contract/McpRequest.ts"

/** Services that live as long as a session. @since 0.1.0 */
export * as PerSession from "./contract/PerSession.ts"

/** Progress to the client of a request. @since 0.1.0 */
export * as Progress from "./contract/Progress.ts"

/** Prompts as values. @since 0.1.0 */
export * as Prompt from "./contract/Prompt.ts"

/** Resources and resource templates as values. @since 0.1.0 */
export * as Resource from "./contract/Resource.ts"

/** Tools as values. @since 0.1.0 */
export * as Tool from "./contract/Tool.ts"

/** Errors of the protocol. @since 0.1.0 */
export * as RpcError from "./jsonrpc/RpcError.ts"

/** HTTP endpoints on a router of an app, and as web handlers. @since 0.1.0 */
export * as McpHttp from "./server/McpHttp.ts"

/** Servers as layers. @since 0.1.0 */
export * as McpServer from "./server/McpServer.ts"

/** What an HTTP endpoint lets in. @since 0.1.0 */
export * as HttpPolicy from "./session/HttpPolicy.ts"
