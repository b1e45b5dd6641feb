/**
 * `_meta`: the side channel on requests, notifications, results and data. Members are optional here even where a
 * revision demands them; the `revision` floor knows which. Unknown members are visible in the types, because `_meta` is
 * where applications put their own.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { isObject, type Params } from "../jsonrpc/Message.ts"
import { ClientCapabilities } from "./Capabilities.ts"
import { Implementation } from "./Implementation.ts"
import { LoggingLevel } from "./LoggingLevel.ts"
import { JsonObject, open, openRecord } from "./Open.ts"
import { ProgressToken } from "./ProgressToken.ts"
import { RequestId } from "./RequestId.ts"

/**
 * The names of the members of `_meta` that the specification defines.
 *
 * @category constants
 * @since 0.1.0
 */
export const MetaKey = {
  /** On a request: the protocol revision that it speaks. */
  protocolVersion: "io.modelcontextprotocol/protocolVersion",
  /** On a request: who sends it. */
  clientInfo: "io.modelcontextprotocol/clientInfo",
  /** On a request: what the client can do for it. */
  clientCapabilities: "io.modelcontextprotocol/clientCapabilities",
  /** On a request: the least severe log level to send back. */
  logLevel: "io.modelcontextprotocol/logLevel",
  /** On a notification or the closing result: the subscription that it belongs to. */
  subscriptionId: "io.modelcontextprotocol/subscriptionId",
  /** On a result: who answers. */
  serverInfo: "io.modelcontextprotocol/serverInfo",
  /** On any message about a session-era task: which task. */
  relatedTask: "io.modelcontextprotocol/related-task",
  /** On the result that creates a task: what to tell the model meanwhile. */
  modelImmediateResponse: "io.modelcontextprotocol/model-immediate-response",
  /** On a request: ask for progress, under this token. */
  progressToken: "progressToken",
  /** W3C Trace Context. */
  traceparent: "traceparent",
  /** W3C Trace Context. */
  tracestate: "tracestate",
  /** W3C Baggage. */
  baggage: "baggage"
} as const

/**
 * `_meta` on data (tools, content blocks, roots …): an object with arbitrary members.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Meta = JsonObject

/**
 * `_meta` on data.
 *
 * @category models
 * @since 0.1.0
 */
export type Meta = typeof Meta.Type

/**
 * The `_meta` of params, whatever is in it; an empty object where there is none.
 *
 * @category getters
 * @since 0.1.0
 */
export const metaOf = (params: { readonly _meta?: unknown } | undefined): Params => {
  const meta = params?._meta
  return isObject(meta) ? meta : {}
}

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
