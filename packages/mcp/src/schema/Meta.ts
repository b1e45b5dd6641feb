/**
 * `_meta`: the side channel on requests, notifications, results and data, and the names in it. What messages say there is
 * in `MessageMeta.ts`.
 *
 * @since 0.1.0
 */
import { isObject, type Params } from "../jsonrpc/Message.ts"
import { JsonObject } from "./Open.ts"

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
