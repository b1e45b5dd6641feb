/**
 * What a connected client offers, as types: the untyped form, which works with any server. The typed form is derived
 * from it and a catalog (`TypedClient`).
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { ClientRequests, ServerNotifications } from "../revision/Methods.ts"
import type { Revision } from "../revision/Revision.ts"
import type { ServerCapabilities } from "../schema/Capabilities.ts"
import type { CompleteParams, Completion } from "../schema/Completion.ts"
import type { Implementation } from "../schema/Implementation.ts"
import type { LoggingLevel } from "../schema/Logging.ts"
import type { Meta } from "../schema/Meta.ts"
import type { ProgressNotificationParams } from "../schema/Progress.ts"
import type { GetPromptParams, GetPromptResult, Prompt } from "../schema/Prompt.ts"
import type { ReadResourceResult, Resource, ResourceTemplate } from "../schema/Resource.ts"
import type { CallToolParams, CallToolResult, Tool } from "../schema/Tool.ts"
import type { McpClientError } from "./McpClientError.ts"

/**
 * What is known of the server since the connection was made.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServerFacts {
  /** Who the server says it is; for display, never a ground for decisions (MET-11, MET-12). */
  readonly info: Implementation | undefined
  readonly capabilities: ServerCapabilities
  /** How to use the server, for the model. */
  readonly instructions: string | undefined
  /** The revision that is spoken; `revision.version` is its date. */
  readonly revision: Revision
}

/**
 * Options of a single request.
 *
 * @category models
 * @since 0.1.0
 */
export interface RequestOptions {
  /** How long to wait for the answer; progress does not prolong it (TMO-04). Default: that of the client. */
  readonly timeout?: Duration.Input
  /** Asks for progress, and hears it in order, one at a time. What came before the answer is heard before the call ends. */
  readonly onProgress?: (progress: ProgressNotificationParams) => Effect.Effect<void>
  /** Further members of the request's `_meta`. */
  readonly meta?: Meta
}

/**
 * A notification of the server, told apart by `method`.
 *
 * @category models
 * @since 0.1.0
 */
export type ServerNotification = {
  readonly [M in keyof ServerNotifications]: { readonly method: M; readonly params: ServerNotifications[M] }
}[keyof ServerNotifications]

/**
 * The params of a request by its method: those of the protocol, or any object for a method that MCP does not define.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ParamsOf<M extends string> = M extends keyof ClientRequests ? ClientRequests[M]["params"] : object

/**
 * The result of a request by its method; unknown for a method that MCP does not define.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ResultOf<M extends string> = M extends keyof ClientRequests ? ClientRequests[M]["result"] : unknown

/**
 * Sends a request by its method. The params and results of methods that MCP defines are typed and checked; others go
 * as they are.
 *
 * @category models
 * @since 0.1.0
 */
export type SendRequest = <const M extends keyof ClientRequests | (string & {})>(
  method: M,
  params: ParamsOf<M>,
  options?: RequestOptions
) => Effect.Effect<ResultOf<M>, McpClientError>

/**
 * A connected client.
 *
 * @category models
 * @since 0.1.0
 */
export interface Client {
  readonly server: ServerFacts
  /** All tools, over all pages. */
  readonly listTools: Effect.Effect<ReadonlyArray<Tool>, McpClientError>
  /** Calls a tool. A tool that failed is a result with `isError`, not a failure of the effect. */
  readonly callTool: (
    params: Pick<CallToolParams, "name" | "arguments">,
    options?: RequestOptions
  ) => Effect.Effect<CallToolResult, McpClientError>
  /** All resources, over all pages. */
  readonly listResources: Effect.Effect<ReadonlyArray<Resource>, McpClientError>
  /** All resource templates, over all pages. */
  readonly listResourceTemplates: Effect.Effect<ReadonlyArray<ResourceTemplate>, McpClientError>
  readonly readResource: (uri: string, options?: RequestOptions) => Effect.Effect<ReadResourceResult, McpClientError>
  /** All prompts, over all pages. */
  readonly listPrompts: Effect.Effect<ReadonlyArray<Prompt>, McpClientError>
  readonly getPrompt: (
    params: Pick<GetPromptParams, "name" | "arguments">,
    options?: RequestOptions
  ) => Effect.Effect<GetPromptResult, McpClientError>
  /** Values that fit what is typed so far of an argument. */
  readonly complete: (
    params: Omit<CompleteParams, "_meta">,
    options?: RequestOptions
  ) => Effect.Effect<Completion, McpClientError>
  /** Asks for a sign of life (session era only). */
  readonly ping: Effect.Effect<void, McpClientError>
  /** Asks for log messages from this level on; they are among the `notifications`. */
  readonly setLoggingLevel: (level: LoggingLevel) => Effect.Effect<void, McpClientError>
  /** Any request, by its method. */
  readonly request: SendRequest
  /**
   * What the server notifies of, from the moment the stream runs; it ends with the connection. Notifications that the
   * revision does not have are left out. A slow reader loses the oldest.
   */
  readonly notifications: Stream.Stream<ServerNotification>
  /** Completes when the server is gone; never, where there is no lasting connection. */
  readonly closed: Effect.Effect<void>
}
