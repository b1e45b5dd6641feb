/**
 * Listening for changes in the stateless era: one long request names what it wants to hear about. (The session era's
 * `resources/subscribe` is in `Resource.ts`.)
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { notificationFields, requestFields, resultFields } from "./Message.ts"
import { ResultMeta } from "./MessageMeta.ts"
import { MetaKey } from "./Meta.ts"
import { open, openRecord } from "./Open.ts"
import { RequestId } from "./RequestId.ts"
import { SubscriptionFilter } from "./SubscriptionFilter.ts"

export * from "./SubscriptionFilter.ts"

/**
 * Params of `subscriptions/listen`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ListenParams
  extends Schema.Opaque<ListenParams>()(open({ ...requestFields, notifications: SubscriptionFilter }))
{}

/**
 * `_meta` of the answer to `subscriptions/listen`: which subscription ended.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ListenResultMeta extends Schema.Opaque<ListenResultMeta>()(openRecord({
  ...ResultMeta.schema.fields,
  [MetaKey.subscriptionId]: RequestId
})) {}

/**
 * The answer to `subscriptions/listen`, sent when the server ends the subscription. Its `_meta` says which one.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ListenResult extends Schema.Opaque<ListenResult>()(open({
  ...resultFields,
  _meta: ListenResultMeta
})) {}

/**
 * Params of `notifications/subscriptions/acknowledged`, first on a listen stream: the part of the filter that the server
 * honours.
 *
 * @category schemas
 * @since 0.1.0
 */
export class AcknowledgedParams
  extends Schema.Opaque<AcknowledgedParams>()(open({ ...notificationFields, notifications: SubscriptionFilter }))
{}
