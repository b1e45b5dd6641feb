/**
 * The tasks that the session era has in its core: a request that outlives its answer, polled by id. The stateless era
 * has tasks as an extension with other shapes; those are not here.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { DateTime } from "./Format.ts"
import { notificationFields, requestFields, resultFields } from "./Message.ts"
import { open } from "./Open.ts"
import { PaginatedParams, paginatedResultFields } from "./Pagination.ts"

export { RelatedTaskMetadata } from "./MessageMeta.ts"

/**
 * Where a task stands. `completed`, `failed` and `cancelled` are final.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TaskStatus = Schema.Literals(["working", "input_required", "completed", "failed", "cancelled"])

/**
 * Where a task stands.
 *
 * @category models
 * @since 0.1.0
 */
export type TaskStatus = typeof TaskStatus.Type

/**
 * The wish, on a request, that it become a task. `ttl` is the time to keep it, in milliseconds from its creation.
 *
 * @category schemas
 * @since 0.1.0
 */
export class TaskMetadata extends Schema.Opaque<TaskMetadata>()(open({ ttl: Schema.optionalKey(Schema.Int) })) {}

/**
 * The field by which a request asks to become a task.
 *
 * @category fields
 * @since 0.1.0
 */
export const taskAugmentedFields = { ...requestFields, task: Schema.optionalKey(TaskMetadata) } as const

/** `ttl: null` means unlimited, and is not the same as an absent `ttl`. */
const taskFields = {
  taskId: Schema.String,
  status: TaskStatus,
  statusMessage: Schema.optionalKey(Schema.String),
  createdAt: DateTime,
  lastUpdatedAt: DateTime,
  ttl: Schema.NullOr(Schema.Int),
  pollInterval: Schema.optionalKey(Schema.Int)
} as const

/**
 * The state of a task. `ttl` (from creation; `null` for ever) and `pollInterval` are in milliseconds.
 *
 * @category schemas
 * @since 0.1.0
 */
export class Task extends Schema.Opaque<Task>()(open(taskFields)) {}

/**
 * The answer to a request that became a task.
 *
 * @category schemas
 * @since 0.1.0
 */
export class CreateTaskResult extends Schema.Opaque<CreateTaskResult>()(open({ ...resultFields, task: Task })) {}

/**
 * Params of `tasks/get`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class GetTaskParams extends Schema.Opaque<GetTaskParams>()(open({ ...requestFields, taskId: Schema.String })) {}

/**
 * The answer to `tasks/get`: the state of the task.
 *
 * @category schemas
 * @since 0.1.0
 */
export class GetTaskResult extends Schema.Opaque<GetTaskResult>()(open({ ...resultFields, ...taskFields })) {}

/**
 * Params of `tasks/result`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const GetTaskPayloadParams = GetTaskParams

/**
 * Params of `tasks/result`.
 *
 * @category models
 * @since 0.1.0
 */
export interface GetTaskPayloadParams extends GetTaskParams {}

/**
 * The answer to `tasks/result`: whatever the original request would have answered. Decode it again with that result's
 * schema; its members are unknown here and are kept.
 *
 * @category schemas
 * @since 0.1.0
 */
export class GetTaskPayloadResult extends Schema.Opaque<GetTaskPayloadResult>()(open(resultFields)) {}

/**
 * Params of `tasks/cancel`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CancelTaskParams = GetTaskParams

/**
 * Params of `tasks/cancel`.
 *
 * @category models
 * @since 0.1.0
 */
export interface CancelTaskParams extends GetTaskParams {}

/**
 * The answer to `tasks/cancel`: the state of the task afterwards.
 *
 * @category schemas
 * @since 0.1.0
 */
export class CancelTaskResult extends Schema.Opaque<CancelTaskResult>()(open({ ...resultFields, ...taskFields })) {}

/**
 * Params of `tasks/list`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListTasksParams = PaginatedParams

/**
 * Params of `tasks/list`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListTasksParams extends PaginatedParams {}

/**
 * The answer to `tasks/list`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ListTasksResult extends Schema.Opaque<ListTasksResult>()(
  open({ ...resultFields, ...paginatedResultFields, tasks: Schema.Array(Task) })
) {}

/**
 * Params of `notifications/tasks/status`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class TaskStatusParams
  extends Schema.Opaque<TaskStatusParams>()(open({ ...notificationFields, ...taskFields }))
{}
