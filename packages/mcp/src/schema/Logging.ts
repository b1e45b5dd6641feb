/**
 * Log messages from a server to a client. Deprecated by the newest revision but part of all five. Which messages may be
 * sent, and when, is the session's business.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { LoggingLevel } from "./LoggingLevel.ts"
import { EmptyResult, notificationFields, requestFields } from "./Message.ts"
import { Json, open } from "./Open.ts"

export * from "./LoggingLevel.ts"

/**
 * Params of `logging/setLevel` (session era): send this level and everything more severe.
 *
 * @category schemas
 * @since 0.1.0
 */
export class SetLevelParams extends Schema.Opaque<SetLevelParams>()(open({ ...requestFields, level: LoggingLevel })) {}

/**
 * The answer to `logging/setLevel`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SetLevelResult = EmptyResult

/**
 * The answer to `logging/setLevel`.
 *
 * @category models
 * @since 0.1.0
 */
export interface SetLevelResult extends EmptyResult {}

/**
 * Params of `notifications/message`. `data` is any JSON value and must be there; `logger` names the source.
 *
 * @category schemas
 * @since 0.1.0
 */
export class LoggingMessageParams extends Schema.Opaque<LoggingMessageParams>()(open({
  ...notificationFields,
  level: LoggingLevel,
  logger: Schema.optionalKey(Schema.String),
  data: Json
})) {}
