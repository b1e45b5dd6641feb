/**
 * The requests about tasks of the session era, which either side may send. The other era has tasks as an extension,
 * with other shapes.
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
import { type Deferred, request } from "./Codec.ts"
import { dated } from "./Dated.ts"
import type { Model } from "./Model.ts"

/**
 * `tasks/get`, `tasks/result`, `tasks/cancel` and `tasks/list`.
 *
 * @category requests
 * @since 0.1.0
 */
export const tasks = (model: Deferred<Model>): ReadonlyArray<RequestCodec> => [
  request("tasks/get", model, (m) => [
    dated(GetTaskParams, [], m.requestFields),
    dated(GetTaskResult, [], m.resultFields)
  ]),
  request("tasks/result", model, (m) => [
    dated(GetTaskPayloadParams, [], m.requestFields),
    dated(GetTaskPayloadResult, [], m.resultFields)
  ]),
  request("tasks/cancel", model, (m) => [
    dated(CancelTaskParams, [], m.requestFields),
    dated(CancelTaskResult, [], m.resultFields)
  ]),
  request("tasks/list", model, (m) => [
    dated(ListTasksParams, [], m.requestFields),
    dated(ListTasksResult, [], m.resultFields)
  ])
]
