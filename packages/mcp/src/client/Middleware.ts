/**
 * What stands between the user of a client and its server: each middleware gets every call, and may change it, answer it
 * itself, look at the result or change that. A call that takes several rounds, because the server asks in between, passes
 * by once; so does one that is answered from the response cache, or sent again after a loss. What a client sends by itself
 * (the handshake, cancellations, subscriptions) does not pass by, nor do its notifications.
 *
 * A middleware may also stand in the way of what comes in: requests of the server, in either era, and notifications. What
 * the protocol does with a notification (progress to the call that asked for it, say) happens whatever middleware make
 * of it; they decide what subscribers hear.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Params } from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import type { Implementation } from "../schema/Implementation.ts"
import * as Surroundings from "../session/Surroundings.ts"
import type { Answer, Answers } from "./answering/Answers.ts"
import type { CustomNotification, RequestOptions, ServerFacts, ServerNotification } from "./Client.ts"
import type { McpClientError } from "./McpClientError.ts"
import type { Call, Send } from "./requests/Call.ts"

/**
 * A call on its way out. `method`, `params` and `options` may be changed by passing on another.
 *
 * @category models
 * @since 0.1.0
 */
export interface Outgoing {
  readonly method: string
  /** In the form of the newest revision, whichever is spoken. */
  readonly params: Params
  readonly options: RequestOptions
  /** The server, as it was when the connection in force was made. */
  readonly server: ServerFacts
}

/**
 * A request of the server on its way in.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asked {
  /** `elicitation/create`, `sampling/createMessage` or `roots/list`; another in its place has no effect. */
  readonly method: string
  /** In the form of the newest revision, whichever is spoken. */
  readonly params: object
  /** Who the server says it is; never a ground for a security decision (MET-11). */
  readonly from: Implementation | undefined
}

/**
 * A notification on its way in.
 *
 * @category models
 * @since 0.1.0
 */
export type Notified = ServerNotification | CustomNotification

/**
 * Stands in the way of calls. The result is that of the method, in the form of the newest revision.
 *
 * @category models
 * @since 0.1.0
 */
export type OnCall<R> = (
  call: Outgoing,
  next: (call: Outgoing) => Effect.Effect<unknown, McpClientError>
) => Effect.Effect<unknown, McpClientError, R>

/**
 * Stands in the way of the server's requests. It sees those that the client has a handler for; fail with an `RpcError` to
 * refuse one.
 *
 * @category models
 * @since 0.1.0
 */
export type OnRequest<R> = (
  request: Asked,
  next: (request: Asked) => Effect.Effect<object, RpcError>
) => Effect.Effect<object, RpcError, R>

/**
 * Stands in the way of notifications, one after the other; without `next`, subscribers do not hear of it. While one takes
 * its time, those that follow wait, and beyond `notificationsPendingMax` the oldest are lost.
 *
 * @category models
 * @since 0.1.0
 */
export type OnNotification<R> = (
  notification: Notified,
  next: (notification: Notified) => Effect.Effect<void>
) => Effect.Effect<void, never, R>

/**
 * What a middleware stands in the way of; what it leaves out passes it by.
 *
 * @category models
 * @since 0.1.0
 */
export interface Hooks<C, Q = C, N = C> {
  readonly call?: OnCall<C>
  readonly request?: OnRequest<Q>
  readonly notification?: OnNotification<N>
}

/**
 * A middleware: what it stands in the way of, and what it requires of the client's layer.
 *
 * @category models
 * @since 0.1.0
 */
export interface Middleware<out Requires> {
  readonly _tag: "ClientMiddleware"
  readonly hooks: Hooks<unknown>
  /** For the compiler; never there. */
  readonly requires?: Requires
}

/**
 * Any middleware.
 *
 * @category models
 * @since 0.1.0
 */
export type Any = Middleware<unknown>

/**
 * A middleware of whatever passes between client and server.
 *
 * @example
 * ```ts
 * import { ClientMiddleware } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 *
 * export const noted = ClientMiddleware.from({
 *   call: (call, next) => Effect.tap(next(call), () => Effect.logInfo(`${call.method} succeeded`)),
 *   request: (request, next) => Effect.andThen(Effect.logInfo(`The server asks: ${request.method}`), next(request))
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const from = <C = never, Q = never, N = never>(hooks: Hooks<C, Q, N>): Middleware<C | Q | N> => ({
  _tag: "ClientMiddleware",
  // Which services the hooks need is kept in the type of the middleware.
  hooks: hooks as Hooks<unknown>
})

/**
 * A middleware of calls. Do not call `next` to answer a call without the server; to refuse one, fail with an
 * `McpClientError`.
 *
 * @example
 * ```ts
 * import { ClientMiddleware } from "@parley/mcp"
 *
 * export const patient = ClientMiddleware.make((call, next) =>
 *   next(call.method === "tools/call" ? { ...call, options: { timeout: "5 minutes", ...call.options } } : call)
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <R = never>(call: OnCall<R>): Middleware<R> => from({ call })

/**
 * What several middleware require of the client's layer.
 *
 * @category type-level
 * @since 0.1.0
 */
