/**
 * The bounds of this floor, each with its unit. A limit that is exceeded gives a JSON-RPC error for that message; it
 * never harms the connection.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"

/**
 * Bounds on a single message.
 *
 * @category models
 * @since 0.1.0
 */
export interface Limits {
  /** Longest message in bytes of UTF-8; a line or body beyond it is refused unread. */
  readonly messageBytesMax: number
  /** Deepest nesting of objects and arrays inside a message. */
  readonly nestingDepthMax: number
  /** Most messages in one JSON-RPC batch (revisions that have batches). */
  readonly batchItemsMax: number
}

/**
 * The limits in force unless others are provided: 4 MiB, 128 levels, 100 messages a batch.
 *
 * @category references
 * @since 0.1.0
 */
export const defaultLimits: Limits = {
  messageBytesMax: 4 * 1024 * 1024,
  nestingDepthMax: 128,
  batchItemsMax: 100
}

/**
 * The limits that transports and drivers read; provide another value to change them.
 *
 * @category references
 * @since 0.1.0
 */
export const JsonRpcLimits: Context.Reference<Limits> = Context.Reference<Limits>("@parley/mcp/jsonrpc/JsonRpcLimits", {
  defaultValue: () => defaultLimits
})
