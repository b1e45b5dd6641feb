/**
 * The notifications of both sides, each as a function from a model to a codec; a revision calls those that it has.
 *
 * @since 0.1.0
 */
import { CancelledParams } from "../../schema/Cancellation.ts"
import { ElicitationCompleteParams } from "../../schema/Elicitation.ts"
import { LoggingMessageParams } from "../../schema/Logging.ts"
import { NotificationParams } from "../../schema/Message.ts"
import { ProgressNotificationParams } from "../../schema/Progress.ts"
import { RequestId } from "../../schema/RequestId.ts"
import { ResourceUpdatedParams } from "../../schema/Resource.ts"
import { AcknowledgedParams } from "../../schema/Subscription.ts"
import { TaskStatusParams } from "../../schema/Task.ts"
import { type Deferred, notification } from "./Codec.ts"
import { dated } from "./Dated.ts"
import type { Model } from "./Model.ts"

/** A notification that says nothing but its method. */
const plain = (method: string, model: Deferred<Model>) =>
  notification(method, model, (m) => dated(NotificationParams, [], m.notificationFields))

/** `notifications/cancelled`. @category notifications @since 0.1.0 */
export const cancelled = (model: Deferred<Model>) =>
  notification("notifications/cancelled", model, (m) =>
    dated(CancelledParams, [], {
      ...m.notificationFields,
      ...(m.dialect.anonymousCancellation ? {} : { requestId: RequestId })
    }))

/** `notifications/progress`. @category notifications @since 0.1.0 */
export const progress = (model: Deferred<Model>) =>
  notification(
    "notifications/progress",
    model,
    (m) => dated(ProgressNotificationParams, m.dialect.lacks.ProgressParams, m.notificationFields)
  )

/** `notifications/initialized` (session era). @category notifications @since 0.1.0 */
export const initialized = (model: Deferred<Model>) => plain("notifications/initialized", model)

/** `notifications/roots/list_changed` (session era). @category notifications @since 0.1.0 */
export const rootsListChanged = (model: Deferred<Model>) => plain("notifications/roots/list_changed", model)

/** `notifications/message`. @category notifications @since 0.1.0 */
export const message = (model: Deferred<Model>) =>
  notification("notifications/message", model, (m) => dated(LoggingMessageParams, [], m.notificationFields))

/** `notifications/resources/updated`. @category notifications @since 0.1.0 */
export const resourceUpdated = (model: Deferred<Model>) =>
  notification("notifications/resources/updated", model, (m) => dated(ResourceUpdatedParams, [], m.notificationFields))

/** `notifications/resources/list_changed`. @category notifications @since 0.1.0 */
export const resourcesListChanged = (model: Deferred<Model>) => plain("notifications/resources/list_changed", model)

/** `notifications/tools/list_changed`. @category notifications @since 0.1.0 */
export const toolsListChanged = (model: Deferred<Model>) => plain("notifications/tools/list_changed", model)

/** `notifications/prompts/list_changed`. @category notifications @since 0.1.0 */
export const promptsListChanged = (model: Deferred<Model>) => plain("notifications/prompts/list_changed", model)

/** `notifications/elicitation/complete` (session era). @category notifications @since 0.1.0 */
export const elicitationComplete = (model: Deferred<Model>) =>
  notification(
    "notifications/elicitation/complete",
    model,
    (m) => dated(ElicitationCompleteParams, [], m.notificationFields)
  )

/** `notifications/tasks/status` (session era). @category notifications @since 0.1.0 */
export const taskStatus = (model: Deferred<Model>) =>
  notification("notifications/tasks/status", model, (m) => dated(TaskStatusParams, [], m.notificationFields))

/** `notifications/subscriptions/acknowledged` (stateless era). @category notifications @since 0.1.0 */
export const acknowledged = (model: Deferred<Model>) =>
  notification(
    "notifications/subscriptions/acknowledged",
    model,
    (m) => dated(AcknowledgedParams, [], m.notificationFields)
  )
