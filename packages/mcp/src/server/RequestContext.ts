/**
 * Filling in `McpRequest` for one call, and running a handler with it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { format } from "effect/Formatter"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import type { HandlerShape } from "../contract/Catalog.ts"
import { McpRequest, type ProgressUpdate, type RequestInfo, type Visits } from "../contract/McpRequest.ts"
import * as Encode from "../jsonrpc/Encode.ts"
import { isRequestId, type Request } from "../jsonrpc/Message.ts"
import { isAtLeast, type LoggingLevel } from "../schema/Logging.ts"
import { MetaKey, metaOf } from "../schema/Meta.ts"
import * as Surroundings from "../session/Surroundings.ts"
import { attempt } from "./Attempt.ts"
import * as Feed from "./listening/Feed.ts"
import type { Origin } from "./Origin.ts"

/** Writes what goes out ahead of the answer; a notification that the revision cannot say is not sent. */
const sendEncoded = (origin: Origin, method: string, encoded: object | undefined): Effect.Effect<void> => {
  if (encoded === undefined) return Effect.void
  return origin.trace === undefined
    ? origin.send(Encode.notification(method, JSON.stringify(encoded)))
    : Effect.flatMap(
      origin.trace(encoded),
      (traced) => origin.send(Encode.notification(method, JSON.stringify(traced)))
    )
}

const send = (origin: Origin, method: string, params: object): Effect.Effect<void> =>
  sendEncoded(origin, method, origin.revision.encode.notification(method, params))

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

/** So many log messages of one request may wait for a slow client; those beyond are dropped (LOG-07). */
const logsWaitingMax = 256

const logger = (origin: Origin): RequestInfo["log"] => {
  let waiting = 0
  return (level: LoggingLevel, data: unknown, name?: string) =>
    Effect.suspend(() => {
      if (origin.logLevel === undefined || !isAtLeast(level, origin.logLevel) || waiting >= logsWaitingMax) {
        return Effect.void
      }
      waiting += 1
      const logger = name === undefined ? {} : { logger: name }
      return Effect.ensuring(
        send(origin, "notifications/message", { level, data: loggable(data), ...logger }),
        Effect.sync(() => void (waiting -= 1))
      )
    })
}

const visitsOf = (origin: Origin): Visits => ({
  requiredCode: origin.revision.urlElicitationRequiredCode,
  expect: (elicitationId) => {
    if (origin.session !== undefined) Feed.expectVisit(origin.session.feed, elicitationId)
  },
  complete: (elicitationId) => send(origin, "notifications/elicitation/complete", { elicitationId })
})

/**
 * How a handler asks.
 *
 * @category models
 * @since 0.1.0
 */
export type Questions = Pick<RequestInfo, "ask" | "once" | "round">

/**
 * How a step is run where nothing is run again: like anything else.
 *
 * @category constants
 * @since 0.1.0
 */
export const runOnce: RequestInfo["once"] = (_, effect) => effect

/**
 * The first run of a handler, and the only one where it is not stopped to ask.
 *
 * @category constants
 * @since 0.1.0
 */
export const firstRound: RequestInfo["round"] = { index: 0, isAsking: () => false }

/**
 * The facts of a request, as handlers see them. Questions go to the origin, unless others are given.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (request: Request, origin: Origin, questions?: Questions): RequestInfo => {
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
    principal: origin.principal,
    logLevel: origin.askedLogLevel,
    services: origin.services,
    notify: (method, params) => Effect.suspend(() => sendEncoded(origin, method, params)),
    progress: progressReporter(origin, meta[MetaKey.progressToken]),
    log: logger(origin),
    ask: questions === undefined ? origin.ask : questions.ask,
    once: questions === undefined ? runOnce : questions.once,
    round: questions === undefined ? firstRound : questions.round,
    visits: () => visitsOf(origin),
    session: origin.memo,
    pause: origin.pause
  }
}

const contextOf = ({ context }: HandlerShape, { services }: RequestInfo): Context.Context<never> =>
  services === undefined ? context : Surroundings.withFew(context, services)

/**
 * The facts of a request, for whoever comes to need them.
 *
 * @category models
 * @since 0.1.0
 */
export type Facts = () => RequestInfo

/** Context and scope begin and end together, so that one finalizer of the fiber does for both. */
const within = (
  handler: HandlerShape,
  request: RequestInfo,
  called: Effect.Effect<unknown, unknown>
): Effect.Effect<unknown, unknown> =>
  Effect.withFiber((fiber) => {
    const around = fiber.context
    const scope = Scope.makeUnsafe()
    fiber.setContext(Context.add(Context.add(contextOf(handler, request), McpRequest, request), Scope.Scope, scope))
    return Effect.onExitPrimitive(called, (exit) => {
      const closing = Scope.closeUnsafe(scope, exit)
      if (closing !== undefined) return Effect.ensuring(closing, Effect.sync(() => fiber.setContext(around)))
      fiber.setContext(around)
      return undefined
    })
  })

/**
 * Runs a handler on its arguments, in the context that its layer was built with, plus the request and a scope that ends
 * with the call. Some handlers take a second argument: the URI, or what is known beside the value to complete.
 *
 * The handler is called at once. What it gives is often an `Exit` already (`Effect.succeed`), and comes back as that:
 * nothing of it is left to run, so there is nobody who could look at the request or use the scope.
 *
 * @category running
 * @since 0.1.0
 */
export const run = (
  handler: HandlerShape,
  args: unknown,
  facts: Facts,
  beside?: unknown
): Effect.Effect<unknown, unknown> => {
  // The types of the arguments and of the requirements were checked where handler and component were put together.
  const call = handler.run as (args: unknown, beside: unknown) => Effect.Effect<unknown, unknown>
  const called = attempt(() => call(args, beside))
  return Exit.isExit(called) ? called : within(handler, facts(), called)
}
