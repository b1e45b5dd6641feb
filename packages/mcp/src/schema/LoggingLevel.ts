/**
 * The eight severities of log messages and their order. Apart from `Logging.ts` because `_meta` of a request may name a
 * level.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * A syslog severity (RFC 5424, section 6.2.1), from `debug` to `emergency`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const LoggingLevel = Schema.Literals([
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency"
])

/**
 * A syslog severity.
 *
 * @category models
 * @since 0.1.0
 */
export type LoggingLevel = typeof LoggingLevel.Type

/**
 * How severe a level is: from 0 for `debug` to 7 for `emergency`. (RFC 5424 counts the other way round.)
 *
 * @category ordering
 * @since 0.1.0
 */
export const severity: { readonly [Level in LoggingLevel]: number } = {
  debug: 0,
  info: 1,
  notice: 2,
  warning: 3,
  error: 4,
  critical: 5,
  alert: 6,
  emergency: 7
}

/**
 * Whether a message of this level passes a threshold: at least as severe as `minimum`.
 *
 * @category ordering
 * @since 0.1.0
 */
export const isAtLeast = (level: LoggingLevel, minimum: LoggingLevel): boolean => severity[level] >= severity[minimum]
