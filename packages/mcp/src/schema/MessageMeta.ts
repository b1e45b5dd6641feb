/**
 * `_meta` on requests, notifications and results. Members are optional here even where a revision demands them; the
 * `revision` floor knows which. Unknown members are visible in the types, because `_meta` is where applications put their
 * own.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { ClientCapabilities } from "./Capabilities.ts"
import { Implementation } from "./Implementation.ts"
import { LoggingLevel } from "./LoggingLevel.ts"
import { MetaKey } from "./Meta.ts"
import { open, openRecord } from "./Open.ts"
import { ProgressToken } from "./ProgressToken.ts"
import { RequestId } from "./RequestId.ts"

/**
 * The session-era task that a message belongs to, under {@link MetaKey}`.relatedTask`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class RelatedTaskMetadata extends Schema.Opaque<RelatedTaskMetadata>()(open({ taskId: Schema.String })) {}

/** What any message may carry: W3C trace context (its format is left to tracing), and the task that it is about. */
const commonFields = {
  traceparent: Schema.optionalKey(Schema.String),
  tracestate: Schema.optionalKey(Schema.String),
  baggage: Schema.optionalKey(Schema.String),
  [MetaKey.relatedTask]: Schema.optionalKey(RelatedTaskMetadata)
} as const

/**
 * `_meta` on requests.
 *
 * @category schemas
 * @since 0.1.0
 */
export class RequestMeta extends Schema.Opaque<RequestMeta>()(openRecord({
  ...commonFields,
  progressToken: Schema.optionalKey(ProgressToken),
  [MetaKey.protocolVersion]: Schema.optionalKey(Schema.String),
  [MetaKey.clientInfo]: Schema.optionalKey(Implementation),
  [MetaKey.clientCapabilities]: Schema.optionalKey(ClientCapabilities),
  [MetaKey.logLevel]: Schema.optionalKey(LoggingLevel)
})) {}

/**
 * `_meta` on notifications.
 *
 * @category schemas
 * @since 0.1.0
 */
export class NotificationMeta extends Schema.Opaque<NotificationMeta>()(openRecord({
  ...commonFields,
  [MetaKey.subscriptionId]: Schema.optionalKey(RequestId)
})) {}

/**
 * `_meta` on results.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ResultMeta extends Schema.Opaque<ResultMeta>()(openRecord({
  ...commonFields,
  [MetaKey.serverInfo]: Schema.optionalKey(Implementation)
})) {}
