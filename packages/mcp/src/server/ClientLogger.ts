/**
 * `Effect.log` in a handler, told to the client too: a logger in the context of handlers that looks up the request it is
 * called in, and sends the message if the client has asked for its level. It is built once for a server and does nothing
 * until something is logged; the server's own loggers get everything as they always did.
 *
 * @since 0.1.0
 */
import type * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import type * as LogLevel from "effect/LogLevel"
import * as Predicate from "effect/Predicate"
import * as References from "effect/References"
import * as Result from "effect/Result"
import { McpRequest } from "../contract/McpRequest.ts"
import { isAtLeast, type LoggingLevel } from "../schema/LoggingLevel.ts"

const levelOf = (level: LogLevel.LogLevel): LoggingLevel | undefined => {
  switch (level) {
    case "All":
    case "Trace":
    case "Debug":
      return "debug"
    case "Info":
      return "info"
    case "Warn":
      return "warning"
    case "Error":
      return "error"
    case "Fatal":
      return "critical"
    case "None":
      return undefined
  }
}

const nameOf = (error: Error): string => Predicate.hasProperty(error, "_tag") ? String(error._tag) : error.name

/**
 * An error tells of the inside of the server: its name goes out, and no more (LOG-12). What is `Redacted` stays so by
 * itself, because that is how it is written as JSON (LOG-10).
 */
function withoutErrors(this: unknown, key: string, value: unknown): unknown {
  // What has a `toJSON` comes here as that; the holder has the original.
  const original = Predicate.isObjectOrArray(this) ? (this as { readonly [key: string]: unknown })[key] : value
  if (Predicate.isError(original)) return nameOf(original)
  return typeof value === "bigint" || typeof value === "symbol" || typeof value === "function" ? String(value) : value
}

const plain = (value: unknown): unknown =>
  Result.getOrElse(
    Result.try({
      try: (): unknown => JSON.parse(JSON.stringify(value, withoutErrors) ?? "null"),
      catch: () => undefined
    }),
    () => "[not JSON]"
  )

const messageOf = (message: unknown): unknown => {
  const parts = Array.isArray(message) ? message : [message]
  return plain(parts.length === 1 ? parts[0] : parts)
}

const spansOf = (spans: ReadonlyArray<[label: string, timestamp: number]>, now: number) =>
  Object.fromEntries(spans.map(([label, started]) => [label, now - started]))

/** Of a cause, only that there is one goes out: what it says is in the server's own log. */
const causeOf = (cause: Cause.Cause<unknown>) =>
  cause.reasons.length === 0 ? {} : { cause: cause.reasons.map(({ _tag }) => _tag) }

interface Data {
  readonly message: unknown
  readonly annotations?: unknown
  readonly spans?: { readonly [label: string]: number }
  readonly cause?: ReadonlyArray<string>
}

const dataOf = ({ cause, date, fiber, message }: Logger.Options<unknown>): Data => {
  const { logger: _, ...annotations } = fiber.getRef(References.CurrentLogAnnotations)
  const spans = fiber.getRef(References.CurrentLogSpans)
  return {
    message: messageOf(message),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations: plain(annotations) }),
    ...(spans.length === 0 ? {} : { spans: spansOf(spans, date.getTime()) }),
    ...causeOf(cause)
  }
}

/**
 * The logger. The `logger` of a message is the annotation of that name, or else the one given here (LOG-08).
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (name: string): Logger.Logger<unknown, void> =>
  Logger.make((options) => {
    const { fiber, logLevel } = options
    const request = Context.getOrUndefined(fiber.context, McpRequest)
    const level = levelOf(logLevel)
    if (request?.logLevel === undefined || level === undefined || !isAtLeast(level, request.logLevel)) return
    const { logger = name } = fiber.getRef(References.CurrentLogAnnotations)
    // It is sent here and now, as far as the client takes it; nobody who logs waits for that.
    Effect.runForkWith(fiber.context)(request.log(level, dataOf(options), String(logger)))
  })

/**
 * A context in which all that is logged reaches the client too.
 *
 * @category combinators
 * @since 0.1.0
 */
export const install = (
  context: Context.Context<never>,
  logger: Logger.Logger<unknown, void>
): Context.Context<never> =>
  Context.add(context, Logger.CurrentLoggers, new Set([...Context.get(context, Logger.CurrentLoggers), logger]))
