/**
 * How notifications are read, those of servers and those of clients: where both have one, it is the same.
 *
 * @since 0.1.0
 */
import { CancelledParams } from "../schema/Cancellation.ts"
import { ElicitationCompleteParams } from "../schema/Elicitation.ts"
import { LoggingMessageParams } from "../schema/Logging.ts"
import { NotificationParams } from "../schema/Message.ts"
import { ProgressNotificationParams } from "../schema/Progress.ts"
import { RequestId } from "../schema/RequestId.ts"
import { ResourceUpdatedParams } from "../schema/Resource.ts"
import { AcknowledgedParams } from "../schema/Subscription.ts"
import { TaskStatusParams } from "../schema/Task.ts"
import { dated } from "./common/Dated.ts"
import * as Model from "./common/Model.ts"
import { paramsDecoder, readers, type Schemas } from "./common/Reader.ts"
import type { ClientNotifications, ServerNotifications } from "./Methods.ts"

/** A notification that says nothing but its method. */
const plain = ({ notificationFields }: Model.Model) => dated(NotificationParams, [], notificationFields)

const schemas: Schemas<Model.Model, ClientNotifications & ServerNotifications> = {
  "notifications/cancelled": ({ dialect, notificationFields }) =>
    dated(CancelledParams, [], {
      ...notificationFields,
      ...(dialect.anonymousCancellation ? {} : { requestId: RequestId })
    }),
  "notifications/progress": ({ dialect: { lacks }, notificationFields }) =>
    dated(ProgressNotificationParams, lacks.ProgressParams, notificationFields),
  "notifications/initialized": plain,
  "notifications/roots/list_changed": plain,
  "notifications/message": ({ notificationFields }) => dated(LoggingMessageParams, [], notificationFields),
  "notifications/resources/updated": ({ notificationFields }) => dated(ResourceUpdatedParams, [], notificationFields),
  "notifications/resources/list_changed": plain,
  "notifications/tools/list_changed": plain,
  "notifications/prompts/list_changed": plain,
  "notifications/elicitation/complete": ({ notificationFields }) =>
    dated(ElicitationCompleteParams, [], notificationFields),
  "notifications/tasks/status": ({ notificationFields }) => dated(TaskStatusParams, [], notificationFields),
  "notifications/subscriptions/acknowledged": ({ notificationFields }) =>
    dated(AcknowledgedParams, [], notificationFields)
}

/**
 * How the notifications of servers are read in a revision, by method.
 *
 * @category readers
 * @since 0.1.0
 */
export const ofServers = readers((revision) => revision.serverNotifications, Model.of, schemas, paramsDecoder)

/**
 * How the notifications of clients are read in a revision, by method. Servers read theirs by hand.
 *
 * @category readers
 * @since 0.1.0
 */
export const ofClients = readers((revision) => revision.clientNotifications, Model.of, schemas, paramsDecoder)
