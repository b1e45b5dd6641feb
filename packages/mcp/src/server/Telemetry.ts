/**
 * Spans and metrics of what a server does, after the semantic conventions of OpenTelemetry for MCP.
 *
 * Spans are made when a tracer is in the context that the server is built in; Effect's own, which exports nothing, does
 * not count. Metrics are made when `Telemetry.layer({ metrics: true })` says so, because a registry of metrics is always
 * there. What is off costs nothing.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import type { SessionMemo } from "../contract/McpRequest.ts"
import type { Notification, Request } from "../jsonrpc/Message.ts"
import type { Revision } from "../revision/Revision.ts"
import { metaOf } from "../schema/Meta.ts"
import * as Conventions from "../session/Conventions.ts"
import type { Named, Stopwatch } from "../session/Meter.ts"
import * as Observation from "../session/Observation.ts"
import * as TraceContext from "../session/TraceContext.ts"
import type { Answer, Methods, Observe } from "./Engine.ts"
import type { Origin } from "./Origin.ts"

export type { Settings } from "../session/Observation.ts"

/**
 * What servers that are built in this context observe. Default: spans, and no metrics.
 *
 * @category references
 * @since 0.1.0
 */
export const Telemetry: Context.Reference<Observation.Observed> = Observation.reference("@parley/mcp/server/Telemetry")

/**
 * Says what the servers built with this layer observe.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (settings: Partial<Observation.Settings>): Layer.Layer<never> =>
  Observation.layer(Telemetry, settings)

/**
 * Whether a component is known; a name that a client made up must not become a series of its own.
 *
 * @category models
 * @since 0.1.0
 */
export type IsKnown = (kind: "tools" | "prompts", name: string) => boolean

interface Subject {
  /** The name of a span: few enough of them. */
  readonly name: string
  /** What a metric is split by. */
  readonly attributes: Conventions.Attributes
  /** What only a span has. */
  readonly details: Conventions.Attributes
}

const kinds = { tool: "tools", prompt: "prompts" } as const

/** A name that is not known is one that a client made up. */
const targetOf = ({ method, params }: Request | Notification, isKnown: IsKnown): Conventions.Operation["target"] => {
  const target = Conventions.targetOf(method, params?.name)
  return target !== undefined && isKnown(kinds[target.kind], target.name) ? target : undefined
}

const isMethod = ({ custom, notifications }: Names, { method }: Request | Notification, revision: Revision): boolean =>
  custom.has(method) || notifications.has(method) || revision.clientRequests.has(method) ||
  revision.clientNotifications.has(method)

type Names = Pick<Methods, "custom" | "notifications">

const subjectOf = (
  message: Request | Notification,
  origin: Origin,
  names: Names,
  isKnown: IsKnown
): Subject => {
  const isHttp = origin.header("host") !== undefined
  const operation: Conventions.Operation = {
    method: isMethod(names, message, origin.revision) ? message.method : "_OTHER",
    version: origin.revision.version,
    isHttp,
    target: targetOf(message, isKnown)
  }
  return {
    name: Conventions.spanName(operation),
    attributes: Conventions.attributesOf(operation),
    details: {
      ...(message._tag === "Request" ? { "jsonrpc.request.id": String(message.id) } : {}),
      // The id of a session on a pipe is known to nobody else.
      ...(isHttp ? Conventions.when("mcp.session.id", origin.session?.id) : {}),
      ...Conventions.when("mcp.resource.uri", message.params?.uri)
    }
  }
}

const isToolError = ({ text }: Answer): boolean =>
  // Most answers are told by a glance; the few others are read.
  text.includes("\"isError\":true") && JSON.parse(text).result?.isError === true

/** What an operation ended with, in a word; nothing, when it ended well. */
const errorTypeOf = (exit: Exit.Exit<Answer | undefined>, method: string): string | undefined => {
  if (Exit.isFailure(exit)) return "cancelled"
  const answer = exit.value
  if (answer === undefined) return undefined
  if (answer.code !== undefined) return String(answer.code)
  return method === "tools/call" && isToolError(answer) ? "tool_error" : undefined
}

const messageOf = (answer: Answer | undefined, errorType: string): string => {
  if (answer?.code === undefined) return errorType
  const { error } = JSON.parse(answer.text) as { readonly error?: { readonly message?: unknown } }
  return String(error?.message)
}

const endSpan = (span: Tracer.Span, exit: Exit.Exit<Answer | undefined>, errorType: string | undefined) =>
  Effect.clockWith((clock) =>
    Effect.sync(() => {
      if (errorType === undefined) return span.end(clock.currentTimeNanosUnsafe(), Exit.void)
      const answer = Exit.isSuccess(exit) ? exit.value : undefined
      span.attribute("error.type", errorType)
      if (answer?.code !== undefined) span.attribute("rpc.response.status_code", String(answer.code))
      const failed = Exit.isSuccess(exit) ? Exit.fail(messageOf(answer, errorType)) : exit
      span.end(clock.currentTimeNanosUnsafe(), failed)
    })
  )

const ambient: Effect.Effect<Tracer.AnySpan | undefined> = Effect.contextWith((context: Context.Context<never>) =>
  Effect.succeed(Context.getOrUndefined(context, Tracer.ParentSpan))
)

