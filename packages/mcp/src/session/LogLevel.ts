/**
 * Telling a level of logs from anything else that a client may name in its place.
 *
 * @since 0.1.0
 */
import { type LoggingLevel, severity } from "../schema/LoggingLevel.ts"

/**
 * Whether a value is the name of a level (LOG-04, LOG-05).
 *
 * @category guards
 * @since 0.1.0
 */
export const isLevel = (value: unknown): value is LoggingLevel =>
  typeof value === "string" && Object.hasOwn(severity, value)
