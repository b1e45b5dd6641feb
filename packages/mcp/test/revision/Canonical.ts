/**
 * The canonical schema of every message, by method: what the encoder tests generate from. A method that is missing here
 * fails the completeness test.
 */
import type * as Schema from "effect/Schema"
import { CancelledParams } from "../../src/schema/Cancellation.ts"
import { CompleteParams, CompleteResult } from "../../src/schema/Completion.ts"
import { ElicitationCompleteParams, ElicitParams, ElicitResult } from "../../src/schema/Elicitation.ts"
import { DiscoverResult, InitializeParams, InitializeResult } from "../../src/schema/Lifecycle.ts"
import { LoggingMessageParams, SetLevelParams } from "../../src/schema/Logging.ts"
import { EmptyResult, NotificationParams, RequestParams } from "../../src/schema/Message.ts"
import { PaginatedParams } from "../../src/schema/Pagination.ts"
import { ProgressNotificationParams } from "../../src/schema/Progress.ts"
import { GetPromptParams, GetPromptResult, ListPromptsResult } from "../../src/schema/Prompt.ts"
import {
  ListResourcesResult,
  ListResourceTemplatesResult,
  ReadResourceParams,
  ReadResourceResult,
  ResourceUpdatedParams,
  SubscribeParams
} from "../../src/schema/Resource.ts"
import { ListRootsResult } from "../../src/schema/Roots.ts"
import { CreateMessageParams, CreateMessageResult } from "../../src/schema/Sampling.ts"
import { AcknowledgedParams, ListenParams, ListenResult } from "../../src/schema/Subscription.ts"
import {
  CancelTaskResult,
  GetTaskParams,
  GetTaskPayloadResult,
  GetTaskResult,
  ListTasksResult,
  TaskStatusParams
} from "../../src/schema/Task.ts"
import { CallToolParams, CallToolResult, ListToolsResult } from "../../src/schema/Tool.ts"

type AnySchema = Schema.Codec<unknown, unknown>

const request = (params: AnySchema, result: AnySchema) => ({ params, result })

export const requests: { readonly [method: string]: { readonly params: AnySchema; readonly result: AnySchema } } = {
  initialize: request(InitializeParams, InitializeResult),
  ping: request(RequestParams, EmptyResult),
  "server/discover": request(RequestParams, DiscoverResult),
  "tools/list": request(PaginatedParams, ListToolsResult),
  "tools/call": request(CallToolParams, CallToolResult),
  "resources/list": request(PaginatedParams, ListResourcesResult),
  "resources/templates/list": request(PaginatedParams, ListResourceTemplatesResult),
  "resources/read": request(ReadResourceParams, ReadResourceResult),
  "resources/subscribe": request(SubscribeParams, EmptyResult),
  "resources/unsubscribe": request(SubscribeParams, EmptyResult),
  "prompts/list": request(PaginatedParams, ListPromptsResult),
  "prompts/get": request(GetPromptParams, GetPromptResult),
  "completion/complete": request(CompleteParams, CompleteResult),
  "logging/setLevel": request(SetLevelParams, EmptyResult),
  "subscriptions/listen": request(ListenParams, ListenResult),
  "tasks/get": request(GetTaskParams, GetTaskResult),
  "tasks/result": request(GetTaskParams, GetTaskPayloadResult),
  "tasks/cancel": request(GetTaskParams, CancelTaskResult),
  "tasks/list": request(PaginatedParams, ListTasksResult),
  "sampling/createMessage": request(CreateMessageParams, CreateMessageResult),
  "roots/list": request(RequestParams, ListRootsResult),
  "elicitation/create": request(ElicitParams, ElicitResult)
}

export const notifications: { readonly [method: string]: AnySchema } = {
  "notifications/cancelled": CancelledParams,
  "notifications/progress": ProgressNotificationParams,
  "notifications/initialized": NotificationParams,
  "notifications/roots/list_changed": NotificationParams,
  "notifications/message": LoggingMessageParams,
  "notifications/resources/updated": ResourceUpdatedParams,
  "notifications/resources/list_changed": NotificationParams,
  "notifications/tools/list_changed": NotificationParams,
  "notifications/prompts/list_changed": NotificationParams,
  "notifications/elicitation/complete": ElicitationCompleteParams,
  "notifications/tasks/status": TaskStatusParams,
  "notifications/subscriptions/acknowledged": AcknowledgedParams
}
