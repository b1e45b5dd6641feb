/**
 * The Model Context Protocol toolkit for Effect. Each module is also a subpath of its own, which starts faster than
 * this barrel: `@parley/mcp/contract/Tool`.
 *
 * @since 0.1.0
 */

/** Calls as streams of their progress. @since 0.1.0 */
export * as CallStream from "./client/listening/CallStream.ts"

/** Clients as layers, and typed clients of a catalog. @since 0.1.0 */
export * as McpClient from "./client/McpClient.ts"

/** Many servers as one service. @since 0.1.0 */
export * as McpClients from "./client/servers/McpClients.ts"

/** The configuration of many servers, from the familiar JSON. @since 0.1.0 */
export * as McpServersConfig from "./client/servers/McpServersConfig.ts"

/** What can go wrong with a set of servers. @since 0.1.0 */
export * as McpServersError from "./client/servers/McpServersError.ts"

/** What every call of a client passes. @since 0.1.0 */
export * as ClientMiddleware from "./client/Middleware.ts"

/** Spans and metrics of what clients do. @since 0.1.0 */
export * as ClientTelemetry from "./client/Telemetry.ts"

/** Results that servers allow clients to keep. @since 0.1.0 */
export * as ResponseCache from "./client/cache/ResponseCache.ts"

/** What a client does when a server asks the user. @since 0.1.0 */
export * as Elicitation from "./client/answering/Elicitation.ts"

/** The places that servers may work in. @since 0.1.0 */
export * as Roots from "./client/answering/Roots.ts"

/** What a client does when a server asks the model. @since 0.1.0 */
export * as Sampling from "./client/answering/Sampling.ts"

/** Checks the structured content of tools without a contract. @since 0.1.0 */
export * as OutputValidator from "./client/tools/OutputValidator.ts"

/** What can go wrong between a client and a server. @since 0.1.0 */
export * as McpClientError from "./client/McpClientError.ts"

/** What is remembered of a server from one client to the next. @since 0.1.0 */
export * as Prior from "./client/connection/Prior.ts"

/** The failure of a tool, as a typed client has it. @since 0.1.0 */
export { ToolFailure } from "./client/ToolFailure.ts"

/** Asking the client in the middle of a handler. @since 0.1.0 */
export * as Ask from "./contract/Ask.ts"

/** What a server offers, as one value. @since 0.1.0 */
export * as Catalog from "./contract/Catalog.ts"

/** Log messages to the client of a request. @since 0.1.0 */
export * as ClientLog from "./contract/ClientLog.ts"

/** The connection on which a client waits. @since 0.1.0 */
export * as ClientStream from "./contract/ClientStream.ts"

/** Completions of arguments, as types. @since 0.1.0 */
export type * as Completion from "./contract/Completion.ts"

/** Content blocks from text, bytes and files. @since 0.1.0 */
export * as Content from "./contract/Content.ts"

/** Forms to ask users with. @since 0.1.0 */
export * as Form from "./contract/Form.ts"

/** Methods and notifications that no revision has. @since 0.1.0 */
export * as CustomMethod from "./contract/CustomMethod.ts"

/** The request that a handler is serving. @since 0.1.0 */
export { McpRequest } from "./contract/McpRequest.ts"

/** Services that differ from request to request. @since 0.1.0 */
export * as PerRequest from "./contract/PerRequest.ts"

/** Services that live as long as a session. @since 0.1.0 */
export * as PerSession from "./contract/PerSession.ts"

/** What is to hold for every call of a handler. @since 0.1.0 */
export * as Policy from "./contract/Policy.ts"

/** Progress to the client of a request. @since 0.1.0 */
export * as Progress from "./contract/Progress.ts"

/** Prompts as values. @since 0.1.0 */
export * as Prompt from "./contract/Prompt.ts"

/** Changing what a running server offers. @since 0.1.0 */
export * as Registry from "./contract/Registry.ts"

/** Resources and resource templates as values. @since 0.1.0 */
export * as Resource from "./contract/Resource.ts"

/** Tools as values. @since 0.1.0 */
export * as Tool from "./contract/Tool.ts"

/** URI templates (RFC 6570): expansion and matching. @since 0.1.0 */
export * as UriTemplate from "./contract/UriTemplate.ts"

/** Errors of the protocol. @since 0.1.0 */
export * as RpcError from "./jsonrpc/RpcError.ts"

/** HTTP endpoints on a router of an app, and as web handlers. @since 0.1.0 */
export * as McpHttp from "./server/McpHttp.ts"

/** Servers as layers. @since 0.1.0 */
export * as McpServer from "./server/McpServer.ts"

/** What every request and notification passes. @since 0.1.0 */
export * as Middleware from "./server/Middleware.ts"

/** Spans and metrics of a server. @since 0.1.0 */
export * as Telemetry from "./server/Telemetry.ts"

/** HTTP+SSE endpoints, for clients of the oldest revision. @since 0.1.0 */
export * as McpSse from "./server/McpSse.ts"

/** Where what was sent on streams is kept for a while. @since 0.1.0 */
export * as EventLog from "./session/EventLog.ts"

/** What an HTTP endpoint lets in. @since 0.1.0 */
export * as HttpPolicy from "./session/HttpPolicy.ts"

/** The keys that seal what clients keep for the server. @since 0.1.0 */
export * as StateKeys from "./session/StateKeys.ts"

/** A transport for clients, over the HTTP client in the context. @since 0.1.0 */
export * as StreamableHttpClient from "./transport/StreamableHttpClient.ts"
