/**
 * What a connected client offers, as types: the untyped form, which works with any server. The typed form is derived
 * from it and a catalog (`TypedClient`).
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Params } from "../jsonrpc/Message.ts"
import type { ClientRequests, ServerNotifications } from "../revision/Methods.ts"
import type { CompleteParams, Completion } from "../schema/Completion.ts"
import type { InputRequiredResult } from "../schema/InputRequired.ts"
import type { LoggingLevel, LoggingMessageParams } from "../schema/Logging.ts"
import type { Meta } from "../schema/Meta.ts"
import type { ProgressNotificationParams } from "../schema/Progress.ts"
import type { GetPromptParams, GetPromptResult, Prompt } from "../schema/Prompt.ts"
import type { ReadResourceResult, Resource, ResourceTemplate } from "../schema/Resource.ts"
import type { CallToolParams, CallToolResult, Tool } from "../schema/Tool.ts"
import type { Prior } from "./connection/Prior.ts"
import type { ServerFacts } from "./connection/ServerFacts.ts"
import type { McpClientError } from "./McpClientError.ts"

export type { ServerFacts } from "./connection/ServerFacts.ts"

/**
 * Options of a single request.
 *
 * @category models
 * @since 0.1.0
 */
export interface RequestOptions {
  /**
   * How long to wait for the answer (TMO-03), or for a sign of it if there is a `timeoutTotal`. The time in which this
   * client answers questions of the server does not count (TMO-05). Default: that of the client.
   */
  readonly timeout?: Duration.Input
  /**
   * How long to wait altogether while progress keeps coming: each step forward lets the call go on for another `timeout`,
   * up to this (TMO-04). Progress is asked for then. Default: that of the client; without one, progress prolongs nothing.
   */
  readonly timeoutTotal?: Duration.Input
  /** Asks for progress, and hears it in order, one at a time. What came before the answer is heard before the call ends. */
  readonly onProgress?: (progress: ProgressNotificationParams) => Effect.Effect<void>
  /** Further members of the request's `_meta`. */
  readonly meta?: Meta
  /**
   * Whether the request may be sent again when its answer is lost and nobody knows whether it ran. Default: for what only
   * reads, yes; for a tool, what its annotations say (`readOnlyHint`, `idempotentHint`), as far as they are known.
   */
  readonly repeatable?: boolean
  /** Asks the server even where the response cache has an answer; what comes takes its place. Default: false. */
  readonly refresh?: boolean
  /**
   * What the caller knows of the tool that is called: which parameters are mirrored in headers, and what its annotations
   * say. It counts as long as this client has not listed the tool (XMC-13). Default: nothing is known; typed clients give
   * what their contract says.
   */
  readonly tool?: Tool
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
 * A notification whose method MCP does not define, as it came.
 *
 * @category models
 * @since 0.1.0
 */
export interface CustomNotification {
  readonly method: string
  readonly params: Params | undefined
}

/**
 * A list of a server. Resource templates are part of `resources`.
 *
 * @category models
 * @since 0.1.0
 */
export type ListKind = "tools" | "resources" | "prompts"

/**
 * Why something is to be read: `Listening`, because from here on its changes are heard of, and nobody knows what was before;
 * `Changed`, because the server said so.
 *
 * @category models
 * @since 0.1.0
 */
export type ChangeCause = "Listening" | "Changed"

/**
 * A resource is to be read. The URI may be that of a part of what was asked for.
 *
 * @category models
 * @since 0.1.0
 */
export interface ResourceUpdate {
  readonly uri: string
  readonly cause: ChangeCause
}

/**
 * A list is to be read.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListChange {
  readonly kind: ListKind
  readonly cause: ChangeCause
}

/**
 * What a call makes known: its progress, and at the end its result.
 *
 * @category models
 * @since 0.1.0
 */
export type CallEvent<A> =
  | { readonly _tag: "Progress"; readonly progress: ProgressNotificationParams }
  | { readonly _tag: "Result"; readonly result: A }

/**
 * The params of a request by its method: those of the protocol, or any object for a method that MCP does not define.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ParamsOf<M extends string> = M extends keyof ClientRequests ? ClientRequests[M]["params"] : object

/**
 * The result of a request by its method; unknown for a method that MCP does not define. Results that ask for input are
 * answered on the way, or errors.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ResultOf<M extends string> = M extends keyof ClientRequests
  ? Exclude<ClientRequests[M]["result"], InputRequiredResult>
  : unknown

/**
 * Sends a request by its method. The params and results of methods that MCP defines are typed and checked; others go
 * as they are.
 *
 * @category models
 * @since 0.1.0
 */
export type SendRequest = <const M extends Exclude<keyof ClientRequests, "subscriptions/listen"> | (string & {})>(
  method: M,
  params: ParamsOf<M>,
  options?: RequestOptions
) => Effect.Effect<ResultOf<M>, McpClientError>

/**
 * How the connection of a client stands. A lost connection is replaced by itself; one that could not be is tried again by
 * the next request.
 *
 * @category models
 * @since 0.1.0
 */
export type ConnectionStatus =
  | { readonly _tag: "Connected"; readonly server: ServerFacts }
  | { readonly _tag: "Connecting"; readonly reason: McpClientError }
  | { readonly _tag: "Disconnected"; readonly error: McpClientError }

/**
 * A list as it was read last, to its end.
 *
 * @category models
 * @since 0.1.0
 */
export interface Snapshot<out A> {
  readonly items: ReadonlyArray<A>
  /**
   * The server said since that the list has changed, or may have said so while it was not heard, or the connection over
   * which it was read is no longer in force.
   */
  readonly stale: boolean
}

/**
 * The lists of a server that were read last; a list that was never read to its end is `undefined`.
 *
 * @category models
 * @since 0.1.0
 */
export interface LastKnown {
  readonly tools: Snapshot<Tool> | undefined
  readonly resources: Snapshot<Resource> | undefined
  readonly resourceTemplates: Snapshot<ResourceTemplate> | undefined
  readonly prompts: Snapshot<Prompt> | undefined
}

/**
 * A connected client.
 *
 * @category models
 * @since 0.1.0
 */
export interface Client {
  /** The server, as it was when the connection in force was made. */
  readonly server: ServerFacts
  /** What to remember of the server, so that the next client need not ask: a value to keep, with a schema. */
  readonly prior: Prior
  /**
   * All tools, over all pages. Tools whose mirrored parameters break the rules are left out, with a warning (XMC-02); so
   * they are in `tools`.
   */
  readonly listTools: Effect.Effect<ReadonlyArray<Tool>, McpClientError>
  /** The tools, page by page: a page is asked for when the items before it were taken. */
  readonly tools: Stream.Stream<Tool, McpClientError>
  /** Calls a tool. A tool that failed is a result with `isError`, not a failure of the effect. */
  readonly callTool: (
    params: Pick<CallToolParams, "name" | "arguments">,
    options?: RequestOptions
  ) => Effect.Effect<CallToolResult, McpClientError>
  /** All resources, over all pages. */
  readonly listResources: Effect.Effect<ReadonlyArray<Resource>, McpClientError>
  /** The resources, page by page. */
  readonly resources: Stream.Stream<Resource, McpClientError>
  /** All resource templates, over all pages. */
  readonly listResourceTemplates: Effect.Effect<ReadonlyArray<ResourceTemplate>, McpClientError>
  /** The resource templates, page by page. */
  readonly resourceTemplates: Stream.Stream<ResourceTemplate, McpClientError>
  readonly readResource: (uri: string, options?: RequestOptions) => Effect.Effect<ReadResourceResult, McpClientError>
  /** All prompts, over all pages. */
  readonly listPrompts: Effect.Effect<ReadonlyArray<Prompt>, McpClientError>
  /** The prompts, page by page. */
  readonly prompts: Stream.Stream<Prompt, McpClientError>
  /** What `listTools`, `listResources` and so on gave last. It stays readable while the server is away. */
  readonly lastKnown: LastKnown
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
  /**
   * Asks for log messages from this level on: in a session by a request, which is sent again on a new connection; otherwise
   * with every request from now on. Fails where the server has not declared `logging`. See `logs`.
   */
  readonly setLoggingLevel: (level: LoggingLevel) => Effect.Effect<void, McpClientError>
  /** Calls a tool, and gives its progress and then its result. Ending the stream early gives the call up. */
  readonly callToolStream: (
    params: Pick<CallToolParams, "name" | "arguments">,
    options?: Omit<RequestOptions, "onProgress">
  ) => Stream.Stream<CallEvent<CallToolResult>, McpClientError>
  /**
   * Tells when resources are to be read, for as long as the stream runs, over lost connections: each URI once it is
   * listened for, and again after each time that it was not, and whatever changes meanwhile. Updates that a slow reader has
   * not taken yet are told once. In a session the server hears `resources/subscribe` once, however many streams there are,
   * and `resources/unsubscribe` after the last; otherwise each stream is a `subscriptions/listen`, which is opened again when
   * the server ends it. Fails where the server refuses, or leaves a URI out (SUC-01); ends with the client.
   */
  readonly resourceUpdates: (...uris: ReadonlyArray<string>) => Stream.Stream<ResourceUpdate, McpClientError>
  /**
   * Tells when lists are to be read, of those that the server says it tells of: in the same way as `resourceUpdates`. Where
   * there are none, the stream is silent.
   */
  readonly listChanges: Stream.Stream<ListChange, McpClientError>
  /** Log messages from now on; they end with the client. A slow reader loses the oldest. */
  readonly logs: Stream.Stream<LoggingMessageParams>
  /** Notifications that MCP does not define, from now on; they end with the client. A slow reader loses the oldest. */
  readonly customNotifications: Stream.Stream<CustomNotification>
  /** Sends a notification; of those that MCP has, only what the revision has (`Unavailable` otherwise). */
  readonly notify: (method: string, params?: object) => Effect.Effect<void, McpClientError>
  /** Any request, by its method. */
  readonly request: SendRequest
  /**
   * What the server notifies of, from the moment the stream runs; it ends with the client. Notifications that the
   * revision does not have are left out. A slow reader loses the oldest.
   */
  readonly notifications: Stream.Stream<ServerNotification>
  /** How the connection stands, from now on; it ends with the client. */
  readonly status: Stream.Stream<ConnectionStatus>
}
