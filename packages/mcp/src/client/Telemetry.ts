/**
 * Spans and metrics of what a client does, after the semantic conventions of OpenTelemetry for MCP, and the trace that
 * servers are told of.
 *
 * Spans are made when a tracer is in the context that the client is made in; Effect's own, which exports nothing, does
 * not count. Metrics are made when `ClientTelemetry.layer({ metrics: true })` says so, because a registry of metrics is
 * always there. What is off costs nothing.
 *
 * An operation is one request to the server and its answer, repeated or not: each round of a call that the server answers
 * with questions is one, and a call that the response cache answers is none. What the server asks of the client in a
 * session is an operation of the kind `server`, and belongs to the trace that its `_meta` speaks of.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as Tracer from "effect/Tracer"
import { MetaKey, metaOf } from "../schema/Meta.ts"
import * as Conventions from "../session/Conventions.ts"
import type { Named, Stopwatch } from "../session/Meter.ts"
import * as Observation from "../session/Observation.ts"
import * as TraceContext from "../session/TraceContext.ts"
import { isHttp } from "../transport/ClientTransport.ts"
import type { Answers } from "./answering/Answers.ts"
import type { ServerFacts } from "./Client.ts"
import type { Connected } from "./connection/Connect.ts"
import type { Connection } from "./connection/Connection.ts"
import * as Outcome from "./Outcome.ts"
import type { Call, Send } from "./requests/Call.ts"

export type { Settings } from "../session/Observation.ts"

/**
 * What clients that are made in this context observe. Default: spans, and no metrics.
 *
 * @category references
 * @since 0.1.0
 */
export const Telemetry: Context.Reference<Observation.Observed> = Observation.reference("@parley/mcp/client/Telemetry")

/**
 * Says what the clients made with this layer observe.
 *
 * @example
 * ```ts
 * import { ClientTelemetry, McpClient } from "@parley/mcp"
 * import * as Layer from "effect/Layer"
 *
 * export const ClientLive = McpClient.layer({ name: "me", version: "1.0.0" }).pipe(
 *   Layer.provide(ClientTelemetry.layer({ metrics: true }))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (settings: Partial<Observation.Settings>): Layer.Layer<never> =>
  Observation.layer(Telemetry, settings)

/**
 * What is known of the server that operations are with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parties {
  /** Names the server: over HTTP, its URL. */
  readonly peer: string
  /** The server, as it was when the connection in force was made. */
  readonly server: () => ServerFacts
}

/** Where a server is that has an address. */
const addressOf = (peer: string): Conventions.Attributes => {
  if (!isHttp(peer) || !URL.canParse(peer)) return {}
  const { hostname, port, protocol } = new URL(peer)
  return { "server.address": hostname, "server.port": port === "" ? protocol === "https:" ? "443" : "80" : port }
}

const endSpan = (span: Tracer.Span, exit: Exit.Exit<unknown, unknown>, method: string) =>
  Effect.clockWith((clock) =>
    Effect.sync(() => {
      const outcome = Outcome.attributesOf(exit, method)
      const { "error.type": errorType } = outcome
      for (const [key, value] of Object.entries(outcome)) span.attribute(key, value)
      const ended = errorType === undefined ? Exit.void : Exit.isSuccess(exit) ? Exit.fail(errorType) : exit
      span.end(clock.currentTimeNanosUnsafe(), ended)
    })
  )

