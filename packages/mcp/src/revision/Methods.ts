/**
 * Which canonical types belong to which method, over all revisions. Types only: which of these methods a revision has
 * is said by its tables.
 *
 * @since 0.1.0
 */
import type { CancelledParams } from "../schema/Cancellation.ts"
import type { CompleteParams, CompleteResult } from "../schema/Completion.ts"
import type { ElicitationCompleteParams, ElicitParams, ElicitResult } from "../schema/Elicitation.ts"
import type { InputRequiredResult } from "../schema/InputRequired.ts"
import type {
  DiscoverParams,
  DiscoverResult,
  InitializedParams,
  InitializeParams,
  InitializeResult,
  PingParams,
  PingResult
} from "../schema/Lifecycle.ts"
import type { LoggingMessageParams, SetLevelParams, SetLevelResult } from "../schema/Logging.ts"
import type { ProgressNotificationParams } from "../schema/Progress.ts"
import type {
  GetPromptParams,
  GetPromptResult,
  ListPromptsParams,
  ListPromptsResult,
  PromptListChangedParams
} from "../schema/Prompt.ts"
import type {
  ListResourcesParams,
  ListResourcesResult,
  ListResourceTemplatesParams,
  ListResourceTemplatesResult,
  ReadResourceParams,
  ReadResourceResult,
  ResourceListChangedParams,
  ResourceUpdatedParams,
  SubscribeParams,
  SubscribeResult,
  UnsubscribeParams,
  UnsubscribeResult
} from "../schema/Resource.ts"
import type { ListRootsParams, ListRootsResult, RootsListChangedParams } from "../schema/Roots.ts"
import type { CreateMessageParams, CreateMessageResult } from "../schema/Sampling.ts"
import type { AcknowledgedParams, ListenParams, ListenResult } from "../schema/Subscription.ts"
import type {
  CancelTaskParams,
  CancelTaskResult,
  GetTaskParams,
  GetTaskPayloadParams,
  GetTaskPayloadResult,
  GetTaskResult,
  ListTasksParams,
  ListTasksResult,
  TaskStatusParams
} from "../schema/Task.ts"
import type {
  CallToolParams,
  CallToolResult,
  ListToolsParams,
  ListToolsResult,
  ToolListChangedParams
} from "../schema/Tool.ts"

/**
 * A request: what goes and what comes back.
 *
 * @category models
 * @since 0.1.0
 */
export interface RequestTypes<P, R> {
  readonly params: P
  readonly result: R
}

/** Tasks of the session era can be held by either side. */
interface TaskRequests {
  readonly "tasks/get": RequestTypes<GetTaskParams, GetTaskResult>
  readonly "tasks/result": RequestTypes<GetTaskPayloadParams, GetTaskPayloadResult>
  readonly "tasks/cancel": RequestTypes<CancelTaskParams, CancelTaskResult>
  readonly "tasks/list": RequestTypes<ListTasksParams, ListTasksResult>
}

/**
 * Requests from client to server.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClientRequests extends TaskRequests {
  readonly initialize: RequestTypes<InitializeParams, InitializeResult>
  readonly ping: RequestTypes<PingParams, PingResult>
  readonly "server/discover": RequestTypes<DiscoverParams, DiscoverResult>
  readonly "tools/list": RequestTypes<ListToolsParams, ListToolsResult>
  readonly "tools/call": RequestTypes<CallToolParams, CallToolResult | InputRequiredResult>
  readonly "resources/list": RequestTypes<ListResourcesParams, ListResourcesResult>
  readonly "resources/templates/list": RequestTypes<ListResourceTemplatesParams, ListResourceTemplatesResult>
  readonly "resources/read": RequestTypes<ReadResourceParams, ReadResourceResult | InputRequiredResult>
  readonly "resources/subscribe": RequestTypes<SubscribeParams, SubscribeResult>
  readonly "resources/unsubscribe": RequestTypes<UnsubscribeParams, UnsubscribeResult>
  readonly "prompts/list": RequestTypes<ListPromptsParams, ListPromptsResult>
  readonly "prompts/get": RequestTypes<GetPromptParams, GetPromptResult | InputRequiredResult>
  readonly "completion/complete": RequestTypes<CompleteParams, CompleteResult>
  readonly "logging/setLevel": RequestTypes<SetLevelParams, SetLevelResult>
  readonly "subscriptions/listen": RequestTypes<ListenParams, ListenResult>
}

/**
 * Requests from server to client.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServerRequests extends TaskRequests {
  readonly ping: RequestTypes<PingParams, PingResult>
  readonly "sampling/createMessage": RequestTypes<CreateMessageParams, CreateMessageResult>
  readonly "roots/list": RequestTypes<ListRootsParams, ListRootsResult>
  readonly "elicitation/create": RequestTypes<ElicitParams, ElicitResult>
}

/** Notifications that either side may send; values are their params. */
interface CommonNotifications {
  readonly "notifications/cancelled": CancelledParams
  readonly "notifications/progress": ProgressNotificationParams
  readonly "notifications/tasks/status": TaskStatusParams
}

/**
 * Notifications from client to server; values are their params.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClientNotifications extends CommonNotifications {
  readonly "notifications/initialized": InitializedParams
  readonly "notifications/roots/list_changed": RootsListChangedParams
}

/**
 * Notifications from server to client; values are their params.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServerNotifications extends CommonNotifications {
  readonly "notifications/message": LoggingMessageParams
  readonly "notifications/resources/updated": ResourceUpdatedParams
  readonly "notifications/resources/list_changed": ResourceListChangedParams
  readonly "notifications/tools/list_changed": ToolListChangedParams
  readonly "notifications/prompts/list_changed": PromptListChangedParams
  readonly "notifications/elicitation/complete": ElicitationCompleteParams
  readonly "notifications/subscriptions/acknowledged": AcknowledgedParams
}