/** Puts the trace of whoever sends into `_meta`: the span that is current then, with the luggage that came in. */
const tracing = (server: Tracer.Span, luggage: TraceContext.Luggage): NonNullable<Origin["trace"]> => (params) =>
  Effect.map(ambient, (span) => {
    const { _meta } = params as { readonly _meta?: object }
    const trace = { traceparent: TraceContext.traceparent(span ?? server), ...luggage }
    return { ...params, _meta: { ...trace, ..._meta } }
  })

const makeSpan = (
  message: Request | Notification,
  { attributes, details, name }: Subject,
  tracer: Tracer.Tracer
): Effect.Effect<Tracer.Span> =>
  Effect.flatMap(ambient, (around) => {
    const remote = TraceContext.parse(metaOf(message.params))
    const parent = remote === undefined ? around : Tracer.externalSpan(remote)
    return Effect.makeSpan(name, {
      kind: "server",
      attributes: { ...attributes, ...details },
      ...(parent === undefined ? { root: true } : { parent }),
      // The span of the HTTP request, say, is not its parent, and yet belongs to it.
      ...(remote === undefined || around === undefined ? {} : { links: [{ span: around, attributes: {} }] })
    }).pipe(Effect.provideService(Tracer.Tracer, tracer))
  })

const withSpan = <A extends Answer | undefined>(
  message: Request | Notification,
  origin: Origin,
  subject: Subject,
  tracer: Tracer.Tracer,
  serve: (origin: Origin) => Effect.Effect<A>
): Effect.Effect<A> =>
  Effect.acquireUseRelease(
    makeSpan(message, subject, tracer),
    (span) => {
      const meta = metaOf(message.params)
      const luggage = TraceContext.luggage(meta, TraceContext.parse(meta))
      const services = Context.make(Tracer.ParentSpan, span).pipe(Context.add(Tracer.Tracer, tracer))
      const trace = tracing(span, luggage)
      const traced: Origin = {
        ...origin,
        trace,
        services: origin.services === undefined ? services : Context.merge(origin.services, services),
        ask: (method, params, options) => Effect.flatMap(trace(params), (params) => origin.ask(method, params, options))
      }
      return Effect.updateContext(serve(traced), (own: Context.Context<never>) => Context.merge(own, services))
    },
    (span, exit) => endSpan(span, exit, errorTypeOf(exit, message.method))
  )

const operationDuration: Named = {
  name: "mcp.server.operation.duration",
  description: "From the arrival of a request or notification until its answer, in seconds"
}

const sessionDuration: Named = {
  name: "mcp.server.session.duration",
  description: "From the beginning of a session until its end, in seconds"
}

const activeSessions: Named = { name: "mcp.server.active_sessions", description: "Sessions that are open now" }

const withMetrics = <A extends Answer | undefined>(
  message: Request | Notification,
  subject: Subject,
  stopwatch: Stopwatch,
  serving: Effect.Effect<A>
): Effect.Effect<A> =>
  Effect.flatMap(stopwatch, (note) =>
    Effect.onExit(serving, (exit) => {
      const errorType = errorTypeOf(exit, message.method)
      const failed = Exit.isSuccess(exit) && exit.value?.code !== undefined
      return note({
        ...subject.attributes,
        ...(errorType === undefined ? {} : { "error.type": errorType }),
        ...(failed ? { "rpc.response.status_code": String(errorType) } : {})
      })
    }))

/**
 * What looks on as a server built in this context serves; nothing, when nobody wants to know.
 *
 * @category constructors
 * @since 0.1.0
 */
export const toObserve = (
  context: Context.Context<never>,
  names: Names,
  isKnown: IsKnown
): Observe | undefined => {
  const settings = Context.get(context, Telemetry)
  const tracer = Observation.tracerIn(context, settings)
  const stopwatch = settings.meter?.(context).stopwatch(operationDuration)
  if (tracer === undefined && stopwatch === undefined) return undefined
  return (message, origin, serve) =>
    Effect.suspend(() => {
      const subject = subjectOf(message, origin, names, isKnown)
      const serving = tracer === undefined ? serve(origin) : withSpan(message, origin, subject, tracer, serve)
      return stopwatch === undefined ? serving : withMetrics(message, subject, stopwatch, serving)
    })
}

/**
 * Notes that a session has begun, and with the memo that ends with it, when it is over.
 *
 * @category models
 * @since 0.1.0
 */
export type OnSession = (memo: SessionMemo, revision: Revision) => Effect.Effect<void>

/**
 * What counts sessions of a server built in this context; nothing, when nobody wants to know.
 *
 * @category constructors
 * @since 0.1.0
 */
export const toOnSession = (context: Context.Context<never>): OnSession | undefined => {
  const meter = Context.get(context, Telemetry).meter?.(context)
  if (meter === undefined) return undefined
  const stopwatch = meter.stopwatch(sessionDuration)
  const gauge = meter.gauge(activeSessions)
  const key = {}
  let active = 0
  const count = (change: 1 | -1) => Effect.suspend(() => gauge(active += change))
  return (memo, revision) =>
    memo.get(key, (scope) =>
      Effect.flatMap(stopwatch, (note) => {
        const end = note({ "mcp.protocol.version": revision.version })
        return Effect.andThen(count(1), Scope.addFinalizer(scope, Effect.andThen(count(-1), end)))
      }))
}
