/**
 * Log messages that reach the client of the request being served (`notifications/message`), at the level that it asked
 * for. The server's own logs are `Effect.log`, and are another matter.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { LoggingLevel } from "../schema/Logging.ts"
import { McpRequest } from "./McpRequest.ts"

/**
 * Sends one message. `data` is any JSON value and must hold no secrets (LOG-10 to LOG-12); `logger` names the part of
 * the server that speaks. Does nothing when the client does not want that level (LOG-02, LOG-06).
 *
 * @category logging
 * @since 0.1.0
 */
export const log = (level: LoggingLevel, data: unknown, logger?: string): Effect.Effect<void, never, McpRequest> =>
  Effect.flatMap(McpRequest, (request) => request.log(level, data, logger))

/** `log` at level `debug`. @category logging @since 0.1.0 */
export const debug = (data: unknown, logger?: string): Effect.Effect<void, never, McpRequest> =>
  log("debug", data, logger)

/** `log` at level `info`. @category logging @since 0.1.0 */
export const info = (data: unknown, logger?: string): Effect.Effect<void, never, McpRequest> =>
  log("info", data, logger)

/** `log` at level `warning`. @category logging @since 0.1.0 */
export const warning = (data: unknown, logger?: string): Effect.Effect<void, never, McpRequest> =>
  log("warning", data, logger)

/** `log` at level `error`. @category logging @since 0.1.0 */
export const error = (data: unknown, logger?: string): Effect.Effect<void, never, McpRequest> =>
  log("error", data, logger)
