/**
 * The requests about tasks of the session era, which either side may send. The other era has tasks as an extension, with
 * other shapes.
 *
 * @since 0.1.0
 */
import {
  CancelTaskParams,
  CancelTaskResult,
  GetTaskParams,
  GetTaskPayloadParams,
  GetTaskPayloadResult,
  GetTaskResult,
  ListTasksParams,
  ListTasksResult
} from "../../schema/Task.ts"
import type { RequestCodec } from "../Revision.ts"
import { dated, request } from "./Dated.ts"
import type { Model } from "./Model.ts"

/**
 * `tasks/get`, `tasks/result`, `tasks/cancel` and `tasks/list`.
 *
 * @category requests
 * @since 0.1.0
 */
export const tasks = ({ requestFields, resultFields }: Model): ReadonlyArray<RequestCodec> => [
  request("tasks/get", dated(GetTaskParams, [], requestFields), dated(GetTaskResult, [], resultFields)),
  request(
    "tasks/result",
    dated(GetTaskPayloadParams, [], requestFields),
    dated(GetTaskPayloadResult, [], resultFields)
  ),
  request("tasks/cancel", dated(CancelTaskParams, [], requestFields), dated(CancelTaskResult, [], resultFields)),
  request("tasks/list", dated(ListTasksParams, [], requestFields), dated(ListTasksResult, [], resultFields))
]
