/**
 * Filling in `McpRequest` for one call, and running a handler with it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { format } from "effect/Formatter"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { HandlerShape } from "../contract/Catalog.ts"
import { McpRequest, type ProgressUpdate, type RequestInfo } from "../contract/McpRequest.ts"
import * as Encode from "../jsonrpc/Encode.ts"
import { isRequestId, type Request } from "../jsonrpc/Message.ts"
import { isAtLeast, type LoggingLevel } from "../schema/Logging.ts"
import { MetaKey } from "../schema/Meta.ts"
import { metaOf } from "../session/StatelessAdmission.ts"
import type { Origin } from "./Origin.ts"

const send = (origin: Origin, method: string, params: object): Effect.Effect<void> => {
  const encoded = origin.revision.encode.notification(method, params)
  return encoded === undefined
    ? Effect.void
    : origin.send(Encode.notification(method, JSON.stringify(encoded)))
}

const nothing = (): Effect.Effect<void> => Effect.void

const progressReporter = (origin: Origin, progressToken: unknown): RequestInfo["progress"] => {
  if (!isRequestId(progressToken)) return nothing
  let last = Number.NEGATIVE_INFINITY
  return ({ progress, total, ...rest }: ProgressUpdate) =>
    Effect.suspend(() => {
      // NaN and infinities are no progress: JSON does not have them.
      if (!(progress > last && Number.isFinite(progress))) return Effect.void
      last = progress
      const totals = Number.isFinite(total) ? { total } : {}
      return send(origin, "notifications/progress", { progressToken, progress, ...totals, ...rest })
    })
}

/** What JSON cannot say is said in words: a log message must not break the call that it tells of. */
const loggable = (data: unknown): unknown => {
  const text = Result.try({ try: () => JSON.stringify(data), catch: () => undefined })
  return Result.isFailure(text) || text.success === undefined ? format(data) : data
}

const logger = (origin: Origin): RequestInfo["log"] => (level: LoggingLevel, data: unknown, name?: string) =>
  Effect.suspend(() =>
    origin.logLevel === undefined || !isAtLeast(level, origin.logLevel)
      ? Effect.void
      : send(origin, "notifications/message", {
        level,
        data: loggable(data),
        ...(name === undefined ? {} : { logger: name })
      })
  )

/**
 * The facts of a request, as handlers see them.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (request: Request, origin: Origin): RequestInfo => {
  const meta = metaOf(request.params)
  return {
    id: request.id,
    method: request.method,
    protocolVersion: origin.revision.version,
    clientInfo: origin.clientInfo,
    clientCapabilities: origin.clientCapabilities,
    sessionId: origin.session?.id,
    meta,
    header: origin.header,
    progress: progressReporter(origin, meta[MetaKey.progressToken]),
    log: logger(origin),
    ask: origin.ask,
    session: origin.memo
  }
}

/**
 * Runs a handler on its arguments, in the context that its layer was built with, plus the request and a scope that ends
 * with the call.
 *
 * @category running
 * @since 0.1.0
 */
export const run = (
  handler: HandlerShape,
  args: unknown,
  request: RequestInfo,
  uri = ""
): Effect.Effect<unknown, unknown> => {
  // The types of `args` and of the requirements were checked where handler and component were put together.
  const call = handler.run as (args: unknown, uri: string) => Effect.Effect<unknown, unknown, Scope.Scope>
  return Effect.updateContext(
    Effect.scoped(Effect.suspend(() => call(args, uri))),
    () => Context.add(handler.context, McpRequest, request)
  )
}