/** Runs an operation in a span, as a part of which it logs and traces. */
const inSpan = <A, E>(
  name: string,
  method: string,
  options: Tracer.SpanOptionsNoTrace,
  tracer: Tracer.Tracer,
  operation: (span: Tracer.Span) => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.acquireUseRelease(
    Effect.provideService(Effect.makeSpan(name, options), Tracer.Tracer, tracer),
    (span) =>
      Effect.updateContext(
        operation(span),
        (own: Context.Context<never>) => Context.add(Context.add(own, Tracer.ParentSpan, span), Tracer.Tracer, tracer)
      ),
    (span, exit) => endSpan(span, exit, method)
  )

/** The call with the trace that it belongs to (TRC-01), unless its sender speaks of another. */
const traced = (call: Call, span: Tracer.Span): Call => {
  const meta = { ...metaOf(call.params), ...call.options.meta }
  if (meta[MetaKey.traceparent] !== undefined) return call
  const traceparent = TraceContext.traceparent(span)
  return { ...call, options: { ...call.options, meta: { ...call.options.meta, [MetaKey.traceparent]: traceparent } } }
}

const operationOf = ({ peer, server }: Parties, { method, params }: Call): Conventions.Operation => {
  const { revision } = server()
  return {
    method,
    version: revision.version,
    isHttp: isHttp(peer),
    target: Conventions.targetOf(method, params.name)
  }
}

const withSpans = (parties: Parties, tracer: Tracer.Tracer, next: Send): Send => {
  const address = addressOf(parties.peer)
  return (call) =>
    Effect.suspend(() => {
      const operation = operationOf(parties, call)
      const attributes = {
        ...Conventions.attributesOf(operation),
        ...address,
        ...(call.method === "resources/read" ? Conventions.when("mcp.resource.uri", call.params.uri) : {})
      }
      return inSpan(Conventions.spanName(operation), call.method, { kind: "client", attributes }, tracer, (span) => {
        const onSent: Call["onSent"] = (id, connected) => {
          span.attribute("jsonrpc.request.id", String(id))
          call.onSent?.(id, connected)
        }
        return next({ ...traced(call, span), onSent })
      })
    })
}

const operationDuration: Named = {
  name: "mcp.client.operation.duration",
  description: "From the sending of a request until its answer, in seconds"
}

const sessionDuration: Named = {
  name: "mcp.client.session.duration",
  description: "From the making of a connection until it is lost or closed, in seconds"
}

/** Series are told apart by so many names of tools, prompts and methods; whoever calls may make names up without end. */
const namesMax = 1_000

/** Series are told apart by so many codes of errors; servers may make them up without end. */
const codesMax = 100

/** Tells one of the first words that came from all others. */
const makeTold = (max: number): (word: string) => boolean => {
  const words = new Set<string>()
  return (word) => {
    if (words.has(word)) return true
    if (words.size >= max) return false
    words.add(word)
    return true
  }
}

const withMetrics = (parties: Parties, stopwatch: Stopwatch, next: Send): Send => {
  const isName = makeTold(namesMax)
  const isCode = makeTold(codesMax)
  const bounded = (operation: Conventions.Operation): Conventions.Operation => ({
    ...operation,
    method: isName(operation.method) ? operation.method : "_OTHER",
    target: operation.target !== undefined && isName(Conventions.spanName(operation)) ? operation.target : undefined
  })
  return (call) =>
    Effect.flatMap(stopwatch, (note) => {
      const attributes = Conventions.attributesOf(bounded(operationOf(parties, call)))
      return Effect.onExit(next(call), (exit) =>
        note({ ...attributes, ...Outcome.attributesOf(exit, call.method, isCode) }))
    })
}

/**
 * The stage of a call that observes it; `next` itself, when nobody wants to know.
 *
 * @category composition
 * @since 0.1.0
 */
export const toSend = (context: Context.Context<never>, parties: Parties, next: Send): Send => {
  const settings = Context.get(context, Telemetry)
  const tracer = Observation.tracerIn(context, settings)
  const stopwatch = settings.meter?.(context).stopwatch(operationDuration)
  const measured = stopwatch === undefined ? next : withMetrics(parties, stopwatch, next)
  return tracer === undefined ? measured : withSpans(parties, tracer, measured)
}

/** The trace that a message of the server speaks of. */
const remoteOf = (params: object): { readonly parent?: Tracer.AnySpan } => {
  const remote = TraceContext.parse(metaOf(params))
  return remote === undefined ? {} : { parent: Tracer.externalSpan(remote) }
}

/**
 * Answers to the server's requests, each of which is observed; the same ones, when nobody wants to know. A question that
 * came in a result has no trace of its own, and belongs to the call that it came in answer to.
 *
 * @category composition
 * @since 0.1.0
 */
export const toAnswers = (
  context: Context.Context<never>,
  peer: string,
  byMethod: Answers["byMethod"]
): Answers["byMethod"] => {
  const tracer = Observation.tracerIn(context, Context.get(context, Telemetry))
  if (tracer === undefined) return byMethod
  const attributes = (method: string) => ({
    "mcp.method.name": method,
    "network.transport": isHttp(peer) ? "tcp" : "pipe",
    ...(isHttp(peer) ? { "network.protocol.name": "http" } : {})
  })
  return new Map(
    [...byMethod].map(([method, answer]) => [
      method,
      (params, from) =>
        inSpan(
          method,
          method,
          { kind: "server", attributes: attributes(method), ...remoteOf(params) },
          tracer,
          () => answer(params, from)
        )
    ])
  )
}

/**
 * Measures how long connections last, as long as the scope; does nothing, when nobody wants to know.
 *
 * @category operations
 * @since 0.1.0
 */
export const followSessions = (
  context: Context.Context<never>,
  peer: string,
  { status }: Pick<Connection, "status">
): Effect.Effect<void, never, Scope.Scope> => {
  const stopwatch = Context.get(context, Telemetry).meter?.(context).stopwatch(sessionDuration)
  if (stopwatch === undefined) return Effect.void
  /** Notes how long the session took that is open, if one is. */
  let note = Effect.void
  const end = Effect.suspend(() => {
    const ended = note
    note = Effect.void
    return ended
  })
  const begin = ({ server: { revision: { version } } }: Connected) =>
    Effect.map(stopwatch, (noteWith) => {
      const { "mcp.method.name": _, ...attributes } = Conventions.attributesOf({
        method: "",
        version,
        isHttp: isHttp(peer)
      })
      note = noteWith(attributes)
    })
  const follow = Stream.runForEach(
    SubscriptionRef.changes(status),
    (now) => now._tag === "Connected" ? Effect.andThen(end, begin(now.connected)) : end
  )
  return Effect.andThen(
    Effect.addFinalizer(() => end),
    Effect.asVoid(Effect.forkScoped(follow, { startImmediately: true }))
  )
}
