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
import { dated, notification } from "./Dated.ts"
import type { Model } from "./Model.ts"

/** A notification that says nothing but its method. */
const plain = (method: string) => (model: Model) =>
  notification(method, dated(NotificationParams, [], model.notificationFields))

/** `notifications/cancelled`. @category notifications @since 0.1.0 */
export const cancelled = (model: Model) =>
  notification(
    "notifications/cancelled",
    dated(CancelledParams, [], {
      ...model.notificationFields,
      ...(model.dialect.anonymousCancellation ? {} : { requestId: RequestId })
    })
  )

/** `notifications/progress`. @category notifications @since 0.1.0 */
export const progress = (model: Model) =>
  notification(
    "notifications/progress",
    dated(ProgressNotificationParams, model.dialect.lacks.ProgressParams, model.notificationFields)
  )

/** `notifications/initialized`. @category notifications @since 0.1.0 */
export const initialized = plain("notifications/initialized")

/** `notifications/roots/list_changed`. @category notifications @since 0.1.0 */
export const rootsListChanged = plain("notifications/roots/list_changed")

/** `notifications/message`. @category notifications @since 0.1.0 */
export const message = (model: Model) =>
  notification("notifications/message", dated(LoggingMessageParams, [], model.notificationFields))

/** `notifications/resources/updated`. @category notifications @since 0.1.0 */
export const resourceUpdated = (model: Model) =>
  notification("notifications/resources/updated", dated(ResourceUpdatedParams, [], model.notificationFields))

/** `notifications/resources/list_changed`. @category notifications @since 0.1.0 */
export const resourcesListChanged = plain("notifications/resources/list_changed")

/** `notifications/tools/list_changed`. @category notifications @since 0.1.0 */
export const toolsListChanged = plain("notifications/tools/list_changed")

/** `notifications/prompts/list_changed`. @category notifications @since 0.1.0 */
export const promptsListChanged = plain("notifications/prompts/list_changed")

/** `notifications/elicitation/complete`. @category notifications @since 0.1.0 */
export const elicitationComplete = (model: Model) =>
  notification("notifications/elicitation/complete", dated(ElicitationCompleteParams, [], model.notificationFields))

/** `notifications/tasks/status`. @category notifications @since 0.1.0 */
export const taskStatus = (model: Model) =>
  notification("notifications/tasks/status", dated(TaskStatusParams, [], model.notificationFields))

/** `notifications/subscriptions/acknowledged`. @category notifications @since 0.1.0 */
export const acknowledged = (model: Model) =>
  notification("notifications/subscriptions/acknowledged", dated(AcknowledgedParams, [], model.notificationFields))
