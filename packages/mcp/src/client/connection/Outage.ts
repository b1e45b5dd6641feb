/**
 * What a failure tells about trying again: whether a server is only away, or has no time, and for how long it asks to be
 * left alone. When to try, and how often, is decided by whoever does.
 *
 * @since 0.1.0
 */
import * as Pace from "../../transport/http/Pace.ts"
import type { McpClientError } from "../McpClientError.ts"

/**
 * Whether the server is there, and does not take this client.
 *
 * @category guards
 * @since 0.1.0
 */
export const isUnauthorized = ({ reason }: McpClientError): boolean =>
  reason._tag === "TransportError" && reason.reason._tag === "Unauthorized"

/**
 * Whether another attempt to connect may go better: nobody answered, or somebody who has no time.
 *
 * @category guards
 * @since 0.1.0
 */
export const isPassing = ({ reason }: McpClientError): boolean => {
  if (reason._tag === "RequestTimeout") return true
  if (reason._tag !== "TransportError") return false
  // Who asks for a right again and again would ask a person again and again.
  if (reason.reason._tag === "Unauthorized") return false
  if (reason.reason._tag !== "HttpStatus") return reason.reason._tag !== "MessageTooLarge"
  const { status } = reason.reason
  return status >= 500 || status === 429 || status === 408
}

/**
 * How long a server that has no time asks to be left alone (`Retry-After`), in milliseconds; at most an hour.
 *
 * @category getters
 * @since 0.1.0
 */
export const askedMillis = ({ reason }: McpClientError, now: number): number | undefined =>
  reason._tag === "TransportError" ? Pace.retryAfterMillis(reason, now) : undefined