export type RequiredBy<M extends ReadonlyArray<Any>> = M[number] extends infer One
  ? One extends Middleware<infer R> ? R : never
  : never

type Next<A, B, E> = (message: A) => Effect.Effect<B, E>

type Intercept<A, B, E> = (message: A, next: Next<A, B, E>) => Effect.Effect<B, E, unknown>

/** Several as one, the first outermost, with the services of the client's layer; what follows them runs as it would. */
const around = <A, B, E>(
  intercepts: ReadonlyArray<Intercept<A, B, E>>,
  base: Context.Context<never>,
  last: Next<A, B, E>
): Next<A, B, E> =>
(message) =>
  Effect.contextWith((own: Context.Context<never>) => {
    const pass: Next<A, B, E> = (passed) =>
      Effect.updateContext(
        last(passed),
        (inner: Context.Context<never>) => Surroundings.withFew(own, Surroundings.of(inner))
      )
    const chain = intercepts.reduceRight<Next<A, B, E>>(
      // What it needs was required of the client's layer.
      (rest, intercept) => (one) => Effect.suspend(() => intercept(one, rest)) as Effect.Effect<B, E>,
      pass
    )
    return Effect.updateContext(chain(message), (context: Context.Context<never>) => Context.merge(base, context))
  })

const hooksOf = <K extends keyof Hooks<unknown>>(
  middleware: ReadonlyArray<Any>,
  kind: K
): ReadonlyArray<NonNullable<Hooks<unknown>[K]>> =>
  middleware.flatMap(({ hooks: { [kind]: hook } }) => hook === undefined ? [] : [hook])

/**
 * The stage of a call that passes the middleware; `next` itself, where none stands in the way of calls.
 *
 * @category composition
 * @since 0.1.0
 */
export const toSend = (
  middleware: ReadonlyArray<Any>,
  context: Context.Context<never>,
  server: () => ServerFacts,
  next: Send
): Send => {
  const intercepts = hooksOf(middleware, "call")
  if (intercepts.length === 0) return next
  const base = Surroundings.withoutSpan(context)
  return (call: Call) =>
    around<Outgoing, unknown, McpClientError>(
      intercepts,
      base,
      ({ method, options, params }) => next({ ...call, method, options, params })
    )({ method: call.method, params: call.params, options: call.options, server: server() })
}

/**
 * Answers to the server's requests behind the middleware; the same ones, where none stands in their way.
 *
 * @category composition
 * @since 0.1.0
 */
export const toAnswers = (
  middleware: ReadonlyArray<Any>,
  context: Context.Context<never>,
  byMethod: Answers["byMethod"]
): Answers["byMethod"] => {
  const intercepts = hooksOf(middleware, "request")
  if (intercepts.length === 0) return byMethod
  const base = Surroundings.withoutSpan(context)
  const behind = (method: string, answer: Answer): Answer => (params, from) =>
    around<Asked, object, RpcError>(intercepts, base, (asked) => answer(asked.params, from))({ method, params, from })
  return new Map([...byMethod].map(([method, answer]) => [method, behind(method, answer)]))
}

type Fork = (effect: Effect.Effect<void>) => unknown

/** Hands messages on one after the other: at once, unless one before takes its time. */
const inOrder = <A>(
  pendingMax: number,
  fork: Fork,
  take: (message: A) => Effect.Effect<void>
) => {
  const pending: Array<A> = []
  let isRunning = false
  const run: Effect.Effect<void> = Effect.suspend(() => {
    const message = pending.shift()
    if (message !== undefined) return Effect.andThen(take(message), run)
    isRunning = false
    return Effect.void
  })
  return (message: A): void => {
    if (pending.length >= pendingMax) pending.shift()
    pending.push(message)
    if (isRunning) return
    isRunning = true
    fork(run)
  }
}

/**
 * What takes notifications through the middleware and then gives them to subscribers; nothing, where none stands in their
 * way.
 *
 * @category composition
 * @since 0.1.0
 */
export const toNotified = (
  middleware: ReadonlyArray<Any>,
  context: Context.Context<never>,
  pendingMax: number
): (fork: Fork, publish: (notification: Notified) => void) => (notification: Notified) => void => {
  const intercepts = hooksOf(middleware, "notification")
  if (intercepts.length === 0) return (_, publish) => publish
  const base = Surroundings.withoutSpan(context)
  return (fork, publish) => {
    const last = (notification: Notified) => Effect.sync(() => publish(notification))
    const pass = around<Notified, void, never>(intercepts, base, last)
    return inOrder(
      pendingMax,
      fork,
      (notification) =>
        Effect.catchCause(
          pass(notification),
          (cause) => Effect.logError(`A middleware failed on ${notification.method}`, cause)
        )
    )
  }
}
